package solve_test

import (
	"math/rand/v2"
	"testing"

	"tianbo/internal/supply/routing"
)

// twoLevels is a depot, three satellites and customers around them.
func twoLevels(seed uint64, n int) *routing.Problem {
	rng := rand.New(rand.NewPCG(seed, 4))
	p := plane(rng, n+4, 100)
	p.Echelon = &routing.Echelon{Depot: 0, Satellites: []int{1, 2, 3}, Trucks: 4, Capacity: 60, PerUnit: 1, Second: 9, PerStation: 4}
	for _, s := range p.Echelon.Satellites {
		p.Vehicles = append(p.Vehicles, routing.Vehicle{ID: p.Places[s].ID, Count: 4, Start: s, End: s, Capacity: []int64{20}, PerDistance: 1, Shift: routing.Always()})
	}
	for i := range n {
		p.Consignments = append(p.Consignments, routing.Consignment{ID: p.Places[4+i].ID, Class: routing.NoClass, Size: []int64{2 + rng.Int64N(7)}, Delivery: &routing.Stop{Place: 4 + i, Window: routing.Always()}})
	}
	return p
}

func TestTwoLevelsHold(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		p := twoLevels(seed, 18)
		out, r := plan(t, p, budget(2000))
		if r.Mandatory > 0 || len(out.Supply) == 0 || r.FirstLevel == 0 {
			t.Errorf("problem %d: %d left behind, %d first-level tours", seed, r.Mandatory, len(out.Supply))
		}
	}
}

// With one satellite far out of the way nobody should go there.
func TestFarSatelliteStaysClosed(t *testing.T) {
	t.Parallel()
	p := twoLevels(1, 12)
	p.Places[3].X, p.Places[3].Y = 5000, 5000
	p.Networks[0].Distance = straight(p.Places)
	out, _ := plan(t, p, budget(2000))
	for _, s := range out.Supply {
		for _, place := range s.Satellites {
			if place == 3 {
				t.Error("the far satellite is supplied")
			}
		}
	}
}
