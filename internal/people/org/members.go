package org

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"time"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

const inviteLife = 7 * 24 * time.Hour

// place asks whether the actor may do action about a role in an organisation.
func (*Module) place(ctx context.Context, org id.Org, action, role string) (Org, error) {
	o, err := load(ctx, org)
	if err != nil {
		return o, err
	}
	return o, authz.Check(ctx, action, authz.Resource{
		Type: "Org", ID: string(org), Org: org, Region: o.Region, Attrs: map[string]any{"role": role},
	})
}

// Invite offers a part in an organisation. The secret is for the invited
// person alone, works once and for a week.
func (m *Module) Invite(ctx context.Context, org id.Org, role string) (Invite, string, error) {
	if !slices.Contains(OrgRoles, role) {
		return Invite{}, "", ErrRole
	}
	o, err := m.place(ctx, org, "org.invite", role)
	if err != nil {
		return Invite{}, "", err
	}
	secret := rand.Text()
	hash := sha256.Sum256([]byte(secret))
	i := Invite{ID: id.New[id.Invite](), Org: o.ID, Role: role, By: authz.From(ctx).Account, Expires: m.Clock.Now().Add(inviteLife)}
	return i, secret, sqldb.Write(ctx, func(ctx context.Context) error { return insertInvite(ctx, i, hash[:]) })
}

// Accept makes the actor play the part that the secret offers.
func (m *Module) Accept(ctx context.Context, secret string) (Org, error) {
	if err := authz.Check(ctx, "org.accept", authz.Resource{Type: "Invite"}); err != nil {
		return Org{}, err
	}
	var o Org
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		hash := sha256.Sum256([]byte(secret))
		i, err := useInvite(ctx, hash[:], m.Clock.Now())
		if err != nil {
			return err
		}
		if o, err = load(ctx, i.Org); err != nil {
			return err
		}
		if err := m.give(ctx, authz.From(ctx).Account, i.Org, i.Role, ""); err != nil {
			return err
		}
		return m.Audit(ctx, "org.accept", string(i.Org), i.Role)
	})
	return o, err
}

// Remove ends a member's part. Members may leave by themselves; the last
// owner may not.
func (m *Module) Remove(ctx context.Context, org id.Org, account id.Account, role string) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		action := "org.remove"
		if account == authz.From(ctx).Subject() {
			action = "org.leave"
		}
		if _, err := m.place(ctx, org, action, role); err != nil {
			return err
		}
		if err := lock(ctx, org); err != nil { // of two owners who leave at once, one stays
			return err
		}
		if err := m.take(ctx, account, org, role, ""); err != nil {
			return err
		}
		if role == "owner" {
			if n, err := owners(ctx, org); err != nil || n == 0 {
				return cmp.Or[error](err, ErrLast)
			}
		}
		return nil
	})
}

// give and take change a part, and tell whoever keeps a copy.
func (m *Module) give(ctx context.Context, account id.Account, org id.Org, role string, region geo.Region) error {
	fresh, err := giveRole(ctx, account, org, role, region, m.Clock.Now())
	if err != nil || !fresh {
		return err
	}
	return m.changed(ctx, RoleChanged{org, account, role, true, authz.From(ctx).Account})
}

func (m *Module) take(ctx context.Context, account id.Account, org id.Org, role string, region geo.Region) error {
	taken, err := takeRole(ctx, account, org, role, region)
	if err != nil || !taken {
		return err
	}
	return m.changed(ctx, RoleChanged{org, account, role, false, authz.From(ctx).Account})
}

func (m *Module) changed(ctx context.Context, f RoleChanged) error {
	if err := m.RoleChanged(ctx, f); err != nil {
		return err
	}
	return bus.Emit(ctx, SubjectRoleChanged, string(f.Account), f)
}

// Members lists who plays which part.
func (m *Module) Members(ctx context.Context, org id.Org, req page.Request) (page.Of[Member], error) {
	var none page.Of[Member]
	if _, err := m.own(ctx, org, "org.members"); err != nil {
		return none, err
	}
	var account, role string
	if err := page.Decode(req.Cursor, &account, &role); err != nil {
		return none, err
	}
	rows, err := members(ctx, org, account, role, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(x Member) string { return page.Encode(string(x.Account), x.Role) }), nil
}

// RolesOf are the parts an account plays, for its Actor.
func (*Module) RolesOf(ctx context.Context, account id.Account) ([]authz.Role, error) {
	return rolesOf(ctx, account)
}
