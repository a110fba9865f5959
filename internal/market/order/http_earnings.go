package order

import (
	"context"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/httpapi"
)

type dayCard struct {
	Day    string    `json:"day" doc:"In Shanghai, 2026-01-31"`
	Orders int64     `json:"orders"`
	Fen    money.Fen `json:"fen"`
}

type daysBody struct {
	Items []dayCard `json:"items"`
}

type sessionBody struct {
	Orders int64     `json:"orders" doc:"Placed in the broadcast and not given up"`
	Paid   int64     `json:"paid"`
	Fen    money.Fen `json:"paidFen"`
}

func (m *Module) earningRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "seller-days", Method: "GET", Path: "/api/seller/days", Action: "order.summary", Tag: "market", Summary: "What a seller was paid on each of the last days"},
		func(ctx context.Context, in *struct {
			Org  id.Org `query:"org" required:"true"`
			Days int    `query:"days" minimum:"1" maximum:"92" default:"14"`
		},
		) (*struct{ Body daysBody }, error) {
			days, err := m.Takings(ctx, in.Org, in.Days)
			out := daysBody{Items: make([]dayCard, len(days))}
			for i, d := range days {
				out.Items[i] = dayCard{d.Day.Format("2006-01-02"), d.Orders, d.Fen}
			}
			return &struct{ Body daysBody }{out}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "seller-session", Method: "GET", Path: "/api/seller/sessions/{session}", Action: "order.summary", Tag: "market", Summary: "What a broadcast has sold"},
		func(ctx context.Context, in *struct {
			Session id.Session `path:"session"`
			Org     id.Org     `query:"org" required:"true"`
		},
		) (*struct{ Body sessionBody }, error) {
			s, err := m.SoldIn(ctx, in.Org, in.Session)
			return &struct{ Body sessionBody }{sessionBody(s)}, err
		})
}
