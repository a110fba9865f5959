package order

import (
	"context"

	"tianbo/internal/kernel/id"
	"tianbo/internal/market/payment"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/pay"
)

// Ways are the payment firms by which an order can be paid; none means by hand
// only.
func (m *Module) Ways(ctx context.Context, order id.Order) ([]string, error) {
	o, err := m.View(ctx, order)
	if err != nil {
		return nil, err
	}
	return m.Payments.Ways(ctx, o.Org)
}

// Prepay opens a trade at a firm for an unpaid order. A repeat gives the same
// trade.
func (m *Module) Prepay(ctx context.Context, order id.Order, provider string, way pay.Way, payer, address, returnURL string) (payment.Trade, error) {
	o, err := m.load(ctx, order)
	if err != nil {
		return payment.Trade{}, err
	}
	if err := authz.Check(ctx, "order.pay", o.Resource()); err != nil {
		return payment.Trade{}, err
	}
	if o.State != Placed || HasLapsed(o, m.Clock.Now()) {
		return payment.Trade{}, ErrIllegal.With("state", string(o.State))
	}
	return m.Payments.Prepay(ctx, payment.Request{
		Provider: provider, Way: way, Ref: string(o.ID), Org: o.Org, Fen: o.Total, Description: describe(o), Expires: o.Expires,
		Payer: payer, Address: address, ReturnURL: returnURL,
	})
}

// describe is what the buyer reads at the firm: goods, never names or places.
func describe(o Order) string {
	words := trim(o.Lines[0].Title, 30)
	if len(o.Lines) > 1 {
		words += " 等"
	}
	return words
}
