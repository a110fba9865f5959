package solve

import "math"

// scan finds the cheapest insertions of a job into a route. The pick-up is tried after every position; from there the
// delivery walks forward carrying time and load, and stops at the first broken window or overload or when the detour
// alone is dearer than what is kept.
func (s *pairs) scan(r *vroute, jobID int32, out *entry) {
	m := s.m
	out.count = 0
	for i := range out.cost {
		out.cost[i] = math.Inf(1)
	}
	j := &m.jobs[jobID]
	k := &m.fleet[r.kind]
	if j.skills&^k.skills != 0 || (j.class >= 0 && k.classes&(1<<uint(j.class)) == 0) {
		return
	}
	for d := range m.dims {
		if j.size[d] > k.capacity[d] {
			return
		}
	}
	fixed := 0.0
	if len(r.seq) == 2 {
		fixed = k.fixed
	}
	switch {
	case j.pick < 0 || j.drop < 0:
		s.scanOne(r, jobID, fixed, out)
	default:
		s.scanPair(r, jobID, fixed, out)
	}
}

// fits tells whether a load has room for a size.
func (m *haul) fits(load, size, capacity *quantity) bool {
	if load[0]+size[0] > capacity[0] {
		return false
	}
	for d := 1; d < m.dims; d++ {
		if load[d]+size[d] > capacity[d] {
			return false
		}
	}
	return true
}

func (s *pairs) scanPair(r *vroute, jobID int32, fixed float64, out *entry) {
	m := s.m
	j := &m.jobs[jobID]
	k := &m.fleet[r.kind]
	g := &m.nets[k.net]
	pick, drop := &m.nodes[j.pick], &m.nodes[j.drop]
	n := m.places
	fromP, fromD := g.dist[int(pick.place)*n:], g.dist[int(drop.place)*n:]
	timeP, timeD := g.time[int(pick.place)*n:], g.time[int(drop.place)*n:]
	direct := fromP[drop.place]
	directTime := timeP[drop.place]
	last := len(r.seq) - 1
	for i := int(r.frozen); i < last; i++ {
		a, b := &r.seq[i], &r.seq[i+1]
		t := a.dep + g.time[int(a.place)*n+int(pick.place)]
		if t > pick.late+slack {
			if a.dep > pick.late+slack {
				return
			}
			continue
		}
		if !m.fits(&a.load, &j.size, &k.capacity) {
			continue
		}
		if b.place == pick.place && i+1 < last && a.place == pick.place {
			continue // one pick-up among several at one stop is as good as any
		}
		t = max(t, pick.early) + pick.service
		toP := g.dist[int(a.place)*n+int(pick.place)]
		if at := max(t+directTime, drop.early); at <= drop.late+slack {
			leg, next := 0.0, 0.0
			if b.place >= 0 {
				leg, next = fromD[b.place], timeD[b.place]
			}
			if at+drop.service+next <= b.ls+slack {
				s.offer(r, jobID, fixed, toP+direct+leg-b.arc, i, i, out)
			}
		}
		if i+1 == last {
			continue
		}
		detour := toP + fromP[b.place] - b.arc
		if fixed+k.unit*detour >= out.cost[keep-1] {
			continue
		}
		s.walk(r, jobID, fixed, detour, t+timeP[b.place], i, out)
	}
}

// walk moves the delivery forward from position i+1, where the vehicle arrives at now with the job on board.
func (s *pairs) walk(r *vroute, jobID int32, fixed, detour, now float64, i int, out *entry) {
	m := s.m
	j := &m.jobs[jobID]
	k := &m.fleet[r.kind]
	g := &m.nets[k.net]
	drop := &m.nodes[j.drop]
	n := m.places
	fromD, timeD := g.dist[int(drop.place)*n:], g.time[int(drop.place)*n:]
	last := len(r.seq) - 1
	for x := i + 1; x < last; x++ {
		v, w := &r.seq[x], &r.seq[x+1]
		if now > v.ls+slack || !m.fits(&v.load, &j.size, &k.capacity) {
			return
		}
		now = max(now, v.early) + v.service
		if now > drop.late+slack {
			return
		}
		leg, next := 0.0, 0.0
		if w.place >= 0 {
			leg, next = fromD[w.place], timeD[w.place]
		}
		cost := detour + g.dist[int(v.place)*n+int(drop.place)] + leg - w.arc
		if fixed+k.unit*cost < out.cost[keep-1] {
			at := max(now+g.time[int(v.place)*n+int(drop.place)], drop.early)
			if at <= drop.late+slack && at+drop.service+next <= w.ls+slack {
				s.offer(r, jobID, fixed, cost, i, x, out)
			}
		}
		now += w.trip
	}
}

// scanOne tries every position of a job with one stop.
func (s *pairs) scanOne(r *vroute, jobID int32, fixed float64, out *entry) {
	m := s.m
	j := &m.jobs[jobID]
	k := &m.fleet[r.kind]
	g := &m.nets[k.net]
	id := max(j.pick, j.drop)
	v := &m.nodes[id]
	n := m.places
	for i := int(r.frozen); i+1 < len(r.seq); i++ {
		a, b := &r.seq[i], &r.seq[i+1]
		full := &r.seq[i].load
		if len(r.seq) > 2 {
			full = &r.top[i]
			if j.drop < 0 {
				full = &r.tail[i]
			}
		}
		if !m.fits(full, &j.size, &k.capacity) {
			continue
		}
		at := int(a.place)*n + int(v.place)
		t := max(a.dep+g.time[at], v.early)
		if t > v.late+slack {
			continue
		}
		leg, next := 0.0, 0.0
		if b.place >= 0 {
			leg, next = g.dist[int(v.place)*n+int(b.place)], g.time[int(v.place)*n+int(b.place)]
		}
		if t+v.service+next <= b.ls+slack {
			s.offer(r, jobID, fixed, g.dist[at]+leg-b.arc, i, i, out)
		}
	}
}

// offer keeps an insertion if it is among the cheapest and, where some rule needs it, the whole schedule holds.
func (s *pairs) offer(r *vroute, jobID int32, fixed, detour float64, i, k int, out *entry) {
	m := s.m
	kind := &m.fleet[r.kind]
	cost := fixed + kind.unit*detour
	if cost >= out.cost[keep-1] || (kind.farthest > 0 && r.length+detour > kind.farthest) {
		return
	}
	if kind.exact || r.limited > 0 || m.jobs[jobID].quality > 0 {
		s.probe.load(m, r, jobID, int32(i), int32(k))
		s.probe.any = kind.hour == 0 && kind.longest == 0
		if !s.probe.solve(m, kind) {
			return
		}
		if kind.hour > 0 {
			cost += kind.hour * (s.probe.duration() - r.duration)
			if cost >= out.cost[keep-1] {
				return
			}
		}
	}
	at := keep - 1
	for at > 0 && out.cost[at-1] > cost {
		out.cost[at], out.pick[at], out.drop[at] = out.cost[at-1], out.pick[at-1], out.drop[at-1]
		at--
	}
	out.cost[at], out.pick[at], out.drop[at] = cost, int32(i), int32(k)
	out.count = min(out.count+1, keep)
}
