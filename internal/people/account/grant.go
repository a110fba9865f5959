package account

import (
	"cmp"
	"context"
	"strings"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

func parseDay(s string) (time.Time, error) { return time.Parse("2006-01-02", s) }

// Grant lets the holder of a phone act for the actor, in the named scopes, for
// some days.
func (m *Module) Grant(ctx context.Context, phone string, scopes []string, days int) (Grant, error) {
	if err := authz.Check(ctx, "account.grants", self(ctx)); err != nil {
		return Grant{}, err
	}
	phone, ok := CleanPhone(phone)
	if !ok {
		return Grant{}, ErrPhone
	}
	if days < 1 || time.Duration(days)*24*time.Hour > grantLongest {
		return Grant{}, ErrGrantDays
	}
	if len(scopes) == 0 {
		return Grant{}, ErrGrantScope
	}
	for _, s := range scopes {
		if _, ok := GrantScopes[s]; !ok {
			return Grant{}, ErrGrantScope
		}
	}
	owner := authz.From(ctx).Account
	now := m.Clock.Now()
	g := Grant{ID: id.New[id.Grant](), Owner: owner, Actions: scopes, From: now, Until: now.Add(time.Duration(days) * 24 * time.Hour)}
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		if n, err := activeGrants(ctx, owner, now); err != nil || n >= mostGrants {
			return cmp.Or[error](err, ErrGrants)
		}
		// The helper's account is made if there is none: whether a phone has
		// one is not for others to find out.
		helper, err := m.ensure(ctx, phone, m.Sealer.Index("phone", phone), "")
		if err != nil {
			return err
		}
		if helper.ID == owner {
			return ErrGrantSelf
		}
		g.Helper = helper.ID
		if err := insertGrant(ctx, g); err != nil {
			return err
		}
		return m.Audit(ctx, "account.grant", string(g.ID), strings.Join(scopes, " "))
	})
	return g, err
}

// Grants are those that the actor gave or got, the newest first.
func (*Module) Grants(ctx context.Context, req page.Request) (page.Of[Grant], error) {
	var none page.Of[Grant]
	if err := authz.Check(ctx, "account.act", self(ctx)); err != nil {
		return none, err
	}
	before := "~"
	if err := page.Decode(req.Cursor, &before); err != nil {
		return none, err
	}
	rows, err := grantsOf(ctx, authz.From(ctx).Account, before, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(g Grant) string { return page.Encode(string(g.ID)) }), nil
}

// Revoke ends a grant at once; both sides may.
func (m *Module) Revoke(ctx context.Context, grant id.Grant) error {
	if err := authz.Check(ctx, "account.act", self(ctx)); err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if err := revokeGrant(ctx, grant, authz.From(ctx).Account, m.Clock.Now()); err != nil {
			return err
		}
		m.forget(ctx)
		return m.Audit(ctx, "account.revoke", string(grant), "")
	})
}

// Act makes the session act for the grant's owner until Stop.
func (m *Module) Act(ctx context.Context, grant id.Grant) (Grant, error) {
	if err := authz.Check(ctx, "account.act", self(ctx)); err != nil {
		return Grant{}, err
	}
	g, err := loadGrant(ctx, grant)
	if err != nil {
		return g, err
	}
	actor := authz.From(ctx)
	if g.Helper != actor.Account || !g.Active(m.Clock.Now()) {
		return g, ErrGrantOver
	}
	return g, sqldb.Write(ctx, func(ctx context.Context) error {
		if err := m.Sessions.Act(ctx, actor.Device, grant); err != nil {
			return err
		}
		m.forget(ctx)
		return m.Audit(ctx, "account.act", string(grant), "begin")
	})
}

// Stop makes the session act for oneself again.
func (m *Module) Stop(ctx context.Context) error {
	if err := authz.Check(ctx, "account.act", self(ctx)); err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if err := m.Sessions.Act(ctx, authz.From(ctx).Device, ""); err != nil {
			return err
		}
		m.forget(ctx)
		return m.Audit(ctx, "account.act", "", "end")
	})
}
