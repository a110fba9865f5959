package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tianbo/internal/app"
)

type doctorCmd struct {
	settingsFlags
}

// Run examines the machine and says what to do; it fails when something must
// be mended.
func (d doctorCmd) Run(ctx context.Context) error {
	c, err := d.load()
	if err != nil {
		return err
	}
	broken := 0
	for _, f := range app.Examine(ctx, c, time.Now()) {
		mark := "✓"
		switch {
		case !f.OK:
			mark = "✗"
			broken++
		case f.Warning:
			mark = "!"
		}
		fmt.Printf("%s %-18s %s\n", mark, f.Area, f.Text)
		if f.Cure != "" {
			fmt.Printf("  %-18s → %s\n", "", f.Cure)
		}
	}
	if broken > 0 {
		return errors.New("some things must be mended before people can use this server")
	}
	return nil
}
