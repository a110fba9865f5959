package order

import (
	"context"
	"strings"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

func region(s string) geo.Region { return geo.Region(s) }

// Resource is the order as policies see it: the buyer owns it, the seller's
// organisation serves it.
func (o Order) Resource() authz.Resource {
	return authz.Resource{Type: "Order", ID: string(o.ID), Owner: o.Buyer, Org: o.Org}
}

// move takes an order to another state by the table, in one transaction with
// its stock, its event and change. A repeat finds it there and does nothing.
func (m *Module) move(ctx context.Context, order id.Order, action string, to State, change func(context.Context, *Order) error) (Order, error) {
	var o Order
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if o, err = m.load(ctx, order); err != nil {
			return err
		}
		if err := authz.Check(ctx, action, o.Resource()); err != nil || o.State == to {
			return err
		}
		from := o.State
		if !from.CanBecome(to) {
			return ErrIllegal.With("state", string(from))
		}
		o.State = to
		if change != nil {
			if err := change(ctx, &o); err != nil {
				return err
			}
		}
		saved, err := save(ctx, o, from)
		if err != nil {
			return err
		}
		if !saved {
			return ErrIllegal.With("state", string(from))
		}
		if err := m.moveStock(ctx, o, from); err != nil {
			return err
		}
		return m.tell(ctx, o)
	})
	return o, err
}

// moveStock follows a state change with the units.
func (m *Module) moveStock(ctx context.Context, o Order, from State) error {
	var move func(context.Context, id.Pack, int64) (bool, error)
	switch {
	case from == Placed && o.State == Paid:
		move = m.Catalog.Take
	case from == Placed:
		move = m.Catalog.Release
	case (from == Paid || from == Packed) && o.State == Closed:
		move = m.Catalog.Return
	default:
		return nil
	}
	for _, l := range o.Lines {
		ok, err := move(ctx, l.Pack, l.Quantity)
		if err != nil {
			return err
		}
		if !ok {
			return errStockMoved
		}
		m.writer.restocked(l.Pack)
	}
	return nil
}

func (m *Module) tell(ctx context.Context, o Order) error {
	if err := bus.Emit(ctx, subjectOf(o.State), string(o.ID), fact(o, m.Clock.Now())); err != nil {
		return err
	}
	detached := context.WithoutCancel(ctx)
	sqldb.After(ctx, func() { m.Teller.OrderChanged(detached, o) })
	return nil
}

func (m *Module) load(ctx context.Context, order id.Order) (Order, error) {
	o, err := load(ctx, order)
	if err != nil {
		return o, err
	}
	lines, err := linesOf(ctx, []Order{o})
	if err != nil {
		return o, err
	}
	o.Lines = lines[o.ID]
	return m.open(o)
}

// Cancel gives an unpaid order up, by its buyer.
func (m *Module) Cancel(ctx context.Context, order id.Order, reason string) (Order, error) {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return Order{}, ErrReason
	}
	return m.move(ctx, order, "order.cancel", Cancelled, func(_ context.Context, o *Order) error {
		o.Reason, o.Ended = reason, m.Clock.Now()
		return nil
	})
}

// Ship hands an order to a carrier.
func (m *Module) Ship(ctx context.Context, order id.Order, carrier, tracking string) (Order, error) {
	carrier, tracking = strings.TrimSpace(carrier), strings.ToUpper(strings.TrimSpace(tracking))
	if n := len([]rune(carrier)); n < 2 || n > 20 || !goodTracking(tracking) {
		return Order{}, ErrTracking
	}
	return m.move(ctx, order, "order.ship", Shipped, func(_ context.Context, o *Order) error {
		o.Carrier, o.Tracking, o.Shipped = carrier, tracking, m.Clock.Now()
		return nil
	})
}

func goodTracking(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return len(s) >= 5 && len(s) <= 40
}

// Receive says that the goods have come; fresh ones may be claimed for within
// a day.
func (m *Module) Receive(ctx context.Context, order id.Order) (Order, error) {
	return m.move(ctx, order, "order.receive", Delivered, func(ctx context.Context, o *Order) error {
		o.Delivered = m.Clock.Now()
		o.ClaimBy = o.Delivered.Add(claimWindow)
		return bus.Schedule(ctx, bus.Job{Kind: JobComplete, Key: string(o.ID), Due: o.ClaimBy})
	})
}

// View is one order, for its buyer, its seller and the platform's desk.
func (m *Module) View(ctx context.Context, order id.Order) (Order, error) {
	o, err := m.load(ctx, order)
	if err != nil {
		return o, err
	}
	return o, authz.Check(ctx, "order.view", o.Resource())
}

// lapse expires what is overdue, through the same table as everything else:
// it races a payment on one conditional update.
func (m *Module) lapse(ctx context.Context, _ bus.Job) error {
	for {
		due, err := lapsed(ctx, m.Clock.Now(), 200)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, o := range due {
			_, err := m.move(ctx, o.ID, "order.expire", Expired, func(_ context.Context, o *Order) error {
				if !HasLapsed(Order{State: Placed, Expires: o.Expires}, m.Clock.Now()) {
					return ErrIllegal.With("state", string(Placed))
				}
				o.Ended = m.Clock.Now()
				return nil
			})
			if err != nil && !isIllegal(err) {
				return err
			}
		}
	}
}

// complete ends the claim window.
func (m *Module) complete(ctx context.Context, j bus.Job) error {
	_, err := m.move(ctx, id.Order(j.Key), "order.complete", Completed, func(_ context.Context, o *Order) error {
		o.Ended = m.Clock.Now()
		return nil
	})
	if isIllegal(err) {
		return nil // closed meanwhile
	}
	return err
}
