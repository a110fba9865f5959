package solve_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"tianbo/internal/supply/routing"
)

// What does not change a problem must not change its cost: order and names, the origin of time, mirrored maps.
func TestCostDoesNotDependOnHowAProblemIsWritten(t *testing.T) {
	t.Parallel()
	changes := map[string]func(p *routing.Problem, rng *rand.Rand){
		"permuted": permute,
		"shifted": func(p *routing.Problem, _ *rand.Rand) {
			each(p, func(w *routing.Window) { w.Earliest, w.Latest = w.Earliest+1024, w.Latest+1024 })
		},
		"mirrored": func(p *routing.Problem, _ *rand.Rand) {
			for i := range p.Places {
				p.Places[i].X = -p.Places[i].X
			}
			p.Networks[0].Distance = straight(p.Places)
		},
	}
	for seed := range uint64(2) {
		for _, build := range []func() *routing.Problem{
			func() *routing.Problem { return rounds(seed, 9, true) },
			func() *routing.Problem { return hauls(seed, 6) },
		} {
			want, _ := plan(t, build(), budget(1500))
			for name, change := range changes {
				p := build()
				change(p, rand.New(rand.NewPCG(seed, 9)))
				if got, _ := plan(t, p, budget(1500)); math.Abs(got.Cost-want.Cost) > 1e-6 {
					t.Errorf("%s problem %d costs %g, not %g", name, seed, got.Cost, want.Cost)
				}
			}
		}
	}
}

func each(p *routing.Problem, do func(w *routing.Window)) {
	for i := range p.Vehicles {
		do(&p.Vehicles[i].Shift)
	}
	for i := range p.Consignments {
		for _, s := range []*routing.Stop{p.Consignments[i].Pickup, p.Consignments[i].Delivery} {
			if s != nil {
				do(&s.Window)
			}
		}
	}
}

// permute renumbers places and reorders consignments.
func permute(p *routing.Problem, rng *rand.Rand) {
	to := rng.Perm(len(p.Places))
	places := slices.Clone(p.Places)
	for i, place := range places {
		p.Places[to[i]] = place
	}
	p.Networks[0].Distance = straight(p.Places)
	for i := range p.Vehicles {
		p.Vehicles[i].Start, p.Vehicles[i].End = to[p.Vehicles[i].Start], to[p.Vehicles[i].End]
	}
	for i := range p.Consignments {
		for _, s := range []*routing.Stop{p.Consignments[i].Pickup, p.Consignments[i].Delivery} {
			if s != nil {
				s.Place = to[s.Place]
			}
		}
	}
	rng.Shuffle(len(p.Consignments), func(i, j int) {
		p.Consignments[i], p.Consignments[j] = p.Consignments[j], p.Consignments[i]
	})
}
