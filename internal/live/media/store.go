package media

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

type channelRow struct {
	Session id.Session
	Slot    string
	Room    id.Room
	Origin  time.Time
	Epoch   int
}

// loadChannel answers ErrNoChannel when there is no such row.
func loadChannel(ctx context.Context, session id.Session, slot string) (channelRow, error) {
	r := channelRow{Session: session, Slot: slot}
	var origin int64
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT room, origin, epoch FROM media_channel WHERE session = $1 AND slot = $2`, session, slot).
		Scan(&r.Room, &origin, &r.Epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return r, ErrNoChannel
	}
	if err != nil {
		return r, fmt.Errorf("reading a channel: %w", err)
	}
	r.Origin = clock.FromMicros(origin)
	return r, nil
}

func insertChannel(ctx context.Context, r channelRow) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO media_channel (session, slot, room, origin, epoch, ended)
			VALUES ($1, $2, $3, $4, 0, 0) ON CONFLICT DO NOTHING`, r.Session, r.Slot, r.Room, clock.Micros(r.Origin))
		if err != nil {
			return fmt.Errorf("inserting a channel: %w", err)
		}
		return nil
	})
}

// nextEpoch gives out a number never given before.
func nextEpoch(ctx context.Context, session id.Session, slot string) (n int, err error) {
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		err := sqldb.From(ctx).QueryRow(ctx, `UPDATE media_channel SET epoch = epoch + 1 WHERE session = $1 AND slot = $2 RETURNING epoch`,
			session, slot).Scan(&n)
		if err != nil {
			return fmt.Errorf("counting an epoch: %w", err)
		}
		return nil
	})
	return n, err
}

// gop is one keyframe with what follows it: where it stands on the timeline
// and in its file.
type gop struct{ Start, Length, Offset, Size int64 }

// MarshalJSON writes [start, length, offset, size].
func (g gop) MarshalJSON() ([]byte, error) {
	return json.Marshal([4]int64{g.Start, g.Length, g.Offset, g.Size})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (g *gop) UnmarshalJSON(b []byte) error {
	var a [4]int64
	if err := json.Unmarshal(b, &a); err != nil {
		return err
	}
	*g = gop{a[0], a[1], a[2], a[3]}
	return nil
}

// record is one recorded file.
type record struct {
	Session  id.Session
	Slot     string
	Seq      int64
	Epoch    int64
	InitSize int64
	Size     int64
	GOPs     []gop
	SHA256   []byte
	Key      string
}

func (r record) start() int64 { return r.GOPs[0].Start }
func (r record) end() int64   { g := r.GOPs[len(r.GOPs)-1]; return g.Start + g.Length }

func insertRecord(ctx context.Context, r record) error {
	gops, err := json.Marshal(r.GOPs)
	if err != nil {
		return fmt.Errorf("packing an index: %w", err)
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO media_file
			(session, slot, seq, epoch, start_us, length_us, init_size, size, gops, sha256, key)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
			r.Session, r.Slot, r.Seq, r.Epoch, r.start(), r.end()-r.start(), r.InitSize, r.Size, string(gops), r.SHA256, r.Key)
		if err != nil {
			return fmt.Errorf("indexing a recording: %w", err)
		}
		return nil
	})
}

// records are the files of a slot that reach into the span, in order.
func records(ctx context.Context, session id.Session, slot string, from, to int64) ([]record, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT seq, epoch, init_size, size, gops, sha256, key FROM media_file
		WHERE session = $1 AND slot = $2 AND start_us < $4 AND start_us + length_us > $3 ORDER BY seq`, session, slot, from, to)
	if err != nil {
		return nil, fmt.Errorf("listing recordings: %w", err)
	}
	defer rows.Close()
	var out []record
	for rows.Next() {
		r := record{Session: session, Slot: slot}
		var gops []byte
		if err := rows.Scan(&r.Seq, &r.Epoch, &r.InitSize, &r.Size, &gops, &r.SHA256, &r.Key); err != nil {
			return nil, fmt.Errorf("reading a recording: %w", err)
		}
		if err := json.Unmarshal(gops, &r.GOPs); err != nil || len(r.GOPs) == 0 {
			return nil, fmt.Errorf("index of %s: %w", r.Key, err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// extent is the number of the last file of a slot's recording and its bytes.
func extent(ctx context.Context, session id.Session, slot string) (seq, bytes int64, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT COALESCE(MAX(seq), 0), COALESCE(SUM(size), 0)
		FROM media_file WHERE session = $1 AND slot = $2`, session, slot).Scan(&seq, &bytes)
	if err != nil {
		err = fmt.Errorf("measuring a recording: %w", err)
	}
	return seq, bytes, err
}

func allKeys(ctx context.Context, session id.Session) ([]string, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT key FROM media_file WHERE session = $1 ORDER BY key`, session)
	if err != nil {
		return nil, fmt.Errorf("listing a session's files: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, fmt.Errorf("reading a session's files: %w", err)
		}
		out = append(out, key)
	}
	return out, rows.Err()
}

func forget(ctx context.Context, session id.Session) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if _, err := sqldb.From(ctx).Exec(ctx, `DELETE FROM media_file WHERE session = $1`, session); err != nil {
			return fmt.Errorf("forgetting a recording: %w", err)
		}
		return nil
	})
}

// Gap is a hole in a recording that is not a mere absence of the host.
type Gap struct {
	Slot   string
	Start  time.Duration
	Length time.Duration // zero when unknown
	Reason string        // crash, overflow, disk
}

func insertGap(ctx context.Context, session id.Session, g Gap) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO media_gap (session, slot, start_us, length_us, reason)
			VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, session, g.Slot, g.Start.Microseconds(), g.Length.Microseconds(), g.Reason)
		if err != nil {
			return fmt.Errorf("noting a gap: %w", err)
		}
		return nil
	})
}

// Gaps are the holes in a session's recording, in order.
func (*Engine) Gaps(ctx context.Context, session id.Session) ([]Gap, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT slot, start_us, length_us, reason FROM media_gap WHERE session = $1 ORDER BY start_us, slot`, session)
	if err != nil {
		return nil, fmt.Errorf("listing gaps: %w", err)
	}
	defer rows.Close()
	var out []Gap
	for rows.Next() {
		var g Gap
		var start, length int64
		if err := rows.Scan(&g.Slot, &start, &length, &g.Reason); err != nil {
			return nil, fmt.Errorf("reading a gap: %w", err)
		}
		g.Start, g.Length = time.Duration(start)*time.Microsecond, time.Duration(length)*time.Microsecond
		out = append(out, g)
	}
	return out, rows.Err()
}
