package solve_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/check"
	"tianbo/internal/supply/routing/solve"
)

// plane scatters places over a square and joins all of them by straight lines.
func plane(rng *rand.Rand, n int, side float64) *routing.Problem {
	p := &routing.Problem{}
	for i := range n {
		p.Places = append(p.Places, routing.Place{ID: fmt.Sprint(i), X: math.Round(rng.Float64() * side), Y: math.Round(rng.Float64() * side)})
	}
	p.Networks = []routing.Network{{Distance: straight(p.Places)}}
	return p
}

func straight(places []routing.Place) []float64 {
	n := len(places)
	d := make([]float64, n*n)
	for i := range places {
		for j := range places {
			d[i*n+j] = math.Hypot(places[i].X-places[j].X, places[i].Y-places[j].Y)
		}
	}
	return d
}

// rounds makes a problem of deliveries from place 0: with windows when asked.
func rounds(seed uint64, n int, windows bool) *routing.Problem {
	rng := rand.New(rand.NewPCG(seed, 1))
	p := plane(rng, n+1, 100)
	p.Vehicles = []routing.Vehicle{{ID: "van", Count: n, Capacity: []int64{30}, PerDistance: 1, Shift: routing.Window{Latest: 1000}}}
	for i := range n {
		s := &routing.Stop{Place: i + 1, Window: routing.Window{Latest: routing.Never}, Service: 5}
		if windows {
			s.Window.Earliest = math.Round(rng.Float64() * 500)
			s.Window.Latest = s.Window.Earliest + 150 + math.Round(rng.Float64()*100)
		}
		p.Consignments = append(p.Consignments, routing.Consignment{ID: fmt.Sprint(i), Class: routing.NoClass, Size: []int64{1 + rng.Int64N(9)}, Delivery: s})
	}
	return p
}

// hauls makes a problem of pick-ups and deliveries within windows.
func hauls(seed uint64, n int) *routing.Problem {
	rng := rand.New(rand.NewPCG(seed, 2))
	p := plane(rng, 2*n+1, 100)
	p.Vehicles = []routing.Vehicle{{ID: "truck", Count: n, Capacity: []int64{20}, PerDistance: 1, Shift: routing.Window{Latest: 1000}}}
	for i := range n {
		from, to := &p.Places[2*i+1], &p.Places[2*i+2]
		early := math.Round(rng.Float64() * 400)
		way := math.Hypot(from.X-to.X, from.Y-to.Y)
		p.Consignments = append(p.Consignments, routing.Consignment{
			ID: fmt.Sprint(i), Class: routing.NoClass, Size: []int64{1 + rng.Int64N(9)},
			Pickup:   &routing.Stop{Place: 2*i + 1, Window: routing.Window{Earliest: early, Latest: early + 150}, Service: 3},
			Delivery: &routing.Stop{Place: 2*i + 2, Window: routing.Window{Earliest: early + way, Latest: early + way + 250}, Service: 3},
		})
	}
	return p
}

// rich makes a problem that mixes every rule: two sizes, compartments, skills, freshness, breaks, limits, prices of
// distance and time, open ends, goods from and to the depot, optional ones and a bus.
func rich(seed uint64, n int) *routing.Problem {
	rng := rand.New(rand.NewPCG(seed, 3))
	p := plane(rng, n+4, 60)
	for i := range p.Places {
		if rng.IntN(2) == 0 {
			p.Places[i].Setup = 2
		}
	}
	p.Vehicles = []routing.Vehicle{
		{ID: "reefer", Count: 2, Capacity: []int64{30, 9}, Compartments: []routing.Compartment{{Class: 0, Capacity: 20}}, Fixed: 40, PerDistance: 1.5, PerTime: 0.2, Shift: routing.Window{Earliest: 10, Latest: 600}, Skills: 3, Decay: []float64{0.4}, MaxDuration: 400},
		{ID: "van", Count: 3, Capacity: []int64{20, 6}, Fixed: 20, PerDistance: 1, Shift: routing.Window{Latest: 700}, Skills: 1, Decay: []float64{2}, Breaks: []routing.Break{{Window: routing.Window{Earliest: 150, Latest: 250}, Duration: 20, MaxLoad: 15}}},
		{ID: "bike", Count: 2, Start: 1, End: routing.Anywhere, Capacity: []int64{6, 2}, PerDistance: 0.7, PerTime: 0.1, Shift: routing.Window{Latest: 500}, MaxDistance: 150},
	}
	p.Lines = []routing.Line{{
		ID: "bus", Capacity: []int64{12, 4}, Skills: 1, Classes: 3, CutOff: 5, Handling: 5, Fee: 3, FeeUnit: 0.5,
		Stops: []routing.LineStop{{Place: 2, Arrive: 200, Depart: 202}, {Place: 3, Arrive: 230, Depart: 232}, {Place: 1, Arrive: 270, Depart: 270}},
	}}
	stop := func(place int) *routing.Stop {
		early := math.Round(rng.Float64() * 200)
		return &routing.Stop{Place: place, Window: routing.Window{Earliest: early, Latest: early + 100 + math.Round(rng.Float64()*250)}, Service: float64(rng.IntN(5))}
	}
	for i := range n {
		c := routing.Consignment{ID: fmt.Sprint(i), Class: rng.IntN(3) - 1, Size: []int64{1 + rng.Int64N(6), rng.Int64N(3)}}
		switch rng.IntN(4) {
		case 0:
			c.Delivery = stop(4 + i)
		case 1:
			c.Pickup = stop(4 + i)
		default:
			c.Pickup, c.Delivery = stop(4+i), stop(rng.IntN(n+4))
			c.Delivery.Window.Latest += 150
			c.Itineraries = []routing.Itinerary{{Rides: []routing.Ride{{Line: 0, Board: rng.IntN(2), Alight: 2}}}}
		}
		if rng.IntN(2) == 0 {
			c.Quality = 60 + 100*rng.Float64()
		}
		if rng.IntN(4) == 0 {
			c.Skills = 1 << uint(rng.IntN(2))
		}
		if rng.IntN(3) == 0 {
			c.Penalty = 10 + 90*rng.Float64()
		}
		c.Priority = rng.IntN(3)
		p.Consignments = append(p.Consignments, c)
	}
	return p
}

func budget(iterations int) solve.Options {
	return solve.Options{Seed: 1, Workers: 2, Iterations: iterations}
}

// plan solves and has the checker agree.
func plan(t *testing.T, p *routing.Problem, opt solve.Options) (*routing.Plan, *check.Report) {
	t.Helper()
	out, _, err := solve.Solve(context.Background(), p, opt)
	if err != nil {
		t.Fatal(err)
	}
	report, err := check.Verify(p, out)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range report.Violations {
		t.Errorf("broken: %v", v)
	}
	return out, report
}
