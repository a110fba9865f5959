// Command tianbo is the whole platform: server, administration and offline
// tools, one file a command.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the build.
var version = "dev"

type commands struct {
	Serve    serveCmd    `cmd:"" help:"Run the platform."`
	Demo     demoCmd     `cmd:"" help:"Run a demo county with a live room, in a folder of its own."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database up to date."`
	Admin    adminCmd    `cmd:"" help:"Administrators."`
	Backup   backupCmd   `cmd:"" help:"Write a consistent backup, also while running."`
	Restore  restoreCmd  `cmd:"" help:"Restore a backup into an empty data folder and verify it."`
	Doctor   doctorCmd   `cmd:"" help:"Say what is wrong with this machine's set-up and what to do."`
	Seal     sealCmd     `cmd:"" help:"Keys that protect personal data."`
	Ledger   ledgerCmd   `cmd:"" help:"Books."`
	Route    RouteCmd    `cmd:"" help:"The route optimiser on its own."`
	OpenAPI  openapiCmd  `cmd:"" name:"openapi" help:"Print the OpenAPI document."`
	Config   configCmd   `cmd:"" help:"Print every setting with its default."`
	Licenses licensesCmd `cmd:"" help:"Print the licences of everything inside."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "tianbo:", err)
		os.Exit(exitStatus(err))
	}
}

// exitStatus is the code a command asks for, 1 when it asks for none.
func exitStatus(err error) int {
	var e interface{ ExitCode() int }
	if errors.As(err, &e) {
		return e.ExitCode()
	}
	return 1
}

func run(ctx context.Context, args []string) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("tianbo"),
		kong.Description("田播 Tianbo: a live-selling platform for smallholder farmers."),
		kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		parser.FatalIfErrorf(err)
	}
	return command.Run()
}

type versionCmd struct{}

// Run prints the version and the Go it was built with.
func (versionCmd) Run() error { //nolint:unparam // kong asks for an error
	goVersion := "unknown Go"
	if info, ok := debug.ReadBuildInfo(); ok {
		goVersion = info.GoVersion
	}
	fmt.Printf("tianbo %s (%s)\n", version, goVersion)
	return nil
}
