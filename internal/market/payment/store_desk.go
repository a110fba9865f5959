package payment

import (
	"context"
	"fmt"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

const merchantColumns = `org, provider, merchant, token, account, at`

func scanMerchant(row interface{ Scan(...any) error }) (Merchant, error) {
	var v Merchant
	var at int64
	err := row.Scan(&v.Org, &v.Provider, &v.Merchant, &v.token, &v.By, &at)
	v.At = clock.FromMicros(at)
	return v, err
}

func merchantsBy(ctx context.Context, query string, args ...any) ([]Merchant, error) {
	rows, err := sqldb.From(ctx).Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("listing merchants: %w", err)
	}
	defer rows.Close()
	var out []Merchant
	for rows.Next() {
		v, err := scanMerchant(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a merchant: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func merchantsOf(ctx context.Context, org id.Org) ([]Merchant, error) {
	return merchantsBy(ctx, `SELECT `+merchantColumns+` FROM payment_merchant WHERE org = $1 ORDER BY provider`, org)
}

func merchantsAll(ctx context.Context) ([]Merchant, error) {
	return merchantsBy(ctx, `SELECT `+merchantColumns+` FROM payment_merchant ORDER BY provider, merchant, org`)
}

func merchantOf(ctx context.Context, org id.Org, provider string) (Merchant, bool, error) {
	all, err := merchantsBy(ctx, `SELECT `+merchantColumns+` FROM payment_merchant WHERE org = $1 AND provider = $2`, org, provider)
	if err != nil || len(all) == 0 {
		return Merchant{}, false, err
	}
	return all[0], true, nil
}

func merchantByNumber(ctx context.Context, merchant string) (Merchant, error) {
	all, err := merchantsBy(ctx, `SELECT `+merchantColumns+` FROM payment_merchant WHERE merchant = $1 ORDER BY at DESC LIMIT 1`, merchant)
	if err != nil {
		return Merchant{}, err
	}
	if len(all) == 0 {
		return Merchant{}, ErrProvider
	}
	return all[0], nil
}

func saveMerchant(ctx context.Context, v Merchant) error {
	_, err := changed(sqldb.From(ctx).Exec(ctx, `INSERT INTO payment_merchant (org, provider, merchant, token, account, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (org, provider) DO UPDATE SET merchant = excluded.merchant, token = excluded.token, account = excluded.account, at = excluded.at`,
		v.Org, v.Provider, v.Merchant, v.token, v.By, clock.Micros(v.At)))
	return err
}

func deleteMerchant(ctx context.Context, org id.Org, provider string) error {
	_, err := changed(sqldb.From(ctx).Exec(ctx, `DELETE FROM payment_merchant WHERE org = $1 AND provider = $2`, org, provider))
	return err
}

func insertSuspense(ctx context.Context, s Suspense) error {
	_, err := changed(sqldb.From(ctx).Exec(ctx, `INSERT INTO payment_suspense (id, idem, provider, merchant, number, firm, fen, why, owner, at, due, solved, account, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', '') ON CONFLICT (idem) DO NOTHING`,
		s.ID, s.key, s.Provider, s.Merchant, s.Number, s.Firm, s.Fen, s.Why, s.Owner, clock.Micros(s.At), clock.Micros(s.Due)))
	return err
}

func suspenses(ctx context.Context, open bool, after string, limit int) ([]Suspense, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id, provider, merchant, number, firm, fen, why, owner, at, due, solved, account, note FROM payment_suspense
		WHERE (solved = 0) = CAST($1 AS BOOLEAN) AND id > $2 ORDER BY id LIMIT $3`, open, after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing suspense: %w", err)
	}
	defer rows.Close()
	var out []Suspense
	for rows.Next() {
		var s Suspense
		var at, due, solved int64
		if err := rows.Scan(&s.ID, &s.Provider, &s.Merchant, &s.Number, &s.Firm, &s.Fen, &s.Why, &s.Owner, &at, &due, &solved, &s.By, &s.Note); err != nil {
			return nil, fmt.Errorf("reading suspense: %w", err)
		}
		s.At, s.Due, s.Solved = clock.FromMicros(at), clock.FromMicros(due), clock.FromMicros(solved)
		out = append(out, s)
	}
	return out, rows.Err()
}

func solveSuspense(ctx context.Context, s Suspense) (bool, error) {
	return changed(sqldb.From(ctx).Exec(ctx, `UPDATE payment_suspense SET solved = $2, account = $3, note = $4 WHERE id = $1 AND solved = 0`, s.ID, clock.Micros(s.Solved), s.By, s.Note))
}

func saveBill(ctx context.Context, b Bill) error {
	_, err := changed(sqldb.From(ctx).Exec(ctx, `INSERT INTO payment_bill (provider, merchant, day, lines, matched, differ, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (provider, merchant, day) DO UPDATE SET lines = excluded.lines, matched = excluded.matched, differ = excluded.differ, at = excluded.at`,
		b.Provider, b.Merchant, b.Day, b.Lines, b.Matched, b.Differ, clock.Micros(b.At)))
	return err
}

// billsBefore lists comparisons, the newest day first.
func billsBefore(ctx context.Context, day, provider, merchant string, limit int) ([]Bill, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT provider, merchant, day, lines, matched, differ, at FROM payment_bill
		WHERE day < $1 OR (day = $1 AND (provider > $2 OR (provider = $2 AND merchant > $3))) ORDER BY day DESC, provider, merchant LIMIT $4`, day, provider, merchant, limit)
	if err != nil {
		return nil, fmt.Errorf("listing bills: %w", err)
	}
	defer rows.Close()
	var out []Bill
	for rows.Next() {
		var b Bill
		var at int64
		if err := rows.Scan(&b.Provider, &b.Merchant, &b.Day, &b.Lines, &b.Matched, &b.Differ, &at); err != nil {
			return nil, fmt.Errorf("reading a bill: %w", err)
		}
		b.At = clock.FromMicros(at)
		out = append(out, b)
	}
	return out, rows.Err()
}
