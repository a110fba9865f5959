package order_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/unit"
	"tianbo/internal/market/catalog"
	"tianbo/internal/market/ledger"
	"tianbo/internal/market/order"
	"tianbo/internal/market/payment"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/pay/paysim"
	"tianbo/internal/platform/seal"
	"tianbo/internal/platform/search"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("tianbo/internal/platform/sqldb/sqldbtest.(*Server).Start.func1"))
}

func tables() []sqldb.Migrations {
	return []sqldb.Migrations{
		bus.Migrations(), httpapi.Migrations(), search.Migrations(),
		(&catalog.Module{}).Migrations(), (&order.Module{}).Migrations(), (&ledger.Module{}).Migrations(), (&payment.Module{}).Migrations(),
	}
}

// town gives what orders need of the rest of the platform: every address is in
// Shanghai, everybody is called by their identifier.
type town struct{}

func (town) For(context.Context, id.Account, id.Address) (order.Address, error) {
	return order.Address{Name: "陈", Phone: "13900000000", Region: "310101", Place: "上海", Street: "示范路 1 号"}, nil
}

func (town) Now(context.Context, id.Room) (id.Session, time.Duration, error) {
	return "ses_1", 83 * time.Second, nil
}

func (town) Accounts(_ context.Context, ids []id.Account) (map[id.Account]string, error) {
	out := map[id.Account]string{}
	for _, a := range ids {
		out[a] = string(a)
	}
	return out, nil
}

func (town) Names(ctx context.Context, ids []id.Account) (map[id.Account]string, error) {
	return town{}.Accounts(ctx, ids)
}

func (town) Orgs(_ context.Context, ids []id.Org) (map[id.Org]string, error) {
	out := map[id.Org]string{}
	for _, o := range ids {
		out[o] = string(o)
	}
	return out, nil
}

type sellers struct{ town }

func (sellers) Names(ctx context.Context, ids []id.Org) (map[id.Org]string, error) {
	return town{}.Orgs(ctx, ids)
}

// bell remembers what people were told.
type bell struct {
	mu    sync.Mutex
	told  map[id.Order][]order.State
	notes int
	rung  chan struct{}
}

func (b *bell) OrdersChanged(_ context.Context, orders []order.Order) {
	b.mu.Lock()
	for _, o := range orders {
		b.told[o.ID] = append(b.told[o.ID], o.State)
	}
	b.mu.Unlock()
	select {
	case b.rung <- struct{}{}:
	default:
	}
}

func (b *bell) SellerNote(_ context.Context, _ id.Org, open int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.notes++
	return nil
}

// world is one server's market over a database.
type world struct {
	t        testing.TB
	ctx      context.Context // the database and the policies, nobody signed in
	clock    *clock.Fake
	catalog  *catalog.Module
	orders   *order.Module
	ledger   *ledger.Module
	payments *payment.Module
	firm     *paysim.Sim
	bus      *bus.Bus
	bell     *bell
	deps     order.Deps
	sealer   *seal.Sealer
	policies *authz.Policies
}

type option func(*order.Deps)

func newWorld(t testing.TB, ctx context.Context, db *sqldb.DB, c *clock.Fake, options ...option) *world {
	t.Helper()
	sealer, err := seal.Load(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clock: c, sealer: sealer, bell: &bell{told: map[id.Order][]order.State{}, rung: make(chan struct{}, 1)}}
	w.catalog = catalog.New(catalog.Deps{Clock: c, Sellers: sellers{}, People: town{}, Deals: reference{w}, Files: blob.NewDisk(t.TempDir())})
	w.ledger = ledger.New(ledger.Deps{Clock: c, Sealer: sealer, Orders: owners{w}})
	w.openFirm(sealer)
	w.deps = order.Deps{Clock: c, Catalog: w.catalog, Ledger: w.ledger, Payments: w.payments, Addresses: town{}, Broadcasts: town{}, Sealer: sealer, Teller: w.bell, Names: town{}}
	for _, o := range options {
		o(&w.deps)
	}
	w.orders = order.New(w.deps)
	if w.policies, err = authz.Load(map[string]string{"catalog": w.catalog.Policy(), "order": w.orders.Policy(), "ledger": w.ledger.Policy(), "payment": w.payments.Policy()}); err != nil {
		t.Fatal(err)
	}
	w.bus = bus.New(bus.Options{DB: db, Clock: c, Log: slog.New(slog.DiscardHandler)}, w.orders.Handlers(), append(w.orders.Jobs(), w.payments.Jobs()...))
	w.ctx = w.policies.Attach(w.bus.Attach(ctx))
	running, stop := context.WithCancel(w.ctx)
	done := make(chan error, 1)
	go func() { done <- w.orders.Run(authz.AsSystem(running)) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return w
}

type owners struct{ w *world }

func (o owners) Resource(ctx context.Context, order string) (authz.Resource, error) {
	return o.w.orders.ResourceOf(ctx, id.Order(order))
}

type reference struct{ w *world }

func (r reference) Reference(ctx context.Context, pack id.Pack, since time.Time) ([]catalog.Deal, error) {
	return r.w.orders.Reference(ctx, pack, since)
}

func start() *clock.Fake { return clock.NewFake(time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)) }

