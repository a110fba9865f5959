package main

import (
	"context"
	"fmt"
	"os"

	"tianbo/internal/app"
)

type backupCmd struct {
	settingsFlags
	To string `arg:"" help:"File to write (tar). It holds keys and personal data." type:"path"`
}

// Run writes to a temporary name first: a file of the final name is whole.
func (b backupCmd) Run(ctx context.Context) error {
	c, err := b.load()
	if err != nil {
		return err
	}
	part := b.To + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(part)
	n := 0
	if err := app.Backup(ctx, c, version, f, func(string) { n++ }); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(part, b.To); err != nil {
		return err
	}
	fmt.Printf("Backup of %d tables and files written to %s.\n", n, b.To)
	return nil
}

type restoreCmd struct {
	settingsFlags
	From string `arg:"" help:"Backup file." type:"existingfile"`
}

// Run restores and verifies.
func (r restoreCmd) Run(ctx context.Context) error {
	c, err := r.load()
	if err != nil {
		return err
	}
	f, err := os.Open(r.From)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := app.Restore(ctx, c, f, func(string) {}); err != nil {
		return err
	}
	fmt.Println("Restored and verified: every table and file is as in the backup.")
	return nil
}
