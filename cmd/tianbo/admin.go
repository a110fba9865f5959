package main

import (
	"context"
	"fmt"

	"tianbo/internal/app"
)

type migrateCmd struct {
	settingsFlags
}

// Run brings the database up to date.
func (m migrateCmd) Run(ctx context.Context) error {
	c, err := m.load()
	if err != nil {
		return err
	}
	db, err := app.OpenDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := app.Migrate(ctx, db); err != nil {
		return err
	}
	fmt.Println("The database is up to date.")
	return nil
}

type adminCmd struct {
	Create adminCreateCmd `cmd:"" help:"Make a person an administrator of the platform."`
}

type adminCreateCmd struct {
	settingsFlags
	Phone string `arg:"" help:"Mobile number, with which the person signs in."`
	Name  string `help:"How the person is called." default:"管理员"`
}

// Run registers the account if there is none, and appoints it.
func (a adminCreateCmd) Run(ctx context.Context) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	if err := app.CreateAdmin(ctx, c, a.Phone, a.Name); err != nil {
		return err
	}
	fmt.Println("Done. Sign in with that number; the account has the part platform_admin.")
	return nil
}
