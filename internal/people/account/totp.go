package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// totpStep is how long one code of an authenticator lasts (RFC 6238). The one
// before and the one after are taken as well, for clocks differ.
const totpStep = 30 * time.Second

// totp is an authenticator as stored.
type totp struct {
	secret    []byte // sealed
	confirmed time.Time
	step      int64
}

func totpContext(account id.Account) string { return "account_totp secret " + string(account) }

// AddTOTP begins an authenticator: its secret, shown once, and the address
// that a QR code holds. It counts only once confirmed.
func (m *Module) AddTOTP(ctx context.Context) (secret, address string, err error) {
	if err := mayChange(ctx); err != nil {
		return "", "", err
	}
	account := authz.From(ctx).Account
	me, err := m.get(ctx, account)
	if err != nil {
		return "", "", err
	}
	var raw [20]byte
	rand.Read(raw[:])
	secret = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:])
	sealed, err := m.Sealer.Text(secret, totpContext(account))
	if err != nil {
		return "", "", err
	}
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		fresh, err := saveTOTP(ctx, account, sealed)
		if err == nil && !fresh {
			err = ErrHaveTOTP
		}
		return err
	})
	issuer := m.Platform
	values := url.Values{"secret": {secret}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	return secret, "otpauth://totp/" + url.PathEscape(issuer+":"+MaskPhone(me.Phone)) + "?" + values.Encode(), err
}

// ConfirmTOTP makes the authenticator count, once a code of it is right. The
// first factor brings recovery codes, shown once.
func (m *Module) ConfirmTOTP(ctx context.Context, code string) (recovery []string, err error) {
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		if err := authz.Check(ctx, "account.second", self(ctx)); err != nil {
			return err
		}
		account := authz.From(ctx).Account
		t, err := loadTOTP(ctx, account)
		if err != nil {
			return err
		}
		if len(t.secret) == 0 || !t.confirmed.IsZero() {
			return ErrNoFactor
		}
		step, good, err := m.matches(account, t, code)
		if err != nil {
			return err
		}
		if !good {
			return ErrSecondWrong
		}
		if err := confirmTOTP(ctx, account, m.Clock.Now(), step); err != nil {
			return err
		}
		recovery, err = m.added(ctx, "account.totp_added", string(account))
		return err
	})
	return recovery, err
}

// RemoveTOTP takes the authenticator away.
func (m *Module) RemoveTOTP(ctx context.Context) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if err := mayChange(ctx); err != nil {
			return err
		}
		account := authz.From(ctx).Account
		if err := deleteTOTP(ctx, account); err != nil {
			return err
		}
		return m.removed(ctx, account, "account.totp_removed", string(account))
	})
}

// removed closes the removing of a factor: with the last one go the recovery
// codes.
func (m *Module) removed(ctx context.Context, account id.Account, action, subject string) error {
	have, err := methods(ctx, account)
	if err != nil {
		return err
	}
	if len(have) == 0 {
		if err := clearRecovery(ctx, account); err != nil {
			return err
		}
	}
	return m.Audit(ctx, action, subject, "")
}

// matches finds the time step that a code belongs to, around now.
func (m *Module) matches(account id.Account, t totp, code string) (step int64, good bool, err error) {
	secret, err := m.Sealer.OpenText(t.secret, totpContext(account))
	if err != nil {
		return 0, false, err
	}
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	now := m.Clock.Now().Unix() / int64(totpStep.Seconds())
	for s := now - 1; s <= now+1; s++ {
		want, err := hotp.GenerateCode(secret, uint64(s))
		if err != nil {
			return 0, false, fmt.Errorf("computing a code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, good = s, true
		}
	}
	return step, good, nil
}

// useTOTP checks a code of a confirmed authenticator; each works once.
func (m *Module) useTOTP(ctx context.Context, account id.Account, code string) (bool, error) {
	t, err := loadTOTP(ctx, account)
	if err != nil || t.confirmed.IsZero() {
		return false, err
	}
	step, good, err := m.matches(account, t, code)
	if err != nil || !good {
		return false, err
	}
	return spendStep(ctx, account, step)
}
