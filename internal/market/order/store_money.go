package order

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/market/catalog"
	"tianbo/internal/platform/sqldb"
)

// deals are the paid sales of a pack that matter for a struck-through price:
// the cheapest since a time, and the last before it.
func deals(ctx context.Context, pack id.Pack, since time.Time) ([]catalog.Deal, error) {
	var out []catalog.Deal
	for _, query := range []string{
		`SELECT l.price, o.paid FROM order_line l JOIN order_order o ON o.id = l.parent
			WHERE l.pack = $1 AND o.paid >= $2 ORDER BY l.price, o.paid DESC LIMIT 1`,
		`SELECT l.price, o.paid FROM order_line l JOIN order_order o ON o.id = l.parent
			WHERE l.pack = $1 AND o.paid > 0 AND o.paid < $2 ORDER BY o.paid DESC LIMIT 1`,
	} {
		var d catalog.Deal
		var at int64
		err := sqldb.From(ctx).QueryRow(ctx, query, pack, clock.Micros(since)).Scan(&d.Price, &at)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("finding deals: %w", err)
		}
		d.At = clock.FromMicros(at)
		out = append(out, d)
	}
	return out, nil
}

// insertPayment adds a claim unless one waits already; false then.
func insertPayment(ctx context.Context, p Payment) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO order_payment (id, parent, method, reference, fen, account, at, confirmed, confirmer, denied)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '', 0) ON CONFLICT DO NOTHING`, p.ID, p.Order, p.Method, p.Reference, p.Fen, p.By, clock.Micros(p.At))
	if err != nil {
		return false, fmt.Errorf("inserting a payment: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func countPayments(ctx context.Context) (n int64, err error) {
	if err = sqldb.From(ctx).QueryRow(ctx, `SELECT COUNT(*) FROM order_payment WHERE confirmed = 0 AND denied = 0`).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting payments: %w", err)
	}
	return n, nil
}

const openColumns = `id, parent, method, reference, fen, account, at`

func scanPayment(row interface{ Scan(...any) error }) (Payment, error) {
	var p Payment
	var at int64
	err := row.Scan(&p.ID, &p.Order, &p.Method, &p.Reference, &p.Fen, &p.By, &at)
	p.At = clock.FromMicros(at)
	return p, err
}

// openPayment is the claim of an order that waits for a second person.
func openPayment(ctx context.Context, order id.Order) (Payment, bool, error) {
	p, err := scanPayment(sqldb.From(ctx).QueryRow(ctx, `SELECT `+openColumns+` FROM order_payment
		WHERE parent = $1 AND confirmed = 0 AND denied = 0`, order))
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("loading a payment: %w", err)
	}
	return p, true, nil
}

// claimed tells which of the orders have a payment that waits.
func claimed(ctx context.Context, orders []id.Order) (map[id.Order]bool, error) {
	if len(orders) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(orders)
	if err != nil {
		return nil, err
	}
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT parent FROM order_payment WHERE confirmed = 0 AND denied = 0 AND parent IN `+sqldb.InJSON(ctx, "$1"), string(text))
	found, err := scanTexts[id.Order](rows, err)
	out := map[id.Order]bool{}
	for _, order := range found {
		out[order] = true
	}
	return out, err
}

// decidePayment confirms or denies a claim; false when it was decided.
func decidePayment(ctx context.Context, p Payment, good bool) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `UPDATE order_payment SET confirmed = CASE WHEN CAST($4 AS BOOLEAN) THEN CAST($2 AS BIGINT) ELSE 0 END,
		denied = CASE WHEN CAST($4 AS BOOLEAN) THEN 0 ELSE CAST($2 AS BIGINT) END, confirmer = $3
		WHERE id = $1 AND confirmed = 0 AND denied = 0`, p.ID, clock.Micros(p.Confirmed), p.Confirmer, good)
	if err != nil {
		return false, fmt.Errorf("deciding a payment: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// openPayments are the claims that wait for confirmation, the oldest first.
func openPayments(ctx context.Context, after string, limit int) ([]Payment, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+openColumns+` FROM order_payment
		WHERE confirmed = 0 AND denied = 0 AND id > $1 ORDER BY id LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing payments: %w", err)
	}
	defer rows.Close()
	var out []Payment
	for rows.Next() {
		p, err := scanPayment(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a payment: %w", err)
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

func insertRefund(ctx context.Context, r Refund) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO order_refund (parent, fen, due, sent, account, reference) VALUES ($1, $2, $3, 0, '', '')`,
		r.Order, r.Fen, clock.Micros(r.Due))
	if err != nil {
		return fmt.Errorf("inserting a refund: %w", err)
	}
	return nil
}

func refundOf(ctx context.Context, order id.Order) (Refund, bool, error) {
	r := Refund{Order: order}
	var due, sent int64
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT fen, due, sent, account, reference FROM order_refund WHERE parent = $1`, order).
		Scan(&r.Fen, &due, &sent, &r.By, &r.Reference)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("loading a refund: %w", err)
	}
	r.Due, r.Sent = clock.FromMicros(due), clock.FromMicros(sent)
	return r, true, nil
}

func sendRefund(ctx context.Context, r Refund) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE order_refund SET sent = $2, account = $3, reference = $4 WHERE parent = $1 AND sent = 0`,
		r.Order, clock.Micros(r.Sent), r.By, r.Reference)
	if err != nil {
		return fmt.Errorf("recording a refund: %w", err)
	}
	return nil
}

func insertStep(ctx context.Context, order id.Order, s Step) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO order_step (id, parent, at, state, account, on_behalf, note) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id.New[id.Event](), order, clock.Micros(s.At), s.State, s.By, s.For, s.Note)
	if err != nil {
		return fmt.Errorf("recording a step: %w", err)
	}
	return nil
}

func stepsOf(ctx context.Context, order id.Order) ([]Step, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT at, state, account, on_behalf, note FROM order_step WHERE parent = $1 ORDER BY id LIMIT 100`, order)
	if err != nil {
		return nil, fmt.Errorf("listing steps: %w", err)
	}
	defer rows.Close()
	var out []Step
	for rows.Next() {
		var s Step
		var at int64
		if err := rows.Scan(&at, &s.State, &s.By, &s.For, &s.Note); err != nil {
			return nil, fmt.Errorf("reading a step: %w", err)
		}
		s.At = clock.FromMicros(at)
		out = append(out, s)
	}
	return out, rows.Err()
}
