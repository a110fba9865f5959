package room

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

const roomColumns = `id, org, operator, host, title, cover, region, topic, created, state, session, sort_at`

func scanRoom(row interface{ Scan(...any) error }) (Room, error) {
	var r Room
	var region string
	var created, sortAt int64
	err := row.Scan(&r.ID, &r.Org, &r.Operator, &r.Host, &r.Title, &r.Cover, &region, &r.Topic, &created, &r.State, &r.Session, &sortAt)
	r.Region, r.Created, r.SortAt = geo.Region(region), clock.FromMicros(created), clock.FromMicros(sortAt)
	return r, err
}

func scanRooms(rows *sql.Rows, err error) ([]Room, error) {
	if err != nil {
		return nil, fmt.Errorf("listing rooms: %w", err)
	}
	defer rows.Close()
	var out []Room
	for rows.Next() {
		r, err := scanRoom(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a room: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// insertRoom reports false when the host has a room for that seller already.
func insertRoom(ctx context.Context, r Room) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO room_room
		(id, org, operator, host, title, cover, region, topic, created, state, session, sort_at, key_hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12) ON CONFLICT DO NOTHING`,
		r.ID, r.Org, r.Operator, r.Host, r.Title, r.Cover, string(r.Region), r.Topic, clock.Micros(r.Created), r.State, clock.Micros(r.SortAt), []byte{})
	if err != nil {
		return false, fmt.Errorf("inserting a room: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func loadRoom(ctx context.Context, room id.Room) (Room, error) {
	r, err := scanRoom(sqldb.From(ctx).QueryRow(ctx, `SELECT `+roomColumns+` FROM room_room WHERE id = $1`, room))
	if errors.Is(err, sql.ErrNoRows) {
		return r, ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("loading a room: %w", err)
	}
	return r, nil
}

func roomByKey(ctx context.Context, hash [32]byte) (Room, error) {
	r, err := scanRoom(sqldb.From(ctx).QueryRow(ctx, `SELECT `+roomColumns+` FROM room_room WHERE key_hash = $1`, hash[:]))
	if errors.Is(err, sql.ErrNoRows) {
		return r, ErrToken
	}
	if err != nil {
		return r, fmt.Errorf("finding a stream key: %w", err)
	}
	return r, nil
}

func roomsByHost(ctx context.Context, host id.Account) ([]Room, error) {
	return scanRooms(sqldb.From(ctx).Query(ctx,
		`SELECT `+roomColumns+` FROM room_room WHERE host = $1 ORDER BY id LIMIT 50`, host))
}

func roomsByIDs(ctx context.Context, ids []id.Room) ([]Room, error) {
	text, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return scanRooms(sqldb.From(ctx).Query(ctx, `SELECT `+roomColumns+` FROM room_room WHERE id IN `+sqldb.InJSON(ctx, "$1")+` ORDER BY id DESC`, string(text)))
}

func roomsByOrg(ctx context.Context, org id.Org, before string, limit int) ([]Room, error) {
	return scanRooms(sqldb.From(ctx).Query(ctx,
		`SELECT `+roomColumns+` FROM room_room WHERE org = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, org, before, limit))
}

// listRooms gives rooms of a state, the newest first, from a cursor on.
func listRooms(ctx context.Context, states [2]State, beforeAt int64, beforeID string, limit int) ([]Room, error) {
	return scanRooms(sqldb.From(ctx).Query(ctx, `SELECT `+roomColumns+` FROM room_room
		WHERE state IN ($1, $2) AND (sort_at < $3 OR (sort_at = $3 AND id < $4))
		ORDER BY sort_at DESC, id DESC LIMIT $5`, states[0], states[1], beforeAt, beforeID, limit))
}

// listPlanned gives announced rooms, the soonest first.
func listPlanned(ctx context.Context, afterAt int64, afterID string, limit int) ([]Room, error) {
	return scanRooms(sqldb.From(ctx).Query(ctx, `SELECT `+roomColumns+` FROM room_room
		WHERE state = 'planned' AND (sort_at > $1 OR (sort_at = $1 AND id > $2))
		ORDER BY sort_at, id LIMIT $3`, afterAt, afterID, limit))
}

