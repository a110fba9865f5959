package app

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/live/chat"
	"tianbo/internal/live/clip"
	"tianbo/internal/live/interact"
	"tianbo/internal/live/media"
	"tianbo/internal/live/room"
	"tianbo/internal/market/catalog"
	"tianbo/internal/market/ledger"
	"tianbo/internal/market/order"
	"tianbo/internal/market/payment"
	"tianbo/internal/people/account"
	"tianbo/internal/people/org"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/notify"
	"tianbo/internal/platform/realtime"
	"tianbo/internal/platform/seal"
	"tianbo/internal/platform/search"
	"tianbo/internal/platform/session"
	"tianbo/internal/platform/sqldb"
)

// modules are all the parts of the platform, wired to each other.
type modules struct {
	sessions session.Sessions
	orgs     *org.Module
	accounts *account.Module
	rooms    *room.Module
	media    *media.Engine
	clips    *clip.Module
	chat     *chat.Module
	interact *interact.Module
	catalog  *catalog.Module
	orders   *order.Module
	ledger   *ledger.Module
	payments *payment.Module
	hub      *realtime.Hub
}

// outside is what the modules stand on.
type outside struct {
	config  *conf.Config
	clock   clock.Clock
	sealer  *seal.Sealer
	store   blob.Store
	codes   notify.Sender
	push    account.Push // nil: off
	pushKey string
	hub     *realtime.Hub
	firms   firms
	log     *slog.Logger
	media   media.Deps // without the parts that other modules give
}

// wire makes the modules. It does no I/O, so that documents and tests can have
// them without a machine.
func wire(o outside) *modules {
	m := &modules{sessions: session.Sessions{Clock: o.clock}, hub: o.hub}
	m.orgs = org.New(org.Deps{
		Clock: o.clock,
		Names: func(ctx context.Context, a []id.Account) (map[id.Account]string, error) {
			return m.accounts.Names(ctx, a)
		},
		Audit: func(ctx context.Context, action, subject, detail string) error {
			return m.accounts.Audit(ctx, action, subject, detail)
		},
		RoleChanged: func(ctx context.Context, f org.RoleChanged) error {
			return m.accounts.RoleChanged(ctx, f.Account, f.Org, f.Given)
		},
	})
	m.accounts = account.New(account.Deps{
		Clock: o.clock, Sessions: m.sessions, Roles: m.orgs, Codes: o.codes, Sealer: o.sealer,
		Parts: m.parts(), Push: o.push, PushKey: o.pushKey, Platform: o.config.Platform.Name, URL: o.config.URL,
		SecondRequired: o.config.SignIn.StaffSecond, Demo: o.config.Demo, SecureCookies: secure(o.config),
	})
	deps := o.media
	deps.Gate, deps.Events, deps.Store, deps.Clock = gate{m}, events{m}, o.store, o.clock
	m.media = media.New(deps)
	m.rooms = room.New(room.Deps{
		Clock: o.clock, People: m.accounts, Orgs: orgCards{m.orgs}, Media: m.media, Frames: frames{o.hub},
		Reminder: reminder{m, o.hub}, Thumbs: thumbs{o.store}, Recordings: m.media,
		Retention: o.config.Media.Retention, Away: o.config.Media.Away, Operator: o.config.Platform.Operator,
	})
	m.clips = clip.New(clip.Deps{Clock: o.clock, Rooms: m.rooms, Media: m.media, Files: o.store})
	m.catalog = catalog.New(catalog.Deps{Clock: o.clock, Sellers: orgNames{m.orgs}, People: m.accounts, Deals: deals{m}, Files: o.store})
	m.interact = interact.New(interact.Deps{
		Clock: o.clock, Rooms: m.rooms, Products: products{m.catalog}, Frames: frames{o.hub}, Media: m.media,
		People: m.accounts, Sealer: o.sealer,
	})
	m.chat = chat.New(chat.Deps{Clock: o.clock, Rooms: m.rooms, People: m.accounts, Frames: frames{o.hub}, Questions: m.interact})
	m.ledger = ledger.New(ledger.Deps{Clock: o.clock, Sealer: o.sealer, Orders: orderOwners{m}})
	m.payments = payment.New(payment.Deps{Clock: o.clock, Sealer: o.sealer, Log: o.log, Providers: o.firms.list, PublicURL: o.firms.callBack})
	if o.firms.sellers != nil {
		o.firms.sellers.payments = m.payments
	}
	m.orders = order.New(order.Deps{
		Clock: o.clock, Catalog: m.catalog, Addresses: addresses{m.accounts}, Broadcasts: broadcasts{m, o.clock},
		Ledger: m.ledger, Payments: m.payments, Sealer: o.sealer, Teller: teller{m, o.hub}, Names: newNames(m, o.clock), Clustered: o.config.NATS.URL != "",
	})
	return m
}

