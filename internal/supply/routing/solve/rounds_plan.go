package solve

import (
	"math"
	"slices"

	"tianbo/internal/supply/routing"
)

// plan writes a snapshot as a plan: every route leaves as late as its shortest duration allows.
func (m *rounds) plan(p *routing.Problem, s *snapshot) *routing.Plan {
	out := &routing.Plan{}
	units := make([]int, len(m.kinds))
	for i := range s.routes {
		t := &s.routes[i]
		r := m.schedule(t)
		r.Unit = units[t.kind]
		units[t.kind]++
		k := &m.kinds[t.kind]
		length, at := 0.0, k.start
		for _, v := range t.stops {
			length += m.dist[int(at)*m.places+int(m.place[v])]
			at = m.place[v]
		}
		length += m.dist[int(at)*m.places+int(k.end)]
		r.Cost = k.fixed + k.unit*length
		out.Cost += r.Cost
		out.Distance += length
		out.Routes = append(out.Routes, r)
	}
	out.Unserved = m.explain(p, s)
	for _, v := range s.absent {
		if !m.mandatory[v] {
			out.Cost += m.penalty[v]
		}
	}
	return out
}

func (m *rounds) schedule(t *trip) routing.Route {
	k := &m.kinds[t.kind]
	whole := segment{0, k.early, k.late}
	at := k.start
	for _, v := range t.stops {
		whole, _ = join(whole, segment{m.service[v], m.early[v], m.late[v]}, m.time[int(at)*m.places+int(m.place[v])])
		at = m.place[v]
	}
	whole, _ = join(whole, segment{0, k.early, k.late}, m.time[int(at)*m.places+int(k.end)])
	r := routing.Route{Vehicle: int(t.kind), Depart: whole.early}
	if whole.late < routing.Never/2 {
		r.Depart = whole.late
	}
	now, at := r.Depart, k.start
	for _, v := range t.stops {
		arrive := now + m.time[int(at)*m.places+int(m.place[v])]
		begin := math.Max(arrive, m.early[v])
		vis := routing.Visit{Act: routing.Unload, Consignment: int(v), Place: int(m.place[v]), Break: -1, Arrive: arrive, Start: begin, Leave: begin + m.service[v]}
		if m.collect {
			vis.Act = routing.Load
		}
		r.Visits = append(r.Visits, vis)
		now, at = vis.Leave, m.place[v]
	}
	r.Return = now + m.time[int(at)*m.places+int(k.end)]
	return r
}

// explain asks the engine for pairs, which knows every rule, why stops were left out.
func (m *rounds) explain(p *routing.Problem, s *snapshot) []routing.Unserved {
	if len(s.absent) == 0 {
		return nil
	}
	h := newHaul(p)
	e := newPairs(h, newRandom(1, 1))
	from := snapshot{routes: s.routes, absent: s.absent, ways: slices.Repeat([]int32{0}, m.n)}
	for i := range from.routes {
		from.routes[i].unit = -1
	}
	for _, v := range s.absent {
		from.ways[v] = -1
	}
	e.restore(&from)
	var out []routing.Unserved
	for _, v := range s.absent {
		out = append(out, e.explain(v))
	}
	return out
}
