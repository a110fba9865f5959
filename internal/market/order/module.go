package order

import (
	"context"
	_ "embed" // the policy text
	"encoding/json"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/market/catalog"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

// Kinds of timed work.
const (
	JobExpire   = "order.expire"   // key: the minute
	JobComplete = "order.complete" // key: the order
)

// Deps is what orders stand on.
type Deps struct {
	Clock      clock.Clock
	Catalog    Catalog
	Addresses  Addresses
	Broadcasts Broadcasts
	Sealer     Sealer
	Teller     Teller
	Names      Names
}

// Module is the orders.
type Module struct {
	Deps
	writer *writer
}

// New makes the module. Run must be running for orders to be placed.
func New(d Deps) *Module {
	m := &Module{Deps: d}
	m.writer = newWriter(m)
	return m
}

// Run places orders until ctx ends. ctx must carry the database and the bus.
func (m *Module) Run(ctx context.Context) { m.writer.run(ctx) }

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "order", FS: migrations}
}

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }

// Jobs are the module's timed work.
func (m *Module) Jobs() []bus.JobHandler {
	return []bus.JobHandler{{Kind: JobExpire, Do: m.lapse}, {Kind: JobComplete, Do: m.complete}}
}

// Handlers react to other modules' facts.
func (m *Module) Handlers() []bus.Handler {
	return []bus.Handler{{Name: "order.restocked", Subject: catalog.SubjectStockChanged, Do: func(_ context.Context, e bus.Event) error {
		var f catalog.StockFact
		if err := json.Unmarshal(e.Payload, &f); err != nil {
			return err
		}
		if f.Band != "gone" {
			m.writer.restocked(f.Pack)
		}
		return nil
	}}}
}

// Since are the paid sales of a pack, which limit a struck-through price.
func (*Module) Since(ctx context.Context, pack id.Pack, from time.Time) ([]catalog.Deal, error) {
	return deals(ctx, pack, from)
}
