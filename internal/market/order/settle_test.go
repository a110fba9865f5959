package order_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/market/catalog"
	"tianbo/internal/market/order"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/authz/authztest"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

func TestPolicies(t *testing.T) {
	t.Parallel()
	const served = "org:owner+ org:manager+ org:host+ org:staff+"
	authztest.Table(t, "order", (&order.Module{}).Policy(), nil, map[string]string{
		"order.place":   "self",
		"order.pay":     "self",
		"order.cancel":  "self",
		"order.receive": "self",
		"order.list":    "self+ " + served,
		"order.view":    "self+ county:platform_admin+ county:mediator+ county:regulator+ " + served,
		"order.ship":    served,
		"order.summary": served,
		"order.confirm": "org:owner org:manager",
		"order.close":   "org:owner org:manager",
		"order.refund":  "org:owner org:manager",
		"order.desk":    "county:platform_admin+ county:mediator+ county:regulator+",
	})
}

func TestFromPlacingToCompletion(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(10)[0]
		o := w.buy("ada", pack, 3)
		if _, err := w.orders.Confirm(w.as("owner"), o.ID); !errors.Is(err, order.ErrNoClaim) {
			t.Errorf("confirmed what nobody claimed: %v", err)
		}
		if _, err := w.orders.Pay(w.as("ada"), o.ID, "iou", ""); !errors.Is(err, order.ErrMethod) {
			t.Error(err)
		}
		for range 2 { // saying it twice changes nothing
			if _, err := w.orders.Pay(w.as("ada"), o.ID, "transfer", " 4521 "); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.orders.Confirm(w.as("eva"), o.ID); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("a stranger confirmed: %v", err)
		}
		for range 2 {
			if o, err := w.orders.Confirm(w.as("manager"), o.ID); err != nil || o.State != order.Paid {
				t.Fatalf("%v %v", o.State, err)
			}
		}
		if s := w.stock(pack); s != (catalog.Stock{Free: 7, Taken: 3}) {
			t.Errorf("stock is %+v", s)
		}
		if _, err := w.orders.Cancel(w.as("ada"), o.ID, "不要了"); !errors.Is(err, order.ErrIllegal) {
			t.Errorf("cancelled when paid: %v", err)
		}
		for _, number := range []string{"", "12", "中国邮政一二三", "<script>"} {
			if _, err := w.orders.Ship(w.as("staff"), o.ID, "邮政", number); !errors.Is(err, order.ErrTracking) {
				t.Errorf("tracking %q: %v", number, err)
			}
		}
		if o, err := w.orders.Ship(w.as("staff"), o.ID, "邮政", "ab12345"); err != nil || o.State != order.Shipped || o.Tracking != "AB12345" {
			t.Fatalf("%+v %v", o, err)
		}
		if o, err := w.orders.Receive(w.as("ada"), o.ID); err != nil || o.State != order.Delivered || !o.ClaimBy.Equal(o.Delivered.Add(24*time.Hour)) {
			t.Fatalf("%+v %v", o, err)
		}
		w.clock.Advance(25 * time.Hour)
		w.drain()
		if o, err := w.orders.View(w.as("ada"), o.ID); err != nil || o.State != order.Completed {
			t.Errorf("%v %v", o.State, err)
		}
		steps, err := w.orders.History(w.as("ada"), o.ID)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range steps {
			got = append(got, string(s.State)+" "+string(s.By))
		}
		if want := "[placed acc_ada paid acc_manager shipped acc_staff delivered acc_ada completed ]"; fmt.Sprint(got) != want {
			t.Errorf("history %v, want %v", got, want)
		}
	})
}

func TestAHelpersActNamesBoth(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		o := w.paid("ada", w.shelve(1)[0], 1)
		helper := w.policies.Attach(authz.With(w.ctx, authz.Actor{
			Account: "acc_helper", For: "acc_owner", GrantActions: []string{"order.ship"}, Roles: []authz.Role{{Name: "owner", Org: farm}},
		}))
		if _, err := w.orders.Close(helper, o.ID, "发不了货"); !errors.Is(err, authz.ErrGrantScope) {
			t.Errorf("beyond the grant: %v", err)
		}
		if _, err := w.orders.Ship(helper, o.ID, "邮政", "AB12345"); err != nil {
			t.Fatal(err)
		}
		steps, err := w.orders.History(w.as("ada"), o.ID)
		if err != nil || len(steps) != 3 || steps[2].By != "acc_helper" || steps[2].For != "acc_owner" {
			t.Errorf("%+v %v", steps, err)
		}
	})
}

