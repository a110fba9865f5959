package order

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	orderColumns = `id, buyer, account, org, room, session, video_us, state, total, placed, expires, paid, shipped, delivered, claim_by, ended, carrier, tracking, reason, address, idem, hash`
	lineColumns  = `id, parent, product, pack, title, label, photo, net, price, version, quantity, fresh, placed`
)

func scanOrder(row interface{ Scan(...any) error }) (Order, error) {
	var o Order
	var video, placed, expires, paid, shipped, delivered, claim, ended int64
	var hash []byte
	err := row.Scan(&o.ID, &o.Buyer, &o.By, &o.Org, &o.Room, &o.Session, &video, &o.State, &o.Total, &placed, &expires, &paid,
		&shipped, &delivered, &claim, &ended, &o.Carrier, &o.Tracking, &o.Reason, &o.sealed, &o.key, &hash)
	o.VideoAt = time.Duration(video) * time.Microsecond
	o.Placed, o.Expires, o.Paid = clock.FromMicros(placed), clock.FromMicros(expires), clock.FromMicros(paid)
	o.Shipped, o.Delivered, o.ClaimBy, o.Ended = clock.FromMicros(shipped), clock.FromMicros(delivered), clock.FromMicros(claim), clock.FromMicros(ended)
	copy(o.hash[:], hash)
	return o, err
}

