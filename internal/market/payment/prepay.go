package payment

import (
	"context"
	"slices"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/pay"
	"tianbo/internal/platform/sqldb"
)

// Request is what an order wants paid. The caller has authorised it.
type Request struct {
	Provider    string
	Way         pay.Way
	Ref         string
	Org         id.Org
	Fen         money.Fen
	Description string
	Expires     time.Time
	Payer       string
	Address     string
	ReturnURL   string
}

// Ways are the firms a seller can be paid by.
func (m *Module) Ways(ctx context.Context, org id.Org) ([]string, error) {
	all, err := merchantsOf(ctx, org)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, v := range all {
		if m.firms[v.Provider] != nil {
			out = append(out, v.Provider)
		}
	}
	return out, nil
}

// Prepay opens a trade, or gives the open one of the same order, firm and way.
// The trade is on disk before the firm hears of it, so that no notice can come
// first; a crash in between leaves a trade that the next call finishes.
func (m *Module) Prepay(ctx context.Context, r Request) (Trade, error) {
	firm := m.firms[r.Provider]
	if firm == nil {
		return Trade{}, ErrProvider
	}
	if !slices.Contains([]pay.Way{pay.Native, pay.H5, pay.JSAPI}, r.Way) {
		return Trade{}, ErrWay
	}
	t, err := m.opened(ctx, r)
	if err != nil || t.Ticket.QR+t.Ticket.URL != "" || len(t.Ticket.Fields) > 0 {
		return t, err
	}
	t.Ticket, err = firm.Prepay(ctx, pay.Ask{
		Number: t.Number, Merchant: t.Merchant, Description: r.Description, Fen: t.Fen, Expires: t.Expires, Way: t.Way,
		Payer: r.Payer, Address: r.Address, NotifyURL: m.notifyURL(r.Provider), ReturnURL: r.ReturnURL,
	})
	if err != nil {
		return t, err
	}
	return t, sqldb.Write(ctx, func(ctx context.Context) error { return saveTicket(ctx, t) })
}

// opened finds or writes the trade of a request.
func (m *Module) opened(ctx context.Context, r Request) (t Trade, err error) {
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		v, found, err := merchantOf(ctx, r.Org, r.Provider)
		if err != nil {
			return err
		}
		if !found {
			return ErrProvider
		}
		now := m.Clock.Now()
		t = Trade{
			Number: number("T"), Provider: r.Provider, Way: r.Way, Ref: r.Ref, Org: r.Org, Merchant: v.Merchant, Fen: r.Fen,
			State: pay.Open, Created: now, Expires: r.Expires,
		}
		fresh, err := insertTrade(ctx, t)
		if err != nil {
			return err
		}
		if !fresh {
			t, err = openTrade(ctx, r.Ref, r.Provider, r.Way)
			return err
		}
		at, _ := NextLook(now, r.Expires, now)
		return bus.Schedule(ctx, bus.Job{Kind: JobLook, Key: t.Number, Due: at})
	})
	return t, err
}

// CloseOpen ends the open trades of an order that wants no money any more. A
// firm that was paid in the same moment says so, and the payment is settled.
func (m *Module) CloseOpen(ctx context.Context, ref string) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		all, err := tradesOf(ctx, ref)
		if err != nil {
			return err
		}
		for _, t := range all {
			if t.State == pay.Open {
				if err := bus.Schedule(ctx, bus.Job{Kind: JobLook, Key: t.Number, Payload: []byte(`"close"`)}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
