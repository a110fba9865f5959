package solve

// step ruins and recreates once and keeps the result if it is better, or not too much worse for the temperature.
func (s *single) step(heat float64) {
	before := s.cost
	s.spare = append(s.spare[:0], s.absent...)
	s.ops = s.ops[:0]
	s.ruin()
	s.recreate()
	if s.cost >= before+heat*s.rng.exp() {
		s.undo()
		s.cost = before
		s.absent = append(s.absent[:0], s.spare...)
		return
	}
	if s.cost < s.best.cost-slack {
		s.save(&s.best)
	}
}

// run searches until the given share of the whole search is done.
func (s *single) run(p *pace, until float64) {
	for {
		share := p.at(s.done)
		if share >= until {
			return
		}
		heat := p.heat(share)
		for range pulse {
			s.step(heat)
		}
		s.done += pulse
		if s.pool != nil && s.cost < s.best.cost+poolHeat*p.cold {
			s.gather()
		}
	}
}

// construct makes a first solution: every stop is inserted greedily.
func (s *single) construct() {
	s.clock++
	s.touched = s.touched[:0]
	s.recreate()
	s.ops = s.ops[:0]
	s.save(&s.best)
}

// restart begins again from a route for every stop, as far as there are vehicles: ruin and recreate merges them, and
// ends in another valley than before.
func (s *single) restart() {
	s.clear()
	s.clock++
	s.touched = s.touched[:0]
	left := s.absent[:0]
	for _, v := range s.absent {
		kind, _ := s.newRoute(v)
		if kind < 0 {
			left = append(left, v)
			continue
		}
		r := s.open(kind)
		s.place1(v, s.start(r), r)
		s.cost += s.routeCost(r) - s.m.penalty[v]
	}
	s.absent = left
	s.recreate()
	s.ops = s.ops[:0]
	s.save(&s.best)
}

// recost recomputes the cost from the routes, which removes the rounding that adds up over many steps.
func (s *single) recost() {
	s.cost = 0
	for _, r := range s.active {
		a, b := s.start(r), s.end(r)
		s.length[r] = 0
		for v := a; v != b; v = s.next[v] {
			s.length[r] += s.arc[v]
		}
		s.cost += s.routeCost(r)
	}
	for _, v := range s.absent {
		s.cost += s.m.penalty[v]
	}
}

// gather offers the routes that changed since the last time to the pool.
func (s *single) gather() {
	for _, r := range s.active {
		if !s.changed[r] {
			continue
		}
		s.changed[r] = false
		var name uint64
		for v := s.next[s.start(r)]; int(v) < s.m.n; v = s.next[v] {
			name += s.pool.sign[v]
		}
		to := s.pool.offer(name, s.kind[r], s.routeCost(r), int(s.count[r]), int(s.count[r]))
		for i, v := 0, s.next[s.start(r)]; i < len(to); i, v = i+1, s.next[v] {
			to[i] = v
		}
	}
}
