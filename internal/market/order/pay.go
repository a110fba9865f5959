package order

import (
	"context"
	"errors"
	"strings"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// Pay is the buyer's word that money was handed over or transferred. It
// changes no state: somebody on the seller's side confirms it, and has a day
// to do so. A word after the order has lapsed is taken as well, for the money
// may have been on its way.
func (m *Module) Pay(ctx context.Context, order id.Order, method, reference string) (Order, error) {
	if method != "cash" && method != "transfer" {
		return Order{}, ErrMethod
	}
	var o Order
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if o, err = m.load(ctx, order); err != nil {
			return err
		}
		if err := authz.Check(ctx, "order.pay", o.Resource()); err != nil {
			return err
		}
		if !o.State.CanBecome(Paid) {
			return ErrIllegal.With("state", string(o.State))
		}
		now := m.Clock.Now()
		fresh, err := insertPayment(ctx, Payment{
			ID: id.New[id.Payment](), Order: order, Method: method, Reference: trim(reference, 80),
			Fen: o.Total, By: authz.From(ctx).Account, At: now,
		})
		if err != nil || !fresh {
			return err // said before: nothing to add
		}
		if o.State == Placed {
			o.Expires = now.Add(confirmWithin)
			if err := setExpires(ctx, o.ID, o.Expires); err != nil {
				return err
			}
			if err := scheduleLapse(ctx, o.Expires); err != nil {
				return err
			}
		}
		m.tellAfter(ctx, []Order{o})
		return nil
	})
	return o, err
}

func trim(s string, n int) string {
	r := []rune(strings.TrimSpace(s))
	return string(r[:min(len(r), n)])
}

// claim is the open payment of an order that the actor, a second person, may
// decide.
func (*Module) claim(ctx context.Context, order id.Order) (Payment, error) {
	p, claimed, err := openPayment(ctx, order)
	if err != nil {
		return p, err
	}
	if !claimed {
		return p, ErrNoClaim
	}
	if p.By == authz.From(ctx).Account {
		return p, ErrPaidTwo
	}
	return p, nil
}

// Confirm is the second person's word: the money is there. The order is paid
// and its units are sold. When it had lapsed, its units are taken again if
// they are still there; else it closes and the money is to be given back.
func (m *Module) Confirm(ctx context.Context, order id.Order) (Order, error) {
	return m.move(ctx, order, "order.confirm", Paid, func(ctx context.Context, o *Order) error {
		p, err := m.claim(ctx, order)
		if err != nil {
			return err
		}
		p.Confirmed, p.Confirmer = m.Clock.Now(), authz.From(ctx).Account
		o.Paid = p.Confirmed
		if decided, err := decidePayment(ctx, p, true); err != nil || !decided {
			return errors.Join(err, ErrNoClaim)
		}
		if err := m.bookPaid(ctx, *o); err != nil {
			return err
		}
		return m.paidLate(ctx, o)
	})
}

// paidLate sees to an order whose payment has just come: one that had lapsed
// takes its units again if they are still there, else it closes and the buyer
// is owed the money.
func (m *Module) paidLate(ctx context.Context, o *Order) error {
	if o.Ended.IsZero() {
		return nil // in time: its units are still held
	}
	again, err := m.takeAgain(ctx, o.Lines)
	if err != nil {
		return err
	}
	if again {
		o.Ended, o.Reason = time.Time{}, ""
		return nil
	}
	o.State, o.Reason, o.Ended = Closed, "付款到账时已经卖完，货款退回", m.Clock.Now()
	return m.owe(ctx, *o)
}

// takeAgain takes the units of an order that had given them back, all or none.
func (m *Module) takeAgain(ctx context.Context, lines []Line) (bool, error) {
	lines = inPackOrder(lines)
	for _, l := range lines {
		p, err := m.Catalog.Lock(ctx, l.Pack)
		if err != nil || p.Free < l.Quantity {
			return false, err
		}
	}
	for _, l := range lines {
		free, held, err := m.Catalog.Hold(ctx, l.Pack, l.Quantity)
		if err != nil || !held {
			return false, errors.Join(err, errStockMoved)
		}
		if err := m.Catalog.BandChanged(ctx, l.Pack, free+l.Quantity, free); err != nil {
			return false, err
		}
		if ok, err := m.Catalog.Take(ctx, l.Pack, l.Quantity); err != nil || !ok {
			return false, errors.Join(err, errStockMoved)
		}
	}
	return true, nil
}

// Deny is the second person's word that no money came. An order that waited
// for it is cancelled and its units are free again.
func (m *Module) Deny(ctx context.Context, order id.Order, reason string) (Order, error) {
	reason, ok := cleanReason(reason)
	if !ok {
		return Order{}, ErrReason
	}
	var o Order
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if o, err = m.load(ctx, order); err != nil {
			return err
		}
		if err := authz.Check(ctx, "order.confirm", o.Resource()); err != nil {
			return err
		}
		p, err := m.claim(ctx, order)
		if err != nil {
			return err
		}
		p.Confirmed, p.Confirmer = m.Clock.Now(), authz.From(ctx).Account
		if decided, err := decidePayment(ctx, p, false); err != nil || !decided {
			return errors.Join(err, ErrNoClaim)
		}
		if o.State != Placed {
			return nil
		}
		o, err = m.move(ctx, order, "order.confirm", Cancelled, func(_ context.Context, o *Order) error {
			o.Reason, o.Ended = reason, m.Clock.Now()
			return nil
		})
		return err
	})
	return o, err
}

// CountClaims counts the payments that wait for confirmation.
func (*Module) CountClaims(ctx context.Context) (int64, error) {
	if err := authz.Check(ctx, "order.desk", authz.Resource{Type: "Payments"}); err != nil {
		return 0, err
	}
	return countPayments(ctx)
}

// Claims are the payments that wait for confirmation, for the platform's desk.
func (*Module) Claims(ctx context.Context, req page.Request) (page.Of[Payment], error) {
	var none page.Of[Payment]
	if err := authz.Check(ctx, "order.desk", authz.Resource{Type: "Payments"}); err != nil {
		return none, err
	}
	after := ""
	if err := page.Decode(req.Cursor, &after); err != nil {
		return none, err
	}
	rows, err := openPayments(ctx, after, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(p Payment) string { return page.Encode(string(p.ID)) }), nil
}
