package order

import (
	"context"
	"errors"
	"strings"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

func isIllegal(err error) bool { return errors.Is(err, ErrIllegal) }

// Pay is the buyer's word that money was handed over or transferred. It
// changes no state: somebody on the seller's side confirms it.
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
		if o.State != Placed {
			return ErrIllegal.With("state", string(o.State))
		}
		if _, claimed, err := openPayment(ctx, order); err != nil || claimed {
			return err // said before: nothing to add
		}
		p := Payment{
			ID: id.New[id.Payment](), Order: order, Method: method, Reference: trim(reference, 80),
			Fen: o.Total, By: authz.From(ctx).Account, At: m.Clock.Now(),
		}
		if err := insertPayment(ctx, p); err != nil {
			return err
		}
		detached := context.WithoutCancel(ctx)
		sqldb.After(ctx, func() { m.Teller.OrderChanged(detached, o) })
		return nil
	})
	return o, err
}

func trim(s string, n int) string {
	r := []rune(strings.TrimSpace(s))
	return string(r[:min(len(r), n)])
}

// Confirm is the second person's word: the money is there. The order is paid
// and its units are sold.
func (m *Module) Confirm(ctx context.Context, order id.Order) (Order, error) {
	return m.move(ctx, order, "order.confirm", Paid, func(ctx context.Context, o *Order) error {
		p, claimed, err := openPayment(ctx, order)
		if err != nil {
			return err
		}
		if !claimed {
			return ErrNoClaim
		}
		actor := authz.From(ctx).Account
		if p.By == actor {
			return ErrPaidTwo
		}
		p.Confirmed, p.Confirmer = m.Clock.Now(), actor
		o.Paid = p.Confirmed
		return confirmPayment(ctx, p)
	})
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

// Bought lists the actor's own orders, Sold those of an organisation; a state
// narrows both.
func (m *Module) Bought(ctx context.Context, state State, req page.Request) (page.Of[Order], error) {
	buyer := authz.From(ctx).Subject()
	if err := authz.Check(ctx, "order.list", authz.Resource{Type: "Orders", Owner: buyer}); err != nil {
		return page.Of[Order]{}, err
	}
	return m.listed(ctx, req, func(before string, limit int) ([]Order, error) { return listBuyer(ctx, buyer, state, before, limit) })
}

// Sold lists the orders of a seller.
func (m *Module) Sold(ctx context.Context, org id.Org, state State, req page.Request) (page.Of[Order], error) {
	if err := authz.Check(ctx, "order.list", authz.Resource{Type: "Orders", Org: org}); err != nil {
		return page.Of[Order]{}, err
	}
	return m.listed(ctx, req, func(before string, limit int) ([]Order, error) { return listSeller(ctx, org, state, before, limit) })
}

func (m *Module) listed(ctx context.Context, req page.Request, read func(string, int) ([]Order, error)) (page.Of[Order], error) {
	var none page.Of[Order]
	before := "~"
	if err := page.Decode(req.Cursor, &before); err != nil {
		return none, err
	}
	rows, err := read(before, req.Rows()+1)
	if err != nil {
		return none, err
	}
	p := page.Cut(rows, req, func(o Order) string { return page.Encode(string(o.ID)) })
	lines, err := linesOf(ctx, p.Items)
	if err != nil {
		return none, err
	}
	for i := range p.Items {
		p.Items[i].Lines = lines[p.Items[i].ID]
		if p.Items[i], err = m.open(p.Items[i]); err != nil {
			return none, err
		}
	}
	return p, nil
}

// Figures are what a seller's home shows.
func (m *Module) Figures(ctx context.Context, org id.Org) (Summary, error) {
	if err := authz.Check(ctx, "order.summary", authz.Resource{Type: "Orders", Org: org}); err != nil {
		return Summary{}, err
	}
	day := clock.Day(m.Clock.Now())
	return summary(ctx, org, day, day.AddDate(0, 0, 1-day.YearDay()))
}
