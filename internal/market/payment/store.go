package payment

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/pay"
	"tianbo/internal/platform/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

const tradeColumns = `number, provider, way, ref, org, merchant, fen, state, firm, ticket, created, expires, paid, settled`

func scanTrade(row interface{ Scan(...any) error }) (Trade, error) {
	var t Trade
	var ticket []byte
	var created, expires, paid, settled int64
	err := row.Scan(&t.Number, &t.Provider, &t.Way, &t.Ref, &t.Org, &t.Merchant, &t.Fen, &t.State, &t.Firm, &ticket, &created, &expires, &paid, &settled)
	if err != nil {
		return t, err
	}
	t.Created, t.Expires, t.Paid, t.Settled = clock.FromMicros(created), clock.FromMicros(expires), clock.FromMicros(paid), clock.FromMicros(settled)
	return t, json.Unmarshal(ticket, &t.Ticket)
}

func scanTrades(rows *sql.Rows, err error) ([]Trade, error) {
	if err != nil {
		return nil, fmt.Errorf("listing trades: %w", err)
	}
	defer rows.Close()
	var out []Trade
	for rows.Next() {
		t, err := scanTrade(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a trade: %w", err)
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// insertTrade adds a trade unless an open one of the same order, firm and way
// is there; false then.
func insertTrade(ctx context.Context, t Trade) (bool, error) {
	return changed(sqldb.From(ctx).Exec(ctx, `INSERT INTO payment_trade (number, provider, way, ref, org, merchant, fen, state, firm, ticket, created, expires, paid, settled)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '{}', $9, $10, 0, 0) ON CONFLICT DO NOTHING`,
		t.Number, t.Provider, t.Way, t.Ref, t.Org, t.Merchant, t.Fen, t.State, clock.Micros(t.Created), clock.Micros(t.Expires)))
}

// changed reports whether exactly one row was written.
func changed(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, fmt.Errorf("writing payments: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func openTrade(ctx context.Context, ref, provider string, way pay.Way) (Trade, error) {
	t, err := scanTrade(sqldb.From(ctx).QueryRow(ctx, `SELECT `+tradeColumns+` FROM payment_trade WHERE ref = $1 AND provider = $2 AND way = $3 AND state = 'open'`, ref, provider, way))
	if errors.Is(err, sql.ErrNoRows) {
		return t, ErrNoTrade
	}
	return t, err
}

func tradeByNumber(ctx context.Context, number string) (Trade, bool, error) {
	t, err := scanTrade(sqldb.From(ctx).QueryRow(ctx, `SELECT `+tradeColumns+` FROM payment_trade WHERE number = $1`, number))
	if errors.Is(err, sql.ErrNoRows) {
		return t, false, nil
	}
	if err != nil {
		return t, false, fmt.Errorf("loading a trade: %w", err)
	}
	return t, true, nil
}

func tradesOf(ctx context.Context, ref string) ([]Trade, error) {
	return scanTrades(sqldb.From(ctx).Query(ctx, `SELECT `+tradeColumns+` FROM payment_trade WHERE ref = $1 ORDER BY created, number`, ref))
}

func paidOn(ctx context.Context, provider, merchant string, from, to time.Time) ([]Trade, error) {
	return scanTrades(sqldb.From(ctx).Query(ctx, `SELECT `+tradeColumns+` FROM payment_trade
		WHERE provider = $1 AND merchant = $2 AND paid >= $3 AND paid < $4 ORDER BY paid, number`, provider, merchant, clock.Micros(from), clock.Micros(to)))
}

func saveTicket(ctx context.Context, t Trade) error {
	text, err := json.Marshal(t.Ticket)
	if err != nil {
		return err
	}
	_, err = changed(sqldb.From(ctx).Exec(ctx, `UPDATE payment_trade SET ticket = $2 WHERE number = $1`, t.Number, string(text)))
	return err
}

func setPaid(ctx context.Context, t Trade) (bool, error) {
	return changed(sqldb.From(ctx).Exec(ctx, `UPDATE payment_trade SET state = 'paid', firm = $2, paid = $3 WHERE number = $1 AND state <> 'paid'`, t.Number, t.Firm, clock.Micros(t.Paid)))
}

func setClosed(ctx context.Context, number string) error {
	_, err := changed(sqldb.From(ctx).Exec(ctx, `UPDATE payment_trade SET state = 'closed' WHERE number = $1 AND state = 'open'`, number))
	return err
}

func settleTrade(ctx context.Context, number string, now time.Time) (bool, error) {
	return changed(sqldb.From(ctx).Exec(ctx, `UPDATE payment_trade SET settled = $2 WHERE number = $1 AND settled = 0`, number, clock.Micros(now)))
}

// lockTrade keeps other refunds of the trade waiting.
func lockTrade(ctx context.Context, number string) error {
	_, err := changed(sqldb.From(ctx).Exec(ctx, `UPDATE payment_trade SET number = number WHERE number = $1`, number))
	return err
}

func insertNotice(ctx context.Context, provider, notice, number string, now time.Time) (bool, error) {
	return changed(sqldb.From(ctx).Exec(ctx, `INSERT INTO payment_notice (provider, notice, number, at, verdict) VALUES ($1, $2, $3, $4, '') ON CONFLICT DO NOTHING`,
		provider, notice, number, clock.Micros(now)))
}

func setVerdict(ctx context.Context, provider, notice, verdict string) error {
	_, err := changed(sqldb.From(ctx).Exec(ctx, `UPDATE payment_notice SET verdict = $3 WHERE provider = $1 AND notice = $2`, provider, notice, verdict))
	return err
}

func insertRefund(ctx context.Context, r Refund) error {
	_, err := changed(sqldb.From(ctx).Exec(ctx, `INSERT INTO payment_refund (number, trade, ref, fen, reason, state, firm, created, done, settled) VALUES ($1, $2, $3, $4, $5, $6, '', $7, 0, 0)`,
		r.Number, r.Trade, r.Ref, r.Fen, r.Reason, r.State, clock.Micros(r.Made)))
	return err
}

func refundByNumber(ctx context.Context, number string) (Refund, bool, error) {
	var r Refund
	var made, done int64
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT number, trade, ref, fen, reason, state, firm, created, done FROM payment_refund WHERE number = $1`, number).
		Scan(&r.Number, &r.Trade, &r.Ref, &r.Fen, &r.Reason, &r.State, &r.Firm, &made, &done)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("loading a refund: %w", err)
	}
	r.Made, r.Done = clock.FromMicros(made), clock.FromMicros(done)
	return r, true, nil
}

// refundedOf sums what was asked back of a trade and not refused by the firm.
func refundedOf(ctx context.Context, trade string) (money.Fen, error) {
	var fen money.Fen
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT COALESCE(CAST(SUM(fen) AS BIGINT), 0) FROM payment_refund WHERE trade = $1 AND state <> 'failed'`, trade).Scan(&fen)
	if err != nil {
		return 0, fmt.Errorf("summing refunds: %w", err)
	}
	return fen, nil
}

func setRefunded(ctx context.Context, r Refund) (bool, error) {
	return changed(sqldb.From(ctx).Exec(ctx, `UPDATE payment_refund SET state = $2, firm = $3, done = $4 WHERE number = $1 AND state = 'pending'`, r.Number, r.State, r.Firm, clock.Micros(r.Done)))
}

func settleRefund(ctx context.Context, number string, now time.Time) error {
	_, err := changed(sqldb.From(ctx).Exec(ctx, `UPDATE payment_refund SET settled = $2 WHERE number = $1 AND settled = 0`, number, clock.Micros(now)))
	return err
}
