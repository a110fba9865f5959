package order

import (
	"context"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/authz"
)

// DayTakings is what was paid on one Shanghai day.
type DayTakings struct {
	Day    time.Time
	Orders int64
	Fen    money.Fen
}

// mostDays bounds how far a seller's chart reaches back.
const mostDays = 92

// Takings are what a seller was paid on each of the last days, today being
// the last; days without a sale are there with zero.
func (m *Module) Takings(ctx context.Context, org id.Org, days int) ([]DayTakings, error) {
	if err := authz.Check(ctx, "order.summary", authz.Resource{Type: "Orders", Org: org}); err != nil {
		return nil, err
	}
	days = min(max(days, 1), mostDays)
	first := clock.Day(m.Clock.Now()).AddDate(0, 0, 1-days)
	sums, err := takings(ctx, org, first)
	if err != nil {
		return nil, err
	}
	out := make([]DayTakings, days)
	for i := range out {
		day := first.AddDate(0, 0, i)
		out[i] = sums[day.Unix()]
		out[i].Day = day
	}
	return out, nil
}

// BroadcastSales are the orders placed in one broadcast.
type BroadcastSales struct {
	Orders int64
	Paid   int64
	Fen    money.Fen // of the paid ones
}

// SoldIn sums the orders of a seller that were placed in a broadcast.
func (*Module) SoldIn(ctx context.Context, org id.Org, session id.Session) (BroadcastSales, error) {
	if err := authz.Check(ctx, "order.summary", authz.Resource{Type: "Orders", Org: org}); err != nil {
		return BroadcastSales{}, err
	}
	return soldIn(ctx, org, session)
}
