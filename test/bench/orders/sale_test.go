// Package orders measures the flash sale of the real server over HTTP, as a browser reaches it.
package orders_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
	"tianbo/test/process"
)

func TestMain(m *testing.M) {
	code := m.Run()
	process.Remove()
	os.Exit(code)
}

var durable = sync.OnceValues(func() (*sqldbtest.Server, error) {
	return sqldbtest.StartPostgres("fsync=on", "full_page_writes=on", "synchronous_commit=on")
})

func dsn(b *testing.B, d sqldb.Dialect) string {
	b.Helper()
	if d == sqldb.SQLite {
		return ""
	}
	s, err := durable()
	if err != nil {
		b.Fatal(err)
	}
	return s.DSN
}

// BenchmarkFlashSaleHTTP buys one hot pack with everything on: session,
// policies, address, idempotency key, durable commit. -benchtime=5000x -count=5.
func BenchmarkFlashSaleHTTP(b *testing.B) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		for _, buyers := range []int{64, 512} {
			b.Run(fmt.Sprintf("%s-%d", d, buyers), func(b *testing.B) {
				s := process.Start(b, b.TempDir(), dsn(b, d))
				goods := s.Open(1_000_000)
				sell(b, s, goods, s.Buyers(buyers), http.StatusCreated)
			})
		}
	}
}

// BenchmarkSoldOutHTTP is told that nothing is left.
func BenchmarkSoldOutHTTP(b *testing.B) {
	s := process.Start(b, b.TempDir(), "")
	goods := s.Open(1)
	people := s.Buyers(64)
	if _, status, err := s.Buy(b.Context(), people[0], goods, "the-last-one"); err != nil || status != http.StatusCreated {
		b.Fatal(status, err)
	}
	sell(b, s, goods, people, http.StatusConflict)
}

// sell sends b.N requests and reports the rate and how long each took.
func sell(b *testing.B, s *process.Server, goods process.Shop, people []process.Buyer, want int) {
	b.Helper()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for i, person := range people {
		all.Go(func() {
			for {
				n := next.Add(1) - 1
				if n >= int64(b.N) {
					return
				}
				began := time.Now()
				_, status, err := s.Buy(b.Context(), person, goods, fmt.Sprintf("bench-%d-%d", i, n))
				if err != nil || status != want {
					b.Errorf("%d %v", status, err)
					return
				}
				took[n] = time.Since(began)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}
