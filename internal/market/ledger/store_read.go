package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/market/ledger/dayroot"
	"tianbo/internal/platform/sqldb"
)

func isClosed(ctx context.Context, day string) (bool, error) {
	_, err := periodOf(ctx, day)
	if errors.Is(err, ErrOpenDay) {
		return false, nil
	}
	return err == nil, err
}

func scanPeriod(row interface{ Scan(...any) error }) (Period, error) {
	var p Period
	var root []byte
	var closed int64
	err := row.Scan(&p.Day, &p.Journals, &root, &p.Note, &closed)
	if err == nil {
		p.Root, p.Closed = dayroot.Hash(root), clock.FromMicros(closed)
	}
	return p, err
}

func periodOf(ctx context.Context, day string) (Period, error) {
	p, err := scanPeriod(sqldb.From(ctx).QueryRow(ctx, `SELECT day, journals, root, note, closed FROM ledger_period WHERE day = $1`, day))
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrOpenDay
	}
	if err != nil {
		return p, fmt.Errorf("loading a closed day: %w", err)
	}
	return p, nil
}

// periods gives the closed days before one, the newest first.
func periods(ctx context.Context, before string, limit int) ([]Period, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT day, journals, root, note, closed FROM ledger_period WHERE day < $1 ORDER BY day DESC LIMIT $2`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("listing closed days: %w", err)
	}
	defer rows.Close()
	var out []Period
	for rows.Next() {
		p, err := scanPeriod(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a closed day: %w", err)
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// openDays gives the days before one that have journals and no root.
func openDays(ctx context.Context, before string) ([]string, error) {
	return texts(ctx, `SELECT DISTINCT day FROM ledger_journal WHERE day < $1 AND day NOT IN (SELECT day FROM ledger_period) ORDER BY day`, before)
}

// verifiers gives the published keys, the newest first.
func verifiers(ctx context.Context) ([]string, error) {
	return texts(ctx, `SELECT verifier FROM ledger_key ORDER BY created DESC, verifier`)
}

func texts(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := sqldb.From(ctx).Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the ledger: %w", err)
	}
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, fmt.Errorf("reading the ledger: %w", err)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func insertPeriod(ctx context.Context, p Period) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO ledger_period (day, journals, root, note, closed) VALUES ($1, $2, $3, $4, $5)`,
		p.Day, p.Journals, p.Root[:], p.Note, clock.Micros(p.Closed))
	if err != nil {
		return fmt.Errorf("closing a day: %w", err)
	}
	return nil
}

// newestKey is the sealed secret that signs now.
func newestKey(ctx context.Context) (verifier string, sealed []byte, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT verifier, sealed FROM ledger_key ORDER BY created DESC, verifier LIMIT 1`).Scan(&verifier, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("loading the ledger's key: %w", err)
	}
	return verifier, sealed, nil
}

func insertKey(ctx context.Context, verifier string, sealed []byte, now int64) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO ledger_key (verifier, sealed, created) VALUES ($1, $2, $3)`, verifier, sealed, now)
	if err != nil {
		return fmt.Errorf("keeping the ledger's key: %w", err)
	}
	return nil
}

func balances(ctx context.Context, book id.Org) ([]Balance, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT account, debit, credit FROM ledger_balance WHERE book = $1 ORDER BY account LIMIT 1000`, book)
	if err != nil {
		return nil, fmt.Errorf("listing balances: %w", err)
	}
	defer rows.Close()
	out := []Balance{}
	for rows.Next() {
		var b Balance
		if err := rows.Scan(&b.Account, &b.Debit, &b.Credit); err != nil {
			return nil, fmt.Errorf("reading a balance: %w", err)
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

// figures sums the days of a book by day or by product, ordered by that key
// and the account.
func figures(ctx context.Context, book id.Org, from, to string, by Grouping) ([]Figure, error) {
	query := `SELECT day, account, SUM(debit), SUM(credit) FROM ledger_daily WHERE book = $1 AND day >= $2 AND day <= $3 GROUP BY day, account ORDER BY day DESC, account`
	if by == ByProduct {
		query = `SELECT product, account, SUM(debit), SUM(credit) FROM ledger_daily WHERE book = $1 AND day >= $2 AND day <= $3 GROUP BY product, account ORDER BY product, account`
	}
	rows, err := sqldb.From(ctx).Query(ctx, query, book, from, to)
	if err != nil {
		return nil, fmt.Errorf("summing the ledger: %w", err)
	}
	defer rows.Close()
	var out []Figure
	for rows.Next() {
		var f Figure
		if err := rows.Scan(&f.Key, &f.Account, &f.Debit, &f.Credit); err != nil {
			return nil, fmt.Errorf("reading a sum: %w", err)
		}
		out = append(out, f)
	}
	return out, rows.Err()
}