func (w *world) paid(who string, pack id.Pack, n int64) order.Order {
	w.t.Helper()
	o := w.buy(who, pack, n)
	if _, err := w.orders.Pay(w.as(who), o.ID, "transfer", ""); err != nil {
		w.t.Fatal(err)
	}
	o, err := w.orders.Confirm(w.as("owner"), o.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func TestTwoPersonsForAPayment(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(5)[0]
		o := w.buy("owner", pack, 1) // a seller buys from their own farm
		if _, err := w.orders.Pay(w.as("owner"), o.ID, "cash", ""); err != nil {
			t.Fatal(err)
		}
		for what, decide := range map[string]func() (order.Order, error){
			"confirmed": func() (order.Order, error) { return w.orders.Confirm(w.as("owner"), o.ID) },
			"denied":    func() (order.Order, error) { return w.orders.Deny(w.as("owner"), o.ID, "没收到") },
		} {
			if _, err := decide(); !errors.Is(err, order.ErrPaidTwo) {
				t.Errorf("%s one's own payment: %v", what, err)
			}
		}
		if p, err := w.orders.Claims(w.as("admin"), pageOf("")); err != nil || len(p.Items) != 1 || p.Items[0].Order != o.ID {
			t.Errorf("the desk sees %+v %v", p, err)
		}
		if _, err := w.orders.Claims(w.as("owner"), pageOf("")); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("a seller reads the desk: %v", err)
		}
		denied, err := w.orders.Deny(w.as("manager"), o.ID, "没有到账")
		if err != nil || denied.State != order.Cancelled || denied.Reason != "没有到账" {
			t.Errorf("%+v %v", denied, err)
		}
		if s := w.stock(pack); s != (catalog.Stock{Free: 5}) {
			t.Errorf("stock is %+v", s)
		}
		if _, err := w.orders.Confirm(w.as("manager"), o.ID); !errors.Is(err, order.ErrNoClaim) {
			t.Errorf("confirmed a denied payment: %v", err)
		}
	})
}

func TestUnpaidOrdersLapseAndCancelling(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(600)[0]
		claimed := w.buy("claims", pack, 1)
		gone := w.buy("ada", pack, 2)
		if _, err := w.orders.Cancel(w.as("eva"), gone.ID, "不要了"); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("a stranger cancelled: %v", err)
		}
		for range 2 {
			if o, err := w.orders.Cancel(w.as("ada"), gone.ID, "买错了"); err != nil || o.State != order.Cancelled {
				t.Fatalf("%v %v", o.State, err)
			}
		}
		var all sync.WaitGroup
		for i := range 300 {
			all.Go(func() { w.buy(fmt.Sprint("b", i), pack, 1) })
		}
		all.Wait()
		w.clock.Advance(29 * time.Minute)
		if _, err := w.orders.Pay(w.as("claims"), claimed.ID, "transfer", ""); err != nil {
			t.Fatal(err)
		}
		w.drain()
		if s := w.stock(pack); s.Held != 301 {
			t.Errorf("before the time is over: %+v", s)
		}
		w.clock.Advance(2 * time.Minute)
		w.drain()
		if s := w.stock(pack); s != (catalog.Stock{Free: 599, Held: 1}) {
			t.Errorf("after it, with one payment on its way: %+v", s)
		}
		w.clock.Advance(25 * time.Hour)
		w.drain()
		if s := w.stock(pack); s != (catalog.Stock{Free: 600}) {
			t.Errorf("after nobody confirmed it: %+v", s)
		}
		if w.bell.notes == 0 {
			t.Error("the seller's people got no note of new orders")
		}
	})
}

