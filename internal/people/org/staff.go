package org

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// Staff is a person's part on the platform.
type Staff struct {
	Account id.Account
	Role    string
	Region  geo.Region // "" is everywhere
	Since   time.Time
}

// Staff lists who plays a part on the platform.
func (*Module) Staff(ctx context.Context, req page.Request) (page.Of[Staff], error) {
	var none page.Of[Staff]
	if err := authz.Check(ctx, "org.appoint", authz.Resource{Type: "Platform"}); err != nil {
		return none, err
	}
	var after, role, region string
	if err := page.Decode(req.Cursor, &after, &role, &region); err != nil {
		return none, err
	}
	rows, err := listStaff(ctx, after, role, region, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(s Staff) string { return page.Encode(string(s.Account), s.Role, string(s.Region)) }), nil
}

// Dismiss ends a part on the platform. The last administrator stays, or nobody
// could appoint another.
func (m *Module) Dismiss(ctx context.Context, account id.Account, role string, region geo.Region) error {
	if err := authz.Check(ctx, "org.appoint", authz.Resource{Type: "Platform", Region: region}); err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if err := lockAdministrators(ctx); err != nil { // of two who dismiss each other, one stays
			return err
		}
		if err := m.take(ctx, account, "", role, region); err != nil {
			return err
		}
		if role == "platform_admin" && region == "" {
			if n, err := countStaff(ctx, role); err != nil || n == 0 {
				return cmp.Or[error](err, ErrLastAdmin)
			}
		}
		return nil
	})
}

// Appoint gives a part on the platform within a region ("" is everywhere).
func (m *Module) Appoint(ctx context.Context, account id.Account, role string, region geo.Region) error {
	if err := authz.Check(ctx, "org.appoint", authz.Resource{Type: "Platform", Region: region}); err != nil {
		return err
	}
	if !slices.Contains(PlatformRoles, role) {
		return ErrRole
	}
	if _, err := geo.ParseRegion(string(region)); err != nil {
		return ErrRegion
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		names, err := m.Names(ctx, []id.Account{account})
		if err != nil {
			return err
		}
		if _, known := names[account]; !known {
			return ErrNobody
		}
		return m.give(ctx, account, "", role, region)
	})
}

// Invites are the invitations of an organisation that still wait.
func (m *Module) Invites(ctx context.Context, org id.Org, req page.Request) (page.Of[Invite], error) {
	var none page.Of[Invite]
	if _, err := m.own(ctx, org, "org.members"); err != nil {
		return none, err
	}
	after := ""
	if err := page.Decode(req.Cursor, &after); err != nil {
		return none, err
	}
	rows, err := openInvites(ctx, org, m.Clock.Now(), after, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(i Invite) string { return page.Encode(string(i.ID)) }), nil
}

// Revoke takes an invitation back; one that is used or gone needs nothing.
func (m *Module) Revoke(ctx context.Context, org id.Org, invite id.Invite) error {
	if _, err := m.own(ctx, org, "org.edit"); err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error { return revokeInvite(ctx, org, invite, m.Clock.Now()) })
}
