package routing_test

import (
	"slices"
	"testing"

	"tianbo/internal/supply/routing"
)

// day is a problem with a bus, a hub, a noon rest and goods that do not keep.
func day() *routing.Problem {
	p := along(0, 10, 20, 30, 45, 60)
	v := van(3, 12)
	v.Fixed, v.Decay = 5, []float64{2}
	v.Breaks = []routing.Break{{Window: routing.Window{Earliest: 60, Latest: 120}, Duration: 10, MaxLoad: -1}}
	p.Vehicles = []routing.Vehicle{v}
	p.Lines = []routing.Line{{
		ID: "bus", Capacity: []int64{8}, Fee: 1, CutOff: 2, Handling: 2, Classes: 1,
		Stops: []routing.LineStop{{Place: 4, Arrive: 150, Depart: 150}, {Place: 2, Arrive: 180, Depart: 181}, {Place: 0, Arrive: 205, Depart: 205}},
	}}
	p.Hubs = []routing.Hub{{ID: "hub", Place: 0, Dwell: 5, Window: routing.Always()}}
	for i := 1; i < 6; i++ {
		in, out := goods(i, 0, 3), goods(0, i, 2)
		in.Pickup.Service, in.Delivery.Window.Latest = 2, 300
		out.Delivery.Window.Latest = 250
		if i == 4 {
			in.Class, in.Quality = 0, 140
		}
		if i >= 4 {
			in.Itineraries = []routing.Itinerary{{Rides: []routing.Ride{{Line: 0, Board: 0, Alight: 2}}}}
		}
		p.Consignments = append(p.Consignments, in, out)
	}
	return p
}

// frozenAt counts the visits of every route that are done or being driven to.
func frozenAt(plan *routing.Plan, now float64) []int {
	out := make([]int, len(plan.Routes))
	for i := range plan.Routes {
		for k := range plan.Routes[i].Visits {
			before := plan.Routes[i].Depart
			if k > 0 {
				before = plan.Routes[i].Visits[k-1].Leave
			}
			if before <= now {
				out[i] = k + 1
			}
		}
	}
	return out
}

func TestAWithdrawnBusIsPlannedAround(t *testing.T) {
	t.Parallel()
	for _, now := range []float64{15, 70, 100, 140} {
		p := day()
		before, report := plan(t, p, 500)
		if !report.Feasible() {
			t.Fatal("the day cannot be planned at all")
		}
		frozen := frozenAt(before, now)
		p.Previous = &routing.Previous{Plan: *before, Frozen: frozen, Now: now, ChangePenalty: 1}
		p.Lines[0].Capacity = []int64{0}
		after, report := plan(t, p, 500)
		if !report.Feasible() {
			t.Errorf("at %v: left behind %+v", now, after.Unserved)
		}
		if len(after.Rides) > 0 {
			t.Errorf("at %v: somebody still takes the bus", now)
		}
		for i, keep := range frozen {
			if keep == 0 {
				continue
			}
			was := before.Routes[i]
			at := slices.IndexFunc(after.Routes, func(r routing.Route) bool { return r.Vehicle == was.Vehicle && r.Unit == was.Unit })
			if at < 0 || !slices.Equal(after.Routes[at].Visits[:keep], was.Visits[:keep]) {
				t.Errorf("at %v: what vehicle %d has done is changed", now, was.Unit)
			}
		}
	}
}

func TestGoodsOnTheBusStayOnIt(t *testing.T) {
	t.Parallel()
	p := day()
	before, _ := plan(t, p, 500)
	if len(before.Rides) == 0 {
		t.Fatal("nobody takes the bus, so the test proves nothing")
	}
	var under []int
	for _, b := range before.Rides {
		under = append(under, b.Consignment)
	}
	p.Previous = &routing.Previous{Plan: *before, Frozen: frozenAt(before, 155), Now: 155, Committed: under}
	after, report := plan(t, p, 400)
	if !report.Feasible() || len(after.Rides) != len(before.Rides) {
		t.Errorf("rides: %v, before: %v, left behind: %v", after.Rides, before.Rides, after.Unserved)
	}
}

func TestAQuietDayStaysAsItIs(t *testing.T) {
	t.Parallel()
	p := day()
	before, report := plan(t, p, 400)
	p.Previous = &routing.Previous{Plan: *before, Frozen: make([]int, len(before.Routes)), Now: 0, ChangePenalty: 50}
	_, again := plan(t, p, 400)
	if again.Cost > report.Cost+1e-6 {
		t.Errorf("planning again without a reason raised the cost from %v to %v", report.Cost, again.Cost)
	}
}
