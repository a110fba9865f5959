package catalog

import (
	"time"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/unit"
)

// State of a product.
type State string

// The states.
const (
	Draft  State = "draft"
	Listed State = "listed"
	Hidden State = "hidden"
)

// Product is one offer.
type Product struct {
	ID        id.Product
	Org       id.Org // the seller
	By        id.Account
	State     State
	Title     string
	Story     string
	Origin    geo.Region
	Place     string // origin in words
	Method    string // how it was grown, in words
	Photos    []id.Upload
	ShipTo    []geo.Region // where it may go; empty is everywhere
	Harvested time.Time    // of the lot, zero when not told
	Fresh     bool         // perishable: no return without reason, short claim window
	Created   time.Time
	Changed   time.Time  // last, by ChangedBy
	ChangedBy id.Account // perhaps a helper
	// ChangedFor is whom the helper acted for, empty otherwise.
	ChangedFor id.Account
	Packs      []Pack
}

// Pack is one unit of sale.
type Pack struct {
	ID      id.Pack
	Product id.Product
	Label   string // e.g. "5 斤装"
	Net     unit.Grams
	Price   money.Fen
	Was     money.Fen // struck through; 0 is none
	Version int64     // of the price
	Stock
}

// Price is one entry of a pack's price history.
type Price struct {
	Version int64
	Price   money.Fen
	Was     money.Fen // struck through; 0 is none
	At      time.Time
	By      id.Account
	For     id.Account // for whom a helper set it
	// Rule and Ceiling are the verdict on Was: the version of the rule that
	// was asked, and the highest price it allowed.
	Rule    string
	Ceiling money.Fen
}

// Stock counts units.
type Stock struct{ Free, Held, Taken int64 }

// Band is what viewers are told of the stock: not the number, which invites
// guessing, but whether it is there, low or gone.
func (s Stock) Band() string {
	switch {
	case s.Free <= 0:
		return "gone"
	case s.Free <= 10:
		return "low"
	}
	return "plenty"
}

// Offer is a pack as sold: everything an order freezes.
type Offer struct {
	Pack
	Org   id.Org
	Title string
	Photo id.Upload
	Fresh bool
	State State
	// ShipTo limits where it may go.
	ShipTo []geo.Region
}
