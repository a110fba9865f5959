package order

import (
	"context"
	"errors"
	"maps"
	"slices"

	"tianbo/internal/kernel/id"
	"tianbo/internal/market/catalog"
)

// shelf is the stock that a batch works on: locked rows, counted down in
// memory in order of arrival, held in one update a pack.
type shelf struct {
	packs map[id.Pack]*counter
	order []id.Pack // by id
}

type counter struct {
	catalog.Pack
	left  int64
	title string
}

// errStockMoved: the counters are not what the lock promised. The batch fails
// rather than oversell.
var errStockMoved = errors.New("stock moved under the writer's lock")

// lockShelf locks the packs that a batch needs, in id order.
func lockShelf(ctx context.Context, c Catalog, batch []request, before map[string]Order, left []Order) (*shelf, error) {
	s := &shelf{packs: map[id.Pack]*counter{}}
	for _, r := range batch {
		if _, repeated := before[r.order.key]; !repeated {
			s.need(r.order.Lines)
		}
	}
	for _, o := range left {
		s.need(o.Lines)
	}
	s.order = slices.Sorted(maps.Keys(s.packs))
	for _, pack := range s.order {
		p, err := c.Lock(ctx, pack)
		if err != nil {
			return nil, err
		}
		s.packs[pack].Pack, s.packs[pack].left = p, p.Free
	}
	return s, nil
}

func (s *shelf) need(lines []Line) {
	for _, l := range lines {
		if s.packs[l.Pack] == nil {
			s.packs[l.Pack] = &counter{title: l.Title}
		}
	}
}

// release puts the units of orders given up back.
func (s *shelf) release(ctx context.Context, c Catalog, left []Order) error {
	back := map[id.Pack]int64{}
	for _, o := range left {
		for _, l := range o.Lines {
			back[l.Pack] += l.Quantity
		}
	}
	for _, pack := range slices.Sorted(maps.Keys(back)) {
		if ok, err := c.Release(ctx, pack, back[pack]); err != nil || !ok {
			return errors.Join(err, errStockMoved)
		}
		s.packs[pack].Free += back[pack]
		s.packs[pack].left += back[pack]
	}
	return nil
}

// claim takes an order's units, all or none.
func (s *shelf) claim(o Order) error {
	for _, l := range o.Lines {
		c := s.packs[l.Pack]
		if c.Version != l.Version {
			return catalog.ErrPriceChanged.With("title", l.Title)
		}
		if c.left < l.Quantity {
			return catalog.ErrSoldOut.With("title", l.Title)
		}
	}
	for _, l := range o.Lines {
		s.packs[l.Pack].left -= l.Quantity
	}
	return nil
}

// hold moves what was claimed and names the packs that are empty now. The
// condition is in the statement: should the row have changed in spite of the
// lock, the batch fails rather than oversell.
func (s *shelf) hold(ctx context.Context, c Catalog) (emptied map[id.Pack]string, err error) {
	emptied = map[id.Pack]string{}
	for _, pack := range s.order {
		p := s.packs[pack]
		if p.left == 0 {
			emptied[pack] = p.title
		}
		n := p.Free - p.left
		if n == 0 {
			continue
		}
		if _, ok, err := c.Hold(ctx, pack, n); err != nil || !ok {
			return nil, errors.Join(err, errStockMoved)
		}
		if err := c.BandChanged(ctx, pack, p.Free, p.left); err != nil {
			return nil, err
		}
	}
	return emptied, nil
}
