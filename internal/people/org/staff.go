package org

import (
	"context"
	"time"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
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
		taken, err := takeStaff(ctx, account, role, region)
		if err != nil || !taken {
			return err
		}
		if role == "platform_admin" && region == "" {
			if n, err := countStaff(ctx, role); err != nil || n == 0 {
				return orElse(err, ErrLastAdmin)
			}
		}
		return bus.Emit(ctx, SubjectRoleChanged, string(account), RoleChanged{"", account, role, false, authz.From(ctx).Account})
	})
}

// Invites are the invitations of an organisation that still wait.
func (m *Module) Invites(ctx context.Context, org id.Org, req page.Request) (page.Of[Invite], error) {
	var none page.Of[Invite]
	if _, err := m.own(ctx, org, "org.invite"); err != nil {
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
	if _, err := m.own(ctx, org, "org.invite"); err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error { return revokeInvite(ctx, org, invite, m.Clock.Now()) })
}
