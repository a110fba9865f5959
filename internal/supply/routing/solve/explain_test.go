package solve_test

import (
	"context"
	"math"
	"testing"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/solve"
)

// lane is a problem on a straight road, places ten apart, with one van that drives it at speed one.
func lane() *routing.Problem {
	p := &routing.Problem{}
	for i := range 6 {
		p.Places = append(p.Places, routing.Place{ID: string(rune('a' + i)), X: float64(10 * i)})
	}
	p.Networks = []routing.Network{{Distance: straight(p.Places)}}
	p.Vehicles = []routing.Vehicle{{ID: "van", Count: 1, Capacity: []int64{10}, PerDistance: 1, Shift: routing.Window{Latest: 100}}}
	p.Consignments = []routing.Consignment{{
		ID: "it", Class: routing.NoClass, Size: []int64{4},
		Pickup:   &routing.Stop{Place: 1, Window: routing.Window{Latest: 100}},
		Delivery: &routing.Stop{Place: 4, Window: routing.Window{Latest: 100}},
	}}
	return p
}

func TestReasons(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(p *routing.Problem)
		want   routing.Reason
		by     float64
	}{
		"skill":    {func(p *routing.Problem) { p.Consignments[0].Skills = 4 }, routing.NoSkill, 1},
		"capacity": {func(p *routing.Problem) { p.Consignments[0].Size[0] = 13 }, routing.Capacity, 3},
		"window":   {func(p *routing.Problem) { p.Consignments[0].Delivery.Window.Latest = 35 }, routing.TimeWindow, 5},
		"shelf life": {func(p *routing.Problem) {
			p.Consignments[0].Quality = 25
		}, routing.ShelfLife, 5},
		"break": {func(p *routing.Problem) {
			p.Vehicles[0].Breaks = []routing.Break{{Window: routing.Window{Earliest: 15, Latest: 30}, Duration: 5, MaxLoad: 0}}
			p.Consignments[0].Pickup.Window.Latest = 10
		}, routing.BreakRule, 5},
		"not worth": {func(p *routing.Problem) { p.Consignments[0].Penalty = 30 }, routing.NotWorth, 0},
		"fleet": {func(p *routing.Problem) {
			p.Consignments = append(p.Consignments, p.Consignments[0])
			p.Consignments[1].ID, p.Consignments[1].Priority = "other", 1
			p.Consignments[1].Pickup = &routing.Stop{Place: 0, Window: routing.Window{Earliest: 50, Latest: 50}}
			p.Consignments[1].Delivery = &routing.Stop{Place: 0, Window: routing.Window{Earliest: 50, Latest: 50}}
			p.Consignments[0].Pickup = &routing.Stop{Place: 1, Window: routing.Window{Earliest: 45, Latest: 45}}
			p.Consignments[0].Delivery = &routing.Stop{Place: 1, Window: routing.Window{Earliest: 50, Latest: 55}}
		}, routing.Fleet, 1},
		"cut-off": {func(p *routing.Problem) {
			p.Consignments[0].Delivery.Place = 5
			p.Consignments[0].Quality = 24
			p.Lines = []routing.Line{{ID: "bus", Capacity: []int64{9}, Fee: 1, CutOff: 2, Stops: []routing.LineStop{{Place: 2, Arrive: 22, Depart: 22}, {Place: 5, Arrive: 32, Depart: 32}}}}
			p.Consignments[0].Pickup.Window.Earliest = 8
			p.Vehicles[0].Shift = routing.Window{Earliest: 1, Latest: 200}
			p.Consignments[0].Delivery.Window.Latest = 200
			p.Consignments[0].Itineraries = []routing.Itinerary{{Rides: []routing.Ride{{Line: 0, Board: 0, Alight: 1}}}}
		}, routing.CutOff, 1},
	} {
		p := lane()
		c.change(p)
		out, _ := plan(t, p, budget(100))
		if len(out.Unserved) != 1 || out.Unserved[0].Consignment != 0 {
			t.Errorf("%s: left behind %+v", name, out.Unserved)
			continue
		}
		if u := out.Unserved[0]; u.Reason != c.want || math.Abs(u.By-c.by) > 1e-6 {
			t.Errorf("%s: %s by %g, want %s by %g", name, u.Reason, u.By, c.want, c.by)
		}
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	p := lane()
	empty := &routing.Plan{Unserved: []routing.Unserved{{Consignment: 0}}}
	cost, why, err := solve.Quote(context.Background(), p, empty, 0)
	if err != nil || why != nil || cost != 80 {
		t.Errorf("quote %g, %v, %v; the way there and back is 80", cost, why, err)
	}
	p.Consignments = append(p.Consignments, p.Consignments[0])
	p.Consignments[1].ID = "again"
	one, _ := plan(t, lane(), budget(50))
	if cost, why, err := solve.Quote(context.Background(), p, one, 1); err != nil || why != nil || cost != 0 {
		t.Errorf("quote %g, %v, %v; it rides along for nothing", cost, why, err)
	}
	p.Consignments[1].Size = []int64{99}
	if _, why, err := solve.Quote(context.Background(), p, one, 1); err != nil || why == nil || why.Reason != routing.Capacity {
		t.Errorf("too large: %v, %v", why, err)
	}
	if _, _, err := solve.Quote(context.Background(), p, one, 0); err == nil {
		t.Error("a consignment that is carried already was quoted")
	}
}
