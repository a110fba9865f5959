// Package paysim is a fake payment firm, two of them in fact: it speaks WeChat
// Pay v3 and Alipay's gateway with generated keys, checks every signature and
// signs every answer, and calls back. A script makes its callbacks late,
// doubled, out of order, tampered with or absent. Tests and the demo use it;
// production refuses it (see conf).
package paysim

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/pay/alipay"
	"tianbo/internal/platform/pay/wechat"
)

// Script says how callbacks go wrong. The zero value is a firm that works.
type Script struct {
	Drop   bool          // no callback comes
	Copies int           // how many more times it comes
	Delay  time.Duration // before each
	Tamper bool          // the amount is changed after signing
	Repeat int           // how often a refused one comes again
}

// Sim is the firm.
type Sim struct {
	// Base is where adapters reach the firm, Site where browsers do, both
	// without a slash at the end. Site may be a path of the merchant's own site.
	Base, Site string
	Client     *http.Client // carries callbacks
	Clock      clock.Clock

	merchant, firm *rsa.PrivateKey
	v3             string

	mu      sync.Mutex
	script  Script
	trades  map[string]*trade
	refunds map[string]*refund
	serial  int
	calls   sync.WaitGroup
}

type trade struct {
	firm, number, merchant, id, subject, notify, back string
	fen, refunded                                     money.Fen
	state                                             string // open, paid, closed
	expires, at                                       time.Time
}

type refund struct {
	number, id, notify string
	trade              *trade
	fen                money.Fen
	at                 time.Time
}

// App and Merchant are the operator's at both firms.
const (
	App      = "wxsim0000000000001"
	Merchant = "1900000001"
	serialNo = "5157F09EFDC096DE15EBE81A47057A7200000001"
	firmKey  = "PUB_KEY_ID_0000000000000000000000000000001"
)

// New makes a firm at base.
func New(base string, c clock.Clock) (*Sim, error) {
	s := &Sim{
		Base: strings.TrimSuffix(base, "/"), Site: strings.TrimSuffix(base, "/"), Client: &http.Client{Timeout: 10 * time.Second}, Clock: c,
		trades: map[string]*trade{}, refunds: map[string]*refund{}, v3: rand.Text()[:26] + "000000",
	}
	var err error
	if s.merchant, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return nil, err
	}
	s.firm, err = rsa.GenerateKey(rand.Reader, 2048)
	return s, err
}

// Behave sets the script of callbacks to come.
func (s *Sim) Behave(script Script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = script
}

// Wait returns when no callback is under way.
func (s *Sim) Wait() { s.calls.Wait() }

// Handler serves both firms' interfaces and the page where a buyer pays.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	s.wechatRoutes(mux)
	mux.HandleFunc("/gateway.do", s.gateway)
	mux.HandleFunc("GET /bill/{firm}/{day}", s.bill)
	s.cashierRoutes(mux)
	return mux
}

// Wechat are the options of an adapter that talks to this firm.
func (s *Sim) Wechat() wechat.Options {
	return wechat.Options{
		App: App, Merchant: Merchant, Serial: serialNo, Key: s.merchant, V3Key: s.v3, FirmKeyID: firmKey, FirmKey: &s.firm.PublicKey,
		Transport: &redirect{base: s.Base},
	}
}

// Alipay are the options of an adapter that talks to this firm.
func (s *Sim) Alipay() (alipay.Options, error) {
	public, err := x509.MarshalPKIXPublicKey(&s.firm.PublicKey)
	return alipay.Options{
		App: App, Key: base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(s.merchant)), FirmKey: base64.StdEncoding.EncodeToString(public),
		Gateway: s.Base + "/gateway.do", Page: s.Site + "/gateway.do", Authorisation: func(_ context.Context, seller string) (string, error) { return "token-of-" + seller, nil },
	}, err
}

// redirect leads calls for the real firm here: its library hard-codes the host.
type redirect struct{ base string }

