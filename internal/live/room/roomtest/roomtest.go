// Package roomtest gives tests of rooms, and of what lives in rooms, a small
// town: people, one seller, the media as a stand-in that remembers what it was
// told, and frames that are kept instead of sent.
package roomtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/live/room"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/search"
	"tianbo/internal/platform/sqldb"
)

// Farm is the seller of the town, Region where it lies.
const (
	Farm   = id.Org("org_farm")
	Region = "629921104207"
)

// Tables are those of rooms and what they stand on.
func Tables() []sqldb.Migrations {
	return []sqldb.Migrations{bus.Migrations(), search.Migrations(), (*room.Module)(nil).Migrations()}
}

// Part is a further module of the town.
type Part struct {
	Name     string
	Policy   string
	Handlers []bus.Handler
	Jobs     []bus.JobHandler
}

// World is a running town over one database.
type World struct {
	T      testing.TB
	Ctx    context.Context // the database and the bus; nobody signed in
	Clock  *clock.Fake
	Rooms  *room.Module
	Bus    *bus.Bus
	Media  *Media
	Frames *Frames
	Town   *Town
	Files  blob.Store

	policies *authz.Policies
}

// New makes a town. parts are made with the world they will live in.
func New(t testing.TB, ctx context.Context, db *sqldb.DB, parts func(w *World) []Part) *World {
	t.Helper()
	w := &World{
		T: t, Clock: clock.NewFake(time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)), Frames: &Frames{}, Town: &Town{refused: map[id.Account]error{}},
		Files: blob.NewDisk(t.TempDir()),
	}
	w.Media = &Media{}
	w.Rooms = room.New(room.Deps{
		Clock: w.Clock, People: w.Town, Orgs: w.Town, Media: w.Media, Frames: w.Frames, Reminder: w.Town, Thumbs: thumbs{w.Files}, Recordings: w.Media,
		Retention: 0, Away: 3 * time.Minute, Operator: "示范县电商协会",
	})
	texts := map[string]string{"room": w.Rooms.Policy()}
	handlers, jobs := w.Rooms.Handlers(), w.Rooms.Jobs()
	if parts != nil {
		for _, p := range parts(w) {
			texts[p.Name] = p.Policy
			handlers, jobs = append(handlers, p.Handlers...), append(jobs, p.Jobs...)
		}
	}
	var err error
	if w.policies, err = authz.Load(texts); err != nil {
		t.Fatal(err)
	}
	w.Bus = bus.New(bus.Options{DB: db, Clock: w.Clock, Log: slog.New(slog.DiscardHandler)}, handlers, jobs)
	w.Ctx = w.policies.Attach(w.Bus.Attach(ctx))
	return w
}

// As signs somebody in. "host" hosts the town's room, "owner", "manager" and
// "staff" work for the farm; "admin", "admin2", "reviewer", "regulator" and
// "mediator" have their part on the whole platform; "" is a visitor, and all
// others are people with no part.
func (w *World) As(name string) context.Context {
	a := authz.Actor{Account: Account(name)}
	switch name {
	case "":
		a.Account = ""
	case "host", "owner", "manager", "staff":
		a.Roles = []authz.Role{{Name: name, Org: Farm}}
	case "admin", "admin2":
		a.Roles = []authz.Role{{Name: "platform_admin"}}
	case "reviewer", "regulator", "mediator":
		a.Roles = []authz.Role{{Name: name}}
	}
	return w.policies.Attach(authz.With(w.Ctx, a))
}

// Account is how a person of the town is known.
func Account(name string) id.Account { return id.Account("acc_" + name) }

// Drain lets everything happen that is due.
func (w *World) Drain() {
	w.T.Helper()
	if err := w.Bus.Drain(authz.AsSystem(w.Ctx)); err != nil {
		w.T.Fatal(err)
	}
}

// Pass lets time go by, and what is due happen.
func (w *World) Pass(d time.Duration) {
	w.T.Helper()
	w.Clock.Advance(d)
	w.Drain()
}

// Open opens the host's room.
func (w *World) Open() room.Room {
	w.T.Helper()
	r, err := w.Rooms.Create(w.As("host"), room.Opening{Org: Farm, Title: "李家果园", Topic: "苹果"})
	w.Must(err)
	return r
}

// Start puts the room on the air and gives its broadcast and the token.
func (w *World) Start(r id.Room) room.Preparation {
	w.T.Helper()
	p, err := w.Rooms.Prepare(w.As("host"), r, "", room.Checklist{Signal: "good", Power: 80, Light: "good", Scene: "field"})
	w.Must(err)
	w.Must(w.Rooms.Started(authz.AsSystem(w.Ctx), p.Session))
	return p
}

// OnAir is an open room on the air.
func (w *World) OnAir() (room.Room, room.Preparation) {
	w.T.Helper()
	r := w.Open()
	p := w.Start(r.ID)
	r, err := w.Rooms.ByID(w.Ctx, r.ID)
	w.Must(err)
	return r, p
}

// Must ends the test on an error.
func (w *World) Must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// Refused demands the fault with the code.
func (w *World) Refused(err error, code string) {
	w.T.Helper()
	if f, ok := fault.Of(err); !ok || f.Code() != code {
		w.T.Errorf("got %v, want the fault %s", err, code)
	}
}

// Town tells of people and sellers: everybody is called by their account.
type Town struct {
	mu       sync.Mutex
	refused  map[id.Account]error
	reminded []id.Account
}

