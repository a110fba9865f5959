package order_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/market/catalog"
	"tianbo/internal/market/order"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

// Whatever buyers and sellers do, in whatever order: no unit appears or
// disappears, what is held is what unpaid orders hold, what is taken is what
// paid ones have, and an order's total is the sum of its frozen lines.
func TestAnyHistoryKeepsTheStock(t *testing.T) {
	t.Parallel()
	for _, dialect := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			db := sqldbtest.Open(t, dialect, tables())
			w := newWorld(t, db.Attach(context.Background()), db, start())
			rapid.Check(t, func(r *rapid.T) { w.randomHistory(r) })
		})
	}
}

func (w *world) randomHistory(r *rapid.T) {
	total := rapid.Int64Range(0, 12).Draw(r, "stock")
	pack := w.shelve(total)[0]
	var mine []id.Order
	pick := func() id.Order { return rapid.SampledFrom(mine).Draw(r, "order") }
	acts := map[string]func() error{
		"place": func() error {
			o, err := w.orders.Place(w.as("ada"), "key-"+string(id.New[id.Event]()), wish(pack, rapid.Int64Range(1, 5).Draw(r, "units")))
			if err == nil {
				mine = append(mine, o.ID)
			}
			return err
		},
		"wait": func() error {
			w.clock.Advance(rapid.SampledFrom([]time.Duration{time.Minute, 31 * time.Minute, 25 * time.Hour}).Draw(r, "time"))
			w.drain()
			return nil
		},
		"pay":     func() error { _, err := w.orders.Pay(w.as("ada"), pick(), "cash", ""); return err },
		"confirm": func() error { _, err := w.orders.Confirm(w.as("owner"), pick()); return err },
		"deny":    func() error { _, err := w.orders.Deny(w.as("owner"), pick(), "没有到账"); return err },
		"cancel":  func() error { _, err := w.orders.Cancel(w.as("ada"), pick(), "不要了"); return err },
		"close":   func() error { _, err := w.orders.Close(w.as("owner"), pick(), "没货了"); return err },
		"ship":    func() error { _, err := w.orders.Ship(w.as("owner"), pick(), "邮政", "AB12345"); return err },
		"receive": func() error { _, err := w.orders.Receive(w.as("ada"), pick()); return err },
	}
	names := []string{"place", "place", "wait", "pay", "pay", "confirm", "confirm", "deny", "cancel", "close", "ship", "receive"}
	for range rapid.IntRange(1, 25).Draw(r, "acts") {
		name := rapid.SampledFrom(names).Draw(r, "act")
		if len(mine) == 0 && name != "wait" {
			name = "place"
		}
		if err := acts[name](); err != nil && !expected(err) {
			r.Fatalf("%s: %v", name, err)
		}
		w.balance(r, pack, total, mine)
	}
}

// expected: the rules say no; anything else is a mistake of ours.
func expected(err error) bool {
	for _, e := range []error{catalog.ErrSoldOut, order.ErrIllegal, order.ErrNoClaim} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func (w *world) balance(r *rapid.T, pack id.Pack, total int64, mine []id.Order) {
	want := catalog.Stock{Free: total}
	for _, one := range mine {
		o, err := w.orders.View(w.as("ada"), one)
		if err != nil {
			r.Fatal(err)
		}
		n := o.Lines[0].Quantity
		if o.Total != money.Fen(2980*n) {
			r.Fatalf("%d units at 29.80 cost %v", n, o.Total)
		}
		switch o.State {
		case order.Placed:
			want.Free, want.Held = want.Free-n, want.Held+n
		case order.Paid, order.Packed, order.Shipped, order.Delivered, order.Completed:
			want.Free, want.Taken = want.Free-n, want.Taken+n
		}
	}
	if got := w.stock(pack); got != want {
		r.Fatalf("stock %+v, orders make it %+v", got, want)
	}
}

func TestTotals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) order.Line {
			return order.Line{Price: money.Fen(rapid.Int64Range(1, 10_000_000).Draw(r, "price")), Quantity: rapid.Int64Range(1, 999).Draw(r, "units")}
		}), 1, 30).Draw(r, "lines")
		var want int64
		for _, l := range lines {
			want += int64(l.Price) * l.Quantity
		}
		if got, err := order.Total(lines); err != nil || int64(got) != want {
			r.Fatalf("%v %v, want %d", got, err, want)
		}
	})
	if _, err := order.Total([]order.Line{{Price: math.MaxInt64, Quantity: 2}}); err == nil {
		t.Error("an overflow passed")
	}
}

func TestTheStateTable(t *testing.T) {
	t.Parallel()
	all := []order.State{order.Placed, order.Paid, order.Packed, order.Shipped, order.Delivered, order.Completed, order.Closed, order.Expired, order.Cancelled}
	got := map[string]bool{}
	for _, from := range all {
		for _, to := range all {
			if from.CanBecome(to) {
				got[fmt.Sprint(from, " ", to)] = true
			}
		}
	}
	want := []string{
		"placed paid", "placed expired", "placed cancelled", "paid packed", "paid shipped", "paid closed", "packed shipped", "packed closed",
		"shipped delivered", "shipped closed", "delivered completed", "delivered closed",
		"expired paid", "expired closed", "cancelled paid", "cancelled closed",
	}
	for _, w := range want {
		if !got[w] {
			t.Errorf("no way %s", w)
		}
		delete(got, w)
	}
	for extra := range got {
		t.Errorf("a way %s", extra)
	}
}