const farm = id.Org("org_farm")

// as signs somebody in: buyers have no role, "owner", "manager" and "staff"
// work for the farm.
func (w *world) as(name string) context.Context {
	a := authz.Actor{Account: id.Account("acc_" + name)}
	switch name {
	case "owner", "manager", "staff", "host":
		a.Roles = []authz.Role{{Name: name, Org: farm}}
	case "admin":
		a.Roles = []authz.Role{{Name: "platform_admin"}}
	}
	return w.policies.Attach(authz.With(w.ctx, a))
}

func (w *world) drain() {
	w.t.Helper()
	if err := w.bus.Drain(authz.AsSystem(w.ctx)); err != nil {
		w.t.Fatal(err)
	}
}

// shelve lists a product with packs of the given stock at 29.80 yuan.
func (w *world) shelve(stock ...int64) []id.Pack {
	w.t.Helper()
	ctx := w.as("owner")
	photo, err := w.catalog.Upload(ctx, picture(w.t))
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := w.catalog.Create(ctx, catalog.Product{Org: farm, Title: "花牛苹果", Origin: "629921", Photos: []id.Upload{photo.ID}, ShipTo: []geo.Region{"31", "32"}, Fresh: true})
	if err != nil {
		w.t.Fatal(err)
	}
	for i, n := range stock {
		if p, err = w.catalog.AddPack(ctx, p.ID, fmt.Sprintf("%d 斤装", i+1), unit.Grams(500*(i+1)), money.Fen(2980), n); err != nil {
			w.t.Fatal(err)
		}
	}
	if p, err = w.catalog.SetState(ctx, p.ID, catalog.Listed); err != nil {
		w.t.Fatal(err)
	}
	var out []id.Pack
	for _, k := range p.Packs {
		out = append(out, k.ID)
	}
	return out
}

func (w *world) stock(pack id.Pack) catalog.Stock {
	w.t.Helper()
	o, err := w.catalog.OfferOf(w.ctx, pack)
	if err != nil {
		w.t.Fatal(err)
	}
	return o.Stock
}

func wish(pack id.Pack, n int64) order.Wish {
	return order.Wish{Lines: []order.WishLine{{Pack: pack, Quantity: n, Version: 1}}, Address: "adr_1"}
}

func (w *world) buy(who string, pack id.Pack, n int64) order.Order {
	w.t.Helper()
	o, err := w.orders.Place(w.as(who), "key-"+string(id.New[id.Event]()), wish(pack, n))
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

// counts are the orders in each state, straight from the lists.
func (w *world) each(fn func(order.Order)) {
	w.t.Helper()
	cursor := ""
	for {
		p, err := w.orders.Sold(w.as("owner"), farm, "", pageOf(cursor))
		if err != nil {
			w.t.Fatal(err)
		}
		for _, o := range p.Items {
			fn(o)
		}
		if cursor = p.Next; cursor == "" {
			return
		}
	}
}

func both(t *testing.T, test func(t *testing.T, w *world, db *sqldb.DB), options ...option) {
	t.Helper()
	sqldbtest.Each(t, tables(), func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		test(t, newWorld(t, ctx, db, start(), options...), db)
	})
}

// waitQueued returns once n requests wait for the writer.
func (w *world) waitQueued(n int) {
	for w.orders.Queued() < n {
		runtime.Gosched()
	}
}
