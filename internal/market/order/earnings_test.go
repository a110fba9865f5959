package order_test

import (
	"testing"
	"time"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/market/order"
	"tianbo/internal/platform/sqldb"
)

// TestEarnings: what is paid counts on the Shanghai day of the payment and in
// the broadcast it was bought in; what is open or given up counts in neither.
func TestEarnings(t *testing.T) {
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(50)[0]
		pay := func(o order.Order) {
			t.Helper()
			if _, err := w.orders.Pay(w.as("buyer"), o.ID, "cash", ""); err != nil {
				t.Fatal(err)
			}
			if _, err := w.orders.Confirm(w.as("owner"), o.ID); err != nil {
				t.Fatal(err)
			}
		}
		live := func(n int64) order.Order {
			t.Helper()
			wish := wish(pack, n)
			wish.Room = "roo_1"
			o, err := w.orders.Place(w.as("buyer"), "key-"+string(id.New[id.Event]()), wish)
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		pay(live(2)) // day 1
		// 23:59 of the next Shanghai day belongs to that day.
		w.clock.Advance(time.Duration(23*60+59-12*60)*time.Minute + 24*time.Hour)
		pay(w.buy("buyer", pack, 1))
		w.clock.Advance(2 * time.Minute) // a new day
		pay(live(1))
		given := live(1)
		if _, err := w.orders.Cancel(w.as("buyer"), given.ID, "不要了"); err != nil {
			t.Fatal(err)
		}
		live(3) // unpaid

		days, err := w.orders.Takings(w.as("host"), farm, 4)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, d := range days {
			got = append(got, int64(d.Fen), d.Orders)
		}
		want := []int64{0, 0, 5960, 1, 2980, 1, 2980, 1}
		if len(days) != 4 || days[1].Day.Format("2006-01-02") != "2026-03-02" {
			t.Fatalf("days: %v", days)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("takings %v, want %v", got, want)
			}
		}
		sold, err := w.orders.SoldIn(w.as("staff"), farm, "ses_1")
		if err != nil {
			t.Fatal(err)
		}
		if want := (order.BroadcastSales{Orders: 3, Paid: 2, Fen: 8940}); sold != want {
			t.Errorf("sold %+v, want %+v", sold, want)
		}
		if _, err := w.orders.Takings(w.as("buyer"), farm, 4); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a buyer saw the takings: %v", err)
		}
		if _, err := w.orders.SoldIn(w.as("buyer"), farm, "ses_1"); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a buyer saw the sales: %v", err)
		}
	})
}
