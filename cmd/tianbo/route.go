package main

import (
	"errors"
	"fmt"
	"os"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/jsonfile"
	"tianbo/internal/supply/routing/timetable"
)

// RouteCmd is `tianbo route`: the optimiser on its own, without a server or a database.
type RouteCmd struct {
	Solve  RouteSolveCmd  `cmd:"" help:"Plan a problem written as JSON."`
	Check  RouteCheckCmd  `cmd:"" help:"Prove or refute a plan, independently of how it was found."`
	Draw   RouteDrawCmd   `cmd:"" help:"Draw a plan as SVG: the map and every vehicle's day."`
	Share  RouteShareCmd  `cmd:"" help:"Split the bill of a plan among its consignments, in fen."`
	County RouteCountyCmd `cmd:"" help:"Make a synthetic county, or compare its shared plan with separate operators."`
	Schema RouteSchemaCmd `cmd:"" help:"Print the JSON Schema of problems and plans."`
	Bench  RouteBenchCmd  `cmd:"" help:"Solve published benchmark files and print what was found."`
}

// RouteSchemaCmd prints the schema.
type RouteSchemaCmd struct{}

// Run prints it.
func (RouteSchemaCmd) Run() error {
	_, err := os.Stdout.Write(jsonfile.Schema)
	return err
}

// Exit codes of the route commands.
const (
	exitInfeasible = 1
	exitUnreadable = 2
)

func unreadable(file string, err error) error {
	return &exitCode{exitUnreadable, file + ": " + err.Error()}
}

// readProblem reads a problem and finds the itineraries it leaves open.
func readProblem(file string) (*jsonfile.File, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, &exitCode{exitUnreadable, err.Error()}
	}
	f, err := jsonfile.ReadProblem(text)
	if err != nil {
		return nil, unreadable(file, err)
	}
	if len(f.Problem.Lines)+len(f.Problem.Hubs) > 0 {
		timetable.New(f.Problem, timetable.Options{}).OfferAll(f.Seek)
	}
	return f, nil
}

// readBoth reads a problem and a plan of it.
func readBoth(problem, plan string) (*jsonfile.File, *routing.Plan, error) {
	f, err := readProblem(problem)
	if err != nil {
		return nil, nil, err
	}
	text, err := os.ReadFile(plan)
	if err != nil {
		return nil, nil, &exitCode{exitUnreadable, err.Error()}
	}
	p, err := f.ReadPlan(text)
	if err != nil {
		return nil, nil, unreadable(plan, err)
	}
	return f, p, nil
}

// write puts text into a file, or on standard output when the name is empty or "-".
func write(file string, text []byte) error {
	if file == "" || file == "-" {
		_, err := os.Stdout.Write(text)
		return err
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		var path *os.PathError
		if errors.As(err, &path) {
			return &exitCode{exitUnreadable, fmt.Sprintf("cannot write %s: %v", file, path.Err)}
		}
		return err
	}
	return nil
}
