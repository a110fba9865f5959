package order

import (
	"cmp"
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// Refund is money to be given back to the buyer of a closed order.
type Refund struct {
	Order     id.Order
	Fen       money.Fen
	Due       time.Time
	Sent      time.Time // zero until the seller says it went out
	By        id.Account
	Reference string
}

func (m *Module) owe(ctx context.Context, o Order) error {
	if err := insertRefund(ctx, Refund{Order: o.ID, Fen: o.Total, Due: m.Clock.Now()}); err != nil {
		return err
	}
	if err := m.bookRefundDue(ctx, o); err != nil {
		return err
	}
	if _, byFirm, err := firmOf(ctx, o.ID); err != nil || !byFirm {
		return err
	}
	_, err := m.Payments.GiveBack(ctx, string(o.ID), "close", o.Total, trim(o.Reason, 60))
	return err
}

// Close ends a paid order that cannot be delivered, by the seller: its units
// return to the shelf and the buyer is owed all of the money.
func (m *Module) Close(ctx context.Context, order id.Order, reason string) (Order, error) {
	reason, ok := cleanReason(reason)
	if !ok {
		return Order{}, ErrReason
	}
	return m.move(ctx, order, "order.close", Closed, func(ctx context.Context, o *Order) error {
		if o.Shipped.IsZero() && !o.Paid.IsZero() {
			o.Reason, o.Ended = reason, m.Clock.Now()
			return m.owe(ctx, *o)
		}
		return ErrIllegal.With("state", string(o.State))
	})
}

// Refunded is the seller's word that the money went back. A repeat changes
// nothing.
func (m *Module) Refunded(ctx context.Context, order id.Order, reference string) (Order, error) {
	var o Order
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if o, err = m.load(ctx, order); err != nil {
			return err
		}
		if err := authz.Check(ctx, "order.refund", o.Resource()); err != nil {
			return err
		}
		r, due, err := refundOf(ctx, order)
		if err != nil {
			return err
		}
		if !due {
			return ErrNoRefund
		}
		if !r.Sent.IsZero() {
			return nil
		}
		if _, byFirm, err := firmOf(ctx, order); err != nil || byFirm {
			return cmp.Or[error](err, ErrByFirm)
		}
		r.Sent, r.By, r.Reference = m.Clock.Now(), authz.From(ctx).Account, trim(reference, 80)
		return m.sent(ctx, o, r)
	})
	return o, err
}

// sent records that the money of a refund has gone back.
func (m *Module) sent(ctx context.Context, o Order, r Refund) error {
	if err := sendRefund(ctx, r); err != nil {
		return err
	}
	if err := m.bookRefundSent(ctx, o); err != nil {
		return err
	}
	if err := insertStep(ctx, o.ID, stepOf(ctx).in(o.State, "refunded", r.Sent)); err != nil {
		return err
	}
	m.tellAfter(ctx, []Order{o})
	return nil
}
