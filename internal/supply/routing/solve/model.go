package solve

import "math"

func (m *rounds) good(stop int32) int32 { return stop }

func (m *rounds) vehicles() []int32 {
	out := make([]int32, len(m.kinds))
	for k := range m.kinds {
		out[k] = m.kinds[k].units
	}
	return out
}

// skips tells what leaving each good out costs; only optional goods and those the best plan leaves out may stay behind.
func (m *rounds) skips(best *snapshot) []float64 {
	out := make([]float64, m.n)
	for v := range out {
		out[v] = m.penalty[v]
		if m.mandatory[v] {
			out[v] = math.Inf(1)
		}
	}
	for _, v := range best.absent {
		out[v] = m.penalty[v]
	}
	return out
}

func (m *haul) good(stop int32) int32 { return m.jobs[m.nodes[stop].job].good }

func (m *haul) vehicles() []int32 {
	out := make([]int32, len(m.fleet))
	for k := range m.fleet {
		out[k] = m.fleet[k].units
	}
	return out
}

func (m *haul) skips(best *snapshot) []float64 {
	out := make([]float64, len(m.goods))
	for c := range out {
		out[c] = m.goods[c].penalty
		if m.goods[c].must {
			out[c] = math.Inf(1)
		}
	}
	for _, c := range best.absent {
		out[c] = m.goods[c].penalty
	}
	return out
}

// price completes a snapshot put together from routes: the ways of its goods and its cost.
func (m *haul) price(s *snapshot) {
	s.ways = make([]int32, len(m.goods))
	for c := range s.ways {
		s.ways[c] = -1
	}
	s.cost = 0
	for i := range s.routes {
		s.cost += s.routes[i].cost
		for _, v := range s.routes[i].stops {
			s.ways[m.good(v)] = 0
		}
	}
	for _, c := range s.absent {
		s.cost += m.goods[c].penalty
	}
}
