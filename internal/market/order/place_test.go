package order_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"sync"
	"sync/atomic"
	"testing"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/page"
	"tianbo/internal/market/catalog"
	"tianbo/internal/market/order"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

func pageOf(cursor string) page.Request { return page.Request{Cursor: cursor, Limit: page.MaxLimit} }

func picture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 32, 32))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rush lets many buyers buy one unit each at once, spread over the servers.
func rush(t *testing.T, servers []*world, pack id.Pack, buyers int) (bought int64) {
	t.Helper()
	var won, sold atomic.Int64
	var all sync.WaitGroup
	for i := range buyers {
		w := servers[i%len(servers)]
		all.Go(func() {
			o, err := w.orders.Place(w.as(fmt.Sprintf("buyer%d", i)), "the-one-key", wish(pack, 1))
			switch {
			case err == nil && o.ID != "" && o.State == order.Placed:
				won.Add(1)
			case errors.Is(err, catalog.ErrSoldOut):
				sold.Add(1)
			default:
				t.Errorf("buyer %d: %v %v", i, o.ID, err)
			}
		})
	}
	all.Wait()
	if won.Load()+sold.Load() != int64(buyers) {
		t.Errorf("%d bought and %d were told that it is sold out, of %d", won.Load(), sold.Load(), buyers)
	}
	return won.Load()
}

func TestFiveThousandBuyersOfAThousandUnits(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, servers []*world) {
		const units, buyers = 1000, 5000
		pack := servers[0].shelve(units)[0]
		if n := rush(t, servers, pack, buyers); n != units {
			t.Errorf("%d orders were acknowledged, not %d", n, units)
		}
		if s := servers[0].stock(pack); s != (catalog.Stock{Held: units}) {
			t.Errorf("stock is %+v", s)
		}
		orders := map[id.Account]int{}
		servers[0].each(func(o order.Order) {
			orders[o.Buyer]++
			if o.Total != 2980 || len(o.Lines) != 1 || o.Address.Street == "" {
				t.Errorf("order %+v", o)
			}
		})
		if len(orders) != units {
			t.Errorf("%d buyers have an order", len(orders))
		}
	}
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) { check(t, []*world{w}) })
	t.Run("two servers on one PostgreSQL", func(t *testing.T) {
		t.Parallel()
		dsn := sqldbtest.DSN(t, sqldb.Postgres)
		var servers []*world
		c := start()
		for range 2 {
			db, err := sqldb.Open(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			if err := db.Migrate(t.Context(), tables()); err != nil {
				t.Fatal(err)
			}
			servers = append(servers, newWorld(t, db.Attach(context.Background()), db, c, func(d *order.Deps) {
				d.Clustered = true
				if len(servers) > 0 {
					d.Sealer = servers[0].deps.Sealer
				}
			}))
		}
		check(t, servers)
	})
}

func TestOneKeyAHundredTimesAtOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(3)[0]
		answers := make([]order.Order, 100)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() {
				var err error
				if answers[i], err = w.orders.Place(w.as("ada"), "same-key-1", wish(pack, 2)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, a := range answers {
			if a.ID != answers[0].ID || len(a.Lines) != 1 || a.Lines[0].ID != answers[0].Lines[0].ID || a.Total != 5960 {
				t.Fatalf("%+v differs from %+v", a, answers[0])
			}
		}
		if s := w.stock(pack); s != (catalog.Stock{Free: 1, Held: 2}) {
			t.Errorf("stock is %+v", s)
		}
		if _, err := w.orders.Place(w.as("ada"), "same-key-1", wish(pack, 1)); !errors.Is(err, order.ErrKeyUsed) {
			t.Errorf("the key with other content: %v", err)
		}
		if o, err := w.orders.Place(w.as("eva"), "same-key-1", wish(pack, 1)); err != nil || o.ID == answers[0].ID {
			t.Errorf("another buyer's equal key: %v %v", o.ID, err)
		}
		// Sold out now: a repeat still gets its first answer, also from a
		// server that has just started.
		if _, err := w.orders.Place(w.as("bob"), "late-key-1", wish(pack, 1)); !errors.Is(err, catalog.ErrSoldOut) {
			t.Errorf("after the last unit: %v", err)
		}
		if o, err := w.orders.Place(w.as("ada"), "same-key-1", wish(pack, 2)); err != nil || o.ID != answers[0].ID {
			t.Errorf("repeat after the sell-out: %v %v", o.ID, err)
		}
	})
}