func listFollowed(ctx context.Context, account id.Account, beforeAt int64, beforeID string, limit int) ([]Room, error) {
	return scanRooms(sqldb.From(ctx).Query(ctx, `SELECT r.id, r.org, r.operator, r.host, r.title, r.cover, r.region, r.topic, r.created, r.state, r.session, f.at
		FROM room_follow f JOIN room_room r ON r.id = f.room
		WHERE f.account = $1 AND (f.at < $2 OR (f.at = $2 AND r.id < $3))
		ORDER BY f.at DESC, r.id DESC LIMIT $4`, account, beforeAt, beforeID, limit))
}

func updateRoom(ctx context.Context, r Room) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE room_room SET title = $2, cover = $3, topic = $4 WHERE id = $1`, r.ID, r.Title, r.Cover, r.Topic)
	if err != nil {
		return fmt.Errorf("updating a room: %w", err)
	}
	return nil
}

func setRoomState(ctx context.Context, room id.Room, state State, session id.Session, sortAt time.Time) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE room_room SET state = $2, session = $3, sort_at = $4 WHERE id = $1`,
		room, state, session, clock.Micros(sortAt))
	if err != nil {
		return fmt.Errorf("setting a room's state: %w", err)
	}
	return nil
}

func setKey(ctx context.Context, room id.Room, hash []byte) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE room_room SET key_hash = $2 WHERE id = $1`, room, hash)
	if err != nil {
		return fmt.Errorf("setting a stream key: %w", err)
	}
	return nil
}

const sessionColumns = `id, room, host, state, title, planned, started, away_since, ended, end_reason, freeze_reason, checklist, peak, thumb, keep_until, hidden`

func scanSession(row interface{ Scan(...any) error }) (Session, error) {
	var s Session
	var planned, started, away, ended, keep int64
	var checklist string
	err := row.Scan(&s.ID, &s.Room, &s.Host, &s.State, &s.Title, &planned, &started, &away, &ended, &s.EndReason, &s.Freeze,
		&checklist, &s.Peak, &s.Thumb, &keep, &s.Hidden)
	if err != nil {
		return s, err
	}
	s.Planned, s.Started, s.AwaySince = clock.FromMicros(planned), clock.FromMicros(started), clock.FromMicros(away)
	s.EndedAt, s.KeepUntil = clock.FromMicros(ended), clock.FromMicros(keep)
	return s, json.Unmarshal([]byte(checklist), &s.Checklist)
}

func scanSessions(rows *sql.Rows, err error) ([]Session, error) {
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	defer rows.Close()
	var out []Session
	for rows.Next() {
		s, err := scanSession(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a session: %w", err)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func insertSession(ctx context.Context, s Session) error {
	checklist, err := json.Marshal(s.Checklist)
	if err != nil {
		return fmt.Errorf("encoding a checklist: %w", err)
	}
	_, err = sqldb.From(ctx).Exec(ctx, `INSERT INTO room_session (`+sessionColumns+`, erased)
		VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, '', '', $7, 0, '', 0, $8, 0)`,
		s.ID, s.Room, s.Host, s.State, s.Title, clock.Micros(s.Planned), string(checklist), s.Hidden)
	if err != nil {
		return fmt.Errorf("inserting a session: %w", err)
	}
	return nil
}

func loadSession(ctx context.Context, session id.Session) (Session, error) {
	s, err := scanSession(sqldb.From(ctx).QueryRow(ctx, `SELECT `+sessionColumns+` FROM room_session WHERE id = $1`, session))
	if errors.Is(err, sql.ErrNoRows) {
		return s, ErrSessionNotFound
	}
	if err != nil {
		return s, fmt.Errorf("loading a session: %w", err)
	}
	return s, nil
}

// sessionsIn gives the sessions in one of two states.
func sessionsIn(ctx context.Context, a, b State) ([]Session, error) {
	return scanSessions(sqldb.From(ctx).Query(ctx, `SELECT `+sessionColumns+` FROM room_session WHERE state IN ($1, $2) ORDER BY id`, a, b))
}

func endedSessions(ctx context.Context, room id.Room, before string, all bool, limit int) ([]Session, error) {
	return scanSessions(sqldb.From(ctx).Query(ctx, `SELECT `+sessionColumns+` FROM room_session
		WHERE room = $1 AND state = 'ended' AND started > 0 AND erased = 0 AND id < $2 AND (CAST($3 AS BOOLEAN) OR NOT hidden AND freeze_reason = '')
		ORDER BY id DESC LIMIT $4`, room, before, all, limit))
}

func replays(ctx context.Context, before string, limit int) ([]Session, error) {
	return scanSessions(sqldb.From(ctx).Query(ctx, `SELECT `+sessionColumns+` FROM room_session
		WHERE state = 'ended' AND started > 0 AND erased = 0 AND NOT hidden AND freeze_reason = '' AND id < $1
		ORDER BY id DESC LIMIT $2`, before, limit))
}

// saveSession writes the mutable part of s if it is still in state from; it
// reports false when another got there first.
func saveSession(ctx context.Context, s Session, from State) (bool, error) {
	checklist, err := json.Marshal(s.Checklist)
	if err != nil {
		return false, fmt.Errorf("encoding a checklist: %w", err)
	}
	res, err := sqldb.From(ctx).Exec(ctx, `UPDATE room_session SET state = $3, title = $4, planned = $5, started = $6, away_since = $7,
		ended = $8, end_reason = $9, freeze_reason = $10, checklist = $11, keep_until = $12, hidden = $13
		WHERE id = $1 AND state = $2`,
		s.ID, from, s.State, s.Title, clock.Micros(s.Planned), clock.Micros(s.Started), clock.Micros(s.AwaySince),
		clock.Micros(s.EndedAt), s.EndReason, s.Freeze, string(checklist), clock.Micros(s.KeepUntil), s.Hidden)
	if err != nil {
		return false, fmt.Errorf("saving a session: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// thumbsOf gives the sessions among those given that have a picture.
func thumbsOf(ctx context.Context, sessions []id.Session) (map[id.Session]bool, error) {
	text, err := json.Marshal(sessions)
	if err != nil {
		return nil, fmt.Errorf("packing sessions: %w", err)
	}
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id FROM room_session WHERE thumb <> '' AND id IN `+sqldb.InJSON(ctx, "$1"), string(text))
	if err != nil {
		return nil, fmt.Errorf("looking for thumbnails: %w", err)
	}
	defer rows.Close()
	out := map[id.Session]bool{}
	for rows.Next() {
		var s id.Session
		if err := rows.Scan(&s); err != nil {
			return nil, fmt.Errorf("reading a thumbnail: %w", err)
		}
		out[s] = true
	}
	return out, rows.Err()
}

