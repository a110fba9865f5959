package payment

import (
	"time"

	"tianbo/internal/platform/pay"
)

// suspenseDays is how long somebody has to explain an amount.
const suspenseDays = 3

// Misfit says why the firm's word does not fit our trade, empty when it does
// exactly: number, merchant and amount must all be equal.
func Misfit(ours Trade, known bool, said pay.Trade) string {
	switch {
	case !known:
		return "unknown_number"
	case said.Merchant != ours.Merchant:
		return "merchant"
	case said.Fen != ours.Fen:
		return "amount"
	}
	return ""
}

// NextLook is when a silent firm is asked again about a trade: soon while the
// buyer is at it, then seldom, and once more after it has expired.
func NextLook(created, expires, now time.Time) (at time.Time, again bool) {
	if now.After(expires.Add(10 * time.Minute)) {
		return time.Time{}, false
	}
	wait := max(now.Sub(created)/2, 10*time.Second)
	return now.Add(min(wait, 10*time.Minute)), true
}
