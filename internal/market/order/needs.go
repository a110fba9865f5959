package order

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/market/catalog"
	"tianbo/internal/market/ledger"
	"tianbo/internal/market/payment"
)

// Catalog is the stock and the terms. All but Terms join the transaction.
type Catalog interface {
	Terms(ctx context.Context, pack id.Pack) (catalog.Offer, error)
	// Lock gives a pack's counters and price version, and keeps others from
	// changing them until the transaction ends.
	Lock(ctx context.Context, pack id.Pack) (catalog.Pack, error)
	Hold(ctx context.Context, pack id.Pack, n int64) (free int64, ok bool, err error)
	Release(ctx context.Context, pack id.Pack, n int64) (bool, error)
	Take(ctx context.Context, pack id.Pack, n int64) (bool, error)
	Return(ctx context.Context, pack id.Pack, n int64) (bool, error)
	BandChanged(ctx context.Context, pack id.Pack, before, after int64) error
}

// Ledger is the books. Post joins the transaction.
type Ledger interface {
	Post(ctx context.Context, e ledger.Entry) (ledger.Journal, error)
}

// Payments are the payment firms. GiveBack, GiveBackTrade and CloseOpen join
// the transaction.
type Payments interface {
	Ways(ctx context.Context, org id.Org) ([]string, error)
	Prepay(ctx context.Context, r payment.Request) (payment.Trade, error)
	CloseOpen(ctx context.Context, ref string) error
	GiveBack(ctx context.Context, ref, key string, fen money.Fen, reason string) (money.Fen, error)
	GiveBackTrade(ctx context.Context, trade, key, reason string) error
}

// Addresses are the buyers'.
type Addresses interface {
	For(ctx context.Context, account id.Account, address id.Address) (Address, error)
}

// Broadcasts tells where in a broadcast "now" is.
type Broadcasts interface {
	Now(ctx context.Context, room id.Room) (session id.Session, at time.Duration, err error)
}

// Sealer protects addresses.
type Sealer interface {
	Text(plain, context string) ([]byte, error)
	OpenText(sealed []byte, context string) (string, error)
}

// Teller reaches people about their orders.
type Teller interface {
	// OrdersChanged shows both sides at once, where they have Tianbo open.
	OrdersChanged(ctx context.Context, orders []Order)
	// SellerNote tells a seller's people of new orders, wherever they are;
	// open is how many wait for payment or shipping.
	SellerNote(ctx context.Context, seller id.Org, open int64) error
}

// Names tells how people and organisations are called.
type Names interface {
	Accounts(ctx context.Context, ids []id.Account) (map[id.Account]string, error)
	Orgs(ctx context.Context, ids []id.Org) (map[id.Org]string, error)
}