func scanOrders(rows *sql.Rows, err error) ([]Order, error) {
	if err != nil {
		return nil, fmt.Errorf("listing orders: %w", err)
	}
	defer rows.Close()
	var out []Order
	for rows.Next() {
		o, err := scanOrder(rows)
		if err != nil {
			return nil, fmt.Errorf("reading an order: %w", err)
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

// insertOrders writes fresh orders with their lines.
func insertOrders(ctx context.Context, orders []Order) error {
	var rows, lines [][]any
	for _, o := range orders {
		rows = append(rows, []any{
			o.ID, o.Buyer, o.By, o.Org, o.Room, o.Session, o.VideoAt.Microseconds(), o.State, o.Total, clock.Micros(o.Placed), clock.Micros(o.Expires),
			0, 0, 0, 0, 0, "", "", "", o.sealed, o.key, o.hash[:],
		})
		for _, l := range o.Lines {
			lines = append(lines, []any{l.ID, o.ID, l.Product, l.Pack, l.Title, l.Label, l.Photo, l.Net, l.Price, l.Version, l.Quantity, l.Fresh, clock.Micros(o.Placed)})
		}
	}
	if err := sqldb.Insert(ctx, "order_order", orderColumns, rows); err != nil {
		return err
	}
	return sqldb.Insert(ctx, "order_line", lineColumns, lines)
}

// byKeys finds the orders already placed under the given keys.
func byKeys(ctx context.Context, keys []string) (map[string]Order, error) {
	text, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	rows, err := scanOrders(sqldb.From(ctx).Query(ctx, `SELECT `+orderColumns+` FROM order_order WHERE idem IN `+sqldb.InJSON(ctx, "$1"), string(text)))
	if err != nil {
		return nil, err
	}
	out := make(map[string]Order, len(rows))
	for _, o := range rows {
		out[o.key] = o
	}
	return out, nil
}

func load(ctx context.Context, order id.Order) (Order, error) {
	o, err := scanOrder(sqldb.From(ctx).QueryRow(ctx, `SELECT `+orderColumns+` FROM order_order WHERE id = $1`, order))
	if errors.Is(err, sql.ErrNoRows) {
		return o, ErrNotFound
	}
	if err != nil {
		return o, fmt.Errorf("loading an order: %w", err)
	}
	return o, nil
}

// linesOf gives the lines of orders.
func linesOf(ctx context.Context, orders []Order) (map[id.Order][]Line, error) {
	ids := make([]id.Order, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	text, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id, parent, product, pack, title, label, photo, net, price, version, quantity, fresh
		FROM order_line WHERE parent IN `+sqldb.InJSON(ctx, "$1")+` ORDER BY id`, string(text))
	if err != nil {
		return nil, fmt.Errorf("listing order lines: %w", err)
	}
	defer rows.Close()
	out := map[id.Order][]Line{}
	for rows.Next() {
		var l Line
		if err := rows.Scan(&l.ID, &l.Order, &l.Product, &l.Pack, &l.Title, &l.Label, &l.Photo, &l.Net, &l.Price, &l.Version, &l.Quantity, &l.Fresh); err != nil {
			return nil, fmt.Errorf("reading an order line: %w", err)
		}
		out[l.Order] = append(out[l.Order], l)
	}
	return out, rows.Err()
}

// save writes the mutable part of an order that is still in state from; false
// when it has moved on.
func save(ctx context.Context, o Order, from State) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `UPDATE order_order SET state = $3, paid = $4, shipped = $5, delivered = $6, claim_by = $7, ended = $8,
		carrier = $9, tracking = $10, reason = $11 WHERE id = $1 AND state = $2`,
		o.ID, from, o.State, clock.Micros(o.Paid), clock.Micros(o.Shipped), clock.Micros(o.Delivered), clock.Micros(o.ClaimBy), clock.Micros(o.Ended),
		o.Carrier, o.Tracking, o.Reason)
	if err != nil {
		return false, fmt.Errorf("saving an order: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func listBuyer(ctx context.Context, buyer id.Account, state State, before string, limit int) ([]Order, error) {
	return scanOrders(sqldb.From(ctx).Query(ctx, `SELECT `+orderColumns+` FROM order_order
		WHERE buyer = $1 AND (CAST($2 AS TEXT) = '' OR state = $2) AND id < $3 ORDER BY id DESC LIMIT $4`, buyer, state, before, limit))
}

func listSeller(ctx context.Context, org id.Org, state State, before string, limit int) ([]Order, error) {
	return scanOrders(sqldb.From(ctx).Query(ctx, `SELECT `+orderColumns+` FROM order_order
		WHERE org = $1 AND (CAST($2 AS TEXT) = '' OR state = $2) AND id < $3 ORDER BY id DESC LIMIT $4`, org, state, before, limit))
}

func listDesk(ctx context.Context, f DeskFilter, before string, limit int) ([]Order, error) {
	return scanOrders(sqldb.From(ctx).Query(ctx, `SELECT `+orderColumns+` FROM order_order
		WHERE (CAST($1 AS TEXT) = '' OR state = $1) AND (CAST($2 AS TEXT) = '' OR org = $2) AND (CAST($3 AS TEXT) = '' OR buyer = $3)
			AND (CAST($4 AS TEXT) = '' OR id = $4) AND id < $5 ORDER BY id DESC LIMIT $6`, f.State, f.Org, f.Buyer, f.Order, before, limit))
}

func ordersByIDs(ctx context.Context, ids []id.Order) (map[id.Order]Order, error) {
	text, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := scanOrders(sqldb.From(ctx).Query(ctx, `SELECT `+orderColumns+` FROM order_order WHERE id IN `+sqldb.InJSON(ctx, "$1"), string(text)))
	if err != nil {
		return nil, err
	}
	out := make(map[id.Order]Order, len(rows))
	for _, o := range rows {
		out[o.ID] = o
	}
	return out, nil
}

// lapsed names unpaid orders that are due.
func lapsed(ctx context.Context, now time.Time, limit int) ([]id.Order, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id FROM order_order WHERE state = 'placed' AND expires <= $1 ORDER BY expires, id LIMIT $2`, clock.Micros(now), limit)
	return scanTexts[id.Order](rows, err)
}

// latestKeys are the keys of the latest orders, the oldest of them first.
func latestKeys(ctx context.Context, limit int) ([]string, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT idem FROM (SELECT id, idem FROM order_order ORDER BY id DESC LIMIT $1) latest ORDER BY id`, limit)
	return scanTexts[string](rows, err)
}

func scanTexts[T ~string](rows *sql.Rows, err error) ([]T, error) {
	if err != nil {
		return nil, fmt.Errorf("listing orders: %w", err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, fmt.Errorf("reading an order: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// leavePlaced ends an order that is still unpaid (and, to expire, overdue);
// false, with the order as it is, when it is not.
func leavePlaced(ctx context.Context, l leave, now time.Time) (Order, bool, error) {
	latest := clock.Micros(now)
	if l.to != Expired {
		latest = math.MaxInt64
	}
	o, err := scanOrder(sqldb.From(ctx).QueryRow(ctx, `UPDATE order_order SET state = $2, reason = $3, ended = $4
		WHERE id = $1 AND state = 'placed' AND expires <= $5 RETURNING `+orderColumns, l.order, l.to, l.reason, clock.Micros(now), latest))
	if errors.Is(err, sql.ErrNoRows) {
		o, err = load(ctx, l.order)
		return o, false, err
	}
	if err != nil {
		return o, false, fmt.Errorf("giving an order up: %w", err)
	}
	return o, true, nil
}

func setExpires(ctx context.Context, order id.Order, at time.Time) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE order_order SET expires = $2 WHERE id = $1 AND state = 'placed'`, order, clock.Micros(at))
	if err != nil {
		return fmt.Errorf("moving an expiry: %w", err)
	}
	return nil
}

// countOpen counts a seller's orders that wait for payment or shipping.
func countOpen(ctx context.Context, org id.Org) (n int64, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT COUNT(*) FROM order_order WHERE org = $1 AND state IN ('placed', 'paid', 'packed')`, org).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting orders: %w", err)
	}
	return n, nil
}

// Summary is what a seller's home shows.
type Summary struct {
	ToShip    int64
	Unpaid    int64
	Today     money.Fen // paid since midnight in Shanghai
	Season    money.Fen // paid since the first of the year
	OnTheWay  int64
	Completed int64
}

func summary(ctx context.Context, org id.Org, day, year time.Time) (Summary, error) {
	var s Summary
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT
		COALESCE(SUM(CASE WHEN state IN ('paid', 'packed') THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN state = 'placed' THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN paid >= $2 AND state <> 'closed' THEN total ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN paid >= $3 AND state <> 'closed' THEN total ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN state IN ('shipped', 'delivered') THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN state = 'completed' THEN 1 ELSE 0 END), 0)
		FROM order_order WHERE org = $1`, org, clock.Micros(day), clock.Micros(year)).
		Scan(&s.ToShip, &s.Unpaid, &s.Today, &s.Season, &s.OnTheWay, &s.Completed)
	if err != nil {
		return s, fmt.Errorf("summing orders: %w", err)
	}
	return s, nil
}
