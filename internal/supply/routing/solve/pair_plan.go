package solve

import (
	"math"

	"tianbo/internal/supply/routing"
)

func (m *haul) split(whole *snapshot, rng random, parts int) []snapshot {
	left := make([]int32, len(m.fleet))
	for k := range left {
		left[k] = m.fleet[k].units
	}
	mid := &m.p.Places[m.fleet[0].start]
	out := splitRoutes(whole, rng, parts, left, func(v int32) (x, y float64) {
		at := &m.p.Places[m.nodes[v].place]
		return at.X - mid.X, at.Y - mid.Y
	})
	for i := range out {
		out[i].ways = make([]int32, len(m.goods))
		for c := range out[i].ways {
			out[i].ways[c] = -1
		}
		for _, t := range out[i].routes {
			for _, v := range t.stops {
				out[i].ways[m.jobs[m.nodes[v].job].good] = 0
			}
		}
	}
	return out
}

// warm starts from a plan: the previous one of a re-planned day, else the given one.
func (s *pairs) warm(start *routing.Plan) {
	p := s.m.p
	frozen := []int(nil)
	if p.Previous != nil {
		start, frozen = &p.Previous.Plan, p.Previous.Frozen
	}
	if start == nil {
		return
	}
	from := snapshot{ways: make([]int32, len(s.m.goods))}
	for c := range from.ways {
		from.ways[c] = -1
	}
	for _, b := range start.Rides {
		if b.Consignment < 0 || b.Consignment >= len(from.ways) {
			continue
		}
		from.ways[b.Consignment] = s.m.variant(int32(b.Consignment), b.Itinerary, start)
	}
	for i := range start.Routes {
		keep := 0
		if i < len(frozen) {
			keep = frozen[i]
		}
		from.routes = append(from.routes, s.m.retrace(&start.Routes[i], keep, p.Previous != nil, from.ways))
	}
	for c, w := range from.ways {
		if w < 0 {
			from.absent = append(from.absent, int32(c))
		}
	}
	if p.Previous != nil {
		for i := range from.routes {
			for _, v := range from.routes[i].stops {
				s.m.goods[s.m.jobs[s.m.nodes[v].job].good].before = unitKey(from.routes[i].kind, from.routes[i].unit)
			}
		}
	}
	s.restore(&from)
	s.repair()
}

// retrace turns a route of a plan into nodes; visits of consignments that changed their way are left out.
func (m *haul) retrace(r *routing.Route, keep int, units bool, ways []int32) trip {
	t := trip{kind: int32(r.Vehicle), unit: -1}
	if units {
		t.unit = int32(r.Unit)
	}
	if keep > 0 {
		t.fixed = append(t.fixed, r.Depart)
	}
	for k := range r.Visits {
		v := &r.Visits[k]
		if v.Act == routing.Rest || v.Consignment < 0 || v.Consignment >= len(m.goods) {
			continue
		}
		if ways[v.Consignment] < 0 && v.Leg == routing.Whole {
			ways[v.Consignment] = 0
		}
		if ways[v.Consignment] < 0 {
			continue
		}
		w := &m.goods[v.Consignment].ways[ways[v.Consignment]]
		for i := range w.count {
			j := &m.jobs[w.jobs[i]]
			for _, n := range [2]int32{j.pick, j.drop} {
				if n >= 0 && m.nodes[n].leg == v.Leg && m.nodes[n].act == v.Act {
					t.stops = append(t.stops, n)
					if k < keep {
						t.frozen++
						t.fixed = append(t.fixed, v.Start)
					}
				}
			}
		}
	}
	return t
}

// repair takes out, one by one, what makes a warm start infeasible: the world changed since it was made.
func (s *pairs) repair() {
	for again := true; again; {
		again = false
		s.clock++
		s.touched, s.rebook = s.touched[:0], s.rebook[:0]
		for c := range s.way {
			if s.way[c] >= 0 && (!s.whole(int32(c)) || s.crowded(int32(c))) && !s.pinned(int32(c)) {
				s.take(int32(c))
			}
		}
		for _, id := range s.active {
			if c := s.offender(id); c >= 0 {
				s.take(c)
				again = true
			}
		}
		for _, id := range append([]int32(nil), s.touched...) {
			s.compact(id)
		}
	}
	s.touched, s.rebook = s.touched[:0], s.rebook[:0]
	s.recost()
}

