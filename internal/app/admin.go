package app

import (
	"context"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/people/account"
	"tianbo/internal/people/org"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/seal"
	"tianbo/internal/platform/session"
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
	orgs := org.New(org.Deps{Clock: clock.System})
	accounts := account.New(account.Deps{Clock: clock.System, Sessions: session.Sessions{Clock: clock.System}, Roles: orgs, Sealer: sealer})
	a, err := accounts.Register(ctx, phone, name)
	if err != nil {
		return err
	}
	// Everywhere: an administrator answers for the platform, also for what lies in no region.
	return orgs.Appoint(ctx, a.ID, "platform_admin", "")
}
