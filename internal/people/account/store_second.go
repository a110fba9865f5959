package account

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// changed runs a statement and reports whether it touched a row.
func changed(ctx context.Context, what, query string, args ...any) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, query, args...)
	if err != nil {
		return false, fmt.Errorf("%s: %w", what, err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// challenge is a step begun.
type challenge struct {
	account id.Account
	data    []byte
}

// text is the data of a step that remembers a text.
func (c challenge) text() string {
	var s string
	_ = json.Unmarshal(c.data, &s) // made by begin
	return s
}

func insertChallenge(ctx context.Context, hash []byte, kind string, account id.Account, data []byte, expires time.Time) error {
	return exec(ctx, "beginning a step", `INSERT INTO account_challenge (hash, kind, account, data, attempts, expires) VALUES ($1, $2, $3, $4, 0, $5)`,
		hash, kind, account, data, clock.Micros(expires))
}

func scanChallenge(row sqldb.Row) (challenge, error) {
	var c challenge
	err := row.Scan(&c.account, &c.data)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrStepOver
	}
	if err != nil {
		return c, fmt.Errorf("finishing a step: %w", err)
	}
	return c, nil
}

// tryChallenge counts an attempt at a step; ErrStepOver when none is left.
func tryChallenge(ctx context.Context, hash []byte, kind string, now time.Time) (challenge, error) {
	return scanChallenge(sqldb.From(ctx).QueryRow(ctx, `UPDATE account_challenge SET attempts = attempts + 1
		WHERE hash = $1 AND kind = $2 AND attempts < $3 AND expires > $4 RETURNING account, data`, hash, kind, challengeAttempts, clock.Micros(now)))
}

// takeChallenge finishes a step that allows one attempt.
func takeChallenge(ctx context.Context, hash []byte, kind string, now time.Time) (challenge, error) {
	return scanChallenge(sqldb.From(ctx).QueryRow(ctx, `DELETE FROM account_challenge WHERE hash = $1 AND kind = $2 AND expires > $3
		RETURNING account, data`, hash, kind, clock.Micros(now)))
}

func spendChallenge(ctx context.Context, hash []byte) (bool, error) {
	return changed(ctx, "finishing a step", `DELETE FROM account_challenge WHERE hash = $1`, hash)
}

func sweepChallenges(ctx context.Context, now time.Time) error {
	return exec(ctx, "sweeping steps", `DELETE FROM account_challenge WHERE expires <= $1`, clock.Micros(now))
}

func passkeys(ctx context.Context, account id.Account) ([]sealedPasskey, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id, account, name, credential, created, used FROM account_passkey WHERE account = $1 ORDER BY created, id LIMIT 50`, account)
	if err != nil {
		return nil, fmt.Errorf("listing passkeys: %w", err)
	}
	defer rows.Close()
	var out []sealedPasskey
	for rows.Next() {
		var k sealedPasskey
		var created, used int64
		if err := rows.Scan(&k.ID, &k.account, &k.Name, &k.credential, &created, &used); err != nil {
			return nil, fmt.Errorf("reading a passkey: %w", err)
		}
		k.Created, k.Used = clock.FromMicros(created), clock.FromMicros(used)
		out = append(out, k)
	}
	return out, rows.Err()
}

func insertPasskey(ctx context.Context, k sealedPasskey) (bool, error) {
	return changed(ctx, "inserting a passkey", `INSERT INTO account_passkey (id, account, name, credential, created, used)
		VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT DO NOTHING`, k.ID, k.account, k.Name, k.credential, clock.Micros(k.Created))
}

func usePasskey(ctx context.Context, key string, credential []byte, now time.Time) error {
	return exec(ctx, "using a passkey", `UPDATE account_passkey SET credential = $2, used = $3 WHERE id = $1`, key, credential, clock.Micros(now))
}

func deletePasskey(ctx context.Context, account id.Account, key string) error {
	return exec(ctx, "removing a passkey", `DELETE FROM account_passkey WHERE account = $1 AND id = $2`, account, key)
}

// loadTOTP is a person's authenticator; the zero value when there is none.
func loadTOTP(ctx context.Context, account id.Account) (totp, error) {
	var t totp
	var confirmed int64
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT secret, confirmed, step FROM account_totp WHERE account = $1`, account).Scan(&t.secret, &confirmed, &t.step)
	if errors.Is(err, sql.ErrNoRows) {
		return totp{}, nil
	}
	if err != nil {
		return t, fmt.Errorf("loading an authenticator: %w", err)
	}
	t.confirmed = clock.FromMicros(confirmed)
	return t, nil
}

// saveTOTP begins an authenticator, or a new one instead of one that was never
// confirmed; false when a confirmed one is there.
func saveTOTP(ctx context.Context, account id.Account, secret []byte) (bool, error) {
	return changed(ctx, "saving an authenticator", `INSERT INTO account_totp (account, secret, confirmed, step) VALUES ($1, $2, 0, 0)
		ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, step = 0 WHERE account_totp.confirmed = 0`, account, secret)
}

func confirmTOTP(ctx context.Context, account id.Account, now time.Time, step int64) error {
	return exec(ctx, "confirming an authenticator", `UPDATE account_totp SET confirmed = $2, step = $3 WHERE account = $1`, account, clock.Micros(now), step)
}

// spendStep uses a time step up; false when it or a later one was used.
func spendStep(ctx context.Context, account id.Account, step int64) (bool, error) {
	return changed(ctx, "using an authenticator", `UPDATE account_totp SET step = $2 WHERE account = $1 AND confirmed > 0 AND step < $2`, account, step)
}

func deleteTOTP(ctx context.Context, account id.Account) error {
	return exec(ctx, "removing an authenticator", `DELETE FROM account_totp WHERE account = $1`, account)
}

func insertRecovery(ctx context.Context, account id.Account, hash []byte) error {
	return exec(ctx, "inserting a recovery code", `INSERT INTO account_recovery (account, hash) VALUES ($1, $2)`, account, hash)
}

func useRecovery(ctx context.Context, account id.Account, hash []byte) (bool, error) {
	return changed(ctx, "using a recovery code", `DELETE FROM account_recovery WHERE account = $1 AND hash = $2`, account, hash)
}

func clearRecovery(ctx context.Context, account id.Account) error {
	return exec(ctx, "clearing recovery codes", `DELETE FROM account_recovery WHERE account = $1`, account)
}

func recoveryLeft(ctx context.Context, account id.Account) (n int, err error) {
	if err := sqldb.From(ctx).QueryRow(ctx, `SELECT COUNT(*) FROM account_recovery WHERE account = $1`, account).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting recovery codes: %w", err)
	}
	return n, nil
}
