package account

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// erase removes what identifies a person and records what was kept. The
// account's id stays, for orders, recordings and journals that the law keeps.
func erase(ctx context.Context, account id.Account, now time.Time, kept []Kept) error {
	text, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	err = exec(ctx, "recording an erasure", `INSERT INTO account_erasure (account, at, kept) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		account, clock.Micros(now), string(text))
	if err != nil {
		return err
	}
	err = exec(ctx, "erasing an account", `UPDATE account_account SET phone = $2, phone_index = $3, name = $4, erase_at = 0, erased = $5 WHERE id = $1`,
		account, []byte{}, []byte("erased "+string(account)), ErasedName, clock.Micros(now))
	if err != nil {
		return err
	}
	for _, query := range []string{
		`DELETE FROM account_address WHERE account = $1`,
		`DELETE FROM account_consent WHERE account = $1`,
		`DELETE FROM account_grant WHERE owner = $1 OR helper = $1`,
		`DELETE FROM account_passkey WHERE account = $1`,
		`DELETE FROM account_totp WHERE account = $1`,
		`DELETE FROM account_recovery WHERE account = $1`,
		`DELETE FROM account_push WHERE account = $1`,
		`DELETE FROM account_challenge WHERE account = $1`,
	} {
		if err := exec(ctx, "erasing an account", query, account); err != nil {
			return err
		}
	}
	return nil
}

// Erasure is what was kept of an erased person.
type Erasure struct {
	At   time.Time
	Kept []Kept
}

// verificationsOf gives all of a person's records, the oldest first.
func verificationsOf(ctx context.Context, account id.Account) ([]sealedVerification, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+verificationColumns+` FROM account_verification WHERE account = $1 ORDER BY id LIMIT 500`, account)
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
