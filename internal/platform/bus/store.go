package bus

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

func insertEvents(ctx context.Context, events []Event) error {
	rows := make([][]any, len(events))
	for i, e := range events {
		rows[i] = []any{e.ID, e.Subject, e.Key, string(e.Payload), clock.Micros(e.At), 0, 0}
	}
	return sqldb.Insert(ctx, "bus_outbox", "id, subject, key, payload, at, sent, pending", rows)
}

func scanEvents(rows *sql.Rows, err error) ([]Event, error) {
	if err != nil {
		return nil, fmt.Errorf("reading the outbox: %w", err)
	}
	defer rows.Close()
	var out []Event
	for rows.Next() {
		var e Event
		var payload string
		var at int64
		if err := rows.Scan(&e.ID, &e.Subject, &e.Key, &payload, &at); err != nil {
			return nil, fmt.Errorf("reading the outbox: %w", err)
		}
		e.Payload, e.At = []byte(payload), clock.FromMicros(at)
		out = append(out, e)
	}
	return out, rows.Err()
}

func unsent(ctx context.Context, limit int) ([]Event, error) {
	return scanEvents(sqldb.From(ctx).Query(ctx, `SELECT id, subject, key, payload, at FROM bus_outbox WHERE sent = 0 ORDER BY id LIMIT $1`, limit))
}

// unhandled gives rows published before a time that some handler has not
// recorded.
func unhandled(ctx context.Context, before int64, limit int) ([]Event, error) {
	return scanEvents(sqldb.From(ctx).Query(ctx, `SELECT id, subject, key, payload, at FROM bus_outbox
		WHERE pending > 0 AND sent > 0 AND sent < $1 ORDER BY id LIMIT $2`, before, limit))
}

// setPending adds to what quick handlers have already taken away: both are
// relative, so that neither can overwrite the other.
func setPending(ctx context.Context, event id.Event, handlers int, sent int64) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE bus_outbox SET sent = $2, pending = pending + $3 WHERE id = $1 AND sent = 0`, event, sent, handlers)
	if err != nil {
		return fmt.Errorf("marking an event sent: %w", err)
	}
	return nil
}

func touchSent(ctx context.Context, event id.Event, sent int64) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE bus_outbox SET sent = $2 WHERE id = $1`, event, sent)
	if err != nil {
		return fmt.Errorf("marking an event sent again: %w", err)
	}
	return nil
}

// record writes the inbox row; false when the handler has had the event.
func record(ctx context.Context, event id.Event, handler string, at int64) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO bus_inbox (event, handler, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, event, handler, at)
	if err != nil {
		return false, fmt.Errorf("writing the inbox: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	_, err = sqldb.From(ctx).Exec(ctx, `UPDATE bus_outbox SET pending = pending - 1 WHERE id = $1`, event)
	if err != nil {
		return false, fmt.Errorf("counting a handled event: %w", err)
	}
	return true, nil
}

func insertDead(ctx context.Context, e Event, handler, cause string, at int64) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO bus_dead (event, handler, subject, payload, error, at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, e.ID, handler, e.Subject, string(e.Payload), cause, at)
	if err != nil {
		return fmt.Errorf("recording a dead event: %w", err)
	}
	return nil
}

// purge forgets handled events and their inbox rows older than a time.
func purge(ctx context.Context, before int64) error {
	for _, query := range []string{
		`DELETE FROM bus_outbox WHERE at < $1 AND sent > 0 AND pending <= 0`,
		`DELETE FROM bus_inbox WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM bus_outbox o WHERE o.id = bus_inbox.event)`,
	} {
		if _, err := sqldb.From(ctx).Exec(ctx, query, before); err != nil {
			return fmt.Errorf("purging events: %w", err)
		}
	}
	return nil
}

// Counts is what an operator watches.
type Counts struct{ Unsent, Pending, Dead, JobsFailed int64 }

func counts(ctx context.Context) (Counts, error) {
	var c Counts
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT
		(SELECT COUNT(*) FROM bus_outbox WHERE sent = 0),
		(SELECT COUNT(*) FROM bus_outbox WHERE pending > 0 AND sent > 0),
		(SELECT COUNT(*) FROM bus_dead),
		(SELECT COUNT(*) FROM bus_job WHERE failed > 0)`).Scan(&c.Unsent, &c.Pending, &c.Dead, &c.JobsFailed)
	if err != nil {
		return c, fmt.Errorf("counting events: %w", err)
	}
	return c, nil
}

// Failure is an event a handler has given up, or a job that was.
type Failure struct {
	Kind   string // event or job
	Name   string // subject or kind
	Key    string // the event, or what the job is about
	By     string // the handler; empty for a job
	Error  string
	Failed time.Time
}

func failures(ctx context.Context, limit int) ([]Failure, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT what, name, key, handler, error, at FROM (
		SELECT 'event' AS what, subject AS name, event AS key, handler, error, at FROM bus_dead
		UNION ALL SELECT 'job', kind, key, '', error, failed FROM bus_job WHERE failed > 0) gone ORDER BY at DESC, key LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("listing failures: %w", err)
	}
	defer rows.Close()
	var out []Failure
	for rows.Next() {
		var f Failure
		var at int64
		if err := rows.Scan(&f.Kind, &f.Name, &f.Key, &f.By, &f.Error, &at); err != nil {
			return nil, fmt.Errorf("reading a failure: %w", err)
		}
		f.Failed = clock.FromMicros(at)
		out = append(out, f)
	}
	return out, rows.Err()
}

// reviveEvent takes a given-up event back from a handler's dead letters; false
// when it is not there.
func reviveEvent(ctx context.Context, event id.Event, handler string) (Event, bool, error) {
	e := Event{ID: event}
	var payload string
	err := sqldb.From(ctx).QueryRow(ctx, `DELETE FROM bus_dead WHERE event = $1 AND handler = $2 RETURNING subject, payload`, event, handler).Scan(&e.Subject, &payload)
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	if err == nil {
		_, err = sqldb.From(ctx).Exec(ctx, `DELETE FROM bus_inbox WHERE event = $1 AND handler = $2`, event, handler)
	}
	if err == nil {
		_, err = sqldb.From(ctx).Exec(ctx, `UPDATE bus_outbox SET pending = pending + 1 WHERE id = $1`, event)
	}
	if err != nil {
		return e, false, fmt.Errorf("reviving an event: %w", err)
	}
	e.Payload = []byte(payload)
	return e, true, nil
}

// reviveJob makes a given-up job due at once.
func reviveJob(ctx context.Context, kind, key string, now time.Time) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE bus_job SET failed = 0, attempts = 0, lease = 0, error = '', due = $3, version = version + 1
		WHERE kind = $1 AND key = $2 AND failed > 0`, kind, key, clock.Micros(now))
	if err != nil {
		return fmt.Errorf("reviving %s: %w", kind, err)
	}
	return nil
}

