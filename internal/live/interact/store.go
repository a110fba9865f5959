package interact

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

func exec(ctx context.Context, doing, query string, args ...any) error {
	if _, err := sqldb.From(ctx).Exec(ctx, query, args...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// collect reads rows with scan.
func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, fmt.Errorf("listing: %w", err)
	}
	defer rows.Close()
	out := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a row: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func addLikes(ctx context.Context, session id.Session, n int64) error {
	return exec(ctx, "counting likes", `INSERT INTO interact_like (session, likes) VALUES ($1, $2)
		ON CONFLICT (session) DO UPDATE SET likes = interact_like.likes + excluded.likes`, session, n)
}

func loadLikes(ctx context.Context, session id.Session) (n int64, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT COALESCE(SUM(likes), 0) FROM interact_like WHERE session = $1`, session).Scan(&n)
	if err != nil {
		err = fmt.Errorf("reading likes: %w", err)
	}
	return n, err
}

func bagProducts(ctx context.Context, room id.Room) ([]id.Product, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT product FROM interact_bag WHERE room = $1 ORDER BY place`, room)
	return collect(rows, err, func(r *sql.Rows) (p id.Product, err error) { return p, r.Scan(&p) })
}

func setBag(ctx context.Context, room id.Room, products []id.Product) error {
	if err := exec(ctx, "emptying a bag", `DELETE FROM interact_bag WHERE room = $1`, room); err != nil {
		return err
	}
	rows := make([][]any, len(products))
	for i, p := range products {
		rows[i] = []any{room, p, i}
	}
	return sqldb.Insert(ctx, "interact_bag", "room, product, place", rows)
}

func roomsWith(ctx context.Context, product id.Product) ([]id.Room, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT room FROM interact_bag WHERE product = $1 ORDER BY room`, product)
	return collect(rows, err, func(r *sql.Rows) (x id.Room, err error) { return x, r.Scan(&x) })
}

// openPin is the pin of now, or the zero Pin.
func openPin(ctx context.Context, room id.Room) (Pin, error) {
	p := Pin{Room: room}
	var from int64
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT session, product, from_at FROM interact_pin WHERE room = $1 AND to_at = 0 ORDER BY from_at DESC LIMIT 1`, room).
		Scan(&p.Session, &p.Product, &from)
	if errors.Is(err, sql.ErrNoRows) {
		return Pin{}, nil
	}
	if err != nil {
		return p, fmt.Errorf("reading a pin: %w", err)
	}
	p.From = clock.FromMicros(from)
	return p, nil
}

// pinsOf are the pins of a broadcast, in order.
func pinsOf(ctx context.Context, session id.Session, limit int) ([]Pin, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT room, product, from_at, to_at FROM interact_pin WHERE session = $1 ORDER BY from_at LIMIT $2`, session, limit)
	return collect(rows, err, func(r *sql.Rows) (Pin, error) {
		p := Pin{Session: session}
		var from, to int64
		err := r.Scan(&p.Room, &p.Product, &from, &to)
		p.From, p.To = clock.FromMicros(from), clock.FromMicros(to)
		return p, err
	})
}

func closePin(ctx context.Context, room id.Room, now time.Time) error {
	return exec(ctx, "closing a pin", `UPDATE interact_pin SET to_at = $2 WHERE room = $1 AND to_at = 0`, room, clock.Micros(now))
}

func insertPin(ctx context.Context, p Pin) error {
	return exec(ctx, "pinning", `INSERT INTO interact_pin (room, session, product, from_at, to_at) VALUES ($1, $2, $3, $4, 0)
		ON CONFLICT (room, from_at) DO UPDATE SET product = excluded.product, to_at = 0`, p.Room, p.Session, p.Product, clock.Micros(p.From))
}

const questionColumns = `id, room, session, line, account, name, text, product, state, into_id, assigned, upvotes, answer, answered_by, answered_us, pinned, at`

func scanQuestion(row interface{ Scan(...any) error }) (Question, error) {
	var q Question
	var at, answered int64
	err := row.Scan(&q.ID, &q.Room, &q.Session, &q.Line, &q.Account, &q.Name, &q.Text, &q.Product, &q.State, &q.Into, &q.Assigned, &q.Upvotes, &q.Answer, &q.AnsweredBy, &answered, &q.Pinned, &at)
	q.At, q.position = clock.FromMicros(at), time.Duration(answered)*time.Microsecond
	q.AnsweredAt = q.position.Seconds()
	return q, err
}

// insertQuestion gives the question of a line; fresh is false when it was there
// already and had not been withdrawn.
func insertQuestion(ctx context.Context, q Question) (key id.Question, fresh bool, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `INSERT INTO interact_question (`+questionColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', 0, '', '', 0, FALSE, $10)
		ON CONFLICT (line) DO UPDATE SET state = 'open' WHERE interact_question.state = 'withdrawn' RETURNING id`,
		q.ID, q.Room, q.Session, q.Line, q.Account, q.Name, q.Text, q.Product, q.State, clock.Micros(q.At)).Scan(&key)
	return found(key, err, "inserting a question")
}

