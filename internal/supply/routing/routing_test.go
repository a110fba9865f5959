package routing_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/check"
	"tianbo/internal/supply/routing/matrix"
	"tianbo/internal/supply/routing/solve"
)

// plan solves a problem and passes the result to the checker.
func plan(t *testing.T, p *routing.Problem, iterations int) (*routing.Plan, *check.Report) {
	t.Helper()
	out, _, err := solve.Solve(context.Background(), p, solve.Options{Seed: 1, Iterations: iterations})
	if err != nil {
		t.Fatal(err)
	}
	r, err := check.Verify(p, out)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Violations {
		t.Errorf("broken: %v", v)
	}
	return out, r
}

// along makes places on a straight road, one distance unit a time unit.
func along(xs ...float64) *routing.Problem {
	p := &routing.Problem{}
	for i, x := range xs {
		p.Places = append(p.Places, routing.Place{ID: fmt.Sprint(i), X: x})
	}
	p.Networks = []routing.Network{matrix.Plane(p.Places, matrix.Profile{})}
	return p
}

func van(count int, capacity ...int64) routing.Vehicle {
	return routing.Vehicle{ID: "van", Count: count, Capacity: capacity, PerDistance: 1, Shift: routing.Window{Latest: 1000}}
}

func goods(from, to int, size int64) routing.Consignment {
	always := routing.Window{Latest: 1000}
	return routing.Consignment{
		ID: fmt.Sprintf("%d-%d", from, to), Class: routing.NoClass, Size: []int64{size},
		Pickup: &routing.Stop{Place: from, Window: always}, Delivery: &routing.Stop{Place: to, Window: always},
	}
}

// Each row is a small problem whose best cost is known by hand.
func TestKnownOptima(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		make     func() *routing.Problem
		cost     float64
		unserved int
	}{
		"there and back": {func() *routing.Problem {
			p := along(0, 10, 20)
			p.Vehicles = []routing.Vehicle{van(2, 10)}
			p.Consignments = []routing.Consignment{goods(0, 1, 5), goods(0, 2, 5)}
			return p
		}, 40, 0},
		"two trips because the van is small": {func() *routing.Problem {
			p := along(0, 10, 20)
			p.Vehicles = []routing.Vehicle{van(1, 5)}
			p.Consignments = []routing.Consignment{goods(0, 1, 5), goods(0, 2, 5)}
			return p
		}, 60, 0},
		"released late: two trips or a wait": {func() *routing.Problem {
			p := along(0, 10, 20)
			p.Vehicles = []routing.Vehicle{van(1, 10)}
			p.Consignments = []routing.Consignment{goods(0, 1, 5), goods(0, 2, 5)}
			p.Consignments[1].Pickup.Window.Earliest = 100
			p.Consignments[0].Delivery.Window.Latest = 50
			return p
		}, 60, 0},
		"only the dear vehicle has the skill": {func() *routing.Problem {
			p := along(0, 10)
			dear := van(1, 10)
			dear.ID, dear.PerDistance, dear.Skills = "dear", 3, 1
			p.Vehicles = []routing.Vehicle{van(1, 10), dear}
			p.Consignments = []routing.Consignment{goods(0, 1, 5)}
			p.Consignments[0].Skills = 1
			return p
		}, 60, 0},
		"chilled goods need the cold compartment": {func() *routing.Problem {
			p := along(0, 10)
			reefer := van(1, 10)
			reefer.Compartments = []routing.Compartment{{Class: 0, Capacity: 4}}
			p.Vehicles = []routing.Vehicle{reefer}
			for range 2 {
				g := goods(0, 1, 4)
				g.Class = 0
				p.Consignments = append(p.Consignments, g)
			}
			return p
		}, 40, 0},
		"not worth it": {func() *routing.Problem {
			p := along(0, 10, 500)
			p.Vehicles = []routing.Vehicle{van(1, 10)}
			p.Consignments = []routing.Consignment{goods(0, 1, 5), goods(0, 2, 5)}
			p.Consignments[1].Penalty = 30
			return p
		}, 50, 1},
		"fresh only in the cooled van": {func() *routing.Problem {
			p := along(0, 10, 20)
			cool := van(1, 10)
			cool.ID, cool.PerDistance = "cool", 2
			warm := van(1, 10)
			warm.Decay = []float64{3}
			p.Vehicles = []routing.Vehicle{warm, cool}
			g := goods(1, 2, 5)
			g.Class, g.Quality = 0, 20
			p.Consignments = []routing.Consignment{g}
			return p
		}, 80, 0},
		"by bus and a short drive": {func() *routing.Problem {
			p := along(0, 5, 100, 103)
			p.Vehicles = []routing.Vehicle{van(2, 10)}
			p.Lines = []routing.Line{{ID: "bus", Capacity: []int64{5}, Fee: 2, Stops: []routing.LineStop{{Place: 1, Arrive: 20, Depart: 20}, {Place: 2, Arrive: 60, Depart: 60}}}}
			g := goods(1, 2, 5)
			g.Itineraries = []routing.Itinerary{{Rides: []routing.Ride{{Line: 0, Board: 0, Alight: 1}}}}
			h := goods(0, 2, 5) // there is room for one on the bus; each would pay 2 and the second a long drive
			h.Itineraries = g.Itineraries
			h.Penalty = 50
			p.Consignments = []routing.Consignment{g, h}
			return p
		}, 52, 1},
		"changing trucks at the hub saves a way": {func() *routing.Problem {
			p := along(0, 10, -10)
			left, right := van(1, 10), van(1, 10)
			left.ID, left.MaxDistance, right.ID, right.MaxDistance = "left", 25, "right", 25
			p.Vehicles = []routing.Vehicle{left, right}
			p.Hubs = []routing.Hub{{ID: "hub", Place: 0, Dwell: 5, Window: routing.Always(), Fee: 1}}
			g := goods(1, 2, 5)
			g.Itineraries = []routing.Itinerary{{Rides: []routing.Ride{routing.Stay(0)}}}
			p.Consignments = []routing.Consignment{g}
			return p
		}, 41, 0},
		"a rest that fits the windows": {func() *routing.Problem {
			p := along(0, 10)
			v := van(1, 10)
			v.PerTime = 1
			v.Breaks = []routing.Break{{Window: routing.Window{Earliest: 5, Latest: 12}, Duration: 4, MaxLoad: 0}}
			p.Vehicles = []routing.Vehicle{v}
			g := goods(0, 1, 5)
			g.Delivery.Window = routing.Window{Earliest: 10, Latest: 10}
			p.Consignments = []routing.Consignment{g}
			return p
		}, 44, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := plan(t, c.make(), 200)
			if math.Abs(r.Cost-c.cost) > 1e-6 || r.Unserved != c.unserved {
				t.Errorf("cost %v with %d unserved, want %v with %d", r.Cost, r.Unserved, c.cost, c.unserved)
			}
		})
	}
}

