package order

import (
	"slices"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
)

// State of an order.
type State string

// The states.
const (
	Placed    State = "placed"
	Paid      State = "paid"
	Packed    State = "packed"
	Shipped   State = "shipped"
	Delivered State = "delivered"
	Completed State = "completed"
	Closed    State = "closed"
	Expired   State = "expired"
	Cancelled State = "cancelled"
)

var next = map[State][]State{
	Placed:    {Paid, Expired, Cancelled},
	Paid:      {Packed, Shipped, Closed},
	Packed:    {Shipped, Closed},
	Shipped:   {Delivered, Closed},
	Delivered: {Completed, Closed},
	Expired:   {Paid, Closed}, // paid late: taken again if units are left
	Cancelled: {Paid, Closed},
}

// CanBecome reports whether an order may go from s to t.
func (s State) CanBecome(t State) bool { return slices.Contains(next[s], t) }

// Order is one purchase from one seller.
type Order struct {
	ID        id.Order
	Buyer     id.Account
	By        id.Account // who pressed the button, a helper perhaps
	Org       id.Org     // the seller
	Room      id.Room    // where it was bought, empty for elsewhere
	Session   id.Session
	VideoAt   time.Duration // into the broadcast, zero for elsewhere
	State     State
	Total     money.Fen
	Placed    time.Time
	Expires   time.Time // when an unpaid one lapses
	Paid      time.Time
	Shipped   time.Time
	Delivered time.Time
	ClaimBy   time.Time // until when fresh goods may be claimed for
	Ended     time.Time
	Carrier   string
	Tracking  string
	Reason    string // of a cancellation
	Address   Address
	Lines     []Line

	key    string
	hash   [32]byte
	sealed []byte
}

// Line is one pack bought, on the terms of that moment.
type Line struct {
	ID       id.OrderLine
	Order    id.Order
	Product  id.Product
	Pack     id.Pack
	Title    string
	Label    string
	Photo    id.Upload
	Net      int64 // grams a pack
	Price    money.Fen
	Version  int64
	Quantity int64
	Fresh    bool
}

// Address is where an order goes: a copy, so that later edits never reach it.
type Address struct {
	Name   string `json:"name"`
	Phone  string `json:"phone"`
	Region string `json:"region"`
	Place  string `json:"place"`
	Street string `json:"street"`
}

// Payment is a claim to have paid, by the manual provider: one person says
// that money was handed over or transferred, another, on the seller's side,
// confirms it.
type Payment struct {
	ID        id.Payment
	Order     id.Order
	Method    string // cash or transfer
	Reference string
	Fen       money.Fen
	By        id.Account
	At        time.Time
	Confirmed time.Time
	Confirmer id.Account
}
