package app

import (
	"context"
	"encoding/json"

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

// OrderChanged publishes to the buyer and to the seller's people.
func (t teller) OrderChanged(ctx context.Context, o order.Order) {
	frame := map[string]any{"order": o.ID, "state": o.State, "seller": o.Org, "totalFen": o.Total}
	_ = t.hub.Person(string(o.Buyer), "order", frame) // the list of orders is the truth
	members, err := t.m.orgs.Members(authz.AsSystem(ctx), o.Org, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return
	}
	told := map[id.Account]bool{o.Buyer: true}
	for _, member := range members.Items {
		if !told[member.Account] {
			told[member.Account] = true
			_ = t.hub.Person(string(member.Account), "order", frame)
		}
	}
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