func TestPriorityDecidesWhoStays(t *testing.T) {
	t.Parallel()
	p := along(0, 10, 10)
	v := van(1, 5)
	v.Shift.Latest = 25 // time for one trip only
	p.Vehicles = []routing.Vehicle{v}
	p.Consignments = []routing.Consignment{goods(0, 1, 5), goods(0, 2, 5)}
	p.Consignments[1].Priority = 5
	out, r := plan(t, p, 300)
	if r.Mandatory != 1 || out.Unserved[0].Consignment != 0 {
		t.Errorf("left behind: %+v", out.Unserved)
	}
}

// random makes a problem with windows, two vehicle types and limits on time on board.
func random(seed uint64) *routing.Problem {
	rng := rand.New(rand.NewPCG(seed, 9))
	xs := make([]routing.Place, 9)
	for i := range xs {
		xs[i] = routing.Place{ID: fmt.Sprint(i), X: float64(rng.IntN(50)), Y: float64(rng.IntN(50)), Setup: float64(rng.IntN(3))}
	}
	p := &routing.Problem{Places: xs, Networks: []routing.Network{matrix.Plane(xs, matrix.Profile{})}}
	small, large := van(2, 8), van(1, 20)
	small.ID, small.Fixed, large.Fixed, large.PerDistance = "small", 10, 30, 1.5
	p.Vehicles = []routing.Vehicle{small, large}
	for range 7 {
		g := goods(rng.IntN(9), rng.IntN(9), int64(1+rng.IntN(5)))
		open := float64(rng.IntN(200))
		g.Pickup.Window = routing.Window{Earliest: open, Latest: open + 150}
		g.Quality = float64(60 + rng.IntN(100))
		g.Penalty = 200
		p.Consignments = append(p.Consignments, g)
	}
	return p
}

// What does not change the problem does not change the cost of its best plan.
func TestInvariances(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		_, r := plan(t, random(seed), 1500)
		for name, change := range map[string]func(*routing.Problem){
			"renamed and reordered": func(p *routing.Problem) {
				n := len(p.Consignments)
				for i := range n / 2 {
					p.Consignments[i], p.Consignments[n-1-i] = p.Consignments[n-1-i], p.Consignments[i]
				}
				p.Vehicles[0], p.Vehicles[1] = p.Vehicles[1], p.Vehicles[0]
			},
			"an hour later": func(p *routing.Problem) {
				for i := range p.Consignments {
					for _, s := range []*routing.Stop{p.Consignments[i].Pickup, p.Consignments[i].Delivery} {
						s.Window.Earliest += 3600
						s.Window.Latest += 3600
					}
				}
				for i := range p.Vehicles {
					p.Vehicles[i].Shift.Earliest += 3600
					p.Vehicles[i].Shift.Latest += 3600
				}
			},
			"mirrored": func(p *routing.Problem) {
				for i := range p.Places {
					p.Places[i].X, p.Places[i].Y = -p.Places[i].Y, p.Places[i].X
				}
				p.Networks[0] = matrix.Plane(p.Places, matrix.Profile{})
			},
		} {
			p := random(seed)
			change(p)
			if _, other := plan(t, p, 1500); math.Abs(other.Cost-r.Cost) > 1e-6 {
				t.Errorf("seed %d, %s: cost %v instead of %v", seed, name, other.Cost, r.Cost)
			}
		}
	}
}
