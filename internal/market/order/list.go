package order

import (
	"context"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
)

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

// DeskFilter chooses orders of the platform; an empty part chooses all.
type DeskFilter struct {
	State State
	Org   id.Org
	Buyer id.Account
	Order id.Order
}

// Desk lists the platform's orders, the newest first. Where they are sent to is
// left out: a list needs no addresses.
func (m *Module) Desk(ctx context.Context, f DeskFilter, req page.Request) (page.Of[Order], error) {
	if err := authz.Check(ctx, "order.desk", authz.Resource{Type: "Orders"}); err != nil {
		return page.Of[Order]{}, err
	}
	p, err := m.listed(ctx, req, func(before string, limit int) ([]Order, error) { return listDesk(ctx, f, before, limit) })
	for i := range p.Items {
		p.Items[i].Address = Address{Region: p.Items[i].Address.Region, Place: p.Items[i].Address.Place}
	}
	return p, err
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
