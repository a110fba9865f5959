package session

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the package's table.
func Migrations() sqldb.Migrations { return sqldb.Migrations{Module: "session", FS: migrations} }

const columns = `id, account, name, staff, strong, act_grant, created, seen`

func scan(row interface{ Scan(...any) error }) (Session, error) {
	var s Session
	var created, seen int64
	err := row.Scan(&s.ID, &s.Account, &s.Name, &s.Staff, &s.Strong, &s.Grant, &created, &seen)
	s.Created, s.Seen = clock.FromMicros(created), clock.FromMicros(seen)
	return s, err
}

func insert(ctx context.Context, s Session, hash []byte, expires time.Time) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO session_session (hash, `+columns+`, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		hash, s.ID, s.Account, s.Name, s.Staff, s.Strong, s.Grant, clock.Micros(s.Created), clock.Micros(s.Seen), clock.Micros(expires))
	if err != nil {
		return fmt.Errorf("starting a session: %w", err)
	}
	return nil
}

func find(ctx context.Context, hash []byte, now time.Time) (Session, error) {
	s, err := scan(sqldb.From(ctx).QueryRow(ctx, `SELECT `+columns+` FROM session_session WHERE hash = $1 AND expires > $2`, hash, clock.Micros(now)))
	if errors.Is(err, sql.ErrNoRows) {
		return s, ErrEnded
	}
	if err != nil {
		return s, fmt.Errorf("finding a session: %w", err)
	}
	return s, nil
}

func list(ctx context.Context, account id.Account, now time.Time) ([]Session, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+columns+` FROM session_session
		WHERE account = $1 AND expires > $2 ORDER BY seen DESC, id LIMIT 100`, account, clock.Micros(now))
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	defer rows.Close()
	var out []Session
	for rows.Next() {
		s, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a session: %w", err)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func change(ctx context.Context, what, query string, args ...any) error {
	if _, err := sqldb.From(ctx).Exec(ctx, query, args...); err != nil {
		return fmt.Errorf("%s a session: %w", what, err)
	}
	return nil
}

func touch(ctx context.Context, device id.Device, seen, expires time.Time) error {
	return change(ctx, "extending", `UPDATE session_session SET seen = $2, expires = $3 WHERE id = $1`, device, clock.Micros(seen), clock.Micros(expires))
}

func remove(ctx context.Context, account id.Account, device id.Device) error {
	return change(ctx, "ending", `DELETE FROM session_session WHERE account = $1 AND id = $2`, account, device)
}

func removeAll(ctx context.Context, account id.Account) error {
	return change(ctx, "ending", `DELETE FROM session_session WHERE account = $1`, account)
}

func setGrant(ctx context.Context, device id.Device, grant id.Grant) error {
	return change(ctx, "changing", `UPDATE session_session SET act_grant = $2 WHERE id = $1`, device, grant)
}

func removeOthers(ctx context.Context, account id.Account, keep id.Device) error {
	return change(ctx, "ending", `DELETE FROM session_session WHERE account = $1 AND id <> $2`, account, keep)
}

func setStrong(ctx context.Context, device id.Device) error {
	return change(ctx, "strengthening", `UPDATE session_session SET strong = $2 WHERE id = $1`, device, true)
}

func setStaff(ctx context.Context, account id.Account, latest time.Time) error {
	return change(ctx, "shortening", `UPDATE session_session SET staff = $3, expires = CASE WHEN expires < $2 THEN expires ELSE $2 END
		WHERE account = $1`, account, clock.Micros(latest), true)
}

func removeExpired(ctx context.Context, now time.Time) (int64, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `DELETE FROM session_session WHERE expires <= $1`, clock.Micros(now))
	if err != nil {
		return 0, fmt.Errorf("sweeping sessions: %w", err)
	}
	return res.RowsAffected()
}
