package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/check"
	"tianbo/internal/supply/routing/solve"
)

// search holds the flags of every command that looks for a plan.
type search struct {
	Time       time.Duration `help:"Time limit." default:"10s"`
	Iterations int           `help:"Iterations for each worker instead of a time limit; such a run repeats exactly."`
	Seed       uint64        `help:"Seed of the search." default:"1"`
	Workers    int           `help:"Searches side by side." default:"2"`
}

func (s *search) options() solve.Options {
	opt := solve.Options{Seed: s.Seed, Workers: s.Workers, Iterations: s.Iterations}
	if s.Iterations <= 0 {
		begin, limit := time.Now(), max(s.Time.Seconds(), 1e-3)
		opt.Share = func() float64 { return time.Since(begin).Seconds() / limit }
	}
	return opt
}

// RouteSolveCmd plans a problem.
type RouteSolveCmd struct {
	Problem   string `arg:"" help:"Problem as JSON; see route schema."`
	Objective string `help:"What counts first." enum:"cost,vehicles" default:"cost"`
	Start     string `help:"Plan to begin with." placeholder:"FILE"`
	Out       string `help:"Write the plan here instead of on standard output." placeholder:"FILE" short:"o"`
	Progress  bool   `help:"Tell on standard error how the search goes."`
	search
}

// Run plans, checks and writes.
func (c *RouteSolveCmd) Run(ctx context.Context) error {
	f, err := readProblem(c.Problem)
	if err != nil {
		return err
	}
	opt := c.options()
	if c.Objective == "vehicles" {
		opt.Objective = solve.Vehicles
	}
	if c.Start != "" {
		text, err := os.ReadFile(c.Start)
		if err != nil {
			return &exitCode{exitUnreadable, err.Error()}
		}
		if opt.Start, err = f.ReadPlan(text); err != nil {
			return unreadable(c.Start, err)
		}
	}
	if c.Progress {
		opt.Progress = func(p solve.Progress) {
			fmt.Fprintf(os.Stderr, "%3.0f %%  iterations %d  cost %.2f  vehicles %d  unserved %d\n", p.Share*100, p.Iterations, p.Cost, p.Vehicles, p.Unserved)
		}
	}
	plan, _, err := solve.Solve(ctx, f.Problem, opt)
	if err != nil {
		return &exitCode{exitUnreadable, err.Error()}
	}
	text, err := f.WritePlan(plan)
	if err != nil {
		return err
	}
	if err := write(c.Out, text); err != nil {
		return err
	}
	return verdict(os.Stderr, f.Problem, plan)
}

// verdict asks the checker, prints what it found and tells by its error whether the plan can be driven.
func verdict(out io.Writer, p *routing.Problem, plan *routing.Plan) error {
	report, err := check.Verify(p, plan)
	if err != nil {
		return &exitCode{exitUnreadable, err.Error()}
	}
	fmt.Fprintf(out, "feasible %v\nvehicles %d\ndistance %.6g\nduration %.6g\ncost %.6f\nlines %.6g\nunserved %d\n",
		report.Feasible(), report.Vehicles, report.Distance, report.Duration, report.Cost, report.Lines, report.Unserved)
	for _, u := range plan.Unserved {
		if u.Consignment >= 0 && u.Consignment < len(p.Consignments) {
			fmt.Fprintln(out, "unserved:", explained(p, u))
		}
	}
	for _, v := range report.Violations {
		fmt.Fprintln(out, "broken:", v)
	}
	switch {
	case len(report.Violations) > 0:
		return &exitCode{exitInfeasible, fmt.Sprintf("the plan breaks %d rules", len(report.Violations))}
	case report.Mandatory > 0:
		return &exitCode{exitInfeasible, fmt.Sprintf("%d consignments that must be served are not", report.Mandatory)}
	}
	return nil
}

// explained says why a consignment stays behind.
func explained(p *routing.Problem, u routing.Unserved) string {
	text := p.Consignments[u.Consignment].ID + " " + string(u.Reason)
	if u.By > 0 {
		text += fmt.Sprintf(" by %.6g", u.By)
	}
	if u.Vehicle >= 0 && u.Vehicle < len(p.Vehicles) {
		text += " on " + p.Vehicles[u.Vehicle].ID
	}
	if u.Extra > 0 {
		text += fmt.Sprintf(", carrying it would cost %.2f more", u.Extra)
	}
	return text
}
