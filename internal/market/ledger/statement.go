package ledger

import (
	"context"
	"slices"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
)

// Grouping of a statement.
type Grouping string

// A statement is by day or by product.
const (
	ByDay     Grouping = "day"
	ByProduct Grouping = "product"
)

// Figure is what one account moved on one day, or for one product.
type Figure struct {
	Key           string // the day or the product; empty for money of no product
	Account       string
	Debit, Credit money.Fen
}

// Row gathers the figures of one key.
type Row struct {
	Key     string
	Figures []Figure
}

func bookResource(book id.Org) authz.Resource {
	return authz.Resource{Type: "Book", ID: string(book), Org: book}
}

// Balances are what each account of a book holds.
func (*Module) Balances(ctx context.Context, book id.Org) ([]Balance, error) {
	if err := authz.Check(ctx, "ledger.read", bookResource(book)); err != nil {
		return nil, err
	}
	return balances(ctx, book)
}

// Statement sums a book by day or product between two days, both included.
func (*Module) Statement(ctx context.Context, book id.Org, from, to string, by Grouping, req page.Request) (page.Of[Row], error) {
	var none page.Of[Row]
	if err := authz.Check(ctx, "ledger.read", bookResource(book)); err != nil {
		return none, err
	}
	if err := checkRange(from, to); err != nil {
		return none, err
	}
	all, err := figures(ctx, book, from, to, by)
	if err != nil {
		return none, err
	}
	after := ""
	if err := page.Decode(req.Cursor, &after); err != nil {
		return none, err
	}
	rows := group(all)
	if req.Cursor != "" {
		rows = rows[slices.IndexFunc(rows, func(r Row) bool { return r.Key == after })+1:]
	}
	rows = rows[:min(len(rows), req.Rows()+1)]
	return page.Cut(rows, req, func(r Row) string { return page.Encode(r.Key) }), nil
}

// group gathers figures that stand in the order of their keys.
func group(all []Figure) []Row {
	rows := []Row{}
	for _, f := range all {
		if n := len(rows); n > 0 && rows[n-1].Key == f.Key {
			rows[n-1].Figures = append(rows[n-1].Figures, f)
		} else {
			rows = append(rows, Row{f.Key, []Figure{f}})
		}
	}
	return rows
}

func checkRange(from, to string) error {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil || b.Before(a) || b.Sub(a) > 366*24*time.Hour {
		return ErrRange
	}
	return nil
}

// Journals lists a book's journals between two days, each with its legs: what
// a figure of the statement opens to.
func (*Module) Journals(ctx context.Context, book id.Org, from, to string, req page.Request) (page.Of[Journal], error) {
	var none page.Of[Journal]
	if err := authz.Check(ctx, "ledger.read", bookResource(book)); err != nil {
		return none, err
	}
	if err := checkRange(from, to); err != nil {
		return none, err
	}
	after := id.Journal("")
	if err := page.Decode(req.Cursor, &after); err != nil {
		return none, err
	}
	rows, err := ofBook(ctx, book, from, to, after, req.Rows()+1)
	if err != nil {
		return none, err
	}
	p := page.Cut(rows, req, func(s stored) string { return page.Encode(string(s.ID)) })
	return page.Map(p, func(s stored) Journal { return s.Journal }), nil
}
