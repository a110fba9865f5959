package order

import (
	"cmp"
	"context"
	"errors"
	"slices"
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
// its stock, its event and change, which may still choose another state. A
// repeat finds it there and does nothing.
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
		if !saved || !from.CanBecome(o.State) {
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
	for _, l := range inPackOrder(o.Lines) {
		if ok, err := move(ctx, l.Pack, l.Quantity); err != nil || !ok {
			return errors.Join(err, errStockMoved)
		}
		sqldb.After(ctx, func() { m.writer.memory.restocked(l.Pack) })
	}
	return nil
}

// inPackOrder is the order in which rows of packs are locked everywhere.
func inPackOrder(lines []Line) []Line {
	return slices.SortedFunc(slices.Values(lines), func(a, b Line) int { return cmp.Compare(a.Pack, b.Pack) })
}

func (m *Module) tell(ctx context.Context, o Order) error {
	now := m.Clock.Now()
	if err := insertStep(ctx, o.ID, stepOf(ctx).in(o.State, o.Reason, now)); err != nil {
		return err
	}
	if err := bus.Emit(ctx, subjectOf(o.State), string(o.ID), fact(o, now)); err != nil {
		return err
	}
	m.tellAfter(ctx, []Order{o})
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

// Cancel gives an unpaid order up, by its buyer, through the writer: its
// units are free for whoever waits there. A repeat finds it cancelled.
func (m *Module) Cancel(ctx context.Context, order id.Order, reason string) (Order, error) {
	reason, ok := cleanReason(reason)
	if !ok {
		return Order{}, ErrReason
	}
	o, err := m.load(ctx, order)
	if err != nil {
		return o, err
	}
	if err := authz.Check(ctx, "order.cancel", o.Resource()); err != nil || o.State == Cancelled {
		return o, err
	}
	if !CanCancel(o.State) {
		return o, ErrIllegal.With("state", string(o.State))
	}
	if o, err = m.writer.submit(ctx, request{leave: &leave{order: order, to: Cancelled, reason: reason, step: stepOf(ctx)}}); err != nil {
		return o, err
	}
	// Should this be lost, the trade ends with its own time, and a payment that
	// comes all the same is a late one.
	return o, m.Payments.CloseOpen(ctx, string(order))
}

func cleanReason(s string) (string, bool) {
	s = strings.TrimSpace(s)
	n := len([]rune(s))
	return s, n >= 2 && n <= 200
}

// Ship hands an order to a carrier. Should the buyer say nothing, it counts as
// received after a while.
func (m *Module) Ship(ctx context.Context, order id.Order, carrier, tracking string) (Order, error) {
	carrier, tracking = strings.TrimSpace(carrier), strings.ToUpper(strings.TrimSpace(tracking))
	if n := len([]rune(carrier)); n < 2 || n > 20 || !GoodTracking(tracking) {
		return Order{}, ErrTracking
	}
	return m.move(ctx, order, "order.ship", Shipped, func(ctx context.Context, o *Order) error {
		o.Carrier, o.Tracking, o.Shipped = carrier, tracking, m.Clock.Now()
		return bus.Schedule(ctx, bus.Job{Kind: JobReceive, Key: string(o.ID), Due: o.Shipped.Add(receiveAfter)})
	})
}

// Receive says that the goods have come; fresh ones may be claimed for within
// a day.
func (m *Module) Receive(ctx context.Context, order id.Order) (Order, error) {
	return m.move(ctx, order, "order.receive", Delivered, func(ctx context.Context, o *Order) error {
		o.Delivered = m.Clock.Now()
		o.ClaimBy = o.Delivered.Add(claimWindow)
		if err := bus.Cancel(ctx, JobReceive, string(o.ID)); err != nil {
			return err
		}
		return bus.Schedule(ctx, bus.Job{Kind: JobComplete, Key: string(o.ID), Due: o.ClaimBy})
	})
}

// View is one order, for its buyer, its seller and the platform's desk.
func (m *Module) View(ctx context.Context, order id.Order) (Order, error) {
	o, err := m.load(ctx, order)
	if err != nil {
		return o, err
	}
	if err := authz.Check(ctx, "order.view", o.Resource()); err != nil {
		return Order{}, err
	}
	return o, nil
}
