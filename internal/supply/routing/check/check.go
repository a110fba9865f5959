// Package check proves or refutes a plan. It shares no code with the solver: it walks the plan as written, recomputes
// every time, load, ride and cost in float64 and names each broken rule. Every test and every published plan passes it.
package check

import (
	"fmt"
	"math"

	"tianbo/internal/supply/routing"
)

// Violation is one broken rule: where, by how much, and in words.
type Violation struct {
	Rule        string // capacity, window, precedence, skill, break, shift, shelf_life, timetable, travel, cost, once, fleet, frozen
	Route       int    // -1 when it is about no route
	Consignment int    // -1 when it is about no consignment
	By          float64
	Text        string
}

func (v Violation) String() string { return v.Rule + ": " + v.Text }

// Report is the verdict with the checker's own totals.
type Report struct {
	Violations []Violation
	Cost       float64
	Distance   float64
	Duration   float64
	Vehicles   int
	Unserved   int
	Mandatory  int // unserved consignments that had to be served
	Lines      float64
	FirstLevel float64
}

// Feasible tells that no rule is broken and every mandatory consignment is served.
func (r *Report) Feasible() bool { return len(r.Violations) == 0 && r.Mandatory == 0 }

// part is a leg of a consignment as found in the routes.
type part struct {
	route        int
	loads, drops int
	from, to     float64 // end of loading, start of unloading
	fromPlace    int
	toPlace      int
	unloaded     float64
	started      float64
	decay        float64
}

type verifier struct {
	p      *routing.Problem
	plan   *routing.Plan
	out    *Report
	layout routing.Layout
	parts  map[[2]int]*part // consignment, leg
}

// tolerance is what rounding in sums of a few hundred legs may add up to.
func tolerance(x float64) float64 { return 1e-6 * (1 + math.Min(math.Abs(x), 1e7)) }

// Verify checks the plan against the problem. The error is about the problem itself.
func Verify(p *routing.Problem, plan *routing.Plan) (*Report, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	layout, err := p.Dims()
	if err != nil {
		return nil, err
	}
	v := &verifier{p: p, plan: plan, out: &Report{}, layout: layout, parts: map[[2]int]*part{}}
	used := map[[2]int]bool{}
	for r := range plan.Routes {
		route := &plan.Routes[r]
		if route.Vehicle < 0 || route.Vehicle >= len(p.Vehicles) {
			v.add("fleet", r, -1, 1, "names an unknown vehicle type")
			continue
		}
		key := [2]int{route.Vehicle, route.Unit}
		if route.Unit < 0 || route.Unit >= p.Vehicles[route.Vehicle].Count || used[key] {
			v.add("fleet", r, -1, 1, "unit %d of vehicle %s does not exist or drives twice", route.Unit, p.Vehicles[route.Vehicle].ID)
		}
		used[key] = true
		v.route(r, route)
	}
	v.chains()
	v.frozen()
	v.echelon()
	v.totals()
	return v.out, nil
}

func (v *verifier) add(rule string, route, consignment int, by float64, format string, args ...any) {
	where := ""
	if route >= 0 {
		where = fmt.Sprintf("route %d: ", route+1)
	}
	if consignment >= 0 && consignment < len(v.p.Consignments) {
		where += "consignment " + v.p.Consignments[consignment].ID + ": "
	}
	v.out.Violations = append(v.out.Violations, Violation{Rule: rule, Route: route, Consignment: consignment, By: by, Text: where + fmt.Sprintf(format, args...)})
}

// totals compares the plan's stated cost with the recomputed one and counts what is left behind.
func (v *verifier) totals() {
	seen := map[int]bool{}
	for _, u := range v.plan.Unserved {
		if u.Consignment < 0 || u.Consignment >= len(v.p.Consignments) || seen[u.Consignment] {
			v.add("once", -1, u.Consignment, 1, "is listed as unserved twice or does not exist")
			continue
		}
		seen[u.Consignment] = true
		v.out.Unserved++
		if c := &v.p.Consignments[u.Consignment]; c.Penalty > 0 {
			v.out.Cost += c.Penalty
		} else {
			v.out.Mandatory++
		}
	}
	if d := math.Abs(v.out.Cost - v.plan.Cost); d > tolerance(v.out.Cost) {
		v.add("cost", -1, -1, d, "plan says %g, recomputed %g", v.plan.Cost, v.out.Cost)
	}
}

// frozen checks that what was done before a re-plan is still there, on the same unit and at the same time.
func (v *verifier) frozen() {
	prev := v.p.Previous
	if prev == nil {
		return
	}
	for i := range prev.Plan.Routes {
		old := &prev.Plan.Routes[i]
		keep := 0
		if i < len(prev.Frozen) {
			keep = min(prev.Frozen[i], len(old.Visits))
		}
		if keep == 0 {
			continue
		}
		found := false
		for r := range v.plan.Routes {
			now := &v.plan.Routes[r]
			if now.Vehicle != old.Vehicle || now.Unit != old.Unit {
				continue
			}
			found = len(now.Visits) >= keep
			for k := 0; found && k < keep; k++ {
				a, b := &old.Visits[k], &now.Visits[k]
				found = a.Act == b.Act && a.Consignment == b.Consignment && a.Leg == b.Leg && math.Abs(a.Start-b.Start) <= tolerance(a.Start)
			}
		}
		if !found {
			v.add("frozen", -1, -1, 1, "the first %d visits of previous route %d are not kept", keep, i+1)
		}
	}
}

// echelon checks and prices the first level of a two-echelon plan.
func (v *verifier) echelon() {
	e := v.p.Echelon
	if e == nil {
		return
	}
	need, have := map[int]int64{}, map[int]int64{}
	for r := range v.plan.Routes {
		route := &v.plan.Routes[r]
		for k := range route.Visits {
			if vis := &route.Visits[k]; vis.Act == routing.Unload && vis.Consignment >= 0 && vis.Consignment < len(v.p.Consignments) {
				need[v.p.Vehicles[route.Vehicle].Start] += v.p.Consignments[vis.Consignment].Size[0]
			}
		}
	}
	if len(v.plan.Supply) > e.Trucks {
		v.add("fleet", -1, -1, float64(len(v.plan.Supply)-e.Trucks), "%d first-level trucks, only %d exist", len(v.plan.Supply), e.Trucks)
	}
	if e.Second > 0 && len(v.plan.Routes) > e.Second {
		v.add("fleet", -1, -1, float64(len(v.plan.Routes)-e.Second), "%d second-level vehicles, only %d exist", len(v.plan.Routes), e.Second)
	}
	net := &v.p.Networks[0]
	for i, s := range v.plan.Supply {
		load, at, length := int64(0), e.Depot, 0.0
		for k, place := range s.Satellites {
			d, _ := net.Between(len(v.p.Places), at, place)
			length, at = length+d, place
			load += s.Amounts[k]
			have[place] += s.Amounts[k]
		}
		d, _ := net.Between(len(v.p.Places), at, e.Depot)
		length += d
		if load > e.Capacity {
			v.add("capacity", -1, -1, float64(load-e.Capacity), "first-level tour %d carries %d of %d", i+1, load, e.Capacity)
		}
		v.out.FirstLevel += e.Fixed + e.PerUnit*length
		v.out.Distance += length
	}
	for _, s := range e.Satellites {
		if need[s] != have[s] {
			v.add("capacity", -1, -1, float64(need[s]-have[s]), "satellite %s needs %d and gets %d", v.p.Places[s].ID, need[s], have[s])
		}
	}
	v.out.Cost += v.out.FirstLevel
}
