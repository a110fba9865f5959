package share

import (
	"math/rand/v2"
)

// Shapley samples the Shapley value of every consignment: the mean of what it adds to the cost when the consignments come
// in random orders. The values add up to the bill in every sample. Routes are independent of each other, so each is
// sampled for itself.
func (g *Game) Shapley(samples int, seed uint64) []float64 {
	out := make([]float64, len(g.served))
	copy(out, g.fees)
	samples = max(1, samples)
	for r := range g.plan.Routes {
		g.sample(r, samples, rand.New(rand.NewPCG(seed, uint64(r))), out)
	}
	return out
}

func (g *Game) sample(r, samples int, rng *rand.Rand, out []float64) {
	var members []int
	for c, on := range g.routes {
		for _, k := range on {
			if k == r {
				members = append(members, c)
			}
		}
	}
	in := make(map[int]bool, len(members))
	for range samples {
		rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		clear(in)
		before := 0.0
		for _, c := range members {
			in[c] = true
			after := g.route(r, func(k int) bool { return in[k] })
			out[c] += (after - before) / float64(samples)
			before = after
		}
	}
}
