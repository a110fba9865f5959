package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/benchfile"
	"tianbo/internal/supply/routing/check"
	"tianbo/internal/supply/routing/solve"
)

// exitCode lets a command end with a code of its own: 1 infeasible or unserved, 2 unreadable.
type exitCode struct {
	code int
	text string
}

func (e *exitCode) Error() string { return e.text }

// ExitCode is read by kong.
func (e *exitCode) ExitCode() int { return e.code }

// RouteBenchCmd solves benchmark files.
type RouteBenchCmd struct {
	Files      []string      `arg:"" name:"file" help:"Benchmark files: Solomon, Gehring-Homberger, Li and Lim, CVRPLIB/VRPLIB, 2E-CVRP."`
	Time       time.Duration `help:"Time limit for each file." default:"10s"`
	Clock      string        `help:"What the time limit counts: wall time, or processor time per worker, which a busy machine does not distort." enum:"wall,cpu" default:"wall"`
	Iterations int           `help:"Iterations for each worker instead of a time limit; such a run repeats exactly."`
	Seed       uint64        `help:"Seed of the search." default:"1"`
	Workers    int           `help:"Searches side by side." default:"2"`
	Objective  string        `help:"What counts first." enum:"distance,vehicles" default:"distance"`
	Round      string        `help:"Rounding of the distances that are minimised." enum:"none,nint,trunc1,x1000" default:"none"`
	Routes     string        `help:"Write the routes here (.sol, or .json with times)." placeholder:"FILE"`
	Check      string        `help:"Check this solution file (.sol) instead of solving." placeholder:"FILE"`
	Best       string        `help:"Best known values, one line a file: name, value and, if known, vehicles; adds the gap." placeholder:"FILE"`
	Format     string        `help:"How several files are printed." enum:"text,tsv" default:"text"`
}

// benched is what is told about one file.
type benched struct {
	name       string
	kind       string
	iterations int
	seconds    float64
	feasible   bool
	unserved   int
	vehicles   int
	distance   float64
	cost       float64
	gap        float64
	known      bool
	problem    string
}

// Run solves each file in turn.
func (c *RouteBenchCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return c.run(ctx, os.Stdout)
}

func (c *RouteBenchCmd) run(ctx context.Context, out io.Writer) error {
	best, err := readBest(c.Best)
	if err != nil {
		return &exitCode{2, err.Error()}
	}
	if len(c.Files) > 1 && (c.Routes != "" || c.Check != "") {
		return &exitCode{2, "--routes and --check work on one file"}
	}
	var all []benched
	for _, file := range c.Files {
		b, err := c.one(ctx, file, best)
		if err != nil {
			return &exitCode{2, file + ": " + err.Error()}
		}
		all = append(all, b)
		c.print(out, b, len(all) == 1)
	}
	if len(all) > 1 {
		c.summary(out, all)
	}
	for _, b := range all {
		if !b.feasible {
			return &exitCode{1, b.name + ": no feasible plan: " + b.problem}
		}
	}
	return nil
}

func (c *RouteBenchCmd) one(ctx context.Context, file string, best map[string][2]float64) (benched, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return benched{}, err
	}
	in, err := benchfile.Read(string(text), benchfile.Rounding(c.Round))
	if err != nil {
		return benched{}, err
	}
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	b := benched{name: name, kind: in.Kind}
	var plan *routing.Plan
	begin := time.Now()
	if c.Check != "" {
		sol, err := os.ReadFile(c.Check)
		if err != nil {
			return b, err
		}
		if plan, err = in.ReadSolution(string(sol)); err != nil {
			return b, err
		}
	} else {
		var stats solve.Stats
		if plan, stats, err = solve.Solve(ctx, in.Problem, c.options(begin)); err != nil {
			return b, err
		}
		b.iterations = stats.Iterations
	}
	b.seconds = time.Since(begin).Seconds()
	if err := c.judge(&b, in, plan); err != nil {
		return b, err
	}
	if v, ok := best[strings.ToLower(name)]; ok {
		b.known, b.gap = true, 100*(b.cost-v[0])/v[0]
	}
	if c.Routes != "" {
		return b, writeRoutes(c.Routes, in, plan, b.cost)
	}
	return b, nil
}

func (c *RouteBenchCmd) options(begin time.Time) solve.Options {
	opt := solve.Options{Seed: c.Seed, Workers: c.Workers, Iterations: c.Iterations}
	if c.Objective == "vehicles" {
		opt.Objective = solve.Vehicles
	}
	if c.Iterations <= 0 {
		limit := c.Time.Seconds()
		opt.Share = func() float64 { return time.Since(begin).Seconds() / limit }
		if used, ok := processorTime(); ok && c.Clock == "cpu" {
			limit *= float64(max(1, c.Workers))
			opt.Share = func() float64 {
				now, _ := processorTime()
				return (now - used).Seconds() / limit
			}
		}
	}
	return opt
}

