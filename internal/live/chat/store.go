package chat

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

const columns = `id, room, session, account, name, role, text, question, state, reason, reports, at`

func scanLine(row interface{ Scan(...any) error }) (Line, error) {
	var l Line
	var at int64
	err := row.Scan(&l.ID, &l.Room, &l.Session, &l.Account, &l.Name, &l.Role, &l.Text, &l.Question, &l.State, &l.Reason, &l.Reports, &at)
	l.At = clock.FromMicros(at)
	return l, err
}

func scanLines(rows *sql.Rows, err error) ([]Line, error) {
	if err != nil {
		return nil, fmt.Errorf("listing lines: %w", err)
	}
	defer rows.Close()
	var out []Line
	for rows.Next() {
		l, err := scanLine(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a line: %w", err)
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// insertLine reports false when the same request has stored its line already.
func insertLine(ctx context.Context, l Line) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO chat_line (`+columns+`, key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
		l.ID, l.Room, l.Session, l.Account, l.Name, l.Role, l.Text, l.Question, l.State, l.Reason, l.Reports, clock.Micros(l.At), l.key)
	if err != nil {
		return false, fmt.Errorf("inserting a line: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func loadLine(ctx context.Context, line id.Line) (Line, error) {
	l, err := scanLine(sqldb.From(ctx).QueryRow(ctx, `SELECT `+columns+` FROM chat_line WHERE id = $1`, line))
	if errors.Is(err, sql.ErrNoRows) {
		return l, ErrNoLine
	}
	if err != nil {
		return l, fmt.Errorf("reading a line: %w", err)
	}
	return l, nil
}

func lineByKey(ctx context.Context, account id.Account, key string) (Line, bool, error) {
	l, err := scanLine(sqldb.From(ctx).QueryRow(ctx, `SELECT `+columns+` FROM chat_line WHERE account = $1 AND key = $2`, account, key))
	if errors.Is(err, sql.ErrNoRows) {
		return l, false, nil
	}
	if err != nil {
		return l, false, fmt.Errorf("reading a line: %w", err)
	}
	return l, true, nil
}

// saveLine writes a line's state if it is still in state from.
func saveLine(ctx context.Context, l Line, from State) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `UPDATE chat_line SET state = $3, reason = $4 WHERE id = $1 AND state = $2`, l.ID, from, l.State, l.Reason)
	if err != nil {
		return false, fmt.Errorf("changing a line: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// deleteSession forgets what was said in a broadcast.
func deleteSession(ctx context.Context, session id.Session) error {
	_, err := sqldb.From(ctx).Exec(ctx, `DELETE FROM chat_report WHERE line IN (SELECT id FROM chat_line WHERE session = $1)`, session)
	if err == nil {
		_, err = sqldb.From(ctx).Exec(ctx, `DELETE FROM chat_line WHERE session = $1`, session)
	}
	if err != nil {
		return fmt.Errorf("deleting lines: %w", err)
	}
	return nil
}

func isFirst(ctx context.Context, room id.Room, account id.Account) (bool, error) {
	var known bool
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM chat_line WHERE account = $2 AND room = $1 AND state = 'shown')`, room, account).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("looking for earlier lines: %w", err)
	}
	return !known, nil
}

func lastOf(ctx context.Context, session id.Session, account id.Account) (s said, found bool, err error) {
	var us int64
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT text, at, key FROM chat_line WHERE session = $1 AND account = $2 ORDER BY at DESC, id DESC LIMIT 1`, session, account).Scan(&s.text, &us, &s.key)
	if errors.Is(err, sql.ErrNoRows) {
		return s, false, nil
	}
	if err != nil {
		return s, false, fmt.Errorf("reading the last line: %w", err)
	}
	s.at = clock.FromMicros(us)
	return s, true, nil
}

func heldLines(ctx context.Context, room id.Room, after string, limit int) ([]Line, error) {
	return scanLines(sqldb.From(ctx).Query(ctx, `SELECT `+columns+` FROM chat_line
		WHERE room = $1 AND state = 'held' AND id > $2 ORDER BY id LIMIT $3`, room, after, limit))
}

func shownLines(ctx context.Context, session id.Session, at time.Time, key string, to time.Time, limit int) ([]Line, error) {
	end := clock.Micros(to)
	if to.IsZero() {
		end = 1 << 62
	}
	return scanLines(sqldb.From(ctx).Query(ctx, `SELECT `+columns+` FROM chat_line
		WHERE session = $1 AND state = 'shown' AND (at, id) > ($2, $3) AND at < $4 ORDER BY at, id LIMIT $5`,
		session, clock.Micros(at), key, end, limit))
}

func addReport(ctx context.Context, line id.Line, account id.Account, reason string, now time.Time) (n int64, err error) {
	_, err = sqldb.From(ctx).Exec(ctx, `INSERT INTO chat_report (line, account, reason, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		line, account, reason, clock.Micros(now))
	if err == nil {
		err = sqldb.From(ctx).QueryRow(ctx, `UPDATE chat_line SET reports = (SELECT COUNT(*) FROM chat_report WHERE line = $1 AND settled = 0) WHERE id = $1 RETURNING reports`, line).Scan(&n)
	}
	if err != nil {
		return 0, fmt.Errorf("reporting a line: %w", err)
	}
	return n, nil
}

func saveMute(ctx context.Context, m Mute) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO chat_mute (room, account, until, reason, set_by, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (room, account) DO UPDATE SET until = excluded.until, reason = excluded.reason, set_by = excluded.set_by, at = excluded.at`,
		m.Room, m.Account, clock.Micros(m.Until), m.Reason, m.By, clock.Micros(m.At))
	if err != nil {
		return fmt.Errorf("muting: %w", err)
	}
	return nil
}

func deleteMute(ctx context.Context, room id.Room, account id.Account) error {
	if _, err := sqldb.From(ctx).Exec(ctx, `DELETE FROM chat_mute WHERE room = $1 AND account = $2`, room, account); err != nil {
		return fmt.Errorf("unmuting: %w", err)
	}
	return nil
}

func loadMute(ctx context.Context, room id.Room, account id.Account, now time.Time) (Mute, bool, error) {
	all, err := mutes(ctx, `SELECT room, account, until, reason, set_by, at FROM chat_mute
		WHERE room = $1 AND account = $2 AND until > $3`, room, account, clock.Micros(now))
	if err != nil || len(all) == 0 {
		return Mute{}, false, err
	}
	return all[0], true, nil
}

func listMutes(ctx context.Context, room id.Room, now time.Time, after string, limit int) ([]Mute, error) {
	return mutes(ctx, `SELECT room, account, until, reason, set_by, at FROM chat_mute
		WHERE room = $1 AND account > $3 AND until > $2 ORDER BY account LIMIT $4`, room, clock.Micros(now), after, limit)
}

func mutes(ctx context.Context, query string, args ...any) ([]Mute, error) {
	rows, err := sqldb.From(ctx).Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("listing mutes: %w", err)
	}
	defer rows.Close()
	var out []Mute
	for rows.Next() {
		var m Mute
		var until, at int64
		if err := rows.Scan(&m.Room, &m.Account, &until, &m.Reason, &m.By, &at); err != nil {
			return nil, fmt.Errorf("reading a mute: %w", err)
		}
		m.Until, m.At = clock.FromMicros(until), clock.FromMicros(at)
		out = append(out, m)
	}
	return out, rows.Err()
}

func loadSettings(ctx context.Context, room id.Room) (Settings, error) {
	s := Settings{Words: []string{}, FirstTimers: Shown}
	var words []byte
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT slow_seconds, words, first_timers FROM chat_setting WHERE room = $1`, room).Scan(&s.SlowSeconds, &words, &s.FirstTimers)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(words, &s.Words)
	}
	if err != nil {
		return s, fmt.Errorf("reading chat settings: %w", err)
	}
	return s, nil
}

func saveSettings(ctx context.Context, room id.Room, s Settings) error {
	words, err := json.Marshal(append([]string{}, s.Words...))
	if err != nil {
		return fmt.Errorf("packing words: %w", err)
	}
	_, err = sqldb.From(ctx).Exec(ctx, `INSERT INTO chat_setting (room, slow_seconds, words, first_timers) VALUES ($1, $2, $3, $4)
		ON CONFLICT (room) DO UPDATE SET slow_seconds = excluded.slow_seconds, words = excluded.words, first_timers = excluded.first_timers`,
		room, s.SlowSeconds, string(words), s.FirstTimers)
	if err != nil {
		return fmt.Errorf("saving chat settings: %w", err)
	}
	return nil
}
