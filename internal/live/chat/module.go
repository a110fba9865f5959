package chat

import (
	"context"
	_ "embed" // the policy text

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

// Deps is what chat stands on.
type Deps struct {
	Clock     clock.Clock
	Rooms     Rooms
	People    People
	Frames    Frames
	Questions Questions
}

// Module is the chat.
type Module struct {
	Deps
	writer *writer
}

// New makes the module; Run must be running for lines to be accepted.
func New(d Deps) *Module {
	m := &Module{Deps: d}
	m.writer = &writer{m: m, in: make(chan job, 1024), recent: map[speaker]said{}}
	return m
}

// Run stores lines until ctx ends. ctx must carry the database.
func (m *Module) Run(ctx context.Context) { m.writer.run(ctx) }

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "chat", FS: migrations}
}

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }
