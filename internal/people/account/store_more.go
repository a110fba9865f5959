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

// sealedAddress is an address as stored.
type sealedAddress struct {
	ID      id.Address
	Account id.Account
	Sealed  []byte
	Main    bool
}

func saveAddress(ctx context.Context, a sealedAddress, now time.Time) error {
	return exec(ctx, "saving an address", `INSERT INTO account_address (id, account, sealed, main, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, main = excluded.main`,
		a.ID, a.Account, a.Sealed, a.Main, clock.Micros(now))
}

func clearMain(ctx context.Context, account id.Account) error {
	return exec(ctx, "changing the main address", `UPDATE account_address SET main = $2 WHERE account = $1`, account, false)
}

func deleteAddress(ctx context.Context, account id.Account, address id.Address) error {
	return exec(ctx, "deleting an address", `DELETE FROM account_address WHERE account = $1 AND id = $2`, account, address)
}

func loadAddress(ctx context.Context, account id.Account, address id.Address) (sealedAddress, error) {
	var a sealedAddress
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT id, account, sealed, main FROM account_address WHERE id = $1 AND account = $2`, address, account).
		Scan(&a.ID, &a.Account, &a.Sealed, &a.Main)
	if errors.Is(err, sql.ErrNoRows) {
		return a, ErrNoAddress
	}
	if err != nil {
		return a, fmt.Errorf("loading an address: %w", err)
	}
	return a, nil
}

func addresses(ctx context.Context, account id.Account) ([]sealedAddress, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id, account, sealed, main FROM account_address WHERE account = $1 ORDER BY main DESC, id DESC LIMIT 50`, account)
	if err != nil {
		return nil, fmt.Errorf("listing addresses: %w", err)
	}
	defer rows.Close()
	var out []sealedAddress
	for rows.Next() {
		var a sealedAddress
		if err := rows.Scan(&a.ID, &a.Account, &a.Sealed, &a.Main); err != nil {
			return nil, fmt.Errorf("reading an address: %w", err)
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// sealedVerification is a verification as stored.
type sealedVerification struct {
	Verification
	realName, idNumber, birth, guardian []byte
}

const verificationColumns = `id, account, state, real_name, id_number, birth, guardian, reason, asked, decided, decided_by, checked, guardian_at`

func scanVerification(r interface{ Scan(...any) error }) (sealedVerification, error) {
	var v sealedVerification
	var asked, decided, checked, guardian int64
	err := r.Scan(&v.ID, &v.Account, &v.State, &v.realName, &v.idNumber, &v.birth, &v.guardian, &v.Reason, &asked, &decided, &v.By, &checked, &guardian)
	v.GuardianAt = clock.FromMicros(guardian)
	v.Asked, v.Decided, v.Checked = clock.FromMicros(asked), clock.FromMicros(decided), clock.FromMicros(checked)
	return v, err
}

// insertVerification adds a record unless one is pending; false then.
func insertVerification(ctx context.Context, v sealedVerification) (bool, error) {
	return changed(ctx, "inserting a verification", `INSERT INTO account_verification (`+verificationColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, 0, '', $9, $10) ON CONFLICT DO NOTHING`,
		v.ID, v.Account, v.State, v.realName, v.idNumber, v.birth, v.guardian, clock.Micros(v.Asked), clock.Micros(v.Checked), clock.Micros(v.GuardianAt))
}

// latestVerification is the newest record of an account; state none when
// there is none.
func latestVerification(ctx context.Context, account id.Account) (sealedVerification, error) {
	v, err := scanVerification(sqldb.From(ctx).QueryRow(ctx, `SELECT `+verificationColumns+` FROM account_verification
		WHERE account = $1 ORDER BY id DESC LIMIT 1`, account))
	if errors.Is(err, sql.ErrNoRows) {
		return sealedVerification{Verification: Verification{Account: account, State: VerificationNone}}, nil
	}
	if err != nil {
		return v, fmt.Errorf("loading a verification: %w", err)
	}
	return v, nil
}

func loadVerification(ctx context.Context, verification id.Verification) (sealedVerification, error) {
	v, err := scanVerification(sqldb.From(ctx).QueryRow(ctx, `SELECT `+verificationColumns+` FROM account_verification WHERE id = $1`, verification))
	if errors.Is(err, sql.ErrNoRows) {
		return v, ErrNotFound
	}
	if err != nil {
		return v, fmt.Errorf("loading a verification: %w", err)
	}
	return v, nil
}

func verifications(ctx context.Context, state VerificationState, after string, limit int) ([]sealedVerification, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+verificationColumns+` FROM account_verification WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3`, state, after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing verifications: %w", err)
	}
	defer rows.Close()
	var out []sealedVerification
	for rows.Next() {
		v, err := scanVerification(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a verification: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func countPending(ctx context.Context) (n int64, err error) {
	if err = sqldb.From(ctx).QueryRow(ctx, `SELECT COUNT(*) FROM account_verification WHERE state = 'pending'`).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting verifications: %w", err)
	}
	return n, nil
}

// decide records a decision on a pending record; false when it was decided.
func decide(ctx context.Context, v Verification) (bool, error) {
	return changed(ctx, "deciding a verification", `UPDATE account_verification SET state = $2, reason = $3, decided = $4, decided_by = $5
		WHERE id = $1 AND state = 'pending'`, v.ID, v.State, v.Reason, clock.Micros(v.Decided), v.By)
}

func setChecked(ctx context.Context, verification id.Verification, at time.Time) error {
	return exec(ctx, "recording a check", `UPDATE account_verification SET checked = $2 WHERE id = $1`, verification, clock.Micros(at))
}

const grantColumns = `id, owner, helper, scopes, since, until, revoked`

func scanGrant(r interface{ Scan(...any) error }) (Grant, error) {
	var g Grant
	var scopes string
	var since, until, revoked int64
	if err := r.Scan(&g.ID, &g.Owner, &g.Helper, &scopes, &since, &until, &revoked); err != nil {
		return g, err
	}
	g.From, g.Until, g.Revoked = clock.FromMicros(since), clock.FromMicros(until), clock.FromMicros(revoked)
	return g, json.Unmarshal([]byte(scopes), &g.Actions)
}

func insertGrant(ctx context.Context, g Grant) error {
	scopes, err := json.Marshal(g.Actions)
	if err != nil {
		return err
	}
	return exec(ctx, "inserting a grant", `INSERT INTO account_grant (`+grantColumns+`) VALUES ($1, $2, $3, $4, $5, $6, 0)`,
		g.ID, g.Owner, g.Helper, string(scopes), clock.Micros(g.From), clock.Micros(g.Until))
}

func loadGrant(ctx context.Context, grant id.Grant) (Grant, error) {
	g, err := scanGrant(sqldb.From(ctx).QueryRow(ctx, `SELECT `+grantColumns+` FROM account_grant WHERE id = $1`, grant))
	if errors.Is(err, sql.ErrNoRows) {
		return g, ErrGrantOver
	}
	if err != nil {
		return g, fmt.Errorf("loading a grant: %w", err)
	}
	return g, nil
}

// activeGrants counts those that an owner has given and not taken back.
func activeGrants(ctx context.Context, owner id.Account, now time.Time) (n int, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT COUNT(*) FROM account_grant WHERE owner = $1 AND revoked = 0 AND until > $2`, owner, clock.Micros(now)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting grants: %w", err)
	}
	return n, nil
}

func grantsOf(ctx context.Context, account id.Account, before string, limit int) ([]Grant, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+grantColumns+` FROM account_grant
		WHERE (owner = $1 OR helper = $1) AND id < $2 ORDER BY id DESC LIMIT $3`, account, before, limit)
	if err != nil {
		return nil, fmt.Errorf("listing grants: %w", err)
	}
	defer rows.Close()
	var out []Grant
	for rows.Next() {
		g, err := scanGrant(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a grant: %w", err)
		}
		out = append(out, g)
	}
	return out, rows.Err()
}

func revokeGrant(ctx context.Context, grant id.Grant, account id.Account, at time.Time) error {
	return exec(ctx, "revoking a grant", `UPDATE account_grant SET revoked = $3 WHERE id = $1 AND revoked = 0 AND (owner = $2 OR helper = $2)`, grant, account, clock.Micros(at))
}

func giveConsent(ctx context.Context, account id.Account, c Consent) error {
	return exec(ctx, "recording a consent", `INSERT INTO account_consent (account, purpose, version, given, withdrawn) VALUES ($1, $2, $3, $4, 0)`,
		account, c.Purpose, c.Version, clock.Micros(c.Given))
}

func withdrawConsent(ctx context.Context, account id.Account, purpose string, at time.Time) error {
	return exec(ctx, "withdrawing a consent", `UPDATE account_consent SET withdrawn = $3 WHERE account = $1 AND purpose = $2 AND withdrawn = 0`, account, purpose, clock.Micros(at))
}

func consents(ctx context.Context, account id.Account) ([]Consent, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT purpose, version, given, withdrawn FROM account_consent WHERE account = $1 ORDER BY given LIMIT 500`, account)
	if err != nil {
		return nil, fmt.Errorf("listing consents: %w", err)
	}
	defer rows.Close()
	var out []Consent
	for rows.Next() {
		var c Consent
		var given, withdrawn int64
		if err := rows.Scan(&c.Purpose, &c.Version, &given, &withdrawn); err != nil {
			return nil, fmt.Errorf("reading a consent: %w", err)
		}
		c.Given, c.Withdrawn = clock.FromMicros(given), clock.FromMicros(withdrawn)
		out = append(out, c)
	}
	return out, rows.Err()
}
