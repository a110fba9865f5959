package payment

import (
	"crypto/rand"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/pay"
)

// Trade is one payment of an order at a firm.
type Trade struct {
	Number   string
	Provider string
	Way      pay.Way
	Ref      string // the order
	Org      id.Org
	Merchant string
	Fen      money.Fen
	State    pay.State
	Firm     string // the firm's number
	Ticket   pay.Ticket
	Created  time.Time
	Expires  time.Time
	Paid     time.Time
	Settled  time.Time
}

// Refund is money of a trade going back.
type Refund struct {
	Number string
	Trade  string
	Ref    string
	Fen    money.Fen
	Reason string
	State  pay.RefundState
	Firm   string
	Made   time.Time
	Done   time.Time
}

// Suspense is money that no order explains.
type Suspense struct {
	ID       id.Suspense
	Provider string
	Merchant string
	Number   string
	Firm     string
	Fen      money.Fen
	Why      string // unknown_number, amount, merchant, paid_twice, not_on_bill, only_on_bill, bill_amount
	Owner    string // the role that must explain it
	At, Due  time.Time
	Solved   time.Time
	By       id.Account
	Note     string

	key string
}

// Merchant is a seller's own merchant at a firm.
type Merchant struct {
	Org      id.Org
	Provider string
	Merchant string
	By       id.Account
	At       time.Time

	token []byte
}

// Bill is the comparison of one day.
type Bill struct {
	Provider, Merchant, Day string
	Lines, Matched, Differ  int64
	At                      time.Time
}

// number makes what firms call us by: 32 letters and digits at most.
func number(kind string) string { return kind + rand.Text() }
