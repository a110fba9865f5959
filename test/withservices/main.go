// Command withservices starts a PostgreSQL server of its own, runs the command
// it is given with TIANBO_TEST_POSTGRES set to it, and ends with its exit
// code: one server for all test packages instead of one each.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"

	"tianbo/internal/platform/sqldb/sqldbtest"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "withservices:", err)
	}
	os.Exit(code)
}

func run(args []string) (int, error) {
	if len(args) == 0 {
		return 2, errors.New("give a command to run")
	}
	server, err := sqldbtest.StartPostgres()
	if err != nil {
		return 1, err
	}
	defer func() {
		if err := server.Remove(); err != nil {
			fmt.Fprintln(os.Stderr, "withservices:", err)
		}
	}()
	// An interrupt reaches the command as well; the server is removed after it.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "TIANBO_TEST_POSTGRES="+server.DSN)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	var exit *exec.ExitError
	switch err := cmd.Run(); {
	case errors.As(err, &exit):
		return max(1, exit.ExitCode()), nil
	case err != nil:
		return 1, err
	}
	return 0, nil
}
