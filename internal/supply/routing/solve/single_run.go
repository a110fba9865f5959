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
