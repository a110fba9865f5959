package ledger

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/httpapi"
)

// PartCard is one share of an order.
type PartCard struct {
	Account  string       `json:"account"`
	Party    string       `json:"party" doc:"Organisation or account whose share it is, empty for none"`
	Fen      money.Fen    `json:"fen"`
	Journals []id.Journal `json:"journals" doc:"What the figure opens to"`
}

// BreakdownCard is where each fen of an order went.
type BreakdownCard struct {
	Paid        money.Fen  `json:"paidFen"`
	Parts       []PartCard `json:"parts" doc:"They sum to paidFen exactly"`
	Provisional bool       `json:"provisional" doc:"A part still waits for the claim window to end"`
}

// FigureCard is what one account moved.
type FigureCard struct {
	Account string    `json:"account"`
	Debit   money.Fen `json:"debitFen"`
	Credit  money.Fen `json:"creditFen"`
}

// RowCard is one day or product of a statement.
type RowCard struct {
	Key     string       `json:"key" doc:"Day (YYYY-MM-DD) or product; empty for money of no product"`
	Figures []FigureCard `json:"figures"`
}

// DayCard is a closed day.
type DayCard struct {
	Day      string    `json:"day"`
	Journals int64     `json:"journals"`
	Root     string    `json:"root" doc:"RFC 6962 root, base64"`
	Note     string    `json:"note" doc:"The root, signed"`
	Closed   time.Time `json:"closedAt"`
}

type (
	PageIn struct {
		Cursor string `query:"cursor" maxLength:"200"`
		Limit  int    `query:"limit" minimum:"0" maximum:"100"`
	}
	RangeIn struct {
		ID   id.Org `path:"id"`
		From string `query:"from" maxLength:"10" required:"true" doc:"First day, YYYY-MM-DD"`
		To   string `query:"to" maxLength:"10" required:"true" doc:"Last day, included"`
	}
)

func (p PageIn) request() page.Request { return page.Request{Cursor: p.Cursor, Limit: p.Limit} }

// Routes adds the module's operations.
func (m *Module) Routes(api *httpapi.API) {
	m.bookRoutes(api)
	m.proofRoutes(api)
	httpapi.Register(api, httpapi.Op{
		ID: "order-breakdown", Method: "GET", Path: "/api/orders/{id}/breakdown", Action: "ledger.breakdown", Tag: "market",
		Summary: "Where each fen of an order went", Description: "The parts sum to what was paid, also after refunds.",
	}, func(ctx context.Context, in *struct {
		ID id.Order `path:"id"`
	},
	) (*struct{ Body BreakdownCard }, error) {
		b, err := m.Breakdown(ctx, in.ID)
		card := BreakdownCard{Paid: b.Paid, Provisional: b.Provisional}
		for _, p := range b.Parts {
			card.Parts = append(card.Parts, PartCard(p))
		}
		return &struct{ Body BreakdownCard }{card}, err
	})
}

func (m *Module) bookRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "ledger-balances", Method: "GET", Path: "/api/orgs/{id}/ledger/balances", Action: "ledger.read", Tag: "market", Summary: "What each account of a seller's book holds",
	}, func(ctx context.Context, in *struct {
		ID id.Org `path:"id"`
	},
	) (*struct{ Body page.Of[FigureCard] }, error) {
		all, err := m.Balances(ctx, in.ID)
		out := page.Of[FigureCard]{Items: []FigureCard{}}
		for _, b := range all {
			out.Items = append(out.Items, FigureCard(b))
		}
		return &struct{ Body page.Of[FigureCard] }{out}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "ledger-statement", Method: "GET", Path: "/api/orgs/{id}/ledger/statement", Action: "ledger.read", Tag: "market", Summary: "A seller's book by day or product",
	}, func(ctx context.Context, in *struct {
		RangeIn
		PageIn
		By Grouping `query:"by" enum:"day,product" default:"day"`
	},
	) (*struct{ Body page.Of[RowCard] }, error) {
		p, err := m.Statement(ctx, in.ID, in.From, in.To, in.By, in.request())
		return &struct{ Body page.Of[RowCard] }{page.Map(p, func(r Row) RowCard {
			card := RowCard{Key: r.Key}
			for _, f := range r.Figures {
				card.Figures = append(card.Figures, FigureCard{f.Account, f.Debit, f.Credit})
			}
			return card
		})}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "ledger-journals", Method: "GET", Path: "/api/orgs/{id}/ledger/journals", Action: "ledger.read", Tag: "market", Summary: "The journals behind a statement",
	}, func(ctx context.Context, in *struct {
		RangeIn
		PageIn
	},
	) (*struct{ Body page.Of[Journal] }, error) {
		p, err := m.Journals(ctx, in.ID, in.From, in.To, in.request())
		return &struct{ Body page.Of[Journal] }{p}, err
	})
	api.Raw("GET /api/orgs/{id}/ledger/export", http.HandlerFunc(m.serveExport), httpapi.RawOp{Rate: httpapi.RateRead})
}

// serveExport streams a book. A failure half way cuts the connection, so that
// a broken file is never taken for a whole one.
func (m *Module) serveExport(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	out := &lateHeader{w: w, name: fmt.Sprintf("ledger-%s-%s.jsonl", q.Get("from"), q.Get("to"))}
	err := m.Export(r.Context(), id.Org(r.PathValue("id")), q.Get("from"), q.Get("to"), out)
	switch {
	case err == nil:
	case out.begun:
		panic(http.ErrAbortHandler)
	default:
		httpapi.WriteProblem(w, r, err)
	}
}

// lateHeader sends the file's header with its first byte, so that a refusal
// can still be a problem.
type lateHeader struct {
	w     http.ResponseWriter
	name  string
	begun bool
}

// Write implements io.Writer.
func (l *lateHeader) Write(p []byte) (int, error) {
	if !l.begun {
		l.begun = true
		l.w.Header().Set("Content-Type", "application/jsonl")
		l.w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", l.name))
		l.w.Header().Set("Cache-Control", "no-store")
	}
	return l.w.Write(p)
}

func (m *Module) proofRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "ledger-days", Method: "GET", Path: "/api/ledger/days", Action: httpapi.Public, Tag: "market", Summary: "Closed days with their signed roots",
	}, func(ctx context.Context, in *PageIn) (*struct{ Body page.Of[DayCard] }, error) {
		p, err := m.Days(ctx, in.request())
		return &struct{ Body page.Of[DayCard] }{page.Map(p, func(d Period) DayCard {
			return DayCard{d.Day, d.Journals, d.Root.String(), d.Note, d.Closed}
		})}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "ledger-keys", Method: "GET", Path: "/api/ledger/keys", Action: httpapi.Public, Tag: "market", Summary: "Keys that verify the signed roots, the newest first",
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body page.Of[string] }, error) {
		keys, err := m.Verifiers(ctx)
		return &struct{ Body page.Of[string] }{page.Of[string]{Items: keys}}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "journal-proof", Method: "GET", Path: "/api/ledger/journals/{id}/proof", Action: "ledger.read", Tag: "market", Summary: "Proof that a journal was in its closed day",
	}, func(ctx context.Context, in *struct {
		ID id.Journal `path:"id"`
	},
	) (*struct{ Body Proof }, error) {
		p, err := m.Prove(ctx, in.ID)
		return &struct{ Body Proof }{p}, err
	})
}
