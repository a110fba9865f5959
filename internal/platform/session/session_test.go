package session_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/session"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

func each(t *testing.T, test func(t *testing.T, ctx context.Context, s session.Sessions, c *clock.Fake)) {
	t.Helper()
	sqldbtest.Each(t, []sqldb.Migrations{session.Migrations()}, func(t *testing.T, ctx context.Context, _ *sqldb.DB) {
		c := clock.NewFake(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
		test(t, ctx, session.Sessions{Clock: c}, c)
	})
}

func begin(t *testing.T, ctx context.Context, s session.Sessions, staff bool) (session.Session, string) {
	t.Helper()
	one, token, err := s.Start(ctx, "acc_ada", "小米", staff, false)
	if err != nil {
		t.Fatal(err)
	}
	return one, token
}

func TestASessionLastsAsLongAsItIsUsed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, ctx context.Context, s session.Sessions, c *clock.Fake) {
		for _, kind := range []struct {
			staff bool
			idle  time.Duration
		}{{false, session.IdlePerson}, {true, session.IdleStaff}} {
			one, token := begin(t, ctx, s, kind.staff)
			for range 3 { // each use extends it
				c.Advance(kind.idle - time.Minute)
				if got, err := s.Resolve(ctx, token); err != nil || got.ID != one.ID || got.Account != "acc_ada" {
					t.Fatalf("staff %v: %+v %v", kind.staff, got, err)
				}
			}
			c.Advance(kind.idle)
			if _, err := s.Resolve(ctx, token); !errors.Is(err, session.ErrEnded) {
				t.Errorf("staff %v, idle too long: %v", kind.staff, err)
			}
		}
		if n, err := s.Sweep(ctx); err != nil || n != 2 {
			t.Errorf("swept %d, %v", n, err)
		}
	})
}

func TestEndingTakesEffectAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, ctx context.Context, s session.Sessions, c *clock.Fake) {
		one, a := begin(t, ctx, s, false)
		two, b := begin(t, ctx, s, false)
		_, d := begin(t, ctx, s, false)
		if err := s.End(ctx, "acc_eva", one.ID); err != nil { // not hers
			t.Fatal(err)
		}
		if _, err := s.Resolve(ctx, a); err != nil {
			t.Errorf("somebody else ended it: %v", err)
		}
		if err := s.End(ctx, "acc_ada", one.ID); err != nil {
			t.Fatal(err)
		}
		if list, err := s.List(ctx, "acc_ada"); err != nil || len(list) != 2 {
			t.Errorf("%+v %v", list, err)
		}
		if err := s.EndOthers(ctx, "acc_ada", two.ID); err != nil {
			t.Fatal(err)
		}
		for name, token := range map[string]string{"ended": a, "another": d, "invented": "nonsense", "empty": ""} {
			if _, err := s.Resolve(ctx, token); !errors.Is(err, session.ErrEnded) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.Resolve(ctx, b); err != nil {
			t.Error(err)
		}
		if err := s.EndAll(ctx, "acc_ada"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Resolve(ctx, b); !errors.Is(err, session.ErrEnded) {
			t.Error(err)
		}
	})
}

func TestWhatASessionRemembers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, ctx context.Context, s session.Sessions, c *clock.Fake) {
		one, token := begin(t, ctx, s, false)
		if err := errors.Join(s.Act(ctx, one.ID, "grt_1"), s.Strengthen(ctx, one.ID), s.MarkStaff(ctx, "acc_ada")); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Resolve(ctx, token); err != nil || got.Grant != "grt_1" || !got.Strong || !got.Staff {
			t.Errorf("%+v %v", got, err)
		}
		c.Advance(session.IdleStaff + time.Minute)
		if _, err := s.Resolve(ctx, token); !errors.Is(err, session.ErrEnded) {
			t.Errorf("a person who became staff stays signed in: %v", err)
		}
	})
}

func TestWhereTheTokenIsFound(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", "/", nil)
	if token, bearer := session.FromRequest(r); token != "" || bearer {
		t.Errorf("%q %v", token, bearer)
	}
	cookie := session.Cookie("one", true)
	if !cookie.HttpOnly || !cookie.Secure || cookie.MaxAge <= 0 {
		t.Errorf("%+v", cookie)
	}
	r.AddCookie(&cookie)
	if token, bearer := session.FromRequest(r); token != "one" || bearer {
		t.Errorf("%q %v", token, bearer)
	}
	r.Header.Set("Authorization", "Bearer two")
	if token, bearer := session.FromRequest(r); token != "two" || !bearer {
		t.Errorf("%q %v", token, bearer)
	}
	if session.Clear().MaxAge >= 0 {
		t.Error("the clearing cookie does not clear")
	}
}
