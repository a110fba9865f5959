package order

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
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
	httpapi.Register(api, httpapi.Op{ID: "order-deny", Audit: true, Method: "POST", Path: "/api/orders/{id}/deny", Action: "order.confirm", Tag: "market", Summary: "Say, as a second person, that no money came; an unpaid order is cancelled"},
		func(ctx context.Context, in *struct {
			OrderIn
			Body reasonIn
		},
		) (*cardOut, error) {
			o, err := m.Deny(ctx, in.ID, in.Body.Reason)
			return m.out(ctx, o, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "order-close", Audit: true, Method: "POST", Path: "/api/orders/{id}/close", Action: "order.close", Tag: "market", Summary: "End a paid order that cannot be delivered; the buyer is owed the money"},
		func(ctx context.Context, in *struct {
			OrderIn
			Body reasonIn
		},
		) (*cardOut, error) {
			o, err := m.Close(ctx, in.ID, in.Body.Reason)
			return m.out(ctx, o, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "order-refunded", Audit: true, Method: "POST", Path: "/api/orders/{id}/refunded", Action: "order.refund", Tag: "market", Summary: "Say that the money owed went back to the buyer"},
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
	Org       id.Org     `json:"org"`
	Seller    string     `json:"seller" doc:"Whose responsible people confirm or deny it"`
	Buyer     string     `json:"buyerName"`
	State     State      `json:"state" enum:"placed,paid,packed,shipped,delivered,completed,closed,expired,cancelled" doc:"Of the order"`
	Expires   time.Time  `json:"expiresAt" doc:"When the order lapses if nobody decides"`
	CanDecide bool       `json:"canDecide" doc:"The actor is the second person: may confirm or deny"`
}

func (m *Module) claimCards(ctx context.Context, p page.Of[Payment]) (page.Of[claimCard], error) {
	var none page.Of[claimCard]
	var ids []id.Order
	for _, c := range p.Items {
		ids = append(ids, c.Order)
	}
	orders, err := ordersByIDs(ctx, ids)
	if err != nil {
		return none, err
	}
	var buyers []id.Account
	var sellers []id.Org
	for _, o := range orders {
		buyers, sellers = append(buyers, o.Buyer), append(sellers, o.Org)
	}
	people, err := m.Names.Accounts(ctx, buyers)
	if err != nil {
		return none, err
	}
	orgs, err := m.Names.Orgs(ctx, sellers)
	if err != nil {
		return none, err
	}
	return page.Map(p, func(p Payment) claimCard {
		o := orders[p.Order]
		return claimCard{
			p.ID, p.Order, p.Method, p.Reference, p.Fen, p.At, o.Org, orgs[o.Org], people[o.Buyer], o.State, o.Expires,
			p.By != authz.From(ctx).Account && authz.Allows(ctx, "order.confirm", o.Resource()),
		}
	}), nil
}

func (m *Module) deskRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "payment-claims", Method: "GET", Path: "/api/desk/payments", Action: "order.desk", Tag: "market", Summary: "Payments that wait for confirmation"},
		func(ctx context.Context, in *struct {
			Cursor string `query:"cursor" maxLength:"200"`
			Limit  int    `query:"limit" minimum:"0" maximum:"100"`
		},
		) (*struct{ Body page.Of[claimCard] }, error) {
			p, err := m.Claims(ctx, page.Request{Cursor: in.Cursor, Limit: in.Limit})
			if err != nil {
				return nil, err
			}
			cards, err := m.claimCards(ctx, p)
			return &struct{ Body page.Of[claimCard] }{cards}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "order-desk", Method: "GET", Path: "/api/desk/orders", Action: "order.desk", Tag: "market", Summary: "Orders of the platform, the newest first, without the places they go to"},
		func(ctx context.Context, in *struct {
			State  State      `query:"state" enum:",placed,paid,packed,shipped,delivered,completed,closed,expired,cancelled"`
			Org    id.Org     `query:"org"`
			Buyer  id.Account `query:"buyer"`
			Order  id.Order   `query:"order"`
			Cursor string     `query:"cursor" maxLength:"200"`
			Limit  int        `query:"limit" minimum:"0" maximum:"100"`
		},
		) (*pageOut, error) {
			p, err := m.Desk(ctx, DeskFilter{in.State, in.Org, in.Buyer, in.Order}, page.Request{Cursor: in.Cursor, Limit: in.Limit})
			if err != nil {
				return nil, err
			}
			cards, err := m.cards(ctx, p.Items)
			return &pageOut{page.Of[Card]{Items: cards, Next: p.Next}}, err
		})
}
