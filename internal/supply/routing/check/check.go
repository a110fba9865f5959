// Package check proves or refutes a plan. It shares no code with the solver: it walks the plan as written, recomputes
// every time, load, ride and cost in float64 and names each broken rule. Every test and every published plan passes it.
//
// A plan is data from outside: whatever it says, Verify returns a verdict and never fails on it.
package check

import (
	"fmt"
	"math"

	"tianbo/internal/supply/routing"
)

// Rule is a kind of promise that a plan can break.
type Rule string

// The rules, and what breaking them means.
const (
	Once       Rule = "once"       // carried twice, half, not at all, or listed wrongly
	Precedence Rule = "precedence" // unloaded before it is loaded, at a wrong place, or by another vehicle
	Skill      Rule = "skill"      // the vehicle or line may not carry it
	Capacity   Rule = "capacity"   // more on board than fits
	Window     Rule = "window"     // handed over too early or too late
	Travel     Rule = "travel"     // times that cannot be driven
	Break      Rule = "break"      // a rest missing, misplaced, too short or with too much on board
	Shift      Rule = "shift"      // out too early, too late, too long or too far
	ShelfLife  Rule = "shelf_life" // too long on board
	Timetable  Rule = "timetable"  // a chain of rides that does not connect
	CutOff     Rule = "cut_off"    // at the line after its cut-off
	Fleet      Rule = "fleet"      // a vehicle that does not exist or drives twice
	Frozen     Rule = "frozen"     // what was done already is changed
	Cost       Rule = "cost"       // stated sums that differ from the recomputed ones
)

// reasons pairs the explanation of an unserved consignment with the rules that forcing it in may break.
var reasons = map[routing.Reason][]Rule{
	routing.NoSkill:    {Skill},
	routing.Capacity:   {Capacity},
	routing.TimeWindow: {Window, Travel, Shift},
	routing.ShelfLife:  {ShelfLife},
	routing.CutOff:     {CutOff, Timetable},
	routing.BreakRule:  {Break},
	routing.Fleet:      {Fleet},
}

// Breaks lists the rules of which a plan breaks at least one when a consignment left behind for this reason is forced
// in where it would have been cheapest. NotWorth breaks none: it only costs more.
func Breaks(r routing.Reason) []Rule { return reasons[r] }

// Violation is one broken rule: where, by how much, and in words.
type Violation struct {
	Rule        Rule
	Route       int // -1 when it is about no route
	Consignment int // -1 when it is about no consignment
	By          float64
	Text        string
}

func (v Violation) String() string { return string(v.Rule) + ": " + v.Text }

// Report is the verdict with the checker's own totals.
type Report struct {
	Violations []Violation
	Cost       float64
	Distance   float64
	Duration   float64
	Vehicles   int
	Unserved   int
	Mandatory  int     // unserved consignments that had to be served
	Lines      float64 // fees of lines and hubs
	FirstLevel float64
}

// Feasible tells that no rule is broken and every mandatory consignment is served.
func (r *Report) Feasible() bool { return len(r.Violations) == 0 && r.Mandatory == 0 }

// part is a leg of a consignment as found in the routes.
type part struct {
	route          int
	loads, drops   int
	begun, loaded  float64 // start and end of loading
	dropped        float64 // start of unloading
	decay          float64
	atStart, atEnd bool // loaded where the route starts, unloaded where it ends
}

type verifier struct {
	p      *routing.Problem
	plan   *routing.Plan
	out    *Report
	layout routing.Layout
	parts  map[[2]int]*part // consignment, leg
	booked []int            // by consignment: the itinerary it is booked on, -1 none
	frozen map[[2]int]int   // by vehicle and unit: visits that stay
}

// tolerance is what rounding in sums of a few hundred legs may add up to.
func tolerance(x float64) float64 { return 1e-6 * (1 + math.Min(math.Abs(x), 1e7)) }

func finite(xs ...float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// Verify checks the plan against the problem. The error is about the problem itself.
func Verify(p *routing.Problem, plan *routing.Plan) (*Report, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	layout, err := p.Dims()
	if err != nil {
		return nil, err
	}
	v := &verifier{p: p, plan: plan, out: &Report{}, layout: layout, parts: map[[2]int]*part{}, frozen: map[[2]int]int{}}
	v.bookings()
	v.previous()
	used := map[[2]int]bool{}
	for r := range plan.Routes {
		route := &plan.Routes[r]
		if route.Vehicle < 0 || route.Vehicle >= len(p.Vehicles) {
			v.add(Fleet, r, -1, 1, "names an unknown vehicle type")
			continue
		}
		key := [2]int{route.Vehicle, route.Unit}
		if route.Unit < 0 || route.Unit >= p.Vehicles[route.Vehicle].Count || used[key] {
			v.add(Fleet, r, -1, 1, "unit %d of vehicle %s does not exist or drives twice", route.Unit+1, p.Vehicles[route.Vehicle].ID)
		}
		used[key] = true
		v.route(r, route)
	}
	v.chains()
	v.echelon()
	v.totals()
	return v.out, nil
}

func (v *verifier) add(rule Rule, route, consignment int, by float64, format string, args ...any) {
	where := ""
	if route >= 0 {
		where = fmt.Sprintf("route %d: ", route+1)
	}
	if v.known(consignment) {
		where += "consignment " + v.p.Consignments[consignment].ID + ": "
	}
	v.out.Violations = append(v.out.Violations, Violation{Rule: rule, Route: route, Consignment: consignment, By: by, Text: where + fmt.Sprintf(format, args...)})
}

func (v *verifier) known(consignment int) bool {
	return consignment >= 0 && consignment < len(v.p.Consignments)
}

// totals compares the plan's stated sums with the recomputed ones and counts what is left behind.
func (v *verifier) totals() {
	seen := map[int]bool{}
	for _, u := range v.plan.Unserved {
		if !v.known(u.Consignment) || seen[u.Consignment] {
			v.add(Once, -1, u.Consignment, 1, "is listed as unserved twice or does not exist")
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
	v.same("the plan's cost", -1, v.plan.Cost, v.out.Cost)
	v.same("the plan's distance", -1, v.plan.Distance, v.out.Distance)
}

// same compares a stated sum with the recomputed one.
func (v *verifier) same(what string, route int, stated, sum float64) {
	if d := math.Abs(sum - stated); !(d <= tolerance(sum)) {
		v.add(Cost, route, -1, d, "%s is stated as %g and comes to %g", what, stated, sum)
	}
}
