package catalog

import (
	_ "embed" // the policy text

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/search"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

var words = search.Index{Name: "product"}

// Deps is what the catalogue stands on.
type Deps struct {
	Clock   clock.Clock
	Sellers Sellers
	People  People
	Deals   Deals
	Files   Files
}

// Module is the catalogue.
type Module struct {
	Deps
	offers *offers
}

// New makes the module.
func New(d Deps) *Module {
	return &Module{d, &offers{clock: d.Clock, known: map[id.Pack]knownOffer{}}}
}

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "catalog", FS: migrations}
}

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }
