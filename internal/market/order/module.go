package order

import (
	"context"
	_ "embed" // the policy text
	"sync"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/market/catalog"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

// Deps is what orders stand on.
type Deps struct {
	Clock      clock.Clock
	Catalog    Catalog
	Addresses  Addresses
	Broadcasts Broadcasts
	Ledger     Ledger
	Payments   Payments
	Sealer     Sealer
	Teller     Teller
	Names      Names
	// Clustered: other servers place orders as well, so that a key this one
	// does not know may still have placed one.
	Clustered bool
}

// Module is the orders.
type Module struct {
	Deps
	writer    *writer
	announcer *announcer
}

// New makes the module. Run must be running for orders to be placed.
func New(d Deps) *Module {
	m := &Module{Deps: d, announcer: newAnnouncer()}
	m.writer = newWriter(m)
	return m
}

// Run places orders until ctx ends. ctx must carry the database and the bus.
func (m *Module) Run(ctx context.Context) error {
	if err := m.writer.memory.recall(ctx); err != nil {
		close(m.writer.done)
		if ctx.Err() != nil {
			return nil // stopped before it began
		}
		return err
	}
	var tellers sync.WaitGroup
	defer tellers.Wait()
	tellers.Go(func() { m.announcer.run(ctx, m.Teller) })
	m.writer.run(ctx)
	return nil
}

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "order", FS: migrations}
}

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }

// Reference are the sales of a pack that limit a struck-through price: the
// lowest since a time, and the last one before it.
func (*Module) Reference(ctx context.Context, pack id.Pack, since time.Time) ([]catalog.Deal, error) {
	return deals(ctx, pack, since)
}
