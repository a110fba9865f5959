package org

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

const columns = `id, kind, name, region, village, about, contact, address, licence, exemption, created`

func scan(row interface{ Scan(...any) error }) (Org, error) {
	var o Org
	var region string
	var created int64
	err := row.Scan(&o.ID, &o.Kind, &o.Name, &region, &o.Village, &o.About, &o.Contact, &o.Address, &o.Licence, &o.Exemption, &created)
	o.Region, o.Created = geo.Region(region), clock.FromMicros(created)
	return o, err
}

func scanAll(rows *sql.Rows, err error) ([]Org, error) {
	if err != nil {
		return nil, fmt.Errorf("listing organisations: %w", err)
	}
	defer rows.Close()
	var out []Org
	for rows.Next() {
		o, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("reading an organisation: %w", err)
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

func insert(ctx context.Context, o Org) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO org_org (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		o.ID, o.Kind, o.Name, string(o.Region), o.Village, o.About, o.Contact, o.Address, o.Licence, o.Exemption, clock.Micros(o.Created))
	if err != nil {
		return fmt.Errorf("inserting an organisation: %w", err)
	}
	return nil
}

func update(ctx context.Context, o Org) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE org_org SET name = $2, village = $3, about = $4, contact = $5, address = $6, licence = $7, exemption = $8
		WHERE id = $1`, o.ID, o.Name, o.Village, o.About, o.Contact, o.Address, o.Licence, o.Exemption)
	if err != nil {
		return fmt.Errorf("updating an organisation: %w", err)
	}
	return nil
}

func load(ctx context.Context, org id.Org) (Org, error) {
	o, err := scan(sqldb.From(ctx).QueryRow(ctx, `SELECT `+columns+` FROM org_org WHERE id = $1`, org))
	if errors.Is(err, sql.ErrNoRows) {
		return o, ErrNotFound
	}
	if err != nil {
		return o, fmt.Errorf("loading an organisation: %w", err)
	}
	return o, nil
}

func byIDs(ctx context.Context, ids []id.Org) ([]Org, error) {
	text, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return scanAll(sqldb.From(ctx).Query(ctx, `SELECT `+columns+` FROM org_org WHERE id IN `+sqldb.InJSON(ctx, "$1"), string(text)))
}

func list(ctx context.Context, f Filter, after string, limit int) ([]Org, error) {
	return scanAll(sqldb.From(ctx).Query(ctx, `SELECT `+columns+` FROM org_org
		WHERE (CAST($1 AS TEXT) = '' OR kind = $1) AND substr(region, 1, length(CAST($2 AS TEXT))) = $2
			AND (CAST($3 AS TEXT) = '' OR lower(name) LIKE '%' || lower($3) || '%' ESCAPE '\' OR lower(village) LIKE '%' || lower($3) || '%' ESCAPE '\')
			AND id > $4 ORDER BY id LIMIT $5`, f.Kind, string(f.Region), likeWords.Replace(f.Words), after, limit))
}

// lock keeps an organisation's members from changing elsewhere until the
// transaction ends.
func lock(ctx context.Context, org id.Org) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE org_org SET name = name WHERE id = $1`, org)
	if err != nil {
		return fmt.Errorf("locking an organisation: %w", err)
	}
	return nil
}

// likeWords takes their meaning from the signs of LIKE.
var likeWords = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func giveRole(ctx context.Context, account id.Account, org id.Org, role string, region geo.Region, now time.Time) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO org_role (account, org, role, region, since) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		account, org, role, string(region), clock.Micros(now))
	if err != nil {
		return false, fmt.Errorf("giving a role: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func takeRole(ctx context.Context, account id.Account, org id.Org, role string, region geo.Region) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `DELETE FROM org_role WHERE account = $1 AND org = $2 AND role = $3 AND region = $4`, account, org, role, string(region))
	if err != nil {
		return false, fmt.Errorf("taking a role: %w", err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func count(ctx context.Context, query string, args ...any) (n int, err error) {
	if err := sqldb.From(ctx).QueryRow(ctx, query, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting roles: %w", err)
	}
	return n, nil
}

func owners(ctx context.Context, org id.Org) (int, error) {
	return count(ctx, `SELECT COUNT(*) FROM org_role WHERE org = $1 AND role = 'owner'`, org)
}

// owned counts the organisations that a person owns.
func owned(ctx context.Context, account id.Account) (int, error) {
	return count(ctx, `SELECT COUNT(*) FROM org_role WHERE account = $1 AND role = 'owner'`, account)
}

func lockAdministrators(ctx context.Context) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE org_role SET since = since WHERE org = '' AND role = 'platform_admin' AND region = ''`)
	if err != nil {
		return fmt.Errorf("locking the administrators: %w", err)
	}
	return nil
}

func rolesOf(ctx context.Context, account id.Account) ([]authz.Role, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT role, org, region FROM org_role WHERE account = $1 ORDER BY org, role`, account)
	if err != nil {
		return nil, fmt.Errorf("listing roles: %w", err)
	}
	defer rows.Close()
	var out []authz.Role
	for rows.Next() {
		var r authz.Role
		var region string
		if err := rows.Scan(&r.Name, &r.Org, &region); err != nil {
			return nil, fmt.Errorf("reading a role: %w", err)
		}
		r.Region = geo.Region(region)
		out = append(out, r)
	}
	return out, rows.Err()
}

// members gives the parts played in an organisation, after one of them on.
func members(ctx context.Context, org id.Org, account, role string, limit int) ([]Member, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT account, role, since FROM org_role
		WHERE org = $1 AND (account, role) > ($2, $3) ORDER BY account, role LIMIT $4`, org, account, role, limit)
	if err != nil {
		return nil, fmt.Errorf("listing members: %w", err)
	}
	defer rows.Close()
	var out []Member
	for rows.Next() {
		var m Member
		var since int64
		if err := rows.Scan(&m.Account, &m.Role, &since); err != nil {
			return nil, fmt.Errorf("reading a member: %w", err)
		}
		m.Since = clock.FromMicros(since)
		out = append(out, m)
	}
	return out, rows.Err()
}

func insertInvite(ctx context.Context, i Invite, hash []byte) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO org_invite (id, hash, org, role, account, expires, used) VALUES ($1, $2, $3, $4, $5, $6, 0)`,
		i.ID, hash, i.Org, i.Role, i.By, clock.Micros(i.Expires))
	if err != nil {
		return fmt.Errorf("inserting an invitation: %w", err)
	}
	return nil
}

// useInvite takes an invitation that is still good; ErrInvite otherwise.
func useInvite(ctx context.Context, hash []byte, now time.Time) (Invite, error) {
	var i Invite
	err := sqldb.From(ctx).QueryRow(ctx, `UPDATE org_invite SET used = $2 WHERE hash = $1 AND used = 0 AND expires > $2
		RETURNING id, org, role, account`, hash, clock.Micros(now)).Scan(&i.ID, &i.Org, &i.Role, &i.By)
	if errors.Is(err, sql.ErrNoRows) {
		return i, ErrInvite
	}
	if err != nil {
		return i, fmt.Errorf("using an invitation: %w", err)
	}
	return i, nil
}