func setThumb(ctx context.Context, session id.Session, key string) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE room_session SET thumb = $2 WHERE id = $1`, session, key)
	if err != nil {
		return fmt.Errorf("setting a thumbnail: %w", err)
	}
	return nil
}

func raisePeak(ctx context.Context, session id.Session, viewers int64) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE room_session SET peak = $2 WHERE id = $1 AND peak < $2`, session, viewers)
	if err != nil {
		return fmt.Errorf("raising the peak: %w", err)
	}
	return nil
}

// token is one row of room_token.
type token struct {
	Hash    [sha256.Size]byte
	Room    id.Room
	Session id.Session
	Account id.Account
	Slot    string
	Expires time.Time
}

func insertToken(ctx context.Context, t token) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO room_token (hash, room, session, account, slot, expires, revoked)
		VALUES ($1, $2, $3, $4, $5, $6, 0)`, t.Hash[:], t.Room, t.Session, t.Account, t.Slot, clock.Micros(t.Expires))
	if err != nil {
		return fmt.Errorf("inserting a publish token: %w", err)
	}
	return nil
}

func loadToken(ctx context.Context, hash [32]byte, now time.Time) (token, error) {
	t := token{Hash: hash}
	var expires int64
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT room, session, account, slot, expires FROM room_token
		WHERE hash = $1 AND revoked = 0 AND expires > $2`, hash[:], clock.Micros(now)).
		Scan(&t.Room, &t.Session, &t.Account, &t.Slot, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return t, ErrToken
	}
	if err != nil {
		return t, fmt.Errorf("loading a publish token: %w", err)
	}
	t.Expires = clock.FromMicros(expires)
	return t, nil
}

// revokeTokens ends the tokens of a session, of one slot or of all ("").
func revokeTokens(ctx context.Context, session id.Session, slot string, now time.Time) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE room_token SET revoked = $3
		WHERE session = $1 AND revoked = 0 AND (CAST($2 AS TEXT) = '' OR slot = $2)`, session, slot, clock.Micros(now))
	if err != nil {
		return fmt.Errorf("revoking publish tokens: %w", err)
	}
	return nil
}