// Migrations are those of all parts, in an order that never changes.
func migrations() []sqldb.Migrations {
	var m modules
	return []sqldb.Migrations{
		bus.Migrations(), httpapi.Migrations(), session.Migrations(), search.Migrations(),
		m.orgs.Migrations(), m.accounts.Migrations(), m.rooms.Migrations(), m.clips.Migrations(),
		m.catalog.Migrations(), m.orders.Migrations(), m.media.Migrations(), m.chat.Migrations(), m.interact.Migrations(),
		m.ledger.Migrations(), m.payments.Migrations(),
	}
}

// policies are the texts of who may do what.
func policies() (*authz.Policies, error) {
	var m modules
	return authz.Load(map[string]string{
		"org": m.orgs.Policy(), "account": m.accounts.Policy(), "room": m.rooms.Policy(), "clip": m.clips.Policy(),
		"catalog": m.catalog.Policy(), "order": m.orders.Policy(), "ledger": m.ledger.Policy(), "payment": m.payments.Policy(), "chat": m.chat.Policy(), "interact": m.interact.Policy(), "desk": deskPolicy,
	})
}

func (m *modules) routes(api *httpapi.API, c *conf.Config, version string, node *health) {
	m.orgs.Routes(api)
	m.accounts.Routes(api)
	m.rooms.Routes(api)
	m.clips.Routes(api)
	m.catalog.Routes(api)
	m.orders.Routes(api)
	m.ledger.Routes(api)
	m.payments.Routes(api)
	m.chat.Routes(api)
	m.interact.Routes(api)
	m.media.Routes(api)
	m.hub.Routes(api)
	platformRoutes(api, c, version)
	m.deskRoutes(api, node)
}

func (m *modules) jobs() []bus.JobHandler {
	var out []bus.JobHandler
	for _, jobs := range [][]bus.JobHandler{m.accounts.Jobs(), m.rooms.Jobs(), m.clips.Jobs(), m.orders.Jobs(), m.ledger.Jobs(), m.payments.Jobs(), m.interact.Jobs()} {
		out = append(out, jobs...)
	}
	// Jobs are the server's own: nobody caused them.
	for i, j := range out {
		do := j.Do
		out[i].Do = func(ctx context.Context, job bus.Job) error { return do(authz.AsSystem(ctx), job) }
	}
	return out
}

func (m *modules) handlers() []bus.Handler {
	out := append(m.rooms.Handlers(), m.orders.Handlers()...)
	out = append(append(append(out, m.chat.Handlers()...), m.interact.Handlers()...), m.clips.Handlers()...)
	out = append(out,
		bus.Handler{Name: "interact.tell_price", Subject: catalog.SubjectPriceChanged, Do: m.tellPrice},
		bus.Handler{Name: "interact.tell_stock", Subject: catalog.SubjectStockChanged, Do: m.tellStock},
	)
	for i, h := range out {
		do := h.Do
		out[i].Do = func(ctx context.Context, e bus.Event) error { return do(authz.AsSystem(ctx), e) }
	}
	return out
}

// gate lets publishers in and viewers to recordings.
type gate struct{ m *modules }

// Authorize resolves a publish token or stream key.
func (g gate) Authorize(ctx context.Context, secret string) (media.Publisher, error) {
	p, err := g.m.rooms.Authorize(ctx, secret)
	return media.Publisher(p), err
}

// MayReplay asks the room.
func (g gate) MayReplay(ctx context.Context, session id.Session) error {
	return g.m.rooms.MayWatch(ctx, session)
}

// events tells the room what the media sees.
type events struct{ m *modules }

// Live is the first picture, or the return of a host.
func (e events) Live(ctx context.Context, session id.Session) error {
	s, err := e.m.rooms.SessionByID(ctx, session)
	if err != nil {
		return err
	}
	if s.Started.IsZero() {
		return e.m.rooms.Started(ctx, session)
	}
	return e.m.rooms.Back(ctx, session)
}

