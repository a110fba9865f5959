package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"tianbo/internal/app"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/obs"
)

type serveCmd struct {
	settingsFlags
}

// Run serves until it is told to stop.
func (s serveCmd) Run(ctx context.Context) error {
	c, err := s.load()
	if err != nil {
		return err
	}
	log, err := logger(c)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, c, version, log)
	if err != nil {
		return err
	}
	address, err := a.Listen()
	if err != nil {
		return err
	}
	go func() {
		select {
		case <-a.Ready():
			log.Info("tianbo serves", "address", address, "version", version)
		case <-ctx.Done():
		}
	}()
	return a.Run(ctx)
}

func logger(c *conf.Config) (*slog.Logger, error) {
	log, err := obs.Logger(os.Stderr, c.Log.Level, c.Log.Format)
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	slog.SetDefault(log)
	return log, nil
}
