package catalog

import (
	"context"
	"math"
	"slices"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
)

// Query narrows a list of products.
type Query struct {
	Words  string
	Seller id.Org
}

// List gives products on the shelf, the newest first, the same for everyone.
// People of the seller see their drafts and hidden ones too.
func (m *Module) List(ctx context.Context, q Query, req page.Request) (page.Of[Product], error) {
	var none page.Of[Product]
	if err := authz.Check(ctx, "catalog.list", authz.Resource{Type: "Products"}); err != nil {
		return none, err
	}
	before := "~"
	if err := page.Decode(req.Cursor, &before); err != nil {
		return none, err
	}
	rows, err := m.rows(ctx, q, before, req.Rows()+1)
	if err != nil {
		return none, err
	}
	p := page.Cut(rows, req, func(p Product) string { return page.Encode(string(p.ID)) })
	packs, err := packsOf(ctx, p.Items)
	if err != nil {
		return none, err
	}
	for i := range p.Items {
		p.Items[i].Packs = packs[p.Items[i].ID]
	}
	return p, nil
}

func (m *Module) rows(ctx context.Context, q Query, before string, limit int) ([]Product, error) {
	switch {
	case q.Words != "":
		ids, err := words.Find(ctx, q.Words, before, limit)
		if err != nil || len(ids) == 0 {
			return nil, err
		}
		return productsByIDs(ctx, ids)
	case q.Seller != "":
		all := authz.Allows(ctx, "catalog.manage", authz.Resource{Type: "Org", Org: q.Seller})
		return sellerProducts(ctx, q.Seller, all, before, limit)
	}
	return listedProducts(ctx, before, limit)
}

// View is one product; drafts and hidden ones only for people of the seller.
func (m *Module) View(ctx context.Context, product id.Product) (Product, error) {
	p, err := m.own(ctx, product, "catalog.view")
	if err == nil && p.State == Draft && !authz.Allows(ctx, "catalog.manage", p.Resource()) {
		err = ErrNotFound
	}
	return p, err
}

// ByIDs are the products that exist among ids, with their packs.
func (*Module) ByIDs(ctx context.Context, ids []id.Product) (map[id.Product]Product, error) {
	text := make([]string, len(ids))
	for i, p := range ids {
		text[i] = string(p)
	}
	rows, err := productsByIDs(ctx, text)
	if err != nil {
		return nil, err
	}
	packs, err := packsOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Product]Product, len(rows))
	for _, p := range rows {
		p.Packs = packs[p.ID]
		out[p.ID] = p
	}
	return out, nil
}

// Prices are what a pack has cost, the newest first: never changed, never
// deleted, the same for everyone.
func (m *Module) Prices(ctx context.Context, product id.Product, pack id.Pack, req page.Request) (page.Of[Price], error) {
	var none page.Of[Price]
	p, err := m.View(ctx, product)
	if err != nil {
		return none, err
	}
	if !slices.ContainsFunc(p.Packs, func(x Pack) bool { return x.ID == pack }) {
		return none, ErrNotFound
	}
	before := int64(math.MaxInt64)
	if err := page.Decode(req.Cursor, &before); err != nil {
		return none, err
	}
	rows, err := prices(ctx, pack, before, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(p Price) string { return page.Encode(p.Version) }), nil
}
