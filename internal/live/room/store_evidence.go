package room

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// Hold keeps a recording beyond its retention, for a case.
type Hold struct {
	ID       id.Hold
	Session  id.Session
	Case     string
	Reason   string
	By       id.Account
	At       time.Time
	Released time.Time
}

// Deletion is the two-person removal of a recording.
type Deletion struct {
	ID      id.Deletion
	Session id.Session
	AskedBy id.Account
	Reason  string
	AskedAt time.Time
	DoneBy  id.Account
	DoneAt  time.Time
}

func insertHold(ctx context.Context, h Hold) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO room_hold (id, session, casefile, reason, account, at, released, released_by)
		VALUES ($1, $2, $3, $4, $5, $6, 0, '')`, h.ID, h.Session, h.Case, h.Reason, h.By, clock.Micros(h.At))
	if err != nil {
		return fmt.Errorf("inserting a hold: %w", err)
	}
	return nil
}

const holdColumns = `id, session, casefile, reason, account, at`

func scanHold(row interface{ Scan(...any) error }) (h Hold, err error) {
	var at int64
	err = row.Scan(&h.ID, &h.Session, &h.Case, &h.Reason, &h.By, &at)
	h.At = clock.FromMicros(at)
	return h, err
}

// openHolds are those in force on a session, the oldest first; a case has one,
// and cases about one broadcast are few.
func openHolds(ctx context.Context, session id.Session) ([]Hold, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+holdColumns+` FROM room_hold WHERE session = $1 AND released = 0 ORDER BY id LIMIT 50`, session)
	if err != nil {
		return nil, fmt.Errorf("listing holds: %w", err)
	}
	defer rows.Close()
	var out []Hold
	for rows.Next() {
		h, err := scanHold(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a hold: %w", err)
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

func countRooms(ctx context.Context) (c Counts, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT
		(SELECT COUNT(*) FROM room_room WHERE state = 'live'),
		(SELECT COUNT(*) FROM room_room WHERE state = 'away'),
		(SELECT COUNT(*) FROM room_room WHERE state = 'frozen'),
		(SELECT COUNT(*) FROM room_deletion WHERE done_at = 0)`).Scan(&c.Live, &c.Away, &c.Frozen, &c.Deletions)
	if err != nil {
		return c, fmt.Errorf("counting rooms: %w", err)
	}
	return c, nil
}

func releaseHold(ctx context.Context, hold id.Hold, by id.Account, now time.Time) (id.Session, error) {
	var session id.Session
	err := sqldb.From(ctx).QueryRow(ctx, `UPDATE room_hold SET released = $2, released_by = $3
		WHERE id = $1 AND released = 0 RETURNING session`, hold, clock.Micros(now), by).Scan(&session)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrSessionNotFound
	}
	if err != nil {
		return "", fmt.Errorf("releasing a hold: %w", err)
	}
	return session, nil
}

func insertDeletion(ctx context.Context, d Deletion) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO room_deletion (id, session, asked_by, reason, asked_at, done_by, done_at)
		VALUES ($1, $2, $3, $4, $5, '', 0) ON CONFLICT (session) DO NOTHING`,
		d.ID, d.Session, d.AskedBy, d.Reason, clock.Micros(d.AskedAt))
	if err != nil {
		return fmt.Errorf("asking for a deletion: %w", err)
	}
	return nil
}

func loadDeletion(ctx context.Context, session id.Session) (d Deletion, found bool, err error) {
	var asked, done int64
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT id, session, asked_by, reason, asked_at, done_by, done_at FROM room_deletion
		WHERE session = $1`, session).Scan(&d.ID, &d.Session, &d.AskedBy, &d.Reason, &asked, &d.DoneBy, &done)
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	if err != nil {
		return d, false, fmt.Errorf("loading a deletion: %w", err)
	}
	d.AskedAt, d.DoneAt = clock.FromMicros(asked), clock.FromMicros(done)
	return d, true, nil
}

func finishDeletion(ctx context.Context, d Deletion) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE room_deletion SET done_by = $2, done_at = $3 WHERE id = $1 AND done_at = 0`,
		d.ID, d.DoneBy, clock.Micros(d.DoneAt))
	if err != nil {
		return fmt.Errorf("finishing a deletion: %w", err)
	}
	return nil
}

// markErased reports false when the session was erased already.
func markErased(ctx context.Context, session id.Session, now time.Time) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `UPDATE room_session SET erased = $2, thumb = '' WHERE id = $1 AND erased = 0`, session, clock.Micros(now))
	if err != nil {
		return false, fmt.Errorf("marking a recording as erased: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// expiredSessions gives ended sessions beyond their retention and not held.
func expiredSessions(ctx context.Context, now time.Time, afterAt int64, afterID string, limit int) ([]Session, error) {
	return scanSessions(sqldb.From(ctx).Query(ctx, `SELECT `+sessionColumns+` FROM room_session
		WHERE state = 'ended' AND erased = 0 AND keep_until < $1 AND (keep_until > $2 OR (keep_until = $2 AND id > $3))
		AND NOT EXISTS (SELECT 1 FROM room_hold h WHERE h.session = room_session.id AND h.released = 0)
		ORDER BY keep_until, id LIMIT $4`, clock.Micros(now), afterAt, afterID, limit))
}
