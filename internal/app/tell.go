package app

import (
	"context"
	"encoding/json"
	"slices"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/live/interact"
	"tianbo/internal/market/catalog"
	"tianbo/internal/market/order"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/realtime"
)

// teller tells buyer and seller of an order at once, over their own channels.
type teller struct {
	m   *modules
	hub *realtime.Hub
}

// orderFrame is what the two sides of an order are told; of several at once
// the last, with their count.
type orderFrame struct {
	Order    id.Order    `json:"order"`
	State    order.State `json:"state"`
	Seller   id.Org      `json:"seller"`
	TotalFen int64       `json:"totalFen"`
	Count    int         `json:"count"`
}

// OrdersChanged publishes to each buyer, and to each seller's people once.
func (t teller) OrdersChanged(ctx context.Context, orders []order.Order) {
	sold := map[id.Org]orderFrame{}
	for _, o := range orders {
		frame := orderFrame{o.ID, o.State, o.Org, int64(o.Total), 1}
		_ = t.hub.Person(string(o.Buyer), "order", frame) // the list of orders is the truth
		frame.Count += sold[o.Org].Count
		sold[o.Org] = frame
	}
	for seller, frame := range sold {
		people, err := t.people(ctx, seller)
		if err != nil {
			continue
		}
		for _, account := range people {
			_ = t.hub.Person(string(account), "order", frame)
		}
	}
}

// people are those who work for a seller.
func (t teller) people(ctx context.Context, seller id.Org) ([]id.Account, error) {
	members, err := t.m.orgs.Members(authz.AsSystem(ctx), seller, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, err
	}
	var out []id.Account
	for _, member := range members.Items {
		out = append(out, member.Account)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// packFrame is what viewers of a room are told of a pack that changed.
type packFrame struct {
	Product  id.Product `json:"product"`
	Pack     id.Pack    `json:"pack"`
	PriceFen int64      `json:"priceFen,omitempty"`
	Version  int64      `json:"version,omitempty"`
	Band     string     `json:"band,omitempty"`
}

func (m *modules) tellPrice(ctx context.Context, e bus.Event) error {
	var f catalog.PriceFact
	if err := json.Unmarshal(e.Payload, &f); err != nil {
		return err
	}
	return m.interact.PackChanged(ctx, f.Product, "price", packFrame{f.Product, f.Pack, int64(f.Price), f.Version, ""})
}

func (m *modules) tellStock(ctx context.Context, e bus.Event) error {
	var f catalog.StockFact
	if err := json.Unmarshal(e.Payload, &f); err != nil {
		return err
	}
	return m.interact.PackChanged(ctx, f.Product, "stock", packFrame{f.Product, f.Pack, 0, 0, f.Band})
}

// products shows the catalogue to rooms.
type products struct{ catalog *catalog.Module }

// Listed are the seller's own products on sale, in the order asked.
func (p products) Listed(ctx context.Context, seller id.Org, ids []id.Product) ([]interact.ProductCard, error) {
	found, err := p.catalog.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]interact.ProductCard, 0, len(ids))
	for _, key := range ids {
		v, ok := found[key]
		if !ok || v.Org != seller || v.State != catalog.Listed {
			continue
		}
		card := interact.ProductCard{ID: v.ID, Title: v.Title, Packs: []interact.PackCard{}}
		if len(v.Photos) > 0 {
			card.Photo = "/media/photo/" + string(v.Photos[0]) + "-480.jpg"
		}
		for _, k := range v.Packs {
			card.Packs = append(card.Packs, interact.PackCard{
				ID: k.ID, Label: k.Label, PriceFen: int64(k.Price), WasFen: int64(k.Was), Version: k.Version, Band: k.Band(),
			})
		}
		out = append(out, card)
	}
	return out, nil
}
