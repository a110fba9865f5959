package order

import (
	"context"
	"encoding/json"

	"tianbo/internal/kernel/id"
	"tianbo/internal/market/catalog"
	"tianbo/internal/market/payment"
	"tianbo/internal/platform/bus"
)

// Handlers react to other modules' facts.
func (m *Module) Handlers() []bus.Handler {
	return []bus.Handler{
		{Name: "order.restocked", Subject: catalog.SubjectStockChanged, Do: m.onStock},
		{Name: "order.paid_by_firm", Subject: payment.SubjectPaid, Do: on(m.onPaid)},
		{Name: "order.refunded_by_firm", Subject: payment.SubjectRefunded, Do: on(m.onRefunded)},
		{Name: "order.settled_by_firm", Subject: payment.SubjectSettled, Do: on(m.onSettled)},
	}
}

func (m *Module) onStock(_ context.Context, e bus.Event) error {
	var f catalog.StockFact
	if err := json.Unmarshal(e.Payload, &f); err != nil {
		return err
	}
	if f.Band != "gone" {
		m.writer.memory.restocked(f.Pack)
	}
	return nil
}

func on(do func(context.Context, id.Order, payment.Fact) error) func(context.Context, bus.Event) error {
	return func(ctx context.Context, e bus.Event) error {
		var f payment.Fact
		if err := json.Unmarshal(e.Payload, &f); err != nil {
			return err
		}
		return do(ctx, id.Order(f.Ref), f)
	}
}

// onPaid takes a firm's payment: in time, late, or a second time, when it goes
// back at once.
func (m *Module) onPaid(ctx context.Context, order id.Order, f payment.Fact) error {
	o, err := m.load(ctx, order)
	if err != nil {
		return err
	}
	if !o.State.CanBecome(Paid) {
		return m.paidAgain(ctx, o, f)
	}
	_, err = m.move(ctx, order, "order.settle", Paid, func(ctx context.Context, o *Order) error {
		if err := insertFirm(ctx, o.ID, firm{provider: f.Provider, trade: f.Trade}); err != nil {
			return err
		}
		o.Paid = f.At
		if err := m.bookPaid(ctx, *o); err != nil {
			return err
		}
		return m.paidLate(ctx, o)
	})
	return err
}

// paidAgain gives back money for an order that has been paid already.
func (m *Module) paidAgain(ctx context.Context, o Order, f payment.Fact) error {
	if err := m.bookTwice(ctx, o, f.Provider, f.Trade); err != nil {
		return err
	}
	return m.Payments.GiveBackTrade(ctx, f.Trade, "twice", "重复付款退回")
}

// onRefunded notes that a firm has given the money back.
func (m *Module) onRefunded(ctx context.Context, order id.Order, f payment.Fact) error {
	o, err := m.load(ctx, order)
	if err != nil {
		return err
	}
	paid, _, err := firmOf(ctx, order)
	if err != nil {
		return err
	}
	if paid.trade != f.Trade {
		return m.bookTwiceSent(ctx, o, f.Provider, f.Trade)
	}
	r, due, err := refundOf(ctx, order)
	if err != nil || !due || !r.Sent.IsZero() {
		return err
	}
	r.Sent, r.Reference = f.At, f.Refund
	return m.sent(ctx, o, r)
}

// onSettled: the firm's bill shows the payment, so the money lies in the
// seller's own account there.
func (m *Module) onSettled(ctx context.Context, order id.Order, _ payment.Fact) error {
	if err := setSettled(ctx, order, m.Clock.Now()); err != nil {
		return err
	}
	o, err := m.load(ctx, order)
	if err != nil || o.State != Completed {
		return err
	}
	return m.bookPaidOut(ctx, o)
}