// withdrawQuestion closes the open question of a line.
func withdrawQuestion(ctx context.Context, line id.Line) (key id.Question, was bool, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `UPDATE interact_question SET state = 'withdrawn' WHERE line = $1 AND state = 'open' RETURNING id`, line).Scan(&key)
	return found(key, err, "withdrawing a question")
}

// found tells no row from a failure.
func found[T any](v T, err error, doing string) (T, bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	if err != nil {
		return v, false, fmt.Errorf("%s: %w", doing, err)
	}
	return v, true, nil
}

// forgetSession deletes what belongs to a broadcast.
func forgetSession(ctx context.Context, session id.Session) error {
	for _, query := range []string{
		`DELETE FROM interact_upvote WHERE question IN (SELECT id FROM interact_question WHERE session = $1)`,
		`DELETE FROM interact_question WHERE session = $1`,
		`DELETE FROM interact_vote WHERE poll IN (SELECT id FROM interact_poll WHERE session = $1)`,
		`DELETE FROM interact_poll WHERE session = $1`,
		`DELETE FROM interact_entry WHERE draw IN (SELECT id FROM interact_draw WHERE session = $1)`,
		`DELETE FROM interact_draw WHERE session = $1`,
		`DELETE FROM interact_pin WHERE session = $1`,
		`DELETE FROM interact_like WHERE session = $1`,
		`DELETE FROM interact_guest WHERE session = $1`,
	} {
		if err := exec(ctx, "forgetting a broadcast", query, session); err != nil {
			return err
		}
	}
	return nil
}

func saveQuestion(ctx context.Context, q Question) error {
	return exec(ctx, "saving a question", `UPDATE interact_question SET product = $2, state = $3, into_id = $4, assigned = $5, answer = $6, answered_by = $7, answered_us = $8, pinned = $9
		WHERE id = $1`, q.ID, q.Product, q.State, q.Into, q.Assigned, q.Answer, q.AnsweredBy, q.position.Microseconds(), q.Pinned)
}

func loadQuestion(ctx context.Context, question id.Question) (Question, error) {
	q, err := scanQuestion(sqldb.From(ctx).QueryRow(ctx, `SELECT `+questionColumns+` FROM interact_question WHERE id = $1`, question))
	if errors.Is(err, sql.ErrNoRows) {
		return q, ErrNoQuestion
	}
	if err != nil {
		return q, fmt.Errorf("reading a question: %w", err)
	}
	return q, nil
}

// questionsOf lists by room or by product; by is the caller's constant.
func questionsOf(ctx context.Context, by, value, state, before string, limit int) ([]Question, error) {
	query := `SELECT ` + questionColumns + ` FROM interact_question WHERE room = $1 AND state = $2 AND id < $3 ORDER BY id DESC LIMIT $4`
	if by == "product" {
		query = `SELECT ` + questionColumns + ` FROM interact_question WHERE product = $1 AND state = $2 AND id < $3 ORDER BY id DESC LIMIT $4`
	}
	rows, err := sqldb.From(ctx).Query(ctx, query, value, state, before, limit)
	return collect(rows, err, func(r *sql.Rows) (Question, error) { return scanQuestion(r) })
}

func addUpvote(ctx context.Context, question id.Question, account id.Account) (n int64, err error) {
	if err := exec(ctx, "upvoting", `INSERT INTO interact_upvote (question, account) VALUES ($1, $2) ON CONFLICT DO NOTHING`, question, account); err != nil {
		return 0, err
	}
	return countUpvotes(ctx, question)
}

func countUpvotes(ctx context.Context, question id.Question) (n int64, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `UPDATE interact_question SET upvotes = (SELECT COUNT(*) FROM interact_upvote WHERE question = $1)
		WHERE id = $1 RETURNING upvotes`, question).Scan(&n)
	if err != nil {
		err = fmt.Errorf("counting upvotes: %w", err)
	}
	return n, err
}

// moveUpvotes gives a merged question's upvotes, and its asker's own, to the
// other one; nobody counts twice.
func moveUpvotes(ctx context.Context, from, to id.Question, asker id.Account) error {
	if err := exec(ctx, "moving upvotes", `INSERT INTO interact_upvote (question, account)
		SELECT $2, account FROM interact_upvote WHERE question = $1 ON CONFLICT DO NOTHING`, from, to); err != nil {
		return err
	}
	_, err := addUpvote(ctx, to, asker)
	return err
}
