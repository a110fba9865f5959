package order_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/market/ledger"
	"tianbo/internal/market/order"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// parts are an order's shares in short words.
func (w *world) parts(who string, o id.Order) (ledger.Breakdown, []string) {
	w.t.Helper()
	b, err := w.ledger.Breakdown(w.as(who), o)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	sum := b.Paid
	for _, p := range b.Parts {
		out = append(out, fmt.Sprintf("%s %d", p.Account, p.Fen))
		sum -= p.Fen
	}
	if sum != 0 {
		w.t.Errorf("the parts of %s miss the paid %v by %v: %v", o, b.Paid, sum, out)
	}
	slices.Sort(out)
	return b, out
}

// holds are the accounts of the farm's book that hold anything.
func (w *world) holds() []string {
	w.t.Helper()
	all, err := w.ledger.Balances(w.as("owner"), farm)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, b := range all {
		class, _, _ := ledger.ClassOf(b.Account)
		if fen, err := ledger.Holds(class, b.Debit, b.Credit); err != nil || fen != 0 {
			out = append(out, fmt.Sprintf("%s %d", b.Account, fen))
		}
	}
	return out
}

func (w *world) pay(who string, o order.Order) order.Order {
	w.t.Helper()
	if _, err := w.orders.Pay(w.as(who), o.ID, "cash", ""); err != nil {
		w.t.Fatal(err)
	}
	paid, err := w.orders.Confirm(w.as("owner"), o.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return paid
}

func TestBooksFollowAnOrderToItsEnd(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(10)[0]
		o := w.pay("chen", w.buy("chen", pack, 2))
		if b, parts := w.parts("chen", o.ID); !b.Provisional || fmt.Sprint(parts) != "[buyer:advance 5960]" {
			t.Errorf("paid: %v", parts)
		}
		if _, err := w.orders.Confirm(w.as("owner"), o.ID); err != nil { // a repeat books nothing
			t.Fatal(err)
		}
		if _, err := w.orders.Ship(w.as("owner"), o.ID, "县乡共配", "DEMO0001"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.orders.Receive(w.as("chen"), o.ID); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(25 * time.Hour)
		w.drain()
		if b, parts := w.parts("owner", o.ID); b.Provisional || fmt.Sprint(parts) != "[farmer:org_farm:payable 5960]" {
			t.Errorf("completed: %v", parts)
		}
		if held := w.holds(); len(held) != 0 {
			t.Errorf("all is in the seller's hand, yet the book holds %v", held)
		}
	})
}

func TestBooksOfAClosedOrderOweTheBuyer(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(10)[0]
		o := w.pay("chen", w.buy("chen", pack, 1))
		if _, err := w.orders.Close(w.as("owner"), o.ID, "下冰雹了"); err != nil {
			t.Fatal(err)
		}
		if held := w.holds(); fmt.Sprint(held) != "[buyer:refund_due 2980 psp:manual:clearing 2980]" {
			t.Errorf("closed: %v", held)
		}
		for range 2 {
			if _, err := w.orders.Refunded(w.as("owner"), o.ID, "转账 8842"); err != nil {
				t.Fatal(err)
			}
		}
		if _, parts := w.parts("chen", o.ID); fmt.Sprint(parts) != "[buyer:refund_due 2980]" {
			t.Errorf("refunded: %v", parts)
		}
		if held := w.holds(); len(held) != 0 {
			t.Errorf("the money went back, yet the book holds %v", held)
		}
		if _, err := w.ledger.Breakdown(authz.With(w.ctx, authz.Actor{Account: "acc_stranger"}), o.ID); err == nil {
			t.Error("a stranger saw where the money went")
		}
	})
}
