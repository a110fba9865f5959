package org

import (
	"context"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

func listStaff(ctx context.Context, after, role, region string, limit int) ([]Staff, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT account, role, region, since FROM org_role
		WHERE org = '' AND (account, role, region) > ($1, $2, $3) ORDER BY account, role, region LIMIT $4`, after, role, region, limit)
	if err != nil {
		return nil, fmt.Errorf("listing staff: %w", err)
	}
	defer rows.Close()
	var out []Staff
	for rows.Next() {
		var s Staff
		var in string
		var since int64
		if err := rows.Scan(&s.Account, &s.Role, &in, &since); err != nil {
			return nil, fmt.Errorf("reading staff: %w", err)
		}
		s.Region, s.Since = geo.Region(in), clock.FromMicros(since)
		out = append(out, s)
	}
	return out, rows.Err()
}

// countStaff counts who plays a part everywhere on the platform.
func countStaff(ctx context.Context, role string) (n int64, err error) {
	if err = sqldb.From(ctx).QueryRow(ctx, `SELECT COUNT(*) FROM org_role WHERE org = '' AND role = $1 AND region = ''`, role).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting staff: %w", err)
	}
	return n, nil
}

func openInvites(ctx context.Context, org id.Org, now time.Time, after string, limit int) ([]Invite, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id, org, role, account, expires FROM org_invite
		WHERE org = $1 AND used = 0 AND expires > $2 AND id > $3 ORDER BY id LIMIT $4`, org, clock.Micros(now), after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing invitations: %w", err)
	}
	defer rows.Close()
	var out []Invite
	for rows.Next() {
		var i Invite
		var expires int64
		if err := rows.Scan(&i.ID, &i.Org, &i.Role, &i.By, &expires); err != nil {
			return nil, fmt.Errorf("reading an invitation: %w", err)
		}
		i.Expires = clock.FromMicros(expires)
		out = append(out, i)
	}
	return out, rows.Err()
}

func revokeInvite(ctx context.Context, org id.Org, invite id.Invite, now time.Time) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE org_invite SET used = $3 WHERE id = $1 AND org = $2 AND used = 0`, invite, org, clock.Micros(now))
	if err != nil {
		return fmt.Errorf("revoking an invitation: %w", err)
	}
	return nil
}
