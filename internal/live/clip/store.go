package clip

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

const columns = `id, session, room, product, title, from_us, to_us, start_us, length_us, size, state, problem, account, at`

func scan(row interface{ Scan(...any) error }) (Clip, error) {
	var c Clip
	var from, to, start, length, at int64
	err := row.Scan(&c.ID, &c.Session, &c.Room, &c.Product, &c.Title, &from, &to, &start, &length, &c.Size, &c.State, &c.Problem, &c.By, &at)
	c.From, c.To = time.Duration(from)*time.Microsecond, time.Duration(to)*time.Microsecond
	c.Start, c.Length = time.Duration(start)*time.Microsecond, time.Duration(length)*time.Microsecond
	c.At = clock.FromMicros(at)
	return c, err
}

func insert(ctx context.Context, c Clip) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO clip_clip (`+columns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, $8, '', $9, $10)`,
		c.ID, c.Session, c.Room, c.Product, c.Title, c.From.Microseconds(), c.To.Microseconds(), c.State, c.By, clock.Micros(c.At))
	if err != nil {
		return fmt.Errorf("inserting a clip: %w", err)
	}
	return nil
}

func load(ctx context.Context, clip id.Clip) (Clip, error) {
	c, err := scan(sqldb.From(ctx).QueryRow(ctx, `SELECT `+columns+` FROM clip_clip WHERE id = $1`, clip))
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("loading a clip: %w", err)
	}
	return c, nil
}

// list gives clips of a session, or of a product when session is empty.
func list(ctx context.Context, session id.Session, product id.Product, before string, limit int) ([]Clip, error) {
	query := `SELECT ` + columns + ` FROM clip_clip WHERE product = $1 AND state = 'ready' AND id < $2 ORDER BY id DESC LIMIT $3`
	of := string(product)
	if session != "" {
		query = `SELECT ` + columns + ` FROM clip_clip WHERE session = $1 AND id < $2 ORDER BY id DESC LIMIT $3`
		of = string(session)
	}
	rows, err := sqldb.From(ctx).Query(ctx, query, of, before, limit)
	return scanAll(rows, err)
}

// listOf gives clips of a session, in no order.
func listOf(ctx context.Context, session string, limit int) ([]Clip, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+columns+` FROM clip_clip WHERE session = $1 LIMIT $2`, session, limit)
	return scanAll(rows, err)
}

func remove(ctx context.Context, clip id.Clip) error {
	if _, err := sqldb.From(ctx).Exec(ctx, `DELETE FROM clip_clip WHERE id = $1`, clip); err != nil {
		return fmt.Errorf("deleting a clip: %w", err)
	}
	return nil
}

func scanAll(rows *sql.Rows, err error) ([]Clip, error) {
	if err != nil {
		return nil, fmt.Errorf("listing clips: %w", err)
	}
	defer rows.Close()
	var out []Clip
	for rows.Next() {
		c, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a clip: %w", err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// finish records the outcome of a pending clip.
func finish(ctx context.Context, c Clip) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE clip_clip SET state = $2, start_us = $3, length_us = $4, size = $5, problem = $6
		WHERE id = $1 AND state = 'pending'`,
		c.ID, c.State, c.Start.Microseconds(), c.Length.Microseconds(), c.Size, c.Problem)
	if err != nil {
		return fmt.Errorf("finishing a clip: %w", err)
	}
	return nil
}
