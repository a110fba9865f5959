// Package paytest is what every payment provider must do, run against the
// simulated firm.
package paytest

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/pay"
	"tianbo/internal/platform/pay/paysim"
)

const seller = "1900000109"

// Firm is a simulated firm with a merchant that listens.
type Firm struct {
	*paysim.Sim
	Clock   *clock.Fake
	Notices chan pay.Notice
	Bad     chan error
	notify  string
}

// Start runs a firm for a test.
func Start(t *testing.T, provider func(*paysim.Sim) pay.Provider) (*Firm, pay.Provider) {
	t.Helper()
	f := &Firm{Clock: clock.NewFake(time.Now()), Notices: make(chan pay.Notice, 100), Bad: make(chan error, 100)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.Handler().ServeHTTP(w, r) }))
	var err error
	if f.Sim, err = paysim.New(server.URL, f.Clock); err != nil {
		t.Fatal(err)
	}
	p := provider(f.Sim)
	merchant := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := p.Notice(r)
		if err != nil {
			f.Bad <- err
			p.Answer(w, false)
			return
		}
		f.Notices <- n
		p.Answer(w, true)
	}))
	f.notify = merchant.URL
	t.Cleanup(func() {
		f.Wait()
		merchant.Close()
		server.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
	return f, p
}

func (f *Firm) ask(number string) pay.Ask {
	return pay.Ask{
		Number: number, Merchant: seller, Description: "花牛苹果 5 斤装", Fen: 2980, Expires: f.Clock.Now().Add(30 * time.Minute), Way: pay.Native, NotifyURL: f.notify,
		Address: "10.0.0.1", Payer: "openid",
	}
}

// Run is the suite.
func Run(t *testing.T, provider func(*paysim.Sim) pay.Provider) {
	t.Run("pay, notice, query", func(t *testing.T) { paying(t, provider) })
	t.Run("every way", func(t *testing.T) { ways(t, provider) })
	t.Run("notices that go wrong", func(t *testing.T) { notices(t, provider) })
	t.Run("refund", func(t *testing.T) { refunds(t, provider) })
	t.Run("closing", func(t *testing.T) { closing(t, provider) })
	t.Run("bill", func(t *testing.T) { bill(t, provider) })
}

func paying(t *testing.T, provider func(*paysim.Sim) pay.Provider) {
	ctx := context.Background()
	f, p := Start(t, provider)
	if _, err := p.Query(ctx, "N00000001", seller); !errors.Is(err, pay.ErrUnknown) {
		t.Errorf("an unknown trade: %v", err)
	}
	ticket, err := p.Prepay(ctx, f.ask("N00000001"))
	if err != nil || !strings.HasPrefix(ticket.QR, f.Base) {
		t.Fatalf("%+v %v", ticket, err)
	}
	again, err := p.Prepay(ctx, f.ask("N00000001"))
	if err != nil || again.QR != ticket.QR {
		t.Errorf("a repeat: %+v %v", again, err)
	}
	other := f.ask("N00000001")
	other.Fen++
	if _, err := p.Prepay(ctx, other); !errors.Is(err, pay.ErrRefused) {
		t.Errorf("another amount under the same number: %v", err)
	}
	if tr, err := p.Query(ctx, "N00000001", seller); err != nil || tr.State != pay.Open || tr.Fen != 2980 {
		t.Errorf("before: %+v %v", tr, err)
	}
	if err := f.Pay(p.Name(), "N00000001"); err != nil {
		t.Fatal(err)
	}
	n := <-f.Notices
	if n.Trade == nil || n.Trade.Number != "N00000001" || n.Trade.Fen != 2980 || n.Trade.State != pay.Paid || n.Trade.Merchant != seller || n.Trade.ID == "" || n.ID == "" {
		t.Errorf("notice %+v %+v", n, n.Trade)
	}
	tr, err := p.Query(ctx, "N00000001", seller)
	if err != nil || tr.State != pay.Paid || tr.ID != n.Trade.ID || tr.At.IsZero() {
		t.Errorf("after: %+v %v", tr, err)
	}
	if err := p.Close(ctx, "N00000001", seller); err == nil {
		t.Error("a paid trade was closed")
	}
}

func ways(t *testing.T, provider func(*paysim.Sim) pay.Provider) {
	f, p := Start(t, provider)
	for i, way := range []pay.Way{pay.Native, pay.H5, pay.JSAPI} {
		a := f.ask("W0000000" + string(rune('1'+i)))
		a.Way, a.ReturnURL = way, "https://shop.example/orders/1"
		ticket, err := p.Prepay(context.Background(), a)
		got := map[pay.Way]bool{pay.Native: ticket.QR != "", pay.H5: strings.HasPrefix(ticket.URL, "http"), pay.JSAPI: len(ticket.Fields) > 0}
		if err != nil || !got[way] {
			t.Errorf("%s: %+v %v", way, ticket, err)
		}
	}
}

func notices(t *testing.T, provider func(*paysim.Sim) pay.Provider) {
	ctx := context.Background()
	f, p := Start(t, provider)
	start := func(number string, s paysim.Script) {
		if _, err := p.Prepay(ctx, f.ask(number)); err != nil {
			t.Fatal(err)
		}
		f.Behave(s)
		if err := f.Pay(p.Name(), number); err != nil {
			t.Fatal(err)
		}
		f.Wait()
	}
	start("T00000001", paysim.Script{Tamper: true})
	if err := <-f.Bad; !errors.Is(err, pay.ErrNotice) || len(f.Notices) != 0 {
		t.Errorf("a tampered notice: %v, %d taken", err, len(f.Notices))
	}
	start("T00000002", paysim.Script{Copies: 2})
	if len(f.Notices) != 3 {
		t.Errorf("%d copies came", len(f.Notices))
	}
	first := <-f.Notices
	if second := <-f.Notices; second.ID != first.ID {
		t.Errorf("copies have different identifiers: %s and %s", first.ID, second.ID)
	}
	<-f.Notices
	start("T00000003", paysim.Script{Drop: true})
	if tr, err := p.Query(ctx, "T00000003", seller); len(f.Notices) != 0 || err != nil || tr.State != pay.Paid {
		t.Errorf("a silent firm must be asked: %+v %v", tr, err)
	}
	for _, body := range []string{"", "{}", "a=b", strings.Repeat("x", 1<<20)} {
		req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if _, err := p.Notice(req); !errors.Is(err, pay.ErrNotice) {
			t.Errorf("%.10q was taken for a notice: %v", body, err)
		}
	}
}

func refunds(t *testing.T, provider func(*paysim.Sim) pay.Provider) {
	ctx := context.Background()
	f, p := Start(t, provider)
	a := pay.RefundAsk{Number: "R00000001", Trade: "P00000001", Merchant: seller, Fen: 1000, Total: 2980, Reason: "两个坏果"}
	if _, err := p.Refund(ctx, a); err == nil {
		t.Error("a refund of nothing")
	}
	if _, err := p.Prepay(ctx, f.ask("P00000001")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Refund(ctx, a); err == nil {
		t.Error("a refund before the payment")
	}
	if err := f.Pay(p.Name(), "P00000001"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a repeat is the same refund
		r, err := p.Refund(ctx, a)
		if err != nil || r.State != pay.RefundDone || r.Fen != 1000 || r.Number != a.Number {
			t.Errorf("%+v %v", r, err)
		}
	}
	a.Number, a.Fen = "R00000002", 1981
	if _, err := p.Refund(ctx, a); !errors.Is(err, pay.ErrRefused) {
		t.Errorf("one fen too much: %v", err)
	}
	a.Fen = 1980
	if r, err := p.Refund(ctx, a); err != nil || r.State != pay.RefundDone {
		t.Errorf("the rest: %+v %v", r, err)
	}
	a.Number = "R00000009"
	if _, err := p.QueryRefund(ctx, a); !errors.Is(err, pay.ErrUnknown) {
		t.Errorf("an unknown refund: %v", err)
	}
}

func closing(t *testing.T, provider func(*paysim.Sim) pay.Provider) {
	ctx := context.Background()
	f, p := Start(t, provider)
	if _, err := p.Prepay(ctx, f.ask("C00000001")); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(ctx, "C00000001", seller); err != nil {
		t.Fatal(err)
	}
	if err := f.Pay(p.Name(), "C00000001"); err == nil {
		t.Error("a closed trade was paid")
	}
	if _, err := p.Prepay(ctx, f.ask("C00000002")); err != nil {
		t.Fatal(err)
	}
	f.Clock.Advance(time.Hour)
	if tr, err := p.Query(ctx, "C00000002", seller); err != nil || tr.State != pay.Closed {
		t.Errorf("overdue: %+v %v", tr, err)
	}
}

func bill(t *testing.T, provider func(*paysim.Sim) pay.Provider) {
	ctx := context.Background()
	f, p := Start(t, provider)
	for _, number := range []string{"B00000001", "B00000002", "B00000003"} {
		if _, err := p.Prepay(ctx, f.ask(number)); err != nil {
			t.Fatal(err)
		}
	}
	for _, number := range []string{"B00000001", "B00000002"} {
		if err := f.Pay(p.Name(), number); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Refund(ctx, pay.RefundAsk{Number: "BR0000001", Trade: "B00000002", Merchant: seller, Fen: 80, Total: 2980, Reason: "称重差"}); err != nil {
		t.Fatal(err)
	}
	lines, err := p.Bill(ctx, seller, f.Clock.Now())
	if err != nil || len(lines) != 3 {
		t.Fatalf("%+v %v", lines, err)
	}
	sums := map[string]int64{}
	for _, l := range lines {
		if l.ID == "" || l.At.IsZero() {
			t.Errorf("%+v", l)
		}
		sums[l.Number+" "+l.Refund] += int64(l.Fen)
	}
	if sums["B00000001 "] != 2980 || sums["B00000002 "] != 2980 || sums["B00000002 BR0000001"] != 80 {
		t.Errorf("%v", sums)
	}
	if lines, err := p.Bill(ctx, "another", f.Clock.Now()); err != nil || len(lines) != 0 {
		t.Errorf("another merchant's bill: %v %v", lines, err)
	}
}
