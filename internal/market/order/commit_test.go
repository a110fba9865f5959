package order_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"tianbo/internal/kernel/id"
	"tianbo/internal/market/catalog"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

// line stands between the server and PostgreSQL and can cut the connection at
// the next COMMIT: before PostgreSQL has heard of it, or after, before the
// answer.
type line struct {
	listener net.Listener
	target   string
	cut      atomic.Int32 // 0 no, 1 before, 2 after
	cuts     atomic.Int32
	open     sync.WaitGroup
}

func newLine(t *testing.T, dsn string) (*line, string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	l := &line{target: u.Host}
	if l.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	l.open.Go(l.accept)
	t.Cleanup(func() { l.listener.Close(); l.open.Wait() })
	u.Host = l.listener.Addr().String()
	return l, u.String()
}

func (l *line) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", l.target)
		if err != nil {
			client.Close()
			continue
		}
		c := &wire{client: client, server: server, answered: make(chan struct{})}
		l.open.Go(c.back)
		l.open.Go(func() { c.forth(l) })
	}
}

// wire is one connection through the line.
type wire struct {
	client, server net.Conn
	muted          atomic.Bool
	answered       chan struct{} // closed by the first answer after muting
}

func (c *wire) close() {
	c.client.Close()
	c.server.Close()
}

func (c *wire) back() {
	defer c.close()
	buf := make([]byte, 64<<10)
	for {
		n, err := c.server.Read(buf)
		if c.muted.Load() {
			close(c.answered)
			return
		}
		if err != nil {
			return
		}
		if _, err := c.client.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (c *wire) forth(l *line) {
	defer c.close()
	buf := make([]byte, 64<<10)
	for {
		n, err := c.client.Read(buf)
		if err != nil {
			return
		}
		if how := l.cut.Load(); how != 0 && bytes.Contains(bytes.ToLower(buf[:n]), []byte("commit")) && l.cut.CompareAndSwap(how, 0) {
			l.cuts.Add(1)
			if how == 2 {
				c.muted.Store(true)
				if _, err := c.server.Write(buf[:n]); err == nil {
					<-c.answered // it is done, and nobody hears of it
				}
			}
			return
		}
		if _, err := c.server.Write(buf[:n]); err != nil {
			return
		}
	}
}

func TestAConnectionCutDuringCommit(t *testing.T) {
	t.Parallel()
	for how, name := range map[int32]string{1: "before PostgreSQL heard of it", 2: "after it was done"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, dsn := newLine(t, sqldbtest.DSN(t, sqldb.Postgres))
			db, err := sqldb.Open(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			if err := db.Migrate(t.Context(), tables()); err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, db.Attach(context.Background()), db, start())
			pack := w.shelve(1000)[0]
			l.cut.Store(how)
			cutAll(t, w, pack, l, how)
		})
	}
}

// cutAll buys while the line cuts the COMMIT, and again with the same key.
func cutAll(t *testing.T, w *world, pack id.Pack, l *line, how int32) {
	t.Helper()
	const n = 50
	ids := make([]id.Order, n)
	var unknown atomic.Int64
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			o, err := w.orders.Place(w.as(fmt.Sprint("c", i)), "cut-key-2", wish(pack, 1))
			if errors.Is(err, sqldb.ErrOutcomeUnknown) {
				unknown.Add(1)
			} else if err != nil {
				t.Error(err)
			}
			ids[i] = o.ID
		})
	}
	all.Wait()
	if l.cuts.Load() != 1 {
		t.Errorf("the line was cut %d times", l.cuts.Load())
	}
	if how == 2 && unknown.Load() != 0 {
		t.Errorf("%d do not know what a look at the keys could have told", unknown.Load())
	}
	if how == 1 && unknown.Load() == 0 {
		t.Error("a COMMIT that never arrived was answered for certain")
	}
	for i := range n {
		o, err := w.orders.Place(w.as(fmt.Sprint("c", i)), "cut-key-2", wish(pack, 1))
		if err != nil || ids[i] != "" && o.ID != ids[i] {
			t.Errorf("repeat of %s: %s %v", ids[i], o.ID, err)
		}
	}
	if s := w.stock(pack); s != (catalog.Stock{Free: 1000 - n, Held: n}) {
		t.Errorf("stock is %+v", s)
	}
}
