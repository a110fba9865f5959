package account

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

func exec(ctx context.Context, what, query string, args ...any) error {
	if _, err := sqldb.From(ctx).Exec(ctx, query, args...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// row is an account as stored.
type row struct {
	Account
	sealedPhone []byte
}

const columns = `id, phone, name, lang, elder, created, suspended, erase_at`

func scanRow(r interface{ Scan(...any) error }) (row, error) {
	var a row
	var created, erase int64
	err := r.Scan(&a.ID, &a.sealedPhone, &a.Name, &a.Lang, &a.Elder, &created, &a.Suspended, &erase)
	a.Created, a.EraseAt = clock.FromMicros(created), clock.FromMicros(erase)
	return a, err
}

func one(r row, err error) (row, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return r, ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("loading an account: %w", err)
	}
	return r, nil
}

func load(ctx context.Context, account id.Account) (row, error) {
	return one(scanRow(sqldb.From(ctx).QueryRow(ctx, `SELECT `+columns+` FROM account_account WHERE id = $1`, account)))
}

func byPhone(ctx context.Context, index []byte) (row, error) {
	return one(scanRow(sqldb.From(ctx).QueryRow(ctx, `SELECT `+columns+` FROM account_account WHERE phone_index = $1`, index)))
}

func scanRows(rows *sql.Rows, err error) ([]row, error) {
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", err)
	}
	defer rows.Close()
	var out []row
	for rows.Next() {
		r, err := scanRow(rows)
		if err != nil {
			return nil, fmt.Errorf("reading an account: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func byIDs(ctx context.Context, ids []id.Account) ([]row, error) {
	text, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return scanRows(sqldb.From(ctx).Query(ctx, `SELECT `+columns+` FROM account_account WHERE id IN `+sqldb.InJSON(ctx, "$1"), string(text)))
}

// listAccounts finds words anywhere in a shown name.
func listAccounts(ctx context.Context, words, before string, limit int) ([]row, error) {
	return scanRows(sqldb.From(ctx).Query(ctx, `SELECT `+columns+` FROM account_account
		WHERE id < $1 AND erased = 0 AND (CAST($2 AS TEXT) = '' OR lower(name) LIKE '%' || lower($2) || '%' ESCAPE '\') ORDER BY id DESC LIMIT $3`,
		before, likeWords.Replace(words), limit))
}

// likeWords takes their meaning from the signs of LIKE.
var likeWords = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// insert makes an account unless the phone has one; false then.
func insert(ctx context.Context, a row, index []byte) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO account_account (id, phone, phone_index, name, lang, elder, created, suspended, erase_at, erased)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, 0) ON CONFLICT (phone_index) DO NOTHING`,
		a.ID, a.sealedPhone, index, a.Name, a.Lang, a.Elder, clock.Micros(a.Created))
	if err != nil {
		return false, fmt.Errorf("inserting an account: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func saveProfile(ctx context.Context, a Account) error {
	return exec(ctx, "saving a profile", `UPDATE account_account SET name = $2, lang = $3, elder = $4 WHERE id = $1`, a.ID, a.Name, a.Lang, a.Elder)
}

func setSuspended(ctx context.Context, account id.Account, reason string) error {
	return exec(ctx, "suspending an account", `UPDATE account_account SET suspended = $2 WHERE id = $1`, account, reason)
}

func setErase(ctx context.Context, account id.Account, at time.Time) error {
	return exec(ctx, "planning an erasure", `UPDATE account_account SET erase_at = $2 WHERE id = $1`, account, clock.Micros(at))
}

// code is the sign-in code of a phone.
type code struct {
	Hash     []byte
	Sent     time.Time
	Expires  time.Time
	Attempts int64
	Day      string
	Today    int64
}

func loadCode(ctx context.Context, index []byte) (code, error) {
	var c code
	var sent, expires int64
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT hash, sent, expires, attempts, day, sent_today FROM account_code WHERE phone_index = $1`, index).
		Scan(&c.Hash, &sent, &expires, &c.Attempts, &c.Day, &c.Today)
	if errors.Is(err, sql.ErrNoRows) {
		return code{}, nil
	}
	if err != nil {
		return c, fmt.Errorf("loading a code: %w", err)
	}
	c.Sent, c.Expires = clock.FromMicros(sent), clock.FromMicros(expires)
	return c, nil
}

