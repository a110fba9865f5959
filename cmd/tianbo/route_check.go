package main

import (
	"bytes"
	"fmt"
	"math"
	"os"

	"tianbo/internal/kernel/money"
	"tianbo/internal/supply/routing/draw"
	"tianbo/internal/supply/routing/share"
)

// RouteCheckCmd judges a plan.
type RouteCheckCmd struct {
	Problem string `arg:"" help:"Problem as JSON."`
	Plan    string `arg:"" help:"Plan as JSON."`
}

// Run prints the verdict; exit code 1 means that the plan cannot be driven.
func (c *RouteCheckCmd) Run() error {
	f, plan, err := readBoth(c.Problem, c.Plan)
	if err != nil {
		return err
	}
	return verdict(os.Stdout, f.Problem, plan)
}

// RouteDrawCmd draws a plan.
type RouteDrawCmd struct {
	Problem string `arg:"" help:"Problem as JSON."`
	Plan    string `arg:"" help:"Plan as JSON."`
	Out     string `help:"Write the picture here instead of on standard output." placeholder:"FILE" short:"o"`
	Width   int    `help:"Width in pixels." default:"1200"`
}

// Run draws it.
func (c *RouteDrawCmd) Run() error {
	f, plan, err := readBoth(c.Problem, c.Plan)
	if err != nil {
		return err
	}
	return write(c.Out, draw.SVG(f.Problem, plan, draw.Options{Clock: f.Clock, Width: c.Width}))
}

// RouteShareCmd splits a bill.
type RouteShareCmd struct {
	Problem string  `arg:"" help:"Problem as JSON."`
	Plan    string  `arg:"" help:"Plan as JSON."`
	Fen     float64 `help:"How many fen one unit of the problem's money is." default:"1"`
	Samples int     `help:"Random orders for the audit view." default:"1000"`
	Seed    uint64  `help:"Seed of the audit view." default:"1"`
}

// Run prints one line a consignment: its share, its marginal cost, what going alone would cost and its Shapley value.
func (c *RouteShareCmd) Run() error {
	f, plan, err := readBoth(c.Problem, c.Plan)
	if err != nil {
		return err
	}
	var quiet bytes.Buffer
	if err := verdict(&quiet, f.Problem, plan); err != nil {
		return fmt.Errorf("only a plan that holds can be shared: %w", err)
	}
	if !(c.Fen > 0) {
		return &exitCode{exitUnreadable, "--fen must be above 0"}
	}
	g := share.New(f.Problem, plan)
	audit := g.Shapley(c.Samples, c.Seed)
	var served []int
	var parts []share.Part
	for i := range f.Problem.Consignments {
		if g.Served(i) {
			served = append(served, i)
			parts = append(parts, share.Part{Marginal: g.Marginal(i) * c.Fen, Alone: g.Alone(i) * c.Fen})
		}
	}
	bill := money.Fen(math.Round(g.Bill() * c.Fen))
	shares, left := share.Split(bill, parts)
	fmt.Println("consignment\tfen\tmarginal\talone\tshapley")
	for k, i := range served {
		fmt.Printf("%s\t%d\t%.0f\t%.0f\t%.0f\n", f.Problem.Consignments[i].ID, int64(shares[k]), parts[k].Marginal, parts[k].Alone, audit[i]*c.Fen)
	}
	fmt.Printf("# operator\t%d\n# bill\t%d\n", int64(left), int64(bill))
	return nil
}
