package solve

// segment is the schedule of a run of stops: its shortest duration and the earliest and latest start that give it
// (Vidal et al. 2013, without time warp: infeasible runs are refused).
type segment struct{ duration, early, late float64 }

// join appends b to a after travelling t; ok is false when b cannot be reached in time.
func join(a, b segment, t float64) (segment, bool) {
	shift := a.duration + t
	if a.early+shift > b.late+slack {
		return a, false
	}
	wait := max(b.early-shift-a.late, 0)
	return segment{
		duration: a.duration + b.duration + t + wait,
		early:    max(b.early-shift, a.early) - wait,
		late:     min(b.late-shift, a.late),
	}, true
}

func (s *single) own(v int32) segment {
	return segment{s.m.service[v], s.m.early[v], s.m.late[v]}
}

// remeasure recomputes the duration data of a route in both directions.
func (s *single) remeasure(r int32) {
	a, b := s.start(r), s.end(r)
	k := &s.m.kinds[s.kind[r]]
	s.seg[a] = segment{0, k.early, k.late}
	s.back[b] = segment{0, k.early, k.late}
	for u, v := a, s.next[a]; v != b; u, v = v, s.next[v] {
		s.seg[v], _ = join(s.seg[u], s.own(v), s.time(u, v))
	}
	for w, v := b, s.prev[b]; v != a; w, v = v, s.prev[v] {
		s.back[v], _ = join(s.own(v), s.back[w], s.time(v, w))
	}
}

// shortEnough tells whether the route stays within its duration with v between a and w.
func (s *single) shortEnough(a, v, w, r int32) bool {
	limit := s.m.kinds[s.kind[r]].longest
	if limit <= 0 {
		return true
	}
	x, ok := join(s.seg[a], s.own(v), s.time(a, v))
	if !ok {
		return false
	}
	x, ok = join(x, s.back[w], s.time(v, w))
	return ok && x.duration <= limit+slack
}
