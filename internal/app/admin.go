package app

import (
	"context"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/seal"
)

// CreateAdmin registers a person and makes them an administrator. A server may
// run meanwhile.
func CreateAdmin(ctx context.Context, c *conf.Config, phone, name string) error {
	db, err := OpenDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := Migrate(ctx, db); err != nil {
		return err
	}
	sealer, err := seal.Load(keyFolder(c))
	if err != nil {
		return err
	}
	p, err := policies()
	if err != nil {
		return err
	}
	ctx = authz.AsSystem(p.Attach(db.Attach(ctx)))
	m := wire(outside{config: c, clock: clock.System, sealer: sealer})
	a, err := m.accounts.Register(ctx, phone, name)
	if err != nil {
		return err
	}
	// Everywhere: an administrator answers for the platform, also for what lies in no region.
	return m.orgs.Appoint(ctx, a.ID, "platform_admin", "")
}
