package order

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"tianbo/internal/kernel/id"
	"tianbo/internal/market/catalog"
	"tianbo/internal/platform/authz"
)

// Wish is what a buyer asks for.
type Wish struct {
	Lines   []WishLine
	Address id.Address
	Room    id.Room
}

// WishLine is one pack, with the price version the buyer saw.
type WishLine struct {
	Pack     id.Pack
	Quantity int64
	Version  int64
}

// Place buys. It validates outside the writer, refuses what is known to be
// sold out without touching the database, and otherwise waits for the
// writer's commit. The key makes a repeat get the first answer.
func (m *Module) Place(ctx context.Context, key string, w Wish) (Order, error) {
	buyer := authz.From(ctx).Subject()
	if err := authz.Check(ctx, "order.place", authz.Resource{Type: "Order", Owner: buyer}); err != nil {
		return Order{}, err
	}
	if key == "" {
		return Order{}, ErrKey
	}
	idem := string(buyer) + ":" + key
	if err := m.refuse(ctx, idem, w.Lines); err != nil {
		return Order{}, err
	}
	o, err := m.draft(ctx, w)
	if err != nil {
		return Order{}, err
	}
	o.key, o.hash = idem, hashOf(w)
	placed, err := m.writer.submit(ctx, request{order: o})
	if err != nil {
		return Order{}, err
	}
	return m.open(placed)
}

// refuse says from memory that something is sold out. Only a key that cannot
// have placed an order is refused so: a repeat gets its first answer.
func (m *Module) refuse(ctx context.Context, idem string, lines []WishLine) error {
	for _, l := range lines {
		title, gone := m.writer.memory.soldOut(l.Pack)
		if !gone || m.writer.memory.known(idem) {
			continue
		}
		if m.Clustered {
			placed, err := byKeys(ctx, []string{idem})
			if err != nil || len(placed) > 0 {
				return err
			}
		}
		return catalog.ErrSoldOut.With("title", title)
	}
	return nil
}

func hashOf(w Wish) [32]byte {
	text, err := json.Marshal(w)
	if err != nil {
		panic("order: a wish cannot be encoded: " + err.Error())
	}
	return sha256.Sum256(text)
}

// draft turns a wish into an order on the terms of this moment.
func (m *Module) draft(ctx context.Context, w Wish) (Order, error) {
	actor := authz.From(ctx)
	now := m.Clock.Now()
	o := Order{ID: id.New[id.Order](), Buyer: actor.Subject(), By: actor.Account, State: Placed, Placed: now, Expires: now.Add(payWithin)}
	if len(w.Lines) < 1 || len(w.Lines) > mostLines {
		return o, ErrLines
	}
	var err error
	if o.Address, err = m.Addresses.For(ctx, o.Buyer, w.Address); err != nil {
		return o, err
	}
	seen := map[id.Pack]bool{}
	for _, l := range w.Lines {
		if l.Quantity < 1 || l.Quantity > mostUnits || seen[l.Pack] {
			return o, ErrLines
		}
		seen[l.Pack] = true
		line, org, err := m.line(ctx, l, o)
		if err != nil {
			return o, err
		}
		if o.Org != "" && o.Org != org {
			return o, ErrSellers
		}
		o.Org = org
		o.Lines = append(o.Lines, line)
	}
	if o.Total, err = Total(o.Lines); err != nil {
		return o, ErrLines.Wrap(err)
	}
	if w.Room != "" {
		o.Room = w.Room
		if o.Session, o.VideoAt, err = m.Broadcasts.Now(ctx, w.Room); err != nil {
			return o, err
		}
	}
	text, err := json.Marshal(o.Address)
	if err != nil {
		return o, err
	}
	o.sealed, err = m.Sealer.Text(string(text), addressContext(o.ID))
	return o, err
}

func (m *Module) line(ctx context.Context, l WishLine, o Order) (Line, id.Org, error) {
	offer, err := m.Catalog.Terms(ctx, l.Pack)
	if err != nil {
		return Line{}, "", err
	}
	switch {
	case offer.State != catalog.Listed:
		return Line{}, "", catalog.ErrOff.With("title", offer.Title)
	case offer.Version != l.Version:
		return Line{}, "", catalog.ErrPriceChanged.With("title", offer.Title)
	case !catalog.CanShip(offer.ShipTo, region(o.Address.Region)):
		return Line{}, "", catalog.ErrArea.With("title", offer.Title)
	}
	return Line{
		ID: id.New[id.OrderLine](), Order: o.ID, Product: offer.Product, Pack: offer.ID, Title: offer.Title, Label: offer.Label, Photo: offer.Photo,
		Net: int64(offer.Net), Price: offer.Price, Version: offer.Version, Quantity: l.Quantity, Fresh: offer.Fresh,
	}, offer.Org, nil
}

func addressContext(o id.Order) string { return "order_order address " + string(o) }

// open reads the sealed address of an order.
func (m *Module) open(o Order) (Order, error) {
	text, err := m.Sealer.OpenText(o.sealed, addressContext(o.ID))
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal([]byte(text), &o.Address); err != nil {
		return o, fmt.Errorf("reading the address of an order: %w", err)
	}
	return o, nil
}
