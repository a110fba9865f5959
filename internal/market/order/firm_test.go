package order_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/market/order"
	"tianbo/internal/market/payment"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/pay"
	"tianbo/internal/platform/pay/alipay"
	"tianbo/internal/platform/pay/paysim"
	"tianbo/internal/platform/pay/wechat"
	"tianbo/internal/platform/seal"
	"tianbo/internal/platform/sqldb"
)

// openFirm gives the world a simulated payment firm that calls back.
func (w *world) openFirm(sealer *seal.Sealer) {
	w.t.Helper()
	firm := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.firm.Handler().ServeHTTP(rw, r) }))
	site := http.NewServeMux()
	site.HandleFunc("POST /pay/{provider}/notice", func(rw http.ResponseWriter, r *http.Request) {
		w.payments.Notice(rw, r.WithContext(authz.AsSystem(w.ctx)))
	})
	merchant := httptest.NewServer(site)
	var err error
	if w.firm, err = paysim.New(firm.URL, w.clock); err != nil {
		w.t.Fatal(err)
	}
	wx, err := wechat.New(context.Background(), w.firm.Wechat())
	if err != nil {
		w.t.Fatal(err)
	}
	o, err := w.firm.Alipay()
	if err != nil {
		w.t.Fatal(err)
	}
	ali, err := alipay.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.payments = payment.New(payment.Deps{
		Clock: w.clock, Sealer: sealer, Log: slog.New(slog.DiscardHandler), Providers: []pay.Provider{wx, ali}, PublicURL: merchant.URL,
	})
	w.t.Cleanup(func() {
		w.firm.Wait()
		firm.Close()
		merchant.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
}

func (w *world) merchants() {
	w.t.Helper()
	for _, firm := range []string{"wechat", "alipay"} {
		if err := w.payments.SetMerchant(w.as("admin"), farm, firm, "1900000109", ""); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) prepay(o order.Order, firm string) payment.Trade {
	w.t.Helper()
	t, err := w.orders.Prepay(w.as("chen"), o.ID, firm, pay.Native, "", "10.0.0.1", "")
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

// buyerPays pays at the firm, by its script, and lets all that follows happen.
func (w *world) buyerPays(firm, number string, script paysim.Script) {
	w.t.Helper()
	w.firm.Behave(script)
	if err := w.firm.Pay(firm, number); err != nil {
		w.t.Fatal(err)
	}
	w.firm.Wait()
	w.drain()
}

func (w *world) state(o order.Order) order.State {
	w.t.Helper()
	now, err := w.orders.View(w.as("chen"), o.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return now.State
}

func (w *world) suspense() []string {
	w.t.Helper()
	p, err := w.payments.Suspended(w.as("admin"), true, page.Request{})
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, s := range p.Items {
		out = append(out, fmt.Sprintf("%s %d", s.Why, s.Fen))
	}
	return out
}

func TestPaidAtAFirmWhateverItsNoticesDo(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		w.merchants()
		pack := w.shelve(50)[0]
		for _, firm := range []string{"wechat", "alipay"} {
			for name, c := range map[string]struct {
				script paysim.Script
				want   order.State
			}{
				"works": {paysim.Script{}, order.Paid}, "doubled": {paysim.Script{Copies: 3}, order.Paid},
				"tampered": {paysim.Script{Tamper: true}, order.Placed}, "silent": {paysim.Script{Drop: true}, order.Placed},
			} {
				o := w.buy("chen", pack, 1)
				trade := w.prepay(o, firm)
				if again := w.prepay(o, firm); again.Number != trade.Number {
					t.Errorf("%s %s: a repeat opened another trade", firm, name)
				}
				w.buyerPays(firm, trade.Number, c.script)
				if got := w.state(o); got != c.want {
					t.Errorf("%s %s: the order is %s, want %s", firm, name, got, c.want)
				}
				w.clock.Advance(time.Minute) // a silent firm is asked
				w.drain()
				if got := w.state(o); got != order.Paid {
					t.Errorf("%s %s: after asking the order is %s", firm, name, got)
				}
				if _, parts := w.parts("chen", o.ID); fmt.Sprint(parts) != "[buyer:advance 2980]" {
					t.Errorf("%s %s: %v", firm, name, parts)
				}
			}
		}
		if s := w.suspense(); len(s) != 0 {
			t.Errorf("in suspense: %v", s)
		}
	})
}

func TestWhatDoesNotFitGoesToSuspense(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		w.merchants()
		o := w.buy("chen", w.shelve(5)[0], 1)
		trade := w.prepay(o, "wechat")
		err := sqldb.Write(w.ctx, func(ctx context.Context) error {
			_, err := sqldb.From(ctx).Exec(ctx, `UPDATE payment_trade SET fen = fen + 1 WHERE number = $1`, trade.Number)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.buyerPays("wechat", trade.Number, paysim.Script{Copies: 1})
		if got, s := w.state(o), w.suspense(); got != order.Placed || fmt.Sprint(s) != "[amount 2980]" {
			t.Errorf("the order is %s, suspense %v", got, s)
		}
		p, err := w.payments.Suspended(w.as("admin"), true, page.Request{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.payments.Solve(w.as("owner"), p.Items[0].ID, "查过了，没问题"); err == nil {
			t.Error("a seller explained away an amount")
		}
		if err := w.payments.Solve(w.as("admin"), p.Items[0].ID, "程序错记一分，已更正"); err != nil {
			t.Fatal(err)
		}
		if s := w.suspense(); len(s) != 0 {
			t.Errorf("still there: %v", s)
		}
	})
}

func TestLatePaymentAndSecondPaymentGoBack(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		w.merchants()
		pack := w.shelve(1)[0]
		// Late, and the last unit is gone: the money goes back by the firm.
		o := w.buy("chen", pack, 1)
		trade := w.prepay(o, "wechat")
		w.firm.Behave(paysim.Script{Drop: true})
		if err := w.firm.Pay("wechat", trade.Number); err != nil {
			t.Fatal(err)
		}
		if _, err := w.orders.Cancel(w.as("chen"), o.ID, "等太久"); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(3 * time.Second) // nobody takes it for sold out any more
		other := w.buy("zhou", pack, 1)
		w.drain()
		if got := w.state(o); got != order.Closed {
			t.Fatalf("paid late, sold out: %s", got)
		}
		if _, parts := w.parts("chen", o.ID); fmt.Sprint(parts) != "[buyer:refund_due 2980]" {
			t.Errorf("%v", parts)
		}
		if held := w.holds(); len(held) != 0 {
			t.Errorf("the firm gave the money back, yet the book holds %v", held)
		}
		if _, err := w.orders.Refunded(w.as("owner"), o.ID, "手工"); err != nil || len(w.holds()) != 0 {
			t.Errorf("a refund that has gone was booked again by hand: %v %v", err, w.holds())
		}
		// Paid at both firms at once: one stays, one goes back.
		w.pay("zhou", other)
		two := w.restock(pack, 1)
		a, b := w.prepay(two, "wechat"), w.prepay(two, "alipay")
		w.buyerPays("wechat", a.Number, paysim.Script{})
		w.buyerPays("alipay", b.Number, paysim.Script{})
		if got := w.state(two); got != order.Paid {
			t.Errorf("paid twice: %s", got)
		}
		if b, parts := w.parts("chen", two.ID); b.Paid != 5960 || fmt.Sprint(parts) != "[buyer:advance 2980 buyer:refund_due 2980]" {
			t.Errorf("paid twice: %v of %v", parts, b.Paid)
		}
	})
}

// restock puts units on the shelf again and buys one.
func (w *world) restock(pack id.Pack, n int64) order.Order {
	w.t.Helper()
	offer, err := w.catalog.OfferOf(w.ctx, pack)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.catalog.Restock(w.as("owner"), offer.Product, pack, n); err != nil {
		w.t.Fatal(err)
	}
	w.drain()
	return w.buy("chen", pack, n)
}

func TestFirmsBillSettlesAndPaysOut(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		w.merchants()
		pack := w.shelve(9)[0]
		o, silent := w.buy("chen", pack, 1), w.buy("chen", pack, 2)
		w.buyerPays("alipay", w.prepay(o, "alipay").Number, paysim.Script{})
		w.firm.Behave(paysim.Script{Drop: true})
		if err := w.firm.Pay("alipay", w.prepay(silent, "alipay").Number); err != nil {
			t.Fatal(err)
		}
		if _, err := w.orders.Ship(w.as("owner"), o.ID, "县乡共配", "DEMO0001"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.orders.Receive(w.as("chen"), o.ID); err != nil {
			t.Fatal(err)
		}
		day := w.clock.Now()
		for range 2 { // comparing again finds the same
			bill, err := w.payments.Compare(authz.AsSystem(w.ctx), "alipay", "1900000109", day)
			if err != nil || bill.Lines != 2 || bill.Matched != 2 || bill.Differ != 0 {
				t.Fatalf("%+v %v", bill, err)
			}
		}
		w.drain()
		if got := w.state(silent); got != order.Paid {
			t.Errorf("the bill showed a payment, the order is %s", got)
		}
		w.clock.Advance(25 * time.Hour)
		w.drain()
		if held := w.holds(); fmt.Sprint(held) != "[buyer:advance 5960 psp:alipay:clearing 5960]" {
			t.Errorf("%v", held)
		}
		if bills, err := w.payments.Bills(w.as("admin"), page.Request{}); err != nil || len(bills.Items) != 1 {
			t.Errorf("%+v %v", bills, err)
		}
		if _, err := w.payments.Bills(w.as("owner"), page.Request{}); err == nil {
			t.Error("a seller read the platform's bills")
		}
	})
}
