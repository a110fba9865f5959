// Package pay is the port to payment firms. The platform never holds money: the
// merchant of record is the co-operative's or the farmer's own (sub-)merchant,
// and each call names it. Adapters are packages below; paysim is a fake firm
// for tests and the demo, and every adapter passes the suite in paytest.
package pay

import (
	"context"
	"net/http"
	"time"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/money"
)

// The faults of payment firms.
var (
	ErrUnknown  = fault.Define(fault.NotFound, "pay_unknown", "支付机构没有这笔单", "The payment firm knows no such trade.")
	ErrRefused  = fault.Define(fault.Conflict, "pay_refused", "支付机构没有接受：{why}", "The payment firm refused: {why}")
	ErrAway     = fault.Define(fault.Unavailable, "pay_away", "支付机构暂时没有回应，钱没有少，请稍后再看", "The payment firm does not answer just now. Nothing is lost; look again shortly.")
	ErrNotice   = fault.Define(fault.Forbidden, "pay_notice", "这个通知的签名不对", "The notice is not signed by the payment firm.")
	ErrTooMuch  = fault.Define(fault.Conflict, "refund_too_much", "退款超过了付款", "The refund is more than was paid.")
	ErrSplitCap = fault.Define(fault.Invalid, "split_cap", "分账合计 {sum} 分，超过上限 {cap} 分", "The split of {sum} fen is over the cap of {cap} fen.")
)

// Way is how a buyer pays.
type Way string

// Ways to pay.
const (
	Native Way = "native" // a QR code on another screen
	H5     Way = "h5"     // a link on the phone's browser
	JSAPI  Way = "jsapi"  // inside the firm's own app
)

// Ask is a prepayment. Number makes it idempotent: the same number is the same
// trade, and other content under it is refused.
type Ask struct {
	Number      string // ours: 6 to 32 letters and digits
	Merchant    string // whose money it will be: sub-merchant or seller
	Description string
	Fen         money.Fen
	Expires     time.Time
	Way         Way
	Payer       string // the buyer's identifier at the firm, for JSAPI
	Address     string // of the buyer's device, for H5
	NotifyURL   string
	ReturnURL   string
}

// Ticket lets the buyer pay.
type Ticket struct {
	QR     string            // text of the QR code, for Native
	URL    string            // for H5
	Fields map[string]string // for JSAPI
}

// State of a trade at the firm.
type State string

// States of a trade.
const (
	Open   State = "open"
	Paid   State = "paid"
	Closed State = "closed"
)

// Trade is what the firm says about a payment.
type Trade struct {
	Number   string
	Merchant string
	ID       string // the firm's own
	State    State
	Fen      money.Fen
	At       time.Time // of payment
}

// RefundAsk asks for money to go back. Number makes it idempotent.
type RefundAsk struct {
	Number    string // ours, of the refund
	Trade     string // ours, of the payment
	Merchant  string
	Fen       money.Fen
	Total     money.Fen // of the payment
	Reason    string
	NotifyURL string
}

// RefundState of a refund at the firm.
type RefundState string

// States of a refund.
const (
	RefundPending RefundState = "pending"
	RefundDone    RefundState = "done"
	RefundFailed  RefundState = "failed"
)

// Refund is what the firm says about money going back.
type Refund struct {
	Number string
	Trade  string
	ID     string
	State  RefundState
	Fen    money.Fen
}

// Notice is a call of the firm whose signature held. One of Trade and Refund
// is set.
type Notice struct {
	ID     string
	Trade  *Trade
	Refund *Refund
}

// BillLine is one payment or refund of a day's bill.
type BillLine struct {
	Number string // ours, of the payment
	ID     string // the firm's
	Refund string // ours, of the refund; empty for a payment
	Fen    money.Fen
	At     time.Time
}

// Collector takes payments.
type Collector interface {
	Prepay(ctx context.Context, a Ask) (Ticket, error)
	Query(ctx context.Context, number, merchant string) (Trade, error)
	Close(ctx context.Context, number, merchant string) error
	// Notice checks the signature of a call and reads it.
	Notice(r *http.Request) (Notice, error)
	// Answer tells the firm that a notice was taken, or must come again.
	Answer(w http.ResponseWriter, taken bool)
}

// Refunder gives money back.
type Refunder interface {
	Refund(ctx context.Context, a RefundAsk) (Refund, error)
	QueryRefund(ctx context.Context, a RefundAsk) (Refund, error)
}

// Biller tells what moved on a day (Asia/Shanghai), for one merchant.
type Biller interface {
	Bill(ctx context.Context, merchant string, day time.Time) ([]BillLine, error)
}

// Provider is one firm.
type Provider interface {
	Name() string
	Collector
	Refunder
	Biller
}

// CheckSplit guards a profit-sharing plan: the parts of one payment may not sum
// to more than the cap that the firm grants the merchant. The farmer's main
// part never goes this way.
func CheckSplit(paid money.Fen, capBP int64, parts []money.Fen) error {
	sum, err := money.Sum(parts...)
	if err != nil {
		return err
	}
	// Rounded down: a cap is never exceeded by rounding.
	limit := money.Fen(int64(paid) / 10_000 * capBP)
	limit += money.Fen(int64(paid) % 10_000 * capBP / 10_000)
	if sum > limit {
		return ErrSplitCap.With("sum", int64(sum)).With("cap", int64(limit))
	}
	return nil
}
