package catalog

import (
	"context"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/bus"
)

// Hold reserves units for an order being placed, in the caller's transaction.
// ok is false, and nothing changes, when they are not there.
func (m *Module) Hold(ctx context.Context, pack id.Pack, n int64) (free int64, ok bool, err error) {
	return moveStock(ctx, "hold", pack, n)
}

// Release gives held units back.
func (m *Module) Release(ctx context.Context, pack id.Pack, n int64) (bool, error) {
	return m.tellBand(ctx, "release", pack, n)
}

// Take turns held units into sold ones.
func (m *Module) Take(ctx context.Context, pack id.Pack, n int64) (bool, error) {
	return m.tellBand(ctx, "take", pack, n)
}

// Return gives sold units back.
func (m *Module) Return(ctx context.Context, pack id.Pack, n int64) (bool, error) {
	return m.tellBand(ctx, "return", pack, n)
}

func (m *Module) tellBand(ctx context.Context, move string, pack id.Pack, n int64) (bool, error) {
	free, ok, err := moveStock(ctx, move, pack, n)
	if err != nil || !ok || move == "take" {
		return ok, err
	}
	return true, m.BandChanged(ctx, pack, free-n, free)
}

// BandChanged writes the event when a change of free units crosses what
// viewers are told.
func (*Module) BandChanged(ctx context.Context, pack id.Pack, before, after int64) error {
	was, is := Stock{Free: before}.Band(), Stock{Free: after}.Band()
	if was == is {
		return nil
	}
	p, err := loadPack(ctx, pack)
	if err != nil {
		return err
	}
	return bus.Emit(ctx, SubjectStockChanged, string(p.Product), StockFact{pack, p.Product, is})
}

// OfferOf is a pack as sold now.
func (*Module) OfferOf(ctx context.Context, pack id.Pack) (Offer, error) {
	p, err := loadPack(ctx, pack)
	if err != nil {
		return Offer{}, err
	}
	product, err := loadProduct(ctx, p.Product)
	if err != nil {
		return Offer{}, err
	}
	o := Offer{Pack: p, Org: product.Org, Title: product.Title, Fresh: product.Fresh, State: product.State, ShipTo: product.ShipTo}
	if len(product.Photos) > 0 {
		o.Photo = product.Photos[0]
	}
	return o, nil
}

// Lock gives a pack's counters and price, kept from changing until the
// caller's transaction ends.
func (*Module) Lock(ctx context.Context, pack id.Pack) (Pack, error) { return lockPack(ctx, pack) }
