package clip

import (
	_ "embed" // the policy text

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

// Deps is what clips stand on.
type Deps struct {
	Clock clock.Clock
	Rooms Rooms
	Media Media
	Files Files
}

// Module is the clips.
type Module struct{ Deps }

// New makes the module.
func New(d Deps) *Module { return &Module{d} }

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "clip", FS: migrations}
}

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }

// Jobs are the module's timed work.
func (m *Module) Jobs() []bus.JobHandler {
	return []bus.JobHandler{{Kind: JobCut, Do: m.cut}, {Kind: JobErase, Do: m.erase}}
}
