package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/session"
	"tianbo/internal/platform/sqldb"
)

// AskCode sends a sign-in code to the phone. The answer is the same whether
// the phone has an account or not. shown is the code itself in demo mode, and
// empty otherwise.
func (m *Module) AskCode(ctx context.Context, phone string) (shown string, err error) {
	phone, ok := CleanPhone(phone)
	if !ok {
		return "", ErrPhone
	}
	secret, err := digits()
	if err != nil {
		return "", err
	}
	index := m.Sealer.Index("phone", phone)
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		now := m.Clock.Now()
		last, err := loadCode(ctx, index)
		if err != nil {
			return err
		}
		if wait := last.Sent.Add(codePause).Sub(now); wait > 0 && !m.Demo {
			return ErrTooSoon.With("seconds", int(wait.Seconds())+1).RetryAfter(wait)
		}
		today := now.In(clock.Shanghai).Format("2006-01-02")
		if last.Day != today {
			last.Today = 0
		}
		if last.Today >= codesADay && !m.Demo {
			return ErrTooMany
		}
		return saveCode(ctx, index, code{
			Hash: codeHash(phone, secret), Sent: now, Expires: now.Add(codeLife), Day: today, Today: last.Today + 1,
		})
	})
	if err != nil {
		return "", err
	}
	if m.Demo {
		return secret, nil
	}
	return "", m.Codes.SendCode(ctx, phone, secret)
}

// digits is six random digits.
func digits() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("making a code: %w", err)
	}
	return fmt.Sprintf("%06d", n), nil
}

// codeHash binds a code to its phone. Six digits are soon guessed from a
// hash; what protects them is the count of attempts and the short life.
func codeHash(phone, secret string) []byte {
	h := sha256.Sum256([]byte(phone + ":" + secret))
	return h[:]
}

// SignIn exchanges a code for a session. A new phone gets an account.
func (m *Module) SignIn(ctx context.Context, phone, secret, device string) (Account, string, error) {
	phone, ok := CleanPhone(phone)
	if !ok {
		return Account{}, "", ErrPhone
	}
	index := m.Sealer.Index("phone", phone)
	var good bool
	// The count of attempts must stand even when the code is wrong, so it is
	// a transaction of its own.
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		hash, err := tryCode(ctx, index, m.Clock.Now())
		if err != nil {
			return err
		}
		if good = subtle.ConstantTimeCompare(hash, codeHash(phone, strings.TrimSpace(secret))) == 1; good {
			return spendCode(ctx, index)
		}
		return nil
	})
	if err != nil {
		return Account{}, "", err
	}
	if !good {
		return Account{}, "", ErrCode
	}
	return m.open(ctx, phone, index, device)
}

// open finds or makes the account and starts a session.
func (m *Module) open(ctx context.Context, phone string, index []byte, device string) (Account, string, error) {
	var a Account
	var token string
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if a, err = m.ensure(ctx, phone, index, ""); err != nil {
			return err
		}
		if a.Suspended != "" {
			return ErrSuspended.With("reason", a.Suspended)
		}
		roles, err := m.Roles.RolesOf(ctx, a.ID)
		if err != nil {
			return err
		}
		if _, token, err = m.Sessions.Start(ctx, a.ID, clip(device, 60), staff(roles)); err != nil {
			return err
		}
		return m.Audit(authz.With(ctx, authz.Actor{Account: a.ID}), "account.sign_in", string(a.ID), clip(device, 60))
	})
	return a, token, err
}

// ensure finds the account of a phone or makes it.
func (m *Module) ensure(ctx context.Context, phone string, index []byte, name string) (Account, error) {
	found, err := byPhone(ctx, index)
	if err == nil {
		found.Phone = phone
		return found.Account, nil
	}
	if !errors.Is(err, ErrNotFound) {
		return Account{}, err
	}
	if name == "" {
		name = "用户" + phone[len(phone)-4:]
	}
	fresh := row{Account: Account{ID: id.New[id.Account](), Name: name, Phone: phone, Lang: "zh-CN", Created: m.Clock.Now()}}
	if fresh.sealedPhone, err = m.Sealer.Text(phone, "account_account phone "+string(fresh.ID)); err != nil {
		return Account{}, err
	}
	made, err := insert(ctx, fresh, index)
	if err != nil {
		return Account{}, err
	}
	if !made { // another request was quicker
		found, err = byPhone(ctx, index)
		return found.Account, err
	}
	return fresh.Account, nil
}

// Register makes (or finds) the account of a phone without signing in, for
// administrators' commands and the demo.
func (m *Module) Register(ctx context.Context, phone, name string) (Account, error) {
	phone, ok := CleanPhone(phone)
	if !ok {
		return Account{}, ErrPhone
	}
	if name, ok = CleanName(name); !ok {
		return Account{}, ErrName
	}
	var a Account
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		a, err = m.ensure(ctx, phone, m.Sealer.Index("phone", phone), name)
		return err
	})
	return a, err
}

// staff reports whether any role lets a person act on others' affairs.
func staff(roles []authz.Role) bool {
	for _, r := range roles {
		if r.Org == "" {
			return true
		}
	}
	return false
}

func clip(s string, n int) string {
	r := []rune(strings.TrimSpace(s))
	return string(r[:min(len(r), n)])
}

// Authenticate implements httpapi.Authenticator.
func (m *Module) Authenticate(ctx context.Context, r *http.Request) (authz.Actor, error) {
	token, bearer := session.FromRequest(r)
	if token == "" {
		return authz.Actor{}, nil
	}
	s, err := m.Sessions.Resolve(ctx, token)
	if errors.Is(err, session.ErrEnded) && !bearer {
		return authz.Actor{}, nil
	}
	if err != nil {
		return authz.Actor{}, err
	}
	return m.actor(ctx, s)
}

func (m *Module) actor(ctx context.Context, s session.Session) (authz.Actor, error) {
	a := authz.Actor{Account: s.Account, Device: s.ID}
	me, err := load(ctx, s.Account)
	if err != nil {
		return authz.Actor{}, err
	}
	if me.Suspended != "" {
		return authz.Actor{}, ErrSuspended.With("reason", me.Suspended)
	}
	if s.Grant != "" {
		g, err := loadGrant(ctx, s.Grant)
		if err != nil && !errors.Is(err, ErrGrantOver) {
			return authz.Actor{}, err
		}
		if err == nil && g.Helper == s.Account && g.Active(m.Clock.Now()) {
			a.For = g.Owner
			for _, scope := range g.Actions {
				a.GrantActions = append(a.GrantActions, GrantScopes[scope]...)
			}
			a.GrantActions = append(a.GrantActions, "account.act")
		}
	}
	a.Roles, err = m.Roles.RolesOf(ctx, a.Subject())
	return a, err
}
