package payment_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tianbo/internal/kernel/money"
	"tianbo/internal/market/payment"
	"tianbo/internal/platform/pay"
)

func TestMisfitNamesTheFirstThingWrong(t *testing.T) {
	t.Parallel()
	ours := payment.Trade{Number: "T1", Merchant: "190001", Fen: 2980}
	for want, c := range map[string]struct {
		said  pay.Trade
		known bool
	}{
		"":               {pay.Trade{Merchant: "190001", Fen: 2980}, true},
		"unknown_number": {pay.Trade{Merchant: "190001", Fen: 2980}, false},
		"merchant":       {pay.Trade{Merchant: "190002", Fen: 2980}, true},
		"amount":         {pay.Trade{Merchant: "190001", Fen: 2979}, true},
	} {
		if got := payment.Misfit(ours, c.known, c.said); got != want {
			t.Errorf("%+v: %q, want %q", c, got, want)
		}
	}
	// Another currency has no amount here, so it fits nothing.
	if got := payment.Misfit(ours, true, pay.Trade{Merchant: "190001"}); got != "amount" {
		t.Errorf("no amount: %q", got)
	}
}

// A silent firm is asked soon, ever more seldom, and not for ever.
func TestNextLookEnds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		created := time.Unix(1_790_000_000, 0)
		expires := created.Add(time.Duration(rapid.Int64Range(int64(time.Minute), int64(48*time.Hour)).Draw(t, "life")))
		now, looks := created, 0
		for {
			at, again := payment.NextLook(created, expires, now)
			if !again {
				break
			}
			if !at.After(now) || at.Sub(now) > 10*time.Minute {
				t.Fatalf("from %v the next look is %v", now, at)
			}
			now = at
			looks++
		}
		if looks < 3 || looks > 400 || now.Before(expires) {
			t.Fatalf("%d looks, the last %v before the end", looks, expires.Sub(now))
		}
	})
}

func TestSplitCapRoundsDown(t *testing.T) {
	t.Parallel()
	if err := pay.CheckSplit(10_000, 3000, []money.Fen{1000, 2000}); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		paid  money.Fen
		parts []money.Fen
	}{{10_000, []money.Fen{3001}}, {10_000, []money.Fen{8200}}, {3, []money.Fen{1}}, {1 << 62, []money.Fen{1 << 62, 1 << 62}}} {
		if err := pay.CheckSplit(c.paid, 3000, c.parts); err == nil {
			t.Errorf("%v of %v passed a cap of 30 %%", c.parts, c.paid)
		}
	}
}