func TestARepeatAfterARestartGetsItsFirstAnswer(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, tables(), func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		first := newWorld(t, ctx, db, start())
		pack := first.shelve(1)[0]
		want, err := first.orders.Place(first.as("ada"), "before-restart", wish(pack, 1))
		if err != nil {
			t.Fatal(err)
		}
		again := newWorld(t, ctx, db, first.clock, func(d *order.Deps) { d.Sealer = first.deps.Sealer })
		if _, err := again.orders.Place(again.as("bob"), "somebody-else", wish(pack, 1)); !errors.Is(err, catalog.ErrSoldOut) {
			t.Fatal(err)
		}
		if o, err := again.orders.Place(again.as("ada"), "before-restart", wish(pack, 1)); err != nil || o.ID != want.ID {
			t.Errorf("%v %v, want %v", o.ID, err, want.ID)
		}
	})
}

// poisoned spoils the terms of one pack, so that its row breaks a constraint
// and with it the batch.
type poisoned struct {
	*catalog.Module
	bad atomic.Value // id.Pack
}

func (p *poisoned) Terms(ctx context.Context, pack id.Pack) (catalog.Offer, error) {
	o, err := p.Module.Terms(ctx, pack)
	if p.bad.Load() == pack {
		o.Price = 0
	}
	return o, err
}

// gate holds the writer in its first batch until everyone waits behind it.
type gate struct {
	order.Catalog
	once sync.Once
	in   chan struct{}
	open chan struct{}
}

func (g *gate) Lock(ctx context.Context, pack id.Pack) (catalog.Pack, error) {
	g.once.Do(func() { close(g.in); <-g.open })
	return g.Catalog.Lock(ctx, pack)
}

func TestOnePoisonedRequestInABatchFailsAlone(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, tables(), func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		bad := &poisoned{}
		bad.bad.Store(id.Pack(""))
		wait := &gate{in: make(chan struct{}), open: make(chan struct{})}
		w := newWorld(t, ctx, db, start(), func(d *order.Deps) {
			bad.Module = d.Catalog.(*catalog.Module)
			wait.Catalog = bad
			d.Catalog = wait
		})
		packs := w.shelve(2000, 10)
		bad.bad.Store(packs[1])
		var all sync.WaitGroup
		all.Go(func() { w.buy("first", packs[0], 1) })
		<-wait.in
		var won, lost atomic.Int64
		for i := range 512 {
			all.Go(func() {
				pack := packs[0]
				if i == 200 {
					pack = packs[1]
				}
				_, err := w.orders.Place(w.as(fmt.Sprint("b", i)), "poison-key", wish(pack, 1))
				switch {
				case err == nil:
					won.Add(1)
				case i == 200:
					lost.Add(1)
				default:
					t.Errorf("buyer %d: %v", i, err)
				}
			})
		}
		w.waitQueued(512)
		close(wait.open)
		all.Wait()
		if won.Load() != 511 || lost.Load() != 1 {
			t.Errorf("%d succeeded, %d failed", won.Load(), lost.Load())
		}
		if s := w.stock(packs[0]); s.Held != 512 || s.Free != 2000-512 {
			t.Errorf("stock is %+v", s)
		}
	})
}

func TestAFullQueueSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	wait := &gate{in: make(chan struct{}), open: make(chan struct{})}
	db := sqldbtest.Open(t, sqldb.SQLite, tables())
	w := newWorld(t, db.Attach(context.Background()), db, start(), func(d *order.Deps) { wait.Catalog = d.Catalog; d.Catalog = wait })
	pack := w.shelve(1_000_000)[0]
	var all sync.WaitGroup
	all.Go(func() { w.buy("first", pack, 1) })
	<-wait.in
	most := w.orders.QueueLimit()
	for i := range most {
		all.Go(func() {
			if _, err := w.orders.Place(w.as(fmt.Sprint("q", i)), "queue-key", wish(pack, 1)); err != nil {
				t.Error(err)
			}
		})
	}
	w.waitQueued(most)
	_, err := w.orders.Place(w.as("late"), "queue-key", wish(pack, 1))
	if !errors.Is(err, order.ErrBusy) {
		t.Errorf("the queue is full, but: %v", err)
	}
	close(wait.open)
	all.Wait()
	if s := w.stock(pack); s.Held != int64(most)+1 {
		t.Errorf("stock is %+v", s)
	}
}

func TestRefusalsAfterTheSellOutRunNoSQL(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(1)[0]
		w.buy("ada", pack, 1)
		// A context without a database: any statement would panic.
		dry := w.policies.Attach(authz.With(context.Background(), authz.Actor{Account: "acc_late"}))
		for i := range 10_000 {
			if _, err := w.orders.Place(dry, fmt.Sprint("refused-", i), wish(pack, 1)); !errors.Is(err, catalog.ErrSoldOut) {
				t.Fatal(err)
			}
		}
		p, err := w.catalog.OfferOf(w.ctx, pack)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.catalog.Restock(w.as("owner"), p.Product, pack, 5); err != nil {
			t.Fatal(err)
		}
		w.drain() // the fact of the restocking lifts the flag
		w.buy("late", pack, 5)
	})
}

