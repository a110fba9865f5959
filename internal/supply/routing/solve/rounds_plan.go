package solve

import (
	"math"

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
	for _, v := range s.absent {
		out.Unserved = append(out.Unserved, routing.Unserved{Consignment: int(v), Reason: routing.Fleet, Vehicle: -1})
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
