package solve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"testing"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/check"
	"tianbo/internal/supply/routing/solve"
)

func TestEqualRunsGiveEqualBytes(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*routing.Problem{
		"islands": rounds(1, 40, true), "shares": rounds(2, 300, true), "pairs": hauls(3, 30), "pair shares": hauls(4, 150), "rich": rich(5, 25),
	} {
		for _, objective := range []solve.Objective{solve.Cost, solve.Vehicles} {
			opt := budget(96)
			opt.Objective = objective
			a, _ := plan(t, p, opt)
			b, _ := plan(t, p, opt)
			x, _ := json.Marshal(a)
			y, _ := json.Marshal(b)
			if !bytes.Equal(x, y) {
				t.Errorf("%s, objective %d: two runs differ", name, objective)
			}
		}
	}
}

func TestCancelledSearchesStillAnswer(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*routing.Problem{"rounds": rounds(1, 60, true), "pairs": hauls(1, 30), "shares": rounds(1, 300, false)} {
		ctx, cancel := context.WithCancel(context.Background())
		opt := budget(1 << 40)
		calls := 0
		opt.Progress = func(solve.Progress) { calls++ }
		steps := 0
		opt.Workers = 1
		opt.Share = func() float64 { // time never passes: only the context ends this
			if steps++; steps == 5 {
				cancel()
			}
			return 0
		}
		out, stats, err := solve.Solve(ctx, p, opt)
		if err != nil {
			t.Fatal(err)
		}
		if r, _ := check.Verify(p, out); !r.Feasible() {
			t.Errorf("%s: %v", name, r.Violations)
		}
		if stats.Iterations > 1000 || calls == 0 {
			t.Errorf("%s: %d iterations after the end, %d reports", name, stats.Iterations, calls)
		}
	}
}

func TestProgressRises(t *testing.T) {
	t.Parallel()
	share, cost := 0.0, math.Inf(1)
	opt := budget(2000)
	opt.Progress = func(p solve.Progress) {
		if p.Share < share || p.Cost > cost+1e-9 || p.Vehicles == 0 {
			t.Errorf("progress %+v after share %g, cost %g", p, share, cost)
		}
		share, cost = p.Share, p.Cost
	}
	out, _ := plan(t, rounds(1, 30, true), opt)
	if share < 1 || out.Cost > cost+1e-6 {
		t.Errorf("ended at share %g with cost %g, the plan costs %g", share, cost, out.Cost)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	if _, _, err := solve.Solve(context.Background(), rounds(1, 3, false), solve.Options{}); !errors.Is(err, solve.ErrBudget) {
		t.Errorf("no budget: %v", err)
	}
	p := rounds(1, 3, false)
	p.Consignments[1].Delivery.Place = 99
	var field *routing.FieldError
	if _, _, err := solve.Solve(context.Background(), p, budget(10)); !errors.As(err, &field) {
		t.Errorf("unknown place: %v", err)
	}
}

func TestWarmStartIsNotMadeWorse(t *testing.T) {
	t.Parallel()
	p := hauls(7, 40)
	good, _ := plan(t, p, budget(3000))
	opt := budget(64)
	opt.Start = good
	if again, _ := plan(t, p, opt); again.Cost > good.Cost+1e-6 {
		t.Errorf("started at %g, ended at %g", good.Cost, again.Cost)
	}
}

// A running day: what is done stays as it was, and a high price of change keeps consignments on their vehicles.
func TestReplanning(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		p := rich(seed, 14)
		before, _ := plan(t, p, budget(400))
		p.Previous = &routing.Previous{Plan: *before, Now: 120, ChangePenalty: 1e5, Frozen: make([]int, len(before.Routes))}
		for i := range before.Routes {
			for k := range before.Routes[i].Visits {
				if before.Routes[i].Visits[k].Start < 120 {
					p.Previous.Frozen[i] = k + 1
				}
			}
		}
		for _, b := range before.Rides {
			p.Previous.Committed = append(p.Previous.Committed, b.Consignment)
		}
		after, _ := plan(t, p, budget(400))
		if t.Failed() {
			t.Fatalf("problem %d", seed)
		}
		on := carriers(before)
		for c, unit := range carriers(after) {
			if was, ok := on[c]; ok && was != unit {
				t.Errorf("problem %d: consignment %d moved from %v to %v", seed, c, was, unit)
			}
		}
	}
}

func carriers(plan *routing.Plan) map[int][2]int {
	out := map[int][2]int{}
	for i := range plan.Routes {
		for _, v := range plan.Routes[i].Visits {
			if v.Consignment >= 0 && v.Leg == routing.Whole {
				out[v.Consignment] = [2]int{plan.Routes[i].Vehicle, plan.Routes[i].Unit}
			}
		}
	}
	return out
}

func TestMandatoryComeBeforeOptionalAndByPriority(t *testing.T) {
	t.Parallel()
	p := rounds(3, 8, false)
	p.Vehicles[0].Count = 1
	for i := range p.Consignments {
		p.Consignments[i].Size = []int64{10}
		p.Consignments[i].Priority = i
		if i%2 == 0 {
			p.Consignments[i].Penalty = 5
		}
	}
	out, r := plan(t, p, budget(1000)) // three of ten fit into thirty
	for _, c := range []int{3, 5, 7} {
		if !out.Served(c) {
			t.Errorf("consignment %d is left behind: %+v", c, out.Unserved)
		}
	}
	if r.Mandatory != 1 {
		t.Errorf("%d mandatory ones are left behind, only the least urgent has to be", r.Mandatory)
	}
}

// Goods from the depot with a pick-up there: one van makes several trips and waits for what is released late.
func TestSeveralTrips(t *testing.T) {
	t.Parallel()
	p := rounds(4, 9, false)
	p.Vehicles[0].Count = 1
	for i := range p.Consignments {
		p.Consignments[i].Size = []int64{10}
		p.Consignments[i].Pickup = &routing.Stop{Place: 0, Window: routing.Window{Earliest: float64(20 * i), Latest: routing.Never}}
	}
	p.Vehicles[0].Shift.Latest = 3000
	out, r := plan(t, p, budget(3000))
	if r.Mandatory > 0 || len(out.Routes) != 1 {
		t.Errorf("%d left behind, %d routes", r.Mandatory, len(out.Routes))
	}
}

// A search in parts improves on its first plan as any other does.
func TestLargeProblemsImprove(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*routing.Problem{"rounds": rounds(6, 300, true), "pairs": hauls(6, 150)} {
		brief, _ := plan(t, p, budget(1))
		longer, _ := plan(t, p, budget(6000))
		if longer.Cost > 0.9*brief.Cost {
			t.Errorf("%s: from %g to %g only", name, brief.Cost, longer.Cost)
		}
	}
}
