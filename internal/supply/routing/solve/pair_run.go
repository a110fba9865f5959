package solve

import "slices"

func (s *pairs) peak() *snapshot { return &s.best }
func (s *pairs) steps() int      { return s.done }
func (s *pairs) seen() *pool     { return s.pool }

// step ruins and recreates once and keeps the result if it is better, or not too much worse for the temperature.
func (s *pairs) step(heat float64) {
	before := s.cost
	s.spare = append(s.spare[:0], s.absent...)
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

func (s *pairs) run(p *pace, until float64) {
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

// construct inserts every absent good greedily.
func (s *pairs) construct() {
	s.clock++
	s.touched, s.rebook = s.touched[:0], s.rebook[:0]
	s.recreate()
	s.save(&s.best)
}

// restart begins again from nothing.
func (s *pairs) restart() {
	s.clear()
	s.construct()
}

// recost recomputes the cost without the rounding that adds up over many steps.
func (s *pairs) recost() {
	s.cost = 0
	for _, id := range s.active {
		r := &s.routes[id]
		if len(r.seq) > 2 {
			s.cost += r.cost
		}
		for i := 1; s.m.change > 0 && i < len(r.seq)-1; i++ {
			if n := &s.m.nodes[r.seq[i].node]; n.sign < 0 || n.mate < 0 {
				s.cost += s.moved(s.m.jobs[n.job].good, r)
			}
		}
	}
	for c, w := range s.way {
		switch {
		case s.banned[c]:
		case w < 0:
			s.cost += s.m.goods[c].penalty
		default:
			s.cost += s.m.goods[c].ways[w].fee
		}
	}
}

// save writes the solution into a snapshot.
func (s *pairs) save(to *snapshot) {
	to.cost = s.cost
	for len(to.routes) < len(s.active) {
		if cap(to.routes) > len(to.routes) {
			to.routes = to.routes[:len(to.routes)+1]
		} else {
			to.routes = append(to.routes, trip{})
		}
	}
	to.routes = to.routes[:len(s.active)]
	for i, id := range s.active {
		r, t := &s.routes[id], &to.routes[i]
		t.kind, t.unit, t.stops = r.kind, r.unit, t.stops[:0]
		t.frozen, t.fixed, t.cost = r.frozen, r.fixed, r.cost
		for x := 1; x < len(r.seq)-1; x++ {
			t.stops = append(t.stops, r.seq[x].node)
		}
	}
	to.absent = append(to.absent[:0], s.absent...)
	to.ways = append(to.ways[:0], s.way...)
}

// restore replaces the solution by a snapshot; goods in none of its parts are banned.
func (s *pairs) restore(from *snapshot) {
	s.clear()
	for i := range s.banned {
		s.banned[i] = true
	}
	for i := range from.routes {
		t := &from.routes[i]
		id := s.open(t.kind)
		s.touch(id, true)
		r := &s.routes[id]
		r.unit, r.frozen, r.fixed = t.unit, t.frozen, t.fixed
		for x, v := range t.stops {
			r.seq = slices.Insert(r.seq, x+1, s.visit(v))
		}
		s.m.settled(r)
		s.renew(id)
		if len(t.stops) == 0 {
			r.cost = 0
		}
	}
	for c, w := range from.ways {
		if w >= 0 {
			s.banned[c] = false
			s.book(int32(c), w)
		}
	}
	s.absent = append(s.absent[:0], from.absent...)
	for _, c := range s.absent {
		s.banned[c] = false
	}
	if from.units != nil {
		copy(s.available, from.units)
	}
	if from.limit > 0 {
		s.limit = from.limit
	}
	s.recost()
	s.touched, s.rebook = s.touched[:0], s.rebook[:0]
}

// gather offers the routes that changed since the last time to the pool.
func (s *pairs) gather() {
	for _, id := range s.active {
		r := &s.routes[id]
		if r.pooled == r.version || len(r.seq) == 2 {
			continue
		}
		r.pooled = r.version
		var name uint64
		goods := 0
		for i := 1; i < len(r.seq)-1; i++ {
			if n := &s.m.nodes[r.seq[i].node]; n.sign < 0 || n.mate < 0 {
				name += s.pool.sign[s.m.jobs[n.job].good]
				goods++
			}
		}
		to := s.pool.offer(name, r.kind, r.cost, len(r.seq)-2, goods)
		for i := range to {
			to[i] = r.seq[i+1].node
		}
	}
}
