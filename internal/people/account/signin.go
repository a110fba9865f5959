package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/http"
	"strings"
	"time"

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
	return m.sendCode(ctx, phone, m.Sealer.Index("phone", phone))
}

// sendCode makes the code of an index and sends it. One is sent a minute and
// ten a day; a code replaces the one before.
func (m *Module) sendCode(ctx context.Context, phone string, index []byte) (shown string, err error) {
	secret, err := digits()
	if err != nil {
		return "", err
	}
	now := m.Clock.Now()
	c := code{Hash: codeHash(phone, secret), Sent: now, Expires: now.Add(codeLife), Day: now.In(clock.Shanghai).Format("2006-01-02")}
	limit := codeLimit{sentBefore: now.Add(-codePause), most: codesADay}
	if m.Demo {
		limit = codeLimit{sentBefore: now.Add(time.Hour), most: math.MaxInt32}
	}
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		saved, err := saveCode(ctx, index, c, limit)
		if err != nil || saved {
			return err
		}
		last, err := loadCode(ctx, index)
		if err != nil {
			return err
		}
		if wait := last.Sent.Add(codePause).Sub(now); wait > 0 {
			return ErrTooSoon.With("seconds", int(wait.Seconds())+1).RetryAfter(wait)
		}
		return ErrTooMany
	})
	if err != nil {
		return "", err
	}
	if m.Demo {
		return secret, nil
	}
	if err := m.Codes.SendCode(ctx, phone, secret); err != nil {
		// It never left: the person may ask again at once.
		return "", errors.Join(err, sqldb.Write(context.WithoutCancel(ctx), func(ctx context.Context) error { return freeCode(ctx, index, c.Hash) }))
	}
	return "", nil
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

// SignIn exchanges a code for a session, or for the demand of a second factor.
// A new phone gets an account. A wrong code, an old one, a used one and none
// at all are told in the same words.
func (m *Module) SignIn(ctx context.Context, phone, secret, device string) (Admission, error) {
	phone, ok := CleanPhone(phone)
	if !ok {
		return Admission{}, ErrPhone
	}
	index := m.Sealer.Index("phone", phone)
	if err := m.checkCode(ctx, phone, secret, index); err != nil {
		return Admission{}, err
	}
	return m.open(ctx, phone, index, device)
}

// checkCode uses the code of an index up, if it is right.
func (m *Module) checkCode(ctx context.Context, phone, secret string, index []byte) error {
	good := false
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
	if err == nil && !good {
		err = ErrCode
	}
	return err
}

// open finds or makes the account and admits it, or asks for its second
// factor.
func (m *Module) open(ctx context.Context, phone string, index []byte, device string) (Admission, error) {
	var out Admission
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		a, err := m.ensure(ctx, phone, index, "")
		if err != nil {
			return err
		}
		if a.Suspended != "" {
			return ErrSuspended.With("reason", a.Suspended)
		}
		how, err := methods(ctx, a.ID)
		if err != nil {
			return err
		}
		if len(how) == 0 {
			out, err = m.admit(ctx, a, device, false)
			return err
		}
		out = Admission{Methods: how}
		out.Pending, err = m.begin(ctx, stepSecond, a.ID, clip(device, 60))
		return err
	})
	return out, err
}

// admit starts a session, in the running transaction.
func (m *Module) admit(ctx context.Context, a Account, device string, strong bool) (Admission, error) {
	if a.Suspended != "" {
		return Admission{}, ErrSuspended.With("reason", a.Suspended)
	}
	roles, err := m.Roles.RolesOf(ctx, a.ID)
	if err != nil {
		return Admission{}, err
	}
	_, token, err := m.Sessions.Start(ctx, a.ID, clip(device, 60), staff(roles), strong)
	if err != nil {
		return Admission{}, err
	}
	err = m.Audit(authz.With(ctx, authz.Actor{Account: a.ID}), "account.sign_in", string(a.ID), clip(device, 60))
	return Admission{Account: a, Token: token}, err
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
		found.Phone = phone
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
	known, version, ok := m.actors.find(token)
	if ok {
		return known, nil
	}
	s, err := m.Sessions.Resolve(ctx, token)
	if errors.Is(err, session.ErrEnded) && !bearer {
		return authz.Actor{}, nil
	}
	if err != nil {
		return authz.Actor{}, err
	}
	actor, latest, err := m.actor(ctx, s)
	if err == nil {
		m.actors.put(token, actor, latest, version)
	}
	return actor, err
}

// actor is whom a session stands for, and until when at the latest.
func (m *Module) actor(ctx context.Context, s session.Session) (a authz.Actor, latest time.Time, err error) {
	a = authz.Actor{Account: s.Account, Device: s.ID, Strong: s.Strong}
	me, err := load(ctx, s.Account)
	if err != nil {
		return a, latest, err
	}
	if me.Suspended != "" {
		return authz.Actor{}, latest, ErrSuspended.With("reason", me.Suspended)
	}
	if s.Grant != "" {
		g, err := loadGrant(ctx, s.Grant)
		if err != nil && !errors.Is(err, ErrGrantOver) {
			return a, latest, err
		}
		if err == nil && g.Helper == s.Account && g.Active(m.Clock.Now()) {
			a.For, latest = g.Owner, g.Until
			for _, scope := range g.Actions {
				a.GrantActions = append(a.GrantActions, GrantScopes[scope]...)
			}
			a.GrantActions = append(a.GrantActions, "account.act")
		}
	}
	if a.Roles, err = m.Roles.RolesOf(ctx, a.Subject()); err != nil {
		return a, latest, err
	}
	if m.SecondRequired && !s.Strong {
		a.Roles = withoutStaff(a.Roles)
	}
	return a, latest, nil
}

// RoleChanged keeps sessions in step with a part given or taken, in the same
// transaction.
func (m *Module) RoleChanged(ctx context.Context, account id.Account, org id.Org, given bool) error {
	m.forget(ctx)
	if !given || org != "" {
		return nil
	}
	return m.Sessions.MarkStaff(ctx, account)
}
