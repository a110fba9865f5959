package catalog

import (
	"context"
	"slices"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/unit"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

// Create makes a draft for a seller the actor works for.
func (m *Module) Create(ctx context.Context, p Product) (Product, error) {
	if err := authz.Check(ctx, "catalog.create", authz.Resource{Type: "Org", ID: string(p.Org), Org: p.Org}); err != nil {
		return p, err
	}
	if err := clean(&p); err != nil {
		return p, err
	}
	p.ID, p.By, p.State, p.Created, p.Packs = id.New[id.Product](), authz.From(ctx).Subject(), Draft, m.Clock.Now(), nil
	m.sign(ctx, &p)
	return p, sqldb.Write(ctx, func(ctx context.Context) error {
		if err := photosExist(ctx, p.Photos); err != nil {
			return err
		}
		return insertProduct(ctx, p)
	})
}

// sign notes whose hand changes a product.
func (m *Module) sign(ctx context.Context, p *Product) {
	actor := authz.From(ctx)
	p.Changed, p.ChangedBy, p.ChangedFor = m.Clock.Now(), actor.Account, actor.For
}

func clean(p *Product) error {
	var ok bool
	if p.Title, ok = CleanText(p.Title, 2, 40); !ok {
		return ErrTitle
	}
	if p.Story, ok = CleanText(p.Story, 0, 2000); !ok {
		return ErrStory
	}
	if _, err := geo.ParseRegion(string(p.Origin)); err != nil || len(p.Origin) < 6 {
		return ErrOrigin
	}
	for _, area := range p.ShipTo {
		if _, err := geo.ParseRegion(string(area)); err != nil {
			return ErrShipTo
		}
	}
	if len(p.Photos) > mostPhotos {
		return ErrPhotos
	}
	for _, photo := range p.Photos {
		if !id.Valid(photo) {
			return ErrPhotos
		}
	}
	return nil
}

func (*Module) own(ctx context.Context, product id.Product, action string) (Product, error) {
	p, err := loadProduct(ctx, product)
	if err != nil {
		return p, err
	}
	if err := authz.Check(ctx, action, p.Resource()); err != nil {
		return p, err
	}
	packs, err := packsOf(ctx, []Product{p})
	p.Packs = packs[p.ID]
	return p, err
}

// Resource is the product as policies see it.
func (p Product) Resource() authz.Resource {
	return authz.Resource{Type: "Product", ID: string(p.ID), Owner: p.By, Org: p.Org, Region: p.Origin}
}

// Edit changes a product's description.
func (m *Module) Edit(ctx context.Context, product id.Product, change func(*Product)) (Product, error) {
	return m.change(ctx, product, func(ctx context.Context, p *Product) error {
		org, state := p.Org, p.State
		change(p)
		p.Org, p.State = org, state
		if err := clean(p); err != nil {
			return err
		}
		return photosExist(ctx, p.Photos)
	})
}

// change runs fn on a product the actor may edit, saves it and keeps the
// search words in step.
func (m *Module) change(ctx context.Context, product id.Product, fn func(context.Context, *Product) error) (Product, error) {
	var p Product
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if p, err = m.own(ctx, product, "catalog.edit"); err != nil {
			return err
		}
		if err := fn(ctx, &p); err != nil {
			return err
		}
		m.sign(ctx, &p)
		if err := updateProduct(ctx, p); err != nil {
			return err
		}
		sqldb.After(ctx, m.offers.clear)
		if p.State == Listed {
			return words.Put(ctx, string(p.ID), p.Title, p.Place, p.Method, p.Story)
		}
		return words.Delete(ctx, string(p.ID))
	})
	return p, err
}

// SetState puts a product on the shelf, or takes it off.
func (m *Module) SetState(ctx context.Context, product id.Product, to State) (Product, error) {
	return m.change(ctx, product, func(ctx context.Context, p *Product) error {
		if to == Listed && len(p.Packs) == 0 {
			return ErrNoPack
		}
		if to == Listed && len(p.Photos) == 0 {
			return ErrNoPhoto
		}
		p.State = to
		return bus.Emit(ctx, SubjectListed, string(p.ID), ListedFact{p.ID, p.Org, to})
	})
}