func TestALatePaymentTakesAgainOrIsRefunded(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(3)[0]
		late, later := w.buy("ada", pack, 2), w.buy("eva", pack, 1)
		w.clock.Advance(time.Hour)
		w.drain()
		for _, o := range []order.Order{late, later} {
			if _, err := w.orders.Pay(w.as(string(o.Buyer)[4:]), o.ID, "transfer", ""); err != nil {
				t.Fatal(err)
			}
		}
		if o, err := w.orders.Confirm(w.as("owner"), late.ID); err != nil || o.State != order.Paid || !o.Ended.IsZero() || o.Reason != "" {
			t.Errorf("%+v %v", o, err)
		}
		w.buy("bob", pack, 1) // the last one
		o, err := w.orders.Confirm(w.as("owner"), later.ID)
		if err != nil || o.State != order.Closed || o.Reason == "" {
			t.Errorf("%+v %v", o, err)
		}
		if s := w.stock(pack); s != (catalog.Stock{Held: 1, Taken: 2}) {
			t.Errorf("stock is %+v", s)
		}
		if _, err := w.orders.Refunded(w.as("eva"), later.ID, ""); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("a buyer said it was refunded: %v", err)
		}
		if _, err := w.orders.Refunded(w.as("owner"), late.ID, ""); !errors.Is(err, order.ErrNoRefund) {
			t.Errorf("refunded what is not owed: %v", err)
		}
		for range 2 {
			if _, err := w.orders.Refunded(w.as("owner"), later.ID, "流水 9"); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestClosingAPaidOrder(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(4)[0]
		o := w.paid("ada", pack, 4)
		if _, err := w.orders.Close(w.as("staff"), o.ID, "霜冻了"); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("staff closed it: %v", err)
		}
		if o, err := w.orders.Close(w.as("owner"), o.ID, "霜冻了，没法发货"); err != nil || o.State != order.Closed {
			t.Errorf("%v %v", o.State, err)
		}
		if s := w.stock(pack); s != (catalog.Stock{Free: 4}) {
			t.Errorf("stock is %+v", s)
		}
		sent := w.paid("eva", pack, 1)
		if _, err := w.orders.Ship(w.as("owner"), sent.ID, "邮政", "AB12345"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.orders.Close(w.as("owner"), sent.ID, "不想卖了"); !errors.Is(err, order.ErrIllegal) {
			t.Errorf("closed a parcel under way: %v", err)
		}
		w.clock.Advance(11 * 24 * time.Hour)
		w.drain()
		if o, err := w.orders.View(w.as("eva"), sent.ID); err != nil || o.State != order.Delivered {
			t.Errorf("a parcel nobody spoke of: %v %v", o.State, err)
		}
	})
}