// Away is a host who has fallen silent.
func (e events) Away(ctx context.Context, session id.Session) error {
	return e.m.rooms.Lost(ctx, session)
}

// frames reaches viewers through the hub.
type frames struct{ hub *realtime.Hub }

// State publishes a recoverable frame.
func (f frames) State(_ context.Context, room id.Room, kind string, payload any) error {
	return f.hub.State(string(room), kind, payload)
}

// Viewers is how many watch now.
func (f frames) Viewers(room id.Room) int64 { return f.hub.Viewers(string(room)) }

// Like counts likes.
func (f frames) Like(room id.Room, n int64) error { return f.hub.Like(string(room), n) }

// Say offers a chat line.
func (f frames) Say(room id.Room, weight int, line any) error {
	return f.hub.Offer(string(room), weight, line)
}

// Held tells a room's desk that a line waits.
func (f frames) Held(room id.Room) error { return f.hub.Held(string(room)) }

// Person publishes to one person.
func (f frames) Person(account id.Account, kind string, payload any) error {
	return f.hub.Person(string(account), kind, payload)
}

// thumbs keeps thumbnails among the files.
type thumbs struct{ store blob.Store }

// Put stores a picture.
func (t thumbs) Put(ctx context.Context, key string, jpeg []byte) error {
	return t.store.Put(ctx, key, strings.NewReader(string(jpeg)), int64(len(jpeg)), "image/jpeg")
}

// Get reads a picture.
func (t thumbs) Get(ctx context.Context, key string) ([]byte, error) {
	f, err := t.store.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 4<<20))
}

// Delete removes a picture.
func (t thumbs) Delete(ctx context.Context, key string) error { return t.store.Delete(ctx, key) }

// orgCards shows organisations to rooms.
type orgCards struct{ orgs *org.Module }

// Cards are those of the organisations that exist.
func (o orgCards) Cards(ctx context.Context, ids []id.Org) (map[id.Org]room.OrgCard, error) {
	all, err := o.orgs.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Org]room.OrgCard, len(all))
	for key, v := range all {
		out[key] = room.OrgCard{Name: v.Name, Kind: string(v.Kind), Region: v.Region}
	}
	return out, nil
}

// orgNames are how organisations are called.
type orgNames struct{ orgs *org.Module }

// Names of the organisations that exist.
func (o orgNames) Names(ctx context.Context, ids []id.Org) (map[id.Org]string, error) {
	all, err := o.orgs.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Org]string, len(all))
	for key, v := range all {
		out[key] = v.Name
	}
	return out, nil
}

// deals tells the catalogue of past sales.
type deals struct{ m *modules }

// Reference gives those that limit a struck-through price.
func (d deals) Reference(ctx context.Context, pack id.Pack, since time.Time) ([]catalog.Deal, error) {
	return d.m.orders.Reference(ctx, pack, since)
}

// addresses gives orders a copy of a buyer's address.
type addresses struct{ accounts *account.Module }

// For reads one of the account's own.
func (a addresses) For(ctx context.Context, who id.Account, address id.Address) (order.Address, error) {
	v, err := a.accounts.Address(ctx, who, address)
	return order.Address{Name: v.Name, Phone: v.Phone, Region: string(v.Region), Place: v.Place, Street: v.Street}, err
}

// broadcasts tells orders where in a broadcast they were placed.
type broadcasts struct {
	m     *modules
	clock clock.Clock
}

// Now is the running session of a room and the position in it; the zero values
// when nothing is on air.
func (b broadcasts) Now(ctx context.Context, id id.Room) (session id.Session, at time.Duration, err error) {
	r, err := b.m.rooms.ByID(ctx, id)
	if err != nil || !r.State.OnAir() {
		return "", 0, err
	}
	at, err = b.m.media.Position(ctx, r.Session, b.clock.Now())
	return r.Session, at, err
}

// orderOwners tells the ledger whose an order is.
type orderOwners struct{ m *modules }

// Resource is the order as policies see it.
func (o orderOwners) Resource(ctx context.Context, order string) (authz.Resource, error) {
	return o.m.orders.ResourceOf(ctx, id.Order(order))
}