// codeLimit is how soon and how often codes may be sent.
type codeLimit struct {
	sentBefore time.Time
	most       int
}

// saveCode replaces the code of an index unless the limits forbid it; false
// then. One statement, so that two at once are not both the first.
func saveCode(ctx context.Context, index []byte, c code, l codeLimit) (bool, error) {
	return changed(ctx, "saving a code", `INSERT INTO account_code (phone_index, hash, sent, expires, attempts, day, sent_today)
		VALUES ($1, $2, $3, $4, 0, $5, 1)
		ON CONFLICT (phone_index) DO UPDATE SET hash = excluded.hash, sent = excluded.sent, expires = excluded.expires, attempts = 0, day = excluded.day,
			sent_today = CASE WHEN account_code.day = excluded.day THEN account_code.sent_today + 1 ELSE 1 END
		WHERE account_code.sent <= $6 AND (account_code.day <> excluded.day OR account_code.sent_today < $7)`,
		index, c.Hash, clock.Micros(c.Sent), clock.Micros(c.Expires), c.Day, clock.Micros(l.sentBefore), l.most)
}

// freeCode lets another code be asked for at once after one that was not sent.
func freeCode(ctx context.Context, index, hash []byte) error {
	return exec(ctx, "freeing a code", `UPDATE account_code SET sent = 0, expires = 0 WHERE phone_index = $1 AND hash = $2`, index, hash)
}

// tryCode counts an attempt and reports whether one was left.
func tryCode(ctx context.Context, index []byte, now time.Time) (hash []byte, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `UPDATE account_code SET attempts = attempts + 1
		WHERE phone_index = $1 AND attempts < $2 AND expires > $3 RETURNING hash`, index, codeAttempts, clock.Micros(now)).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrCode
	}
	if err != nil {
		return nil, fmt.Errorf("trying a code: %w", err)
	}
	return hash, nil
}

func spendCode(ctx context.Context, index []byte) error {
	return exec(ctx, "spending a code", `UPDATE account_code SET expires = 0 WHERE phone_index = $1`, index)
}

func insertAudit(ctx context.Context, e Entry) error {
	return exec(ctx, "writing the audit log", `INSERT INTO account_audit (id, at, actor, on_behalf, action, subject, detail, address)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, e.ID, clock.Micros(e.At), e.Actor, e.For, e.Action, e.Subject, e.Detail, e.Address)
}

func listAudit(ctx context.Context, f AuditFilter, before string, limit int) ([]Entry, error) {
	to := clock.Micros(f.To)
	if f.To.IsZero() {
		to = math.MaxInt64
	}
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id, at, actor, on_behalf, action, subject, detail, address FROM account_audit
		WHERE (CAST($1 AS TEXT) = '' OR actor = $1 OR on_behalf = $1)
			AND (CAST($2 AS TEXT) = '' OR action = $2 OR substr(action, 1, length($2) + 1) = $2 || '.')
			AND (CAST($3 AS TEXT) = '' OR subject = $3 OR substr(subject, 1, length($3) + 1) = $3 || ' ')
			AND at >= $4 AND at < $5 AND id < $6 ORDER BY id DESC LIMIT $7`,
		f.Account, f.Action, f.Subject, clock.Micros(f.From), to, before, limit)
	if err != nil {
		return nil, fmt.Errorf("reading the audit log: %w", err)
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var e Entry
		var at int64
		if err := rows.Scan(&e.ID, &at, &e.Actor, &e.For, &e.Action, &e.Subject, &e.Detail, &e.Address); err != nil {
			return nil, fmt.Errorf("reading the audit log: %w", err)
		}
		e.At = clock.FromMicros(at)
		out = append(out, e)
	}
	return out, rows.Err()
}
