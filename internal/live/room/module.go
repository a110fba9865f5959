package room

import (
	"context"
	_ "embed" // the policy text
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

// Deps is what rooms stand on.
type Deps struct {
	Clock      clock.Clock
	People     People
	Orgs       Orgs
	Media      Media
	Frames     Frames
	Reminder   Reminder
	Thumbs     Thumbs
	Recordings Recordings
	// Retention is how long recordings are kept, at least MinRetention.
	Retention time.Duration
	// Away is how long a lost host is waited for.
	Away time.Duration
	// Operator names the platform's operator, shown in every room.
	Operator string
}

// Module is the rooms.
type Module struct{ Deps }

// New makes the module.
func New(d Deps) *Module { return &Module{d} }

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "room", FS: migrations}
}

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }

// ByID is one room, whatever its state.
func (*Module) ByID(ctx context.Context, room id.Room) (Room, error) { return loadRoom(ctx, room) }

// ByIDs are the rooms that exist among ids.
func (*Module) ByIDs(ctx context.Context, ids []id.Room) (map[id.Room]Room, error) {
	rows, err := roomsByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Room]Room, len(rows))
	for _, r := range rows {
		out[r.ID] = r
	}
	return out, nil
}

// SessionByID is one broadcast.
func (*Module) SessionByID(ctx context.Context, session id.Session) (Session, error) {
	return loadSession(ctx, session)
}
