package interact

import (
	"context"
	_ "embed" // the policy text
	"sync"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/live/room"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

// Deps is what the module stands on.
type Deps struct {
	Clock    clock.Clock
	Rooms    Rooms
	Products Products
	Frames   Frames
	Media    Media
	People   People
	Sealer   Sealer
}

// Module is the interactions.
type Module struct {
	Deps
	pace  pace
	mu    sync.Mutex
	likes map[id.Session]int64 // counted, not yet stored
	soon  map[string]struct{}  // what is about to be told
}

// New makes the module.
func New(d Deps) *Module {
	return &Module{Deps: d, likes: map[id.Session]int64{}, soon: map[string]struct{}{}}
}

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "interact", FS: migrations}
}

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }

// Jobs are the module's timed work.
func (m *Module) Jobs() []bus.JobHandler {
	return []bus.JobHandler{{Kind: jobDraw, Do: m.drawDue}, {Kind: jobPoll, Do: m.pollDue}}
}

// check loads a room and asks the policies.
func (m *Module) check(ctx context.Context, room id.Room, action string) (room.Room, error) {
	r, err := m.Rooms.ByID(ctx, room)
	if err != nil {
		return r, err
	}
	return r, authz.Check(ctx, action, r.Resource())
}

// tell publishes a state frame once the transaction has committed.
func (m *Module) tell(ctx context.Context, room id.Room, kind string, payload any) {
	detached := context.WithoutCancel(ctx)
	sqldb.After(ctx, func() { _ = m.Frames.State(detached, room, kind, payload) }) // clients re-read on a gap
}

// tellSoon runs f a second after the transaction has committed, once however
// often it is asked for: what many do at once is told once. f gets a context
// of its own, for it outlives the request.
func (m *Module) tellSoon(ctx context.Context, what string, f func(ctx context.Context)) {
	detached := sqldb.Detached(ctx)
	sqldb.After(ctx, func() {
		m.mu.Lock()
		_, waiting := m.soon[what]
		m.soon[what] = struct{}{}
		m.mu.Unlock()
		if waiting {
			return
		}
		time.AfterFunc(time.Second, func() {
			m.mu.Lock()
			delete(m.soon, what)
			m.mu.Unlock()
			f(detached)
		})
	})
}
