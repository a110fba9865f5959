package solve

import (
	"cmp"
	"math"
	"slices"
)

// split parts the routes by the direction or the angle of their centres into shares of about equal numbers of stops.
func (m *rounds) split(whole *snapshot, rng random, parts int) []snapshot {
	left := make([]int32, len(m.kinds))
	for k := range left {
		left[k] = m.kinds[k].units
	}
	out := splitRoutes(whole, rng, parts, left, func(v int32) (x, y float64) { return m.x[v] - m.midX, m.y[v] - m.midY })
	for i := range out {
		m.price(&out[i])
	}
	return out
}

// splitRoutes does it for either engine: left counts the units by kind, at tells where a stop is from the depots.
func splitRoutes(whole *snapshot, rng random, parts int, left []int32, at func(v int32) (x, y float64)) []snapshot {
	angle := rng.unit() * 2 * math.Pi
	byAngle := rng.below(2) == 0
	order := make([]keyed, len(whole.routes))
	stops := 0
	for i := range whole.routes {
		order[i] = keyed{int32(i), bearing(&whole.routes[i], angle, byAngle, at)}
		stops += len(whole.routes[i].stops)
	}
	slices.SortFunc(order, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.node, b.node))
	})
	out := make([]snapshot, parts)
	seen := 0
	for _, o := range order {
		t := &whole.routes[o.node]
		part := min(parts-1, seen*parts/max(1, stops))
		seen += len(t.stops)
		p := &out[part]
		p.routes = append(p.routes, trip{kind: t.kind, unit: -1, stops: slices.Clone(t.stops)})
		left[t.kind]--
	}
	for i, v := range whole.absent {
		out[i%parts].absent = append(out[i%parts].absent, v)
	}
	for i := range out {
		out[i].units = make([]int32, len(left))
		for k, n := range left {
			out[i].units[k] = (n + int32(i)) / int32(parts)
		}
	}
	return out
}

// bearing is where a route lies: its centre's angle around its depot, or its place along a direction.
func bearing(t *trip, angle float64, byAngle bool, at func(v int32) (x, y float64)) float64 {
	x, y := 0.0, 0.0
	for _, v := range t.stops {
		dx, dy := at(v)
		x += dx
		y += dy
	}
	n := float64(max(1, len(t.stops)))
	x, y = x/n, y/n
	if !byAngle {
		return x*math.Cos(angle) + y*math.Sin(angle)
	}
	a := math.Atan2(y, x) - angle
	return math.Mod(a+4*math.Pi, 2*math.Pi)
}

// price recomputes a snapshot's cost.
func (m *rounds) price(s *snapshot) {
	s.cost = 0
	for i := range s.routes {
		t := &s.routes[i]
		k := &m.kinds[t.kind]
		length, at, load := 0.0, k.start, 0.0
		for _, v := range t.stops {
			load += float64(m.demand[v])
			length += m.dist[int(at)*m.places+int(m.place[v])]
			at = m.place[v]
		}
		length += m.dist[int(at)*m.places+int(k.end)]
		t.cost = k.fixed + k.unit*length + k.toll*load
		s.cost += t.cost
	}
	for _, v := range s.absent {
		s.cost += m.penalty[v]
	}
}