// Each of a thousand orders is confirmed as paid while it expires and while
// others buy what expiry sets free.
func TestExpiryRacesPayment(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		const n = 1000
		pack := w.shelve(n)[0]
		orders := make([]order.Order, n)
		var all sync.WaitGroup
		for i := range orders {
			all.Go(func() {
				orders[i] = w.buy(fmt.Sprint("b", i), pack, 1)
				if _, err := w.orders.Pay(w.as(fmt.Sprint("b", i)), orders[i].ID, "transfer", ""); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.clock.Advance(25 * time.Hour)
		all.Go(w.drain)
		for _, i := range rand.Perm(n) {
			all.Go(func() {
				if _, err := w.orders.Confirm(w.as("owner"), orders[i].ID); err != nil {
					t.Error(err)
				}
			})
			if i%10 == 0 {
				all.Go(func() {
					_, err := w.orders.Place(w.as(fmt.Sprint("thief", i)), "thief-key", wish(pack, 1))
					if err != nil && !errors.Is(err, catalog.ErrSoldOut) {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		states := map[order.State]int64{}
		w.each(func(o order.Order) { states[o.State]++ })
		if states[order.Paid]+states[order.Closed] != n {
			t.Errorf("of %d paid late, %d are paid and %d to be refunded", n, states[order.Paid], states[order.Closed])
		}
		if s := w.stock(pack); s.Taken != states[order.Paid] || s.Held != states[order.Placed] || s.Free+s.Held+s.Taken != n {
			t.Errorf("stock %+v, orders %v", s, states)
		}
	})
}

func TestTheSellerIsToldAtOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		o := w.buy("ada", w.shelve(1)[0], 1)
		<-w.bell.rung // without any clock moving or job running
		w.bell.mu.Lock()
		defer w.bell.mu.Unlock()
		if told := w.bell.told[o.ID]; len(told) != 1 || told[0] != order.Placed {
			t.Errorf("told %v", w.bell.told)
		}
	})
}

func TestListsArePagedAndPrivate(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(50)[0]
		for range 7 {
			w.buy("ada", pack, 1)
		}
		w.buy("eva", pack, 1)
		seen := map[id.Order]bool{}
		req := pageOf("")
		req.Limit = 3
		for pages := 1; ; pages++ {
			p, err := w.orders.Bought(w.as("ada"), "", req)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range p.Items {
				if o.Buyer != "acc_ada" || len(o.Lines) != 1 || seen[o.ID] {
					t.Errorf("page %d has %+v", pages, o)
				}
				seen[o.ID] = true
			}
			if req.Cursor = p.Next; p.Next == "" {
				break
			}
		}
		if len(seen) != 7 {
			t.Errorf("%d orders", len(seen))
		}
		if _, err := w.orders.Sold(w.as("ada"), farm, "", pageOf("")); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("a buyer reads a seller's list: %v", err)
		}
		if _, err := w.orders.Bought(w.policies.Attach(w.ctx), "", pageOf("")); !errors.Is(err, authz.ErrSignInFirst) {
			t.Error(err)
		}
		if p, err := w.orders.Sold(w.as("host"), farm, order.Paid, pageOf("")); err != nil || len(p.Items) != 0 {
			t.Errorf("%+v %v", p, err)
		}
		for o := range seen {
			if _, err := w.orders.View(w.as("eva"), o); !errors.Is(err, authz.ErrForbidden) {
				t.Errorf("another buyer reads an order: %v", err)
			}
		}
		w.paid("ada", pack, 2)
		f, err := w.orders.Figures(w.as("owner"), farm)
		if want := (order.Summary{ToShip: 1, Unpaid: 8, Today: 5960, Season: 5960}); err != nil || f != want {
			t.Errorf("%+v %v, want %+v", f, err, want)
		}
	})
}

func TestTheWriterRefusesToBeAskedInATransaction(t *testing.T) {
	t.Parallel()
	db := sqldbtest.Open(t, sqldb.SQLite, tables())
	w := newWorld(t, db.Attach(context.Background()), db, start())
	pack := w.shelve(1)[0]
	err := sqldb.Write(w.as("ada"), func(ctx context.Context) error {
		_, err := w.orders.Place(ctx, "nested-key", wish(pack, 1))
		return err
	})
	if err == nil {
		t.Error("it waited for itself")
	}
}

func TestDealsAreTheReferenceOfAStruckThroughPrice(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(100)[0]
		offer, err := w.catalog.OfferOf(w.ctx, pack)
		if err != nil {
			t.Fatal(err)
		}
		reprice := func(price, was money.Fen) error {
			_, err := w.catalog.Reprice(w.as("owner"), offer.Product, pack, price, was)
			return err
		}
		if err := reprice(1980, 2980); !errors.Is(err, catalog.ErrWasNoDeal) {
			t.Errorf("nothing was sold yet: %v", err)
		}
		w.paid("ada", pack, 1) // at 29.80
		if err := reprice(1980, 3980); !errors.Is(err, catalog.ErrWas) {
			t.Errorf("above the deal: %v", err)
		}
		if err := reprice(2980, 2980); !errors.Is(err, catalog.ErrWasLow) {
			t.Errorf("not above the price: %v", err)
		}
		if err := reprice(1980, 2980); err != nil {
			t.Errorf("the deal itself: %v", err)
		}
		w.clock.Advance(30 * 24 * time.Hour)
		if err := reprice(1880, 2980); err != nil {
			t.Errorf("the last deal, a month ago: %v", err)
		}
		p, err := w.catalog.Prices(w.as("ada"), offer.Product, pack, pageOf(""))
		if err != nil || len(p.Items) != 3 || p.Items[0].Price != 1880 || p.Items[0].Ceiling != 2980 || p.Items[0].Rule == "" || p.Items[2].Was != 0 {
			t.Errorf("%+v %v", p, err)
		}
	})
}
