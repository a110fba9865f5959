package order

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/httpapi"
)

// whole is one order with its history and what is owed.
func (m *Module) whole(ctx context.Context, order id.Order) (*cardOut, error) {
	o, err := m.View(ctx, order)
	out, err := m.out(ctx, o, err)
	if err != nil {
		return nil, err
	}
	steps, err := m.History(ctx, order)
	if err != nil {
		return nil, err
	}
	var people []id.Account
	for _, s := range steps {
		people = append(people, s.By, s.For)
	}
	names, err := m.Names.Accounts(ctx, people)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		out.Body.History = append(out.Body.History, StepCard{s.At, s.State, s.By, names[s.By], s.For, names[s.For], s.Note})
	}
	r, due, err := refundOf(ctx, order)
	if due {
		out.Body.Refund = &RefundCard{r.Fen, r.Due, r.Sent, r.Reference}
	}
	return out, err
}

type reasonIn struct {
	Reason string `json:"reason" maxLength:"400"`
}

func (m *Module) refundRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "order-deny", Method: "POST", Path: "/api/orders/{id}/deny", Action: "order.confirm", Tag: "market", Summary: "Say, as a second person, that no money came; an unpaid order is cancelled"},
		func(ctx context.Context, in *struct {
			OrderIn
			Body reasonIn
		},
		) (*cardOut, error) {
			o, err := m.Deny(ctx, in.ID, in.Body.Reason)
			return m.out(ctx, o, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "order-close", Method: "POST", Path: "/api/orders/{id}/close", Action: "order.close", Tag: "market", Summary: "End a paid order that cannot be delivered; the buyer is owed the money"},
		func(ctx context.Context, in *struct {
			OrderIn
			Body reasonIn
		},
		) (*cardOut, error) {
			o, err := m.Close(ctx, in.ID, in.Body.Reason)
			return m.out(ctx, o, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "order-refunded", Method: "POST", Path: "/api/orders/{id}/refunded", Action: "order.refund", Tag: "market", Summary: "Say that the money owed went back to the buyer"},
		func(ctx context.Context, in *struct {
			OrderIn
			Body struct {
				Reference string `json:"reference,omitempty" maxLength:"120" doc:"Of the transfer"`
			}
		},
		) (*cardOut, error) {
			o, err := m.Refunded(ctx, in.ID, in.Body.Reference)
			return m.out(ctx, o, err)
		})
}

type claimCard struct {
	ID        id.Payment `json:"id"`
	Order     id.Order   `json:"order"`
	Method    string     `json:"method"`
	Reference string     `json:"reference"`
	Fen       money.Fen  `json:"fen"`
	At        time.Time  `json:"at"`
}

func (m *Module) deskRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "payment-claims", Method: "GET", Path: "/api/desk/payments", Action: "order.desk", Tag: "market", Summary: "Payments that wait for confirmation"},
		func(ctx context.Context, in *struct {
			Cursor string `query:"cursor" maxLength:"200"`
			Limit  int    `query:"limit" minimum:"0" maximum:"100"`
		},
		) (*struct{ Body page.Of[claimCard] }, error) {
			p, err := m.Claims(ctx, page.Request{Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body page.Of[claimCard] }{page.Map(p, func(p Payment) claimCard {
				return claimCard{p.ID, p.Order, p.Method, p.Reference, p.Fen, p.At}
			})}, err
		})
}
