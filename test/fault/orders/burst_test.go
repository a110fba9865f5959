// Package orders kills real server processes in the middle of their work and
// holds what they had acknowledged against what is there afterwards.
package orders_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
	"tianbo/test/process"
)

const (
	buyers = 64
	stock  = 700
)

// attempt is one wish to buy, told apart by its key.
type attempt struct {
	buyer int
	key   string
	order string // what was acknowledged; empty: no answer came
	sold  bool   // told that it is sold out
}

func TestMain(m *testing.M) {
	code := m.Run()
	process.Remove()
	os.Exit(code)
}

// server is the one under test.
type server struct{ *process.Server }

// A server is killed in the middle of a burst. Whoever was told "placed" has
// exactly one order; whoever heard nothing learns the truth by asking again;
// stock and orders balance; nothing is oversold.
func TestKillInTheMiddleOfABurst(t *testing.T) {
	for _, dialect := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			dsn := ""
			if dialect == sqldb.Postgres {
				dsn = sqldbtest.DSN(t, dialect)
			}
			dir := t.TempDir()
			s := server{process.Start(t, dir, dsn)}
			goods := s.Open(stock)
			people := s.Buyers(buyers)
			attempts := s.burst(people, goods, 250)

			s = server{process.Start(t, dir, dsn)}
			s.askAgain(people, goods, attempts)
			s.balance(people, goods, attempts)
		})
	}
}

func (s server) buy(ctx context.Context, b process.Buyer, goods process.Shop, a *attempt) (status int, err error) {
	order, status, err := s.Buy(ctx, b, goods, a.key)
	switch {
	case err != nil:
	case status == http.StatusCreated:
		if a.order != "" && a.order != order {
			return status, fmt.Errorf("the key %s has two orders: %s and %s", a.key, a.order, order)
		}
		a.order = order
	case status == http.StatusConflict:
		a.sold = true
	}
	return status, err
}

// burst lets everyone buy without pause and kills the server once it has
// acknowledged some orders, while others are under way.
func (s server) burst(people []process.Buyer, goods process.Shop, after int64) []*attempt {
	var acknowledged atomic.Int64
	var mu sync.Mutex
	var all []*attempt
	var running sync.WaitGroup
	for i := range people {
		running.Go(func() {
			for n := 0; ; n++ {
				a := &attempt{buyer: i, key: fmt.Sprintf("burst-%d-%d", i, n)}
				mu.Lock()
				all = append(all, a)
				mu.Unlock()
				if _, err := s.buy(context.WithoutCancel(s.T.Context()), people[i], goods, a); err != nil {
					return // killed
				}
				if acknowledged.Add(1) == after {
					go s.Kill()
				}
			}
		})
	}
	running.Wait()
	s.Kill()
	return all
}

// askAgain repeats every attempt with its key.
func (s server) askAgain(people []process.Buyer, goods process.Shop, attempts []*attempt) {
	var running sync.WaitGroup
	slots := make(chan struct{}, buyers)
	for _, a := range attempts {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			known := a.order
			status, err := s.buy(s.T.Context(), people[a.buyer], goods, a)
			if err != nil || status != http.StatusCreated && status != http.StatusConflict {
				s.T.Errorf("asking again for %s: %d %v", a.key, status, err)
			}
			if known != "" && status != http.StatusCreated {
				s.T.Errorf("%s was told that it has %s and now gets %d", a.key, known, status)
			}
		})
	}
	running.Wait()
}

func (s server) balance(people []process.Buyer, goods process.Shop, attempts []*attempt) {
	want := map[string]bool{}
	unheard := 0
	for _, a := range attempts {
		if a.order == "" {
			unheard++
			continue
		}
		if want[a.order] {
			s.T.Errorf("two keys have the order %s", a.order)
		}
		want[a.order] = true
	}
	got := map[string]bool{}
	for _, b := range people {
		for cursor := ""; ; {
			var page struct {
				Items []struct{ ID, State string }
				Next  string
			}
			s.Must(b.Token, "GET", "/api/orders?limit=100&cursor="+cursor, nil, &page)
			for _, o := range page.Items {
				if got[o.ID] || o.State != "placed" {
					s.T.Errorf("order %+v", o)
				}
				got[o.ID] = true
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
	}
	for order := range want {
		if !got[order] {
			s.T.Errorf("the acknowledged order %s is gone", order)
		}
	}
	var product struct {
		Packs []struct{ Free, Held, Sold int64 }
	}
	s.Must(goods.Seller, "GET", "/api/products/"+goods.Product, nil, &product)
	p := product.Packs[0]
	if len(got) != len(want) || p.Held != int64(len(got)) || p.Free+p.Held != stock || p.Sold != 0 {
		s.T.Errorf("%d orders, %d acknowledged, stock %+v of %d", len(got), len(want), p, stock)
	}
	s.T.Logf("%d attempts, %d orders, %d told sold out", len(attempts), len(got), unheard)
}
