package order

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

// firm is the payment firm that an order was paid through.
type firm struct {
	provider, trade string
	settled         time.Time
}

func insertFirm(ctx context.Context, order id.Order, f firm) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO order_firm (parent, provider, trade, settled) VALUES ($1, $2, $3, 0)`, order, f.provider, f.trade)
	if err != nil {
		return fmt.Errorf("recording a payment: %w", err)
	}
	return nil
}

// firmOf is how an order was paid; found is false for one paid by hand.
func firmOf(ctx context.Context, order id.Order) (f firm, found bool, err error) {
	var settled int64
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT provider, trade, settled FROM order_firm WHERE parent = $1`, order).Scan(&f.provider, &f.trade, &settled)
	if errors.Is(err, sql.ErrNoRows) {
		return f, false, nil
	}
	if err != nil {
		return f, false, fmt.Errorf("loading a payment: %w", err)
	}
	f.settled = clock.FromMicros(settled)
	return f, true, nil
}

func setSettled(ctx context.Context, order id.Order, now time.Time) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE order_firm SET settled = $2 WHERE parent = $1 AND settled = 0`, order, clock.Micros(now))
	if err != nil {
		return fmt.Errorf("settling a payment: %w", err)
	}
	return nil
}