// RoundTrip implements http.RoundTripper.
func (r *redirect) RoundTrip(req *http.Request) (*http.Response, error) {
	path := req.URL.RequestURI()
	req = req.Clone(req.Context())
	u, err := req.URL.Parse(r.base + path)
	if err != nil {
		return nil, err
	}
	req.URL, req.Host = u, u.Host
	return http.DefaultTransport.RoundTrip(req)
}

// open makes a trade or finds the same one; ok is false when the number stands
// for other content.
func (s *Sim) open(t trade) (*trade, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := t.firm + ":" + t.number
	if old := s.trades[key]; old != nil {
		return old, old.fen == t.fen && old.merchant == t.merchant && old.state != "closed"
	}
	s.serial++
	t.id, t.state = fmt.Sprintf("42%026d", s.serial), "open"
	s.trades[key] = &t
	return &t, true
}

func (s *Sim) trade(firm, number string) (trade, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.trades[firm+":"+number]
	if t == nil {
		return trade{}, false
	}
	if t.state == "open" && !t.expires.IsZero() && s.Clock.Now().After(t.expires) {
		t.state = "closed"
	}
	return *t, true
}

func (s *Sim) close(firm, number string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.trades[firm+":"+number]
	if t == nil || t.state == "paid" {
		return false
	}
	t.state = "closed"
	return true
}

// Pay is the buyer paying: the trade is paid and the merchant is called back by
// the script. Paying twice changes nothing.
func (s *Sim) Pay(firm, number string) error {
	if t, ok := s.trade(firm, number); !ok || t.state == "closed" {
		return fmt.Errorf("paysim: no open trade %s at %s", number, firm)
	}
	s.mu.Lock()
	t := s.trades[firm+":"+number]
	first := t.state == "open"
	if first {
		t.state, t.at = "paid", s.Clock.Now()
	}
	paid, script := *t, s.script
	s.mu.Unlock()
	if first {
		s.callBack(script, func() (*http.Request, error) { return s.paidNotice(paid, script.Tamper) })
	}
	return nil
}

// callBack sends a notice by the script until it is taken.
func (s *Sim) callBack(script Script, make func() (*http.Request, error)) {
	if script.Drop {
		return
	}
	s.calls.Go(func() {
		for range 1 + script.Copies {
			for range 1 + script.Repeat {
				<-time.After(script.Delay)
				req, err := make()
				if err != nil {
					return
				}
				res, err := s.Client.Do(req)
				if err != nil {
					continue
				}
				res.Body.Close()
				if res.StatusCode < 300 {
					break
				}
			}
		}
	})
}

func (s *Sim) paidNotice(t trade, tamper bool) (*http.Request, error) {
	if t.firm == "alipay" {
		return s.alipayNotice(t, tamper)
	}
	return s.wechatNotice(t, tamper)
}

// giveBack makes a refund or finds the same one; why says what is wrong.
func (s *Sim) giveBack(firm, number, of, notify string, fen money.Fen) (out refund, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := firm + ":" + number
	if old := s.refunds[key]; old != nil {
		if old.fen != fen || old.trade.number != of {
			return refund{}, "another refund has this number"
		}
		return *old, ""
	}
	t := s.trades[firm+":"+of]
	switch {
	case t == nil || t.state != "paid":
		return refund{}, "no paid trade"
	case fen <= 0 || t.refunded+fen > t.fen:
		return refund{}, "more than was paid"
	}
	t.refunded += fen
	s.serial++
	r := &refund{number: number, id: fmt.Sprintf("50%026d", s.serial), trade: t, fen: fen, notify: notify, at: s.Clock.Now()}
	s.refunds[key] = r
	return *r, ""
}

func (s *Sim) refund(firm, number string) (refund, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.refunds[firm+":"+number]
	if r == nil {
		return refund{}, false
	}
	return *r, true
}