func TestWhatCannotBeBought(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		packs := w.shelve(5, 5)
		other := w.shelve(5)[0]
		hidden := w.shelve(5)[0]
		offer, err := w.catalog.OfferOf(w.ctx, hidden)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.catalog.SetState(w.as("owner"), offer.Product, catalog.Hidden); err != nil {
			t.Fatal(err)
		}
		line := func(p id.Pack, n, v int64) order.WishLine { return order.WishLine{Pack: p, Quantity: n, Version: v} }
		var many []order.WishLine
		for range 31 {
			many = append(many, line(packs[0], 1, 1))
		}
		for name, c := range map[string]struct {
			lines []order.WishLine
			want  error
		}{
			"nothing":           {nil, order.ErrLines},
			"none of it":        {[]order.WishLine{line(packs[0], 0, 1)}, order.ErrLines},
			"less than none":    {[]order.WishLine{line(packs[0], -3, 1)}, order.ErrLines},
			"a thousand of it":  {[]order.WishLine{line(packs[0], 1000, 1)}, order.ErrLines},
			"the same twice":    {[]order.WishLine{line(packs[0], 1, 1), line(packs[0], 1, 1)}, order.ErrLines},
			"too many lines":    {many, order.ErrLines},
			"an old price":      {[]order.WishLine{line(packs[0], 1, 0)}, catalog.ErrPriceChanged},
			"off the shelf":     {[]order.WishLine{line(hidden, 1, 1)}, catalog.ErrOff},
			"unknown":           {[]order.WishLine{line("pck_none", 1, 1)}, catalog.ErrNotFound},
			"more than is left": {[]order.WishLine{line(packs[0], 1, 1), line(packs[1], 6, 1)}, catalog.ErrSoldOut},
		} {
			if _, err := w.orders.Place(w.as("ada"), "wrong-"+string(id.New[id.Event]()), order.Wish{Lines: c.lines, Address: "adr_1"}); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if _, err := w.orders.Place(w.as("ada"), "", wish(packs[0], 1)); !errors.Is(err, order.ErrKey) {
			t.Errorf("no key: %v", err)
		}
		for _, p := range append(packs, other) {
			if s := w.stock(p); s != (catalog.Stock{Free: 5}) {
				t.Errorf("a refused order moved stock: %+v", s)
			}
		}
		o, err := w.orders.Place(w.as("ada"), "a-basket-1", order.Wish{Lines: []order.WishLine{line(packs[0], 2, 1), line(packs[1], 3, 1)}, Address: "adr_1", Room: "room_1"})
		if err != nil || o.Total != 5*2980 || len(o.Lines) != 2 || o.Session != "ses_1" || o.VideoAt.Seconds() != 83 {
			t.Errorf("a basket: %+v %v", o, err)
		}
	})
}

func TestAreasThatAreNotServed(t *testing.T) {
	t.Parallel()
	db := sqldbtest.Open(t, sqldb.SQLite, tables())
	w := newWorld(t, db.Attach(context.Background()), db, start())
	pack := w.shelve(5)[0]
	offer, err := w.catalog.OfferOf(w.ctx, pack)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.catalog.Edit(w.as("owner"), offer.Product, func(p *catalog.Product) { p.ShipTo = []geo.Region{"32"} }); err != nil {
		t.Fatal(err)
	}
	if _, err := w.orders.Place(w.as("ada"), "too-far-away", wish(pack, 1)); !errors.Is(err, catalog.ErrArea) {
		t.Error(err)
	}
}

func TestAPriceChangeDuringTheSale(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, _ *sqldb.DB) {
		pack := w.shelve(400)[0]
		offer, err := w.catalog.OfferOf(w.ctx, pack)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				_, err := w.orders.Place(w.as(fmt.Sprint("b", i)), "price-key", wish(pack, 1))
				if err != nil && !errors.Is(err, catalog.ErrPriceChanged) {
					t.Error(err)
				}
			})
		}
		all.Go(func() {
			if _, err := w.catalog.Reprice(w.as("owner"), offer.Product, pack, 3980, 0); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		w.each(func(o order.Order) {
			if o.Total != 2980 || o.Lines[0].Version != 1 {
				t.Errorf("sold at %v, version %d: nobody had seen that price", o.Total, o.Lines[0].Version)
			}
		})
		o, err := w.orders.Place(w.as("late"), "price-key", order.Wish{Lines: []order.WishLine{{Pack: pack, Quantity: 1, Version: 2}}, Address: "adr_1"})
		if err != nil || o.Total != money.Fen(3980) {
			t.Errorf("%v %v", o.Total, err)
		}
	})
}
