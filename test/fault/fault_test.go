package fault_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
	"tianbo/test/peer"
)

// The process is killed while people buy. Every order that was acknowledged is
// there after the restart; repeating each request with its key, acknowledged or
// not, gives one order each; and no unit is sold twice.
func TestKillWhileOrdering(t *testing.T) {
	t.Parallel()
	for _, dialect := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			database := ""
			if dialect == sqldb.Postgres {
				database = sqldbtest.DSN(t, dialect)
			}
			s := newServer(t, t.TempDir(), database)
			const stock = 5000
			h := s.openShop(stock)
			buyers := make([]buyer, 4)
			for i := range buyers {
				buyers[i] = s.newBuyer(i)
			}
			type attempt struct {
				buyer buyer
				key   string
				order string // when acknowledged
			}
			var mu sync.Mutex
			var attempts []attempt
			acknowledged := make(chan struct{}, stock)
			var wg sync.WaitGroup
			for i, b := range buyers {
				wg.Go(func() {
					for n := 0; ; n++ {
						a := attempt{buyer: b, key: fmt.Sprintf("key-%d-%06d", i, n)}
						a.order, _ = s.buy(h, b, a.key)
						mu.Lock()
						attempts = append(attempts, a)
						mu.Unlock()
						if a.order == "" {
							return // the process is gone
						}
						acknowledged <- struct{}{}
					}
				})
			}
			for range 40 {
				<-acknowledged
			}
			s.kill()
			wg.Wait()
			s.start()
			for _, a := range attempts {
				if a.order != "" {
					if r := s.call(a.buyer.token, "", "GET", "/api/orders/"+a.order, nil); r.status != http.StatusOK {
						t.Errorf("an acknowledged order is gone: %d %s", r.status, r.body)
					}
				}
				again, r := s.buy(h, a.buyer, a.key)
				if again == "" || a.order != "" && again != a.order {
					t.Errorf("the repeat of %q gave %q: %d %s", a.order, again, r.status, r.body)
				}
			}
			if free := s.packOf(h).Free; free != stock-len(attempts) {
				t.Errorf("%d of %d are free after %d orders", free, stock, len(attempts))
			}
		})
	}
}

// PostgreSQL goes away and comes back: requests are refused as unavailable
// meanwhile, the process stays, and everything goes on without a restart.
func TestPostgresRestart(t *testing.T) {
	t.Parallel()
	postgres, err := sqldbtest.StartPostgres("synchronous_commit=on") // what it acknowledges must outlive it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := postgres.Remove(); err != nil {
			t.Error(err)
		}
	})
	s := newServer(t, t.TempDir(), postgres.DSN)
	h := s.openShop(100)
	b := s.newBuyer(1)
	first, r := s.buy(h, b, "key-before-it")
	if first == "" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if err := postgres.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, r := s.buy(h, b, "key-meanwhile"); r.status != http.StatusServiceUnavailable || r.code == "" {
		t.Errorf("meanwhile: %d %s", r.status, r.body)
	}
	if status := s.ready(); status != http.StatusServiceUnavailable {
		t.Errorf("ready without a database: %d", status)
	}
	if err := postgres.Start(""); err != nil {
		t.Fatal(err)
	}
	s.until("the server to be ready again", func() bool { return s.ready() == http.StatusOK })
	if !s.running() {
		t.Fatal("the process has ended")
	}
	if again, r := s.buy(h, b, "key-before-it"); again != first {
		t.Errorf("the repeat of %s gave %q: %d %s", first, again, r.status, r.body)
	}
	if later, r := s.buy(h, b, "key-meanwhile"); later == "" {
		t.Errorf("afterwards: %d %s", r.status, r.body)
	}
	if free := s.packOf(h).Free; free != 98 {
		t.Errorf("%d are free", free)
	}
}

// The disk of the data folder fills up: writes are refused with words that say
// so, reads go on, and writes work again once there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := peer.SmallDisk(t, 48<<20)
	s := newServer(t, filepath.Join(disk, "data"), "")
	h := s.openShop(1_000_000)
	b := s.newBuyer(1)
	filler := filepath.Join(disk, "filler")
	fill(t, filler)
	var refused reply
	tries := 0
	s.until("a write to be refused", func() bool {
		tries++
		_, refused = s.buy(h, b, fmt.Sprintf("key-full-%d", tries))
		return refused.status != http.StatusCreated
	})
	if refused.status != http.StatusServiceUnavailable || refused.code != "storage_full" {
		t.Errorf("on a full disk: %d %s", refused.status, refused.body)
	}
	if r := s.call(b.token, "", "GET", "/api/orders", nil); r.status != http.StatusOK {
		t.Errorf("reading on a full disk: %d %s", r.status, r.body)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.until("a write to go through", func() bool {
		order, _ := s.buy(h, b, "key-with-room")
		return order != ""
	})
	if !s.running() {
		t.Error("the process has ended")
	}
}

// fill takes all the room that is left.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{1 << 20, 4 << 10, 1} {
		block := make([]byte, size)
		for {
			if _, err := f.Write(block); err != nil {
				break
			}
		}
	}
}
