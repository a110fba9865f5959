package ledger

import (
	_ "embed" // the policy text

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

// Sealer keeps the signing key.
type Sealer interface {
	Text(plain, context string) ([]byte, error)
	OpenText(sealed []byte, context string) (string, error)
}

// Deps is what the ledger stands on.
type Deps struct {
	Clock  clock.Clock
	Sealer Sealer
	Orders Orders
}

// Module is the books.
type Module struct{ Deps }

// New makes the module.
func New(d Deps) *Module { return &Module{d} }

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "ledger", FS: migrations}
}

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }

// Jobs are the module's timed work.
func (m *Module) Jobs() []bus.JobHandler { return []bus.JobHandler{{Kind: JobClose, Do: m.nightly}} }