func takeLease(ctx context.Context, name, holder string, now, until time.Time) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO bus_lease (name, holder, until) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE bus_lease.holder = excluded.holder OR bus_lease.until < $4`,
		name, holder, clock.Micros(until), clock.Micros(now))
	if err != nil {
		return false, fmt.Errorf("taking the lease %s: %w", name, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func dropLeases(ctx context.Context, holder string) error {
	_, err := sqldb.From(ctx).Exec(ctx, `DELETE FROM bus_lease WHERE holder = $1`, holder)
	if err != nil {
		return fmt.Errorf("dropping leases: %w", err)
	}
	return nil
}

func upsertJob(ctx context.Context, j Job) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO bus_job (kind, key, due, payload, version, attempts, lease, failed, error)
		VALUES ($1, $2, $3, $4, 1, 0, 0, 0, '')
		ON CONFLICT (kind, key) DO UPDATE SET due = excluded.due, payload = excluded.payload,
			version = bus_job.version + 1, attempts = 0, failed = 0, error = ''`,
		j.Kind, j.Key, clock.Micros(j.Due), string(j.Payload))
	if err != nil {
		return fmt.Errorf("scheduling %s: %w", j.Kind, err)
	}
	return nil
}

func deleteJob(ctx context.Context, kind, key string) error {
	_, err := sqldb.From(ctx).Exec(ctx, `DELETE FROM bus_job WHERE kind = $1 AND key = $2`, kind, key)
	if err != nil {
		return fmt.Errorf("cancelling %s: %w", kind, err)
	}
	return nil
}

// claimed is a job held by this worker.
type claimed struct {
	Job
	version int64
}

// claimJob takes the job longest due, if any.
func claimJob(ctx context.Context, now, lease time.Time) (claimed, bool, error) {
	var c claimed
	var payload string
	var due int64
	err := sqldb.From(ctx).QueryRow(ctx, `UPDATE bus_job SET lease = $2, attempts = attempts + 1
		WHERE (kind, key) = (SELECT kind, key FROM bus_job WHERE failed = 0 AND due <= $1 AND lease <= $1 ORDER BY due, kind, key LIMIT 1)
			AND lease <= $1
		RETURNING kind, key, due, payload, attempts, version`, clock.Micros(now), clock.Micros(lease)).
		Scan(&c.Kind, &c.Key, &due, &payload, &c.Attempt, &c.version)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("claiming a job: %w", err)
	}
	c.Due, c.Payload = clock.FromMicros(due), []byte(payload)
	return c, true, nil
}

func extendJob(ctx context.Context, c claimed, lease time.Time) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE bus_job SET lease = $4 WHERE kind = $1 AND key = $2 AND version = $3`,
		c.Kind, c.Key, c.version, clock.Micros(lease))
	if err != nil {
		return fmt.Errorf("extending a job: %w", err)
	}
	return nil
}

// finishJob deletes a done job unless it was scheduled again meanwhile, in
// which case it is only let go.
func finishJob(ctx context.Context, c claimed) error {
	_, err := sqldb.From(ctx).Exec(ctx, `DELETE FROM bus_job WHERE kind = $1 AND key = $2 AND version = $3`, c.Kind, c.Key, c.version)
	if err == nil {
		_, err = sqldb.From(ctx).Exec(ctx, `UPDATE bus_job SET lease = 0 WHERE kind = $1 AND key = $2`, c.Kind, c.Key)
	}
	if err != nil {
		return fmt.Errorf("finishing a job: %w", err)
	}
	return nil
}

func retryJob(ctx context.Context, c claimed, due time.Time, failed int64, cause string) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE bus_job SET lease = 0, due = $4, failed = $5, error = $6
		WHERE kind = $1 AND key = $2 AND version = $3`, c.Kind, c.Key, c.version, clock.Micros(due), failed, cause)
	if err != nil {
		return fmt.Errorf("retrying a job: %w", err)
	}
	return nil
}

// nextDue is when the next job may run; zero when there is none.
func nextDue(ctx context.Context) (time.Time, error) {
	var us sql.NullInt64
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT MIN(CASE WHEN lease > due THEN lease ELSE due END) FROM bus_job WHERE failed = 0`).Scan(&us)
	if err != nil {
		return time.Time{}, fmt.Errorf("finding the next job: %w", err)
	}
	return clock.FromMicros(us.Int64), nil
}
