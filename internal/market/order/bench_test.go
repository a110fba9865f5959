package order_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/market/catalog"
	"tianbo/internal/market/order"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

var durable = sync.OnceValues(func() (*sqldbtest.Server, error) {
	return sqldbtest.StartPostgres("fsync=on", "full_page_writes=on", "synchronous_commit=on")
})

// durableDSN is a database that loses nothing: SQLite with synchronous=FULL,
// PostgreSQL with fsync and synchronous commits.
func durableDSN(b *testing.B, d sqldb.Dialect) string {
	b.Helper()
	if d == sqldb.SQLite {
		return "sqlite:" + filepath.Join(b.TempDir(), "bench.db")
	}
	s, err := durable()
	if err != nil {
		b.Fatal(err)
	}
	return s.DSN
}

// BenchmarkFlashSale sells one hot pack, answering only after a durable
// commit: by group commit, and with one transaction an order, the same
// statements in the same code. Run it with -benchtime=5000x -count=5.
func BenchmarkFlashSale(b *testing.B) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		for _, c := range []struct {
			how    string
			buyers int
		}{{"alone", 64}, {"group", 64}, {"group", 512}} {
			b.Run(fmt.Sprintf("%s/%s-%d", d, c.how, c.buyers), func(b *testing.B) {
				db, err := sqldb.Open(b.Context(), durableDSN(b, d))
				if err != nil {
					b.Fatal(err)
				}
				defer db.Close()
				if err := db.Migrate(b.Context(), tables()); err != nil {
					b.Fatal(err)
				}
				w := newWorld(b, db.Attach(context.Background()), db, start())
				place := w.orders.Place
				if c.how == "alone" {
					place = w.orders.PlaceAlone
				}
				sell(b, w, place, c.buyers)
			})
		}
	}
}

type placer func(ctx context.Context, key string, w order.Wish) (order.Order, error)

// sell places b.N orders and reports the rate and how long each took.
func sell(b *testing.B, w *world, place placer, buyers int) {
	b.Helper()
	pack := w.shelve(min(int64(b.N), 1_000_000))[0]
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for i := range buyers {
		ctx := w.as(fmt.Sprint("buyer", i))
		all.Go(func() {
			for {
				n := next.Add(1) - 1
				if n >= int64(b.N) {
					return
				}
				began := time.Now()
				if _, err := place(ctx, string(id.New[id.Event]()), wish(pack, 1)); err != nil {
					b.Error(err)
					return
				}
				took[n] = time.Since(began)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	if s := w.stock(pack); s != (catalog.Stock{Held: int64(b.N)}) {
		b.Errorf("stock is %+v after %d orders", s, b.N)
	}
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkSoldOut refuses without the database.
func BenchmarkSoldOut(b *testing.B) {
	db := sqldbtest.Open(b, sqldb.SQLite, tables())
	w := newWorld(b, db.Attach(context.Background()), db, start())
	pack := w.shelve(1)[0]
	w.buy("first", pack, 1)
	ctx := w.as("late")
	for b.Loop() {
		if _, err := w.orders.Place(ctx, "refused-key", wish(pack, 1)); !errors.Is(err, catalog.ErrSoldOut) {
			b.Fatal(err)
		}
	}
}