// Refuse lets err be what keeps somebody from going on air; nil lets them.
func (t *Town) Refuse(a id.Account, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused[a] = err
}

// Reminded are those who were told of a beginning, in order.
func (t *Town) Reminded() []id.Account {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.reminded)
}

// Names implements what modules need of people.
func (*Town) Names(_ context.Context, ids []id.Account) (map[id.Account]string, error) {
	out := map[id.Account]string{}
	for _, a := range ids {
		out[a] = strings.TrimPrefix(string(a), "acc_")
	}
	return out, nil
}

// MayHost implements room.People.
func (t *Town) MayHost(_ context.Context, a id.Account) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.refused[a]
}

// Cards implements room.Orgs; there is one seller.
func (*Town) Cards(_ context.Context, orgs []id.Org) (map[id.Org]room.OrgCard, error) {
	out := map[id.Org]room.OrgCard{}
	for _, o := range orgs {
		if o == Farm {
			out[o] = room.OrgCard{Name: "李家果园", Kind: "household", Region: Region}
		}
	}
	return out, nil
}

// RoomStarted implements room.Reminder.
func (t *Town) RoomStarted(_ context.Context, _ id.Room, _ id.Session, _, _ string, to []id.Account) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reminded = append(t.reminded, to...)
	return nil
}

// Media remembers what it was told.
type Media struct {
	mu     sync.Mutex
	told   []string
	Origin time.Time // zero of every recording
}

func (m *Media) note(format string, args ...any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told = append(m.told, fmt.Sprintf(format, args...))
	return nil
}

// Told gives what the media was told since last asked.
func (m *Media) Told() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := strings.Join(m.told, " ")
	m.told = nil
	return out
}

// Open implements room.Media.
func (m *Media) Open(context.Context, id.Room, id.Session) error { return m.note("open") }

// End implements room.Media.
func (m *Media) End(_ context.Context, _ id.Session, reason string) error {
	return m.note("end:%s", reason)
}

// Kick implements room.Media.
func (m *Media) Kick(context.Context, id.Session) error { return m.note("kick") }

// KickGuest cuts a guest off.
func (m *Media) KickGuest(_ context.Context, _ id.Room, slot string) error {
	return m.note("kick:%s", slot)
}

// Erase implements room.Recordings.
func (m *Media) Erase(context.Context, id.Session) error { return m.note("erase") }

// Length implements room.Recordings.
func (*Media) Length(context.Context, id.Session) (time.Duration, error) { return time.Hour, nil }

// Position is where an instant stands in a recording.
func (m *Media) Position(_ context.Context, _ id.Session, now time.Time) (time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Origin.IsZero() {
		return 0, fault.Define(fault.NotFound, "not_on_air", "", "")
	}
	return now.Sub(m.Origin), nil
}

// Frame is one that would have been sent.
type Frame struct {
	To      string // "room:…", "me:…", "line:…", "desk:…" or "like:…"
	Kind    string
	Payload any
}

// Frames keeps what would have been sent.
type Frames struct {
	mu      sync.Mutex
	sent    []Frame
	viewers int64
}

func (f *Frames) keep(to, kind string, payload any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = append(f.sent, Frame{to, kind, payload})
	return nil
}

// Sent gives what was sent since last asked.
func (f *Frames) Sent() []Frame {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.sent
	f.sent = nil
	return out
}

// Kinds are the kinds of what was sent since last asked, in order.
func (f *Frames) Kinds() string {
	var out []string
	for _, x := range f.Sent() {
		out = append(out, x.Kind)
	}
	return strings.Join(out, " ")
}

// Until waits for a frame of the kind, which is sent a while after its cause.
func (f *Frames) Until(t testing.TB, kind string) Frame {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		f.mu.Lock()
		i := slices.IndexFunc(f.sent, func(x Frame) bool { return x.Kind == kind })
		if i >= 0 {
			out := f.sent[i]
			f.sent = slices.Delete(f.sent, i, i+1)
			f.mu.Unlock()
			return out
		}
		f.mu.Unlock()
	}
	t.Fatalf("no frame %q was sent", kind)
	return Frame{}
}

// State implements room.Frames.
func (f *Frames) State(_ context.Context, r id.Room, kind string, payload any) error {
	return f.keep("room:"+string(r), kind, payload)
}

// Person publishes to one person.
func (f *Frames) Person(a id.Account, kind string, payload any) error {
	return f.keep("me:"+string(a), kind, payload)
}

// Say hands a line to a room's tick.
func (f *Frames) Say(r id.Room, weight int, line any) error {
	return f.keep("line:"+string(r), fmt.Sprintf("say%d", weight), line)
}

// Held tells a room's desk.
func (f *Frames) Held(r id.Room) error { return f.keep("desk:"+string(r), "held", nil) }

// Like counts likes.
func (f *Frames) Like(r id.Room, n int64) error { return f.keep("like:"+string(r), "like", n) }

// Viewers implements room.Frames.
func (f *Frames) Viewers(id.Room) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.viewers
}

// Watch sets how many watch.
func (f *Frames) Watch(n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.viewers = n
}

type thumbs struct{ store blob.Store }

func (t thumbs) Put(ctx context.Context, key string, jpeg []byte) error {
	return t.store.Put(ctx, key, strings.NewReader(string(jpeg)), int64(len(jpeg)), "image/jpeg")
}

func (t thumbs) Get(ctx context.Context, key string) (out []byte, err error) {
	f, err := t.store.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(f)
}

func (t thumbs) Delete(ctx context.Context, key string) error { return t.store.Delete(ctx, key) }
