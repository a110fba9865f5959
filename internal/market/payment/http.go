package payment

import (
	"context"
	"net/http"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/httpapi"
)

// MerchantCard is a seller's merchant at a firm.
type MerchantCard struct {
	Provider string    `json:"provider"`
	Merchant string    `json:"merchant"`
	At       time.Time `json:"at"`
}

// SuspenseCard is an amount that no order explains.
type SuspenseCard struct {
	ID       id.Suspense `json:"id"`
	Provider string      `json:"provider"`
	Merchant string      `json:"merchant"`
	Number   string      `json:"number"`
	Firm     string      `json:"firmNumber"`
	Fen      money.Fen   `json:"fen"`
	Why      string      `json:"why" enum:"unknown_number,merchant,amount,paid_twice,not_on_bill,only_on_bill,bill_amount,refund_failed,unknown_refund"`
	Owner    string      `json:"owner" doc:"Role that must explain it"`
	At       time.Time   `json:"at"`
	Due      time.Time   `json:"dueAt"`
	Solved   time.Time   `json:"solvedAt,omitzero"`
	Note     string      `json:"note"`
}

// BillCard is a day's comparison.
type BillCard struct {
	Provider string    `json:"provider"`
	Merchant string    `json:"merchant"`
	Day      string    `json:"day"`
	Lines    int64     `json:"lines"`
	Matched  int64     `json:"matched"`
	Differ   int64     `json:"differ"`
	At       time.Time `json:"at"`
}

type (
	PageIn struct {
		Cursor string `query:"cursor" maxLength:"200"`
		Limit  int    `query:"limit" minimum:"0" maximum:"100"`
	}
	doneOut struct{}
)

func (p PageIn) request() page.Request { return page.Request{Cursor: p.Cursor, Limit: p.Limit} }

// Routes adds the module's operations.
func (m *Module) Routes(api *httpapi.API) {
	api.Raw("POST /pay/{provider}/notice", http.HandlerFunc(m.Notice), httpapi.RawOp{Rate: httpapi.RateRead, Foreign: true})
	m.merchantRoutes(api)
	httpapi.Register(api, httpapi.Op{ID: "suspense-list", Method: "GET", Path: "/api/desk/suspense", Action: "payment.desk", Tag: "market", Summary: "Amounts that no order explains"},
		func(ctx context.Context, in *struct {
			PageIn
			Solved bool `query:"solved"`
		},
		) (*struct{ Body page.Of[SuspenseCard] }, error) {
			p, err := m.Suspended(ctx, !in.Solved, in.request())
			return &struct{ Body page.Of[SuspenseCard] }{page.Map(p, func(s Suspense) SuspenseCard {
				return SuspenseCard{s.ID, s.Provider, s.Merchant, s.Number, s.Firm, s.Fen, s.Why, s.Owner, s.At, s.Due, s.Solved, s.Note}
			})}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "suspense-solve", Method: "POST", Path: "/api/desk/suspense/{id}/solve", Action: "payment.solve", Tag: "market", Summary: "Say what an amount was"},
		func(ctx context.Context, in *struct {
			ID   id.Suspense `path:"id"`
			Body struct {
				Note string `json:"note" maxLength:"400"`
			}
		},
		) (*doneOut, error) {
			return &doneOut{}, m.Solve(ctx, in.ID, in.Body.Note)
		})
	httpapi.Register(api, httpapi.Op{ID: "bill-list", Method: "GET", Path: "/api/desk/bills", Action: "payment.desk", Tag: "market", Summary: "Daily comparisons with the firms' bills"},
		func(ctx context.Context, in *PageIn) (*struct{ Body page.Of[BillCard] }, error) {
			p, err := m.Bills(ctx, in.request())
			return &struct{ Body page.Of[BillCard] }{page.Map(p, func(b Bill) BillCard { return BillCard(b) })}, err
		})
}

func (m *Module) merchantRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "merchant-list", Method: "GET", Path: "/api/orgs/{id}/merchants", Action: "payment.merchants", Tag: "market", Summary: "A seller's own merchants at payment firms"},
		func(ctx context.Context, in *struct {
			ID id.Org `path:"id"`
		},
		) (*struct{ Body page.Of[MerchantCard] }, error) {
			all, err := m.Merchants(ctx, in.ID)
			out := page.Of[MerchantCard]{Items: []MerchantCard{}}
			for _, v := range all {
				out.Items = append(out.Items, MerchantCard{v.Provider, v.Merchant, v.At})
			}
			return &struct{ Body page.Of[MerchantCard] }{out}, err
		})
	httpapi.Register(api, httpapi.Op{
		ID: "merchant-set", Method: "PUT", Path: "/api/orgs/{id}/merchants/{provider}", Action: "payment.merchant", Tag: "market",
		Summary: "Record a seller's own merchant at a firm", Description: "An empty merchant takes it away. Money goes to this merchant and never through the platform.",
	}, func(ctx context.Context, in *struct {
		ID       id.Org `path:"id"`
		Provider string `path:"provider" enum:"wechat,alipay"`
		Body     struct {
			Merchant string `json:"merchant" maxLength:"32"`
			Token    string `json:"token,omitempty" maxLength:"200" doc:"The seller's authorisation, where the firm wants one"`
		}
	},
	) (*doneOut, error) {
		return &doneOut{}, m.SetMerchant(ctx, in.ID, in.Provider, in.Body.Merchant, in.Body.Token)
	})
}
