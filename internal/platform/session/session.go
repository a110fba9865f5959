// Package session remembers signed-in devices.
//
// A session is a random token that only the device holds; the table keeps its
// hash. Ending a session takes effect with the next request. Use extends it:
// a farmer who opens the app within the month stays signed in; staff who may
// act on others' affairs are signed out after half a day idle.
//
// Table: session_session.
package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// ErrEnded: the bearer token is unknown, ended or expired.
var ErrEnded = fault.Define(fault.Unauthenticated, "session_ended", "登录已失效，请重新登录", "The session has ended. Please sign in again.")

// CookieName is the cookie that carries the token.
const CookieName = "tb_session"

// Idle times after which a session ends.
const (
	IdlePerson = 30 * 24 * time.Hour
	IdleStaff  = 12 * time.Hour
	touchAfter = 10 * time.Minute
)

// Session is one signed-in device.
type Session struct {
	ID      id.Device
	Account id.Account
	Name    string // of the device, as it calls itself
	Staff   bool
	Strong  bool     // the person proved a second factor
	Grant   id.Grant // the helper grant in use, empty when acting for oneself
	Created time.Time
	Seen    time.Time
}

// Sessions starts, finds and ends sessions.
type Sessions struct{ Clock clock.Clock }

// Start makes a session and returns its token, which exists nowhere else.
func (s Sessions) Start(ctx context.Context, account id.Account, name string, staff, strong bool) (Session, string, error) {
	token := rand.Text() + rand.Text()
	now := s.Clock.Now()
	one := Session{ID: id.New[id.Device](), Account: account, Name: name, Staff: staff, Strong: strong, Created: now, Seen: now}
	return one, token, sqldb.Write(ctx, func(ctx context.Context) error { return insert(ctx, one, hash(token), expiry(one, now)) })
}

func expiry(s Session, now time.Time) time.Time {
	if s.Staff {
		return now.Add(IdleStaff)
	}
	return now.Add(IdlePerson)
}

func hash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// Resolve finds the session of a token; ErrEnded when there is none.
func (s Sessions) Resolve(ctx context.Context, token string) (Session, error) {
	now := s.Clock.Now()
	one, err := find(ctx, hash(token), now)
	if err != nil || now.Sub(one.Seen) < touchAfter {
		return one, err
	}
	one.Seen = now
	return one, sqldb.Write(ctx, func(ctx context.Context) error { return touch(ctx, one.ID, now, expiry(one, now)) })
}

// List gives an account's sessions, the latest used first.
func (s Sessions) List(ctx context.Context, account id.Account) ([]Session, error) {
	return list(ctx, account, s.Clock.Now())
}

// End ends one session of an account; ending none is no error.
func (s Sessions) End(ctx context.Context, account id.Account, device id.Device) error {
	return sqldb.Write(ctx, func(ctx context.Context) error { return remove(ctx, account, device) })
}

// EndAll ends every session of an account.
func (s Sessions) EndAll(ctx context.Context, account id.Account) error {
	return sqldb.Write(ctx, func(ctx context.Context) error { return removeAll(ctx, account) })
}

// EndOthers ends every session of an account but one.
func (s Sessions) EndOthers(ctx context.Context, account id.Account, keep id.Device) error {
	return sqldb.Write(ctx, func(ctx context.Context) error { return removeOthers(ctx, account, keep) })
}

// Strengthen notes that the person proved a second factor.
func (s Sessions) Strengthen(ctx context.Context, device id.Device) error {
	return sqldb.Write(ctx, func(ctx context.Context) error { return setStrong(ctx, device) })
}

// MarkStaff holds an account's sessions to the shorter idle time from now on.
func (s Sessions) MarkStaff(ctx context.Context, account id.Account) error {
	latest := s.Clock.Now().Add(IdleStaff)
	return sqldb.Write(ctx, func(ctx context.Context) error { return setStaff(ctx, account, latest) })
}

// Sweep forgets sessions that have expired and says how many.
func (s Sessions) Sweep(ctx context.Context) (n int64, err error) {
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		n, err = removeExpired(ctx, s.Clock.Now())
		return err
	})
	return n, err
}

// Act makes the session act under a grant, or for oneself again ("").
func (s Sessions) Act(ctx context.Context, device id.Device, grant id.Grant) error {
	return sqldb.Write(ctx, func(ctx context.Context) error { return setGrant(ctx, device, grant) })
}

// Cookie carries the token to the browser. It is out of scripts' reach.
func Cookie(token string, secure bool) http.Cookie {
	return http.Cookie{
		Name: CookieName, Value: token, Path: "/", MaxAge: int(IdlePerson.Seconds()),
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	}
}

// Clear is the cookie that takes it away.
func Clear() http.Cookie {
	return http.Cookie{Name: CookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// FromRequest finds the token; bearer is whether it came in the Authorization
// header.
func FromRequest(r *http.Request) (token string, bearer bool) {
	if value, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return value, true
	}
	if c, err := r.Cookie(CookieName); err == nil {
		return c.Value, false
	}
	return "", false
}