// judge asks the independent checker and measures unrounded distance.
func (c *RouteBenchCmd) judge(b *benched, in *benchfile.Instance, plan *routing.Plan) error {
	report, err := check.Verify(in.Problem, plan)
	if err != nil {
		return err
	}
	b.feasible, b.unserved, b.vehicles, b.cost = report.Feasible(), report.Unserved, report.Vehicles, report.Cost
	b.distance = in.Length(plan)
	if len(report.Violations) > 0 {
		b.problem = report.Violations[0].String()
	} else if report.Mandatory > 0 {
		b.problem = fmt.Sprintf("%d unserved", report.Mandatory)
	}
	return nil
}

func (c *RouteBenchCmd) print(out io.Writer, b benched, first bool) {
	if len(c.Files) == 1 && c.Format == "text" {
		fmt.Fprintf(out, "file %s\nkind %s\nseed %d\nworkers %d\nobjective %s\nround %s\niterations %d\nseconds %.3f\nfeasible %v\nunserved %d\nvehicles %d\ndistance %.6f\ncost %.6f\n",
			b.name, b.kind, c.Seed, c.Workers, c.Objective, c.Round, b.iterations, b.seconds, b.feasible, b.unserved, b.vehicles, b.distance, b.cost)
		if c.Round == "x1000" {
			fmt.Fprintf(out, "rounded %.0f\n", b.cost*1000)
		} else if c.Round != "none" {
			fmt.Fprintf(out, "rounded %s\n", strconv.FormatFloat(b.cost, 'f', -1, 64))
		}
		if b.known {
			fmt.Fprintf(out, "gap %.4f\n", b.gap)
		}
		return
	}
	if c.Format == "tsv" {
		if first {
			fmt.Fprintln(out, "file\tkind\titerations\tseconds\tfeasible\tunserved\tvehicles\tdistance\tcost\tgap")
		}
		fmt.Fprintf(out, "%s\t%s\t%d\t%.3f\t%v\t%d\t%d\t%.6f\t%.6f\t%s\n", b.name, b.kind, b.iterations, b.seconds, b.feasible, b.unserved, b.vehicles, b.distance, b.cost, b.gapText())
		return
	}
	fmt.Fprintf(out, "%-20s %-8s iterations %-9d seconds %-8.2f feasible %-5v vehicles %-4d distance %-13.3f cost %-13.3f gap %s\n",
		b.name, b.kind, b.iterations, b.seconds, b.feasible, b.vehicles, b.distance, b.cost, b.gapText())
}

func (b *benched) gapText() string {
	if !b.known {
		return "-"
	}
	return fmt.Sprintf("%.4f", b.gap)
}

func (c *RouteBenchCmd) summary(out io.Writer, all []benched) {
	feasible, known, vehicles := 0, 0, 0
	sum, worst, seconds := 0.0, math.Inf(-1), 0.0
	for _, b := range all {
		seconds += b.seconds
		vehicles += b.vehicles
		if b.feasible {
			feasible++
		}
		if b.known {
			known++
			sum += b.gap
			worst = math.Max(worst, b.gap)
		}
	}
	line := fmt.Sprintf("files %d feasible %d vehicles %d seconds %.1f", len(all), feasible, vehicles, seconds)
	if known > 0 {
		line += fmt.Sprintf(" gap_mean %.4f gap_worst %.4f", sum/float64(known), worst)
	}
	if c.Format == "tsv" {
		line = "# " + line
	}
	fmt.Fprintln(out, line)
}

// readBest reads "name value [vehicles]" lines; names are compared without regard to case.
func readBest(file string) (map[string][2]float64, error) {
	out := map[string][2]float64{}
	if file == "" {
		return out, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for i, l := range strings.Split(string(text), "\n") {
		f := strings.Fields(l)
		if len(f) < 2 || strings.HasPrefix(l, "#") {
			continue
		}
		v, err := strconv.ParseFloat(f[1], 64)
		if err != nil || v <= 0 {
			return nil, fmt.Errorf("%s: line %d: %q is not a value above 0", file, i+1, f[1])
		}
		row := [2]float64{v, 0}
		if len(f) > 2 {
			row[1], _ = strconv.ParseFloat(f[2], 64)
		}
		out[strings.ToLower(f[0])] = row
	}
	return out, nil
}