// whole tells whether all drives of a good are on routes.
func (s *pairs) whole(c int32) bool {
	w := &s.m.goods[c].ways[s.way[c]]
	for i := range w.count {
		j := &s.m.jobs[w.jobs[i]]
		for _, v := range [2]int32{j.pick, j.drop} {
			if v >= 0 && s.where[v] < 0 {
				return false
			}
		}
	}
	return true
}

// offender finds a good whose removal may mend an infeasible route, -1 when the route is sound.
func (s *pairs) offender(id int32) int32 {
	r := &s.routes[id]
	k := &s.m.fleet[r.kind]
	s.probe.load(s.m, r, -1, -1, -1)
	ok := s.probe.solve(s.m, k)
	for i := 0; i < len(r.seq) && ok; i++ {
		ok = s.m.fits(&r.seq[i].load, &quantity{}, &k.capacity)
	}
	if ok {
		return -1
	}
	for i := len(r.seq) - 2; i > int(r.frozen); i-- {
		if c := s.m.jobs[s.m.nodes[r.seq[i].node].job].good; s.way[c] >= 0 && !s.pinned(c) {
			return c
		}
	}
	return -1
}

// plan writes a snapshot as a plan with exact times.
func (m *haul) plan(best *snapshot) *routing.Plan {
	out := &routing.Plan{}
	s := newPairs(m, newRandom(1, 1))
	s.blink = math.MaxInt
	s.restore(best)
	s.recreate() // whoever still fits comes along
	taken := map[[2]int32]bool{}
	for i := range best.routes {
		if u := best.routes[i].unit; u >= 0 {
			taken[[2]int32{best.routes[i].kind, u}] = true
		}
	}
	for _, id := range s.active {
		r := &s.routes[id]
		if len(r.seq) == 2 {
			continue
		}
		if r.unit < 0 {
			r.unit = 0
			for taken[[2]int32{r.kind, r.unit}] {
				r.unit++
			}
			taken[[2]int32{r.kind, r.unit}] = true
		}
		route := s.written(r)
		out.Routes = append(out.Routes, route)
		out.Cost += route.Cost
		out.Distance += r.length
	}
	for c, w := range s.way {
		g := &m.goods[c]
		switch {
		case w < 0:
			out.Unserved = append(out.Unserved, s.explain(int32(c)))
			if !g.must {
				out.Cost += g.penalty
			}
		case g.ways[w].itinerary >= 0:
			out.Rides = append(out.Rides, routing.Booking{Consignment: c, Itinerary: int(g.ways[w].itinerary), Fee: g.ways[w].fee})
			out.Cost += g.ways[w].fee
		}
	}
	return out
}

// written schedules one route for publication.
func (s *pairs) written(r *vroute) routing.Route {
	m := s.m
	k := &m.fleet[r.kind]
	q := &s.probe
	q.load(m, r, -1, -1, -1)
	q.solve(m, k)
	q.settle()
	last := len(q.at) - 1
	out := routing.Route{Vehicle: int(r.kind), Unit: int(r.unit), Depart: q.t[0], Return: q.t[last]}
	if r.frozen > 0 {
		out.Visits = append(out.Visits, m.done[unitKey(r.kind, r.unit)].visits...)
	}
	for i := 1 + int(r.frozen); i < last; i++ {
		pt := &q.at[i]
		v := routing.Visit{Place: int(pt.place), Break: -1, Arrive: q.t[i-1] + q.at[i-1].service + pt.trip, Start: q.t[i], Leave: q.t[i] + pt.service}
		v.Arrive = math.Min(v.Arrive, v.Start)
		if pt.node < 0 {
			v.Act, v.Consignment, v.Break = routing.Rest, -1, int(-2-pt.node)
		} else {
			n := &m.nodes[pt.node]
			v.Act, v.Leg, v.Consignment = n.act, n.leg, int(m.jobs[n.job].good)
		}
		out.Visits = append(out.Visits, v)
	}
	out.Cost = k.fixed + k.unit*r.length + k.hour*(out.Return-out.Depart)
	return out
}
