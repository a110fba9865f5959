package interact

import (
	"context"
	"slices"
	"time"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/live/room"
	"tianbo/internal/platform/sqldb"
)

const bagMax = 100

// Pin is a stretch of a broadcast in which one product was shown.
type Pin struct {
	Room     id.Room
	Session  id.Session
	Product  id.Product
	From, To time.Time
}

// Bag is what a room offers.
type Bag struct {
	Pinned id.Product    `json:"pinned" doc:"The product now shown, empty for none"`
	Items  []ProductCard `json:"items"`
}

// BagOf is a room's bag as viewers see it.
func (m *Module) BagOf(ctx context.Context, room id.Room) (Bag, error) {
	r, err := m.check(ctx, room, "interact.view")
	if err != nil {
		return Bag{}, err
	}
	return m.bag(ctx, r)
}

func (m *Module) bag(ctx context.Context, r room.Room) (Bag, error) {
	ids, err := bagProducts(ctx, r.ID)
	if err != nil {
		return Bag{}, err
	}
	cards, err := m.Products.Listed(ctx, r.Org, ids)
	if err != nil {
		return Bag{}, err
	}
	pin, err := openPin(ctx, r.ID)
	if cards == nil {
		cards = []ProductCard{}
	}
	return Bag{Pinned: pin.Product, Items: cards}, err
}

// Fill sets what a room offers, in the order given.
func (m *Module) Fill(ctx context.Context, room id.Room, products []id.Product) (Bag, error) {
	r, err := m.check(ctx, room, "interact.manage")
	if err != nil {
		return Bag{}, err
	}
	if len(products) > bagMax {
		return Bag{}, ErrBagFull
	}
	listed, err := m.Products.Listed(ctx, r.Org, products)
	if err != nil {
		return Bag{}, err
	}
	if len(listed) != len(products) {
		return Bag{}, ErrForeign.At("body.products")
	}
	var bag Bag
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		if err := setBag(ctx, room, products); err != nil {
			return err
		}
		pin, err := openPin(ctx, room)
		if err != nil {
			return err
		}
		if pin.Product != "" && !slices.Contains(products, pin.Product) {
			if err := closePin(ctx, room, m.Clock.Now()); err != nil {
				return err
			}
			m.tell(ctx, room, "pin", pinFrame{At: m.Clock.Now()})
		}
		m.tell(ctx, room, "bag", struct{}{})
		bag, err = m.bag(ctx, r)
		return err
	})
	return bag, err
}

// pinFrame tells viewers what is shown now. The price is catalog's at the
// moment of buying; the version lets a stale screen be refused.
type pinFrame struct {
	Product id.Product   `json:"product"`
	Card    *ProductCard `json:"card,omitempty"`
	At      time.Time    `json:"at"`
}

// Show pins a product of the bag, or with an empty one unpins. The times are
// kept as evidence and for clips.
func (m *Module) Show(ctx context.Context, in id.Room, product id.Product) error {
	r, err := m.check(ctx, in, "interact.manage")
	if err != nil {
		return err
	}
	if product != "" && !r.State.OnAir() && r.State != room.Planned {
		return ErrNotOnAir
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		now := m.Clock.Now()
		frame := pinFrame{Product: product, At: now}
		if product != "" {
			bag, err := m.bag(ctx, r)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(bag.Items, func(c ProductCard) bool { return c.ID == product })
			if i < 0 {
				return ErrNotInBag
			}
			frame.Card = &bag.Items[i]
			if bag.Pinned == product {
				return nil
			}
		}
		if err := closePin(ctx, in, now); err != nil {
			return err
		}
		if product != "" {
			if err := insertPin(ctx, Pin{Room: in, Session: r.Session, Product: product, From: now}); err != nil {
				return err
			}
		}
		m.tell(ctx, in, "pin", frame)
		return nil
	})
}

// Shown is a stretch of a broadcast in which a product was pinned.
type Shown struct {
	Product id.Product `json:"product"`
	From    float64    `json:"from" doc:"Seconds into the recording"`
	To      float64    `json:"to" doc:"Seconds into the recording; 0 while it is pinned"`
}

// shownMax bounds the answer of Pins; a host who pins more often than every
// few seconds for hours shows nothing.
const shownMax = 1000

// Pins are the stretches of a broadcast in which products were shown: where to
// look in the replay, and where to cut.
func (m *Module) Pins(ctx context.Context, session id.Session) ([]Shown, error) {
	s, err := m.Rooms.SessionByID(ctx, session)
	if err != nil {
		return nil, err
	}
	if _, err := m.check(ctx, s.Room, "interact.view"); err != nil {
		return nil, err
	}
	pins, err := pinsOf(ctx, session, shownMax)
	if err != nil {
		return nil, err
	}
	out := make([]Shown, 0, len(pins))
	for _, p := range pins {
		v := Shown{Product: p.Product}
		if v.From, err = m.seconds(ctx, session, p.From); err != nil {
			return nil, err
		}
		if !p.To.IsZero() {
			if v.To, err = m.seconds(ctx, session, p.To); err != nil {
				return nil, err
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// seconds is where an instant stands in a recording, 0 when nothing was
// recorded.
func (m *Module) seconds(ctx context.Context, session id.Session, at time.Time) (float64, error) {
	d, err := m.Media.Position(ctx, session, at)
	if fault.KindOf(err) == fault.NotFound {
		return 0, nil
	}
	return d.Seconds(), err
}

// PackChanged tells the rooms on air that offer a product of its new price or
// stock band. It joins the transaction of the event.
func (m *Module) PackChanged(ctx context.Context, product id.Product, kind string, payload any) error {
	rooms, err := roomsWith(ctx, product)
	if err != nil {
		return err
	}
	for _, room := range rooms {
		r, err := m.Rooms.ByID(ctx, room)
		if err != nil {
			return err
		}
		if r.State.OnAir() {
			m.tell(ctx, room, kind, payload)
		}
	}
	return nil
}
