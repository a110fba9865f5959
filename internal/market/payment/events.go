package payment

import (
	"time"

	"tianbo/internal/kernel/money"
)

// Subjects of the module's facts.
const (
	SubjectPaid     = "tianbo.payment.paid.v1"
	SubjectRefunded = "tianbo.payment.refunded.v1"
	SubjectSettled  = "tianbo.payment.settled.v1"
)

// Fact is a payment or refund that the firm has confirmed, or that was found on
// its bill.
type Fact struct {
	Ref      string    `json:"ref"`
	Trade    string    `json:"trade"`
	Refund   string    `json:"refund,omitempty"`
	Provider string    `json:"provider"`
	Fen      money.Fen `json:"fen"`
	At       time.Time `json:"at"`
}
