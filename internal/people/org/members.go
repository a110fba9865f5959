package org

import (
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

// Invite offers a part in an organisation. The secret is for the invited
// person alone and works once.
func (m *Module) Invite(ctx context.Context, org id.Org, role string) (Invite, string, error) {
	o, err := m.own(ctx, org, "org.invite")
	if err != nil {
		return Invite{}, "", err
	}
	if !slices.Contains(OrgRoles, role) {
		return Invite{}, "", ErrRole
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
		return m.give(ctx, authz.From(ctx).Account, i.Org, i.Role, "")
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
		if _, err := m.own(ctx, org, action); err != nil {
			return err
		}
		if role == "owner" {
			if n, err := owners(ctx, org); err != nil || n <= 1 {
				return orElse(err, ErrLast)
			}
		}
		taken, err := takeRole(ctx, account, org, role)
		if err != nil || !taken {
			return err
		}
		return bus.Emit(ctx, SubjectRoleChanged, string(account), RoleChanged{org, account, role, false, authz.From(ctx).Account})
	})
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Appoint gives a part on the platform within a region ("" is everywhere).
func (m *Module) Appoint(ctx context.Context, account id.Account, role string, region geo.Region) error {
	if err := authz.Check(ctx, "org.appoint", authz.Resource{Type: "Platform", Region: region}); err != nil {
		return err
	}
	if !slices.Contains(PlatformRoles, role) {
		return ErrRole
	}
	return sqldb.Write(ctx, func(ctx context.Context) error { return m.give(ctx, account, "", role, region) })
}

func (m *Module) give(ctx context.Context, account id.Account, org id.Org, role string, region geo.Region) error {
	fresh, err := giveRole(ctx, account, org, role, region, m.Clock.Now())
	if err != nil || !fresh {
		return err
	}
	return bus.Emit(ctx, SubjectRoleChanged, string(account), RoleChanged{org, account, role, true, authz.From(ctx).Account})
}

// Members lists who plays which part.
func (m *Module) Members(ctx context.Context, org id.Org, req page.Request) (page.Of[Member], error) {
	var none page.Of[Member]
	if _, err := m.own(ctx, org, "org.members"); err != nil {
		return none, err
	}
	after := ""
	if err := page.Decode(req.Cursor, &after); err != nil {
		return none, err
	}
	rows, err := members(ctx, org, after, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(x Member) string { return page.Encode(string(x.Account)) }), nil
}

// RolesOf are the parts an account plays, for its Actor.
func (*Module) RolesOf(ctx context.Context, account id.Account) ([]authz.Role, error) {
	return rolesOf(ctx, account)
}
