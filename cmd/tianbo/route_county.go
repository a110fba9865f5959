package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/check"
	"tianbo/internal/supply/routing/county"
	"tianbo/internal/supply/routing/solve"
)

// RouteCountyCmd makes a county. The defaults are the rural county set.
type RouteCountyCmd struct {
	Townships    int    `help:"Townships." default:"12"`
	Villages     int    `help:"Villages." default:"150"`
	Buses        int    `help:"Bus lines, each with three runs a day in either direction." default:"6"`
	PostVans     int    `help:"Post vans with two rounds a day." default:"2"`
	Trucks       int    `help:"Trucks, reefers included." default:"10"`
	Reefers      int    `help:"Reefers." default:"3"`
	Consignments int    `help:"Consignments." default:"400"`
	County       uint64 `help:"Seed of the county." default:"1"`
	Out          string `help:"Write the problem here instead of on standard output." placeholder:"FILE" short:"o"`
	Compare      bool   `help:"Plan the county shared, without lines, and with every operator alone, and print what each costs."`
	search
}

// Run makes the county and writes or compares it.
func (c *RouteCountyCmd) Run(ctx context.Context) error {
	made, err := county.Make(county.Params{
		Seed: c.County, Townships: c.Townships, Villages: c.Villages, Buses: c.Buses, PostVans: c.PostVans, Trucks: c.Trucks, Reefers: c.Reefers,
		Consignments: c.Consignments,
	})
	if err != nil {
		return &exitCode{exitUnreadable, err.Error()}
	}
	if !c.Compare || c.Out != "" {
		text, err := made.File.WriteProblem()
		if err != nil {
			return err
		}
		if err := write(c.Out, text); err != nil || !c.Compare {
			return err
		}
	}
	return c.compare(ctx, os.Stdout, made)
}

// outcome is what one plan of the comparison comes to.
type outcome struct {
	check.Report
	goods   int
	seconds float64
	broken  int
}

func (c *RouteCountyCmd) plan(ctx context.Context, p *routing.Problem) (outcome, error) {
	begin := time.Now()
	plan, _, err := solve.Solve(ctx, p, c.options())
	if err != nil {
		return outcome{}, err
	}
	report, err := check.Verify(p, plan)
	if err != nil {
		return outcome{}, err
	}
	return outcome{Report: *report, goods: len(p.Consignments), seconds: time.Since(begin).Seconds(), broken: len(report.Violations)}, nil
}

// compare plans the county in three ways. Alone, every operator may use as many of every vehicle as it likes.
func (c *RouteCountyCmd) compare(ctx context.Context, out io.Writer, made *county.County) error {
	fmt.Fprintf(out, "%-24s %6s %8s %10s %12s %8s %8s %8s\n", "plan", "goods", "vehicles", "km", "yuan", "lines", "unserved", "broken")
	sound := true
	row := func(name string, o outcome) {
		fmt.Fprintf(out, "%-24s %6d %8d %10.0f %12.2f %8.2f %8d %8d\n", name, o.goods, o.Vehicles, o.Distance/1000, o.Cost/100, o.Lines/100, o.Unserved, o.broken)
		sound = sound && o.broken == 0 && o.Mandatory == 0
	}
	shared, err := c.plan(ctx, made.File.Problem)
	if err != nil {
		return err
	}
	row("shared", shared)
	unlined, err := c.plan(ctx, made.Unlined())
	if err != nil {
		return err
	}
	row("shared, without lines", unlined)
	var sum outcome
	for i, name := range county.Operators {
		p := made.Alone(i)
		if len(p.Consignments) == 0 {
			continue
		}
		o, err := c.plan(ctx, p)
		if err != nil {
			return err
		}
		row(name+" alone", o)
		sum.goods += o.goods
		sum.Vehicles += o.Vehicles
		sum.Distance += o.Distance
		sum.Cost += o.Cost
		sum.Lines += o.Lines
		sum.Unserved += o.Unserved
	}
	row("separate, together", sum)
	fmt.Fprintf(out, "saving %.1f %% of the cost, %.1f %% of the distance\n", 100*(1-shared.Cost/sum.Cost), 100*(1-shared.Distance/sum.Distance))
	if !sound {
		return &exitCode{exitInfeasible, "not every consignment is carried in time and fresh in every plan"}
	}
	return nil
}