// AddPack adds a unit of sale with its first price and stock.
func (m *Module) AddPack(ctx context.Context, product id.Product, label string, net unit.Grams, price money.Fen, stock int64) (Product, error) {
	return m.change(ctx, product, func(ctx context.Context, p *Product) error {
		label, ok := CleanText(label, 1, 20)
		switch {
		case !ok:
			return ErrLabel
		case net < 1 || net > maxNet:
			return ErrNet
		case price < 1 || price > maxPrice:
			return ErrPrice
		case stock < 0 || stock > maxStock:
			return ErrStock
		case len(p.Packs) >= mostPacks:
			return ErrPacks
		}
		pack := Pack{ID: id.New[id.Pack](), Product: p.ID, Label: label, Net: net, Price: price, Version: 1, Stock: Stock{Free: stock}}
		if err := insertPack(ctx, pack); err != nil {
			return err
		}
		p.Packs = append(p.Packs, pack)
		return setPrice(ctx, pack, m.entry(ctx, pack, 0))
	})
}

// entry is the line of the price history for a pack's price as it is now.
func (m *Module) entry(ctx context.Context, p Pack, ceiling money.Fen) Price {
	actor := authz.From(ctx)
	e := Price{Version: p.Version, Price: p.Price, Was: p.Was, At: m.Clock.Now(), By: actor.Account, For: actor.For, Ceiling: ceiling}
	if p.Was > 0 {
		e.Rule = ReferenceRule
	}
	return e
}

// Reprice appends a price; was is struck through beside it, 0 for none. It
// waits for sales under way: an order is placed at the price before or at the
// one after.
func (m *Module) Reprice(ctx context.Context, product id.Product, pack id.Pack, price, was money.Fen) (Product, error) {
	return m.change(ctx, product, func(ctx context.Context, p *Product) error {
		one, err := p.lock(ctx, pack)
		if err != nil {
			return err
		}
		if price < 1 || price > maxPrice {
			return ErrPrice
		}
		ceiling, err := m.mayStrike(ctx, pack, price, was)
		if err != nil {
			return err
		}
		one.Price, one.Was, one.Version = price, was, one.Version+1
		if err := setPrice(ctx, *one, m.entry(ctx, *one, ceiling)); err != nil {
			return err
		}
		return bus.Emit(ctx, SubjectPriceChanged, string(p.ID), PriceFact{pack, p.ID, price, one.Version})
	})
}

// lock is one of the product's packs, read anew and kept from changing until
// the transaction ends.
func (p *Product) lock(ctx context.Context, pack id.Pack) (*Pack, error) {
	i := slices.IndexFunc(p.Packs, func(x Pack) bool { return x.ID == pack })
	if i < 0 {
		return nil, ErrNotFound
	}
	fresh, err := lockPack(ctx, pack)
	p.Packs[i] = fresh
	return &p.Packs[i], err
}

// mayStrike holds a struck-through price against the deals (K12) and gives the
// highest that would be allowed.
func (m *Module) mayStrike(ctx context.Context, pack id.Pack, price, was money.Fen) (money.Fen, error) {
	if was == 0 {
		return 0, nil
	}
	if was <= price {
		return 0, ErrWasLow
	}
	now := m.Clock.Now()
	deals, err := m.Deals.Reference(ctx, pack, now.Add(-referenceWindow))
	if err != nil {
		return 0, err
	}
	ceiling, deal, ok := ReferencePrice(deals, now)
	switch {
	case !ok:
		return 0, ErrWasNoDeal
	case was > ceiling:
		return 0, ErrWas.With("limit", ceiling.String()).With("day", deal.At.In(clock.Shanghai).Format("01-02"))
	}
	return ceiling, nil
}

// Restock sets the units that are free to sell; held and sold ones stay.
func (m *Module) Restock(ctx context.Context, product id.Product, pack id.Pack, free int64) (Product, error) {
	return m.change(ctx, product, func(ctx context.Context, p *Product) error {
		one, err := p.lock(ctx, pack)
		if err != nil {
			return err
		}
		if free < 0 || free > maxStock {
			return ErrStock
		}
		if err := setFree(ctx, pack, free); err != nil {
			return err
		}
		one.Free = free
		return bus.Emit(ctx, SubjectStockChanged, string(p.ID), StockFact{pack, p.ID, one.Band()})
	})
}
