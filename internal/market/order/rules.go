package order

import (
	"time"

	"tianbo/internal/kernel/money"
)

const (
	payWithin     = 30 * time.Minute
	confirmWithin = 24 * time.Hour      // from the buyer's word that it is paid
	receiveAfter  = 10 * 24 * time.Hour // from shipping, when the buyer says nothing
	claimWindow   = 24 * time.Hour      // fresh goods, from delivery
	mostLines     = 30
	mostUnits     = 999
)

// Total is what the lines cost together; an overflow is an error.
func Total(lines []Line) (money.Fen, error) {
	var total money.Fen
	for _, l := range lines {
		part, err := l.Price.Times(l.Quantity)
		if err != nil {
			return 0, err
		}
		if total, err = total.Add(part); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// CanCancel reports whether a buyer may still cancel by themselves.
func CanCancel(s State) bool { return s == Placed }

// HasLapsed reports whether an unpaid order is overdue.
func HasLapsed(o Order, now time.Time) bool { return o.State == Placed && !now.Before(o.Expires) }

// GoodTracking reports whether a tracking number is 5 to 40 capitals, digits
// or hyphens.
func GoodTracking(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return len(s) >= 5 && len(s) <= 40
}
