package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// Methods of the second step of a sign-in.
const (
	MethodPasskey  = "passkey"
	MethodTOTP     = "totp"
	MethodRecovery = "recovery"
)

// Admission is what signing in gives: a session, or, with Pending, the demand
// for a second factor.
type Admission struct {
	Account Account
	Token   string
	Pending string // finishes the second step
	Methods []string
}

// Factors are a person's second factors.
type Factors struct {
	Passkeys []Passkey
	TOTP     bool
	Recovery int // codes left
	Required bool
	Strong   bool // one was proved in this session
}

// Passkey is one registered credential.
type Passkey struct {
	ID      string
	Name    string
	Created time.Time
	Used    time.Time
}

// methods are how a person may take the second step; none: no second factor.
func methods(ctx context.Context, account id.Account) ([]string, error) {
	var out []string
	keys, err := passkeys(ctx, account)
	if err != nil {
		return nil, err
	}
	if len(keys) > 0 {
		out = append(out, MethodPasskey)
	}
	t, err := loadTOTP(ctx, account)
	if err != nil {
		return nil, err
	}
	if !t.confirmed.IsZero() {
		out = append(out, MethodTOTP)
	}
	if len(out) == 0 {
		return nil, nil
	}
	n, err := recoveryLeft(ctx, account)
	if n > 0 {
		out = append(out, MethodRecovery)
	}
	return out, err
}

// Factors are the actor's own.
func (m *Module) Factors(ctx context.Context) (Factors, error) {
	if err := authz.Check(ctx, "account.second", self(ctx)); err != nil {
		return Factors{}, err
	}
	actor := authz.From(ctx)
	keys, err := passkeys(ctx, actor.Account)
	if err != nil {
		return Factors{}, err
	}
	t, err := loadTOTP(ctx, actor.Account)
	if err != nil {
		return Factors{}, err
	}
	roles, err := m.Roles.RolesOf(ctx, actor.Account)
	if err != nil {
		return Factors{}, err
	}
	f := Factors{TOTP: !t.confirmed.IsZero(), Strong: actor.Strong, Required: m.SecondRequired && staff(roles)}
	for _, k := range keys {
		f.Passkeys = append(f.Passkeys, k.Passkey)
	}
	f.Recovery, err = recoveryLeft(ctx, actor.Account)
	return f, err
}

// mayChange lets a person touch their factors: whoever has one must have
// proved it in this session, so that a borrowed telephone is not enough.
func mayChange(ctx context.Context) error {
	if err := authz.Check(ctx, "account.second", self(ctx)); err != nil {
		return err
	}
	actor := authz.From(ctx)
	have, err := methods(ctx, actor.Account)
	if err == nil && len(have) > 0 && !actor.Strong {
		err = ErrStrongFirst
	}
	return err
}

// added closes the adding of a factor: this session has proved it, others
// must sign in anew. The first factor brings recovery codes.
func (m *Module) added(ctx context.Context, action, subject string) ([]string, error) {
	actor := authz.From(ctx)
	if err := m.Sessions.Strengthen(ctx, actor.Device); err != nil {
		return nil, err
	}
	if err := m.Sessions.EndOthers(ctx, actor.Account, actor.Device); err != nil {
		return nil, err
	}
	m.forget(ctx)
	if err := m.Audit(ctx, action, subject, ""); err != nil {
		return nil, err
	}
	if n, err := recoveryLeft(ctx, actor.Account); err != nil || n > 0 {
		return nil, err
	}
	return freshRecovery(ctx, actor.Account)
}

const recoveryCodes = 10

func freshRecovery(ctx context.Context, account id.Account) ([]string, error) {
	if err := clearRecovery(ctx, account); err != nil {
		return nil, err
	}
	out := make([]string, recoveryCodes)
	for i := range out {
		text := strings.ToLower(rand.Text()[:12])
		out[i] = text[:4] + "-" + text[4:8] + "-" + text[8:]
		if err := insertRecovery(ctx, account, hashOf(cleanRecovery(out[i]))); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func cleanRecovery(s string) string {
	return strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(s))
}

// Recovery makes new recovery codes; the old ones are void.
func (m *Module) Recovery(ctx context.Context) (codes []string, err error) {
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		if err := mayChange(ctx); err != nil {
			return err
		}
		account := authz.From(ctx).Account
		if have, err := methods(ctx, account); err != nil || len(have) == 0 {
			return cmp.Or[error](err, ErrNoFactor)
		}
		if codes, err = freshRecovery(ctx, account); err != nil {
			return err
		}
		return m.Audit(ctx, "account.recovery", string(account), "")
	})
	return codes, err
}

// Second takes the second step of a sign-in, with a code of the authenticator
// or, with recovery, one of the recovery codes, which works once. Five
// attempts are allowed, then the sign-in begins anew.
func (m *Module) Second(ctx context.Context, pending, code string, recovery bool) (Admission, error) {
	var c challenge
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) { // attempts count even when they fail
		c, err = tryChallenge(ctx, hashOf(pending), stepSecond, m.Clock.Now())
		return err
	})
	if err != nil {
		return Admission{}, err
	}
	var a Admission
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		good, err := m.provesSecond(ctx, c.account, code, recovery)
		if err != nil {
			return err
		}
		if !good {
			return ErrSecondWrong
		}
		if spent, err := spendChallenge(ctx, hashOf(pending)); err != nil || !spent {
			return cmp.Or[error](err, ErrStepOver)
		}
		a, err = m.admitByID(ctx, c.account, c.text(), true)
		return err
	})
	return a, err
}

func (m *Module) provesSecond(ctx context.Context, account id.Account, code string, recovery bool) (bool, error) {
	if recovery {
		return useRecovery(ctx, account, hashOf(cleanRecovery(code)))
	}
	return m.useTOTP(ctx, account, code)
}

// admitByID admits an account that has proved itself.
func (m *Module) admitByID(ctx context.Context, account id.Account, device string, strong bool) (Admission, error) {
	a, err := m.get(ctx, account)
	if errors.Is(err, ErrNotFound) {
		return Admission{}, ErrStepOver
	}
	if err != nil {
		return Admission{}, err
	}
	return m.admit(ctx, a, device, strong)
}

// withoutStaff drops the parts on the platform, for a session that has not
// proved the second factor they require.
func withoutStaff(roles []authz.Role) []authz.Role {
	return slices.DeleteFunc(slices.Clone(roles), func(r authz.Role) bool { return r.Org == "" })
}
