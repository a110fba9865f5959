package solve

import "math"

// Fleet minimisation (Christiaens and Vanden Berghe 2020, section 4.3): take the route away whose goods are easiest to
// place and try to place them on the others. How often a good stayed absent is counted; a solution whose absent goods have
// been absent less often is taken whatever it costs, so the search turns to the hard ones by itself. The same search
// serves everybody when a first solution on a scarce fleet could not.

// squeezer is an engine in this phase.
type squeezer interface {
	steps() int
	tick()
	complete() bool // every mandatory good is served
	record()        // the present solution becomes the best
	used() int      // routes in use
	drop()          // takes one route away for good
	trial(heat float64)
	short() int
	price() float64
	peak() *snapshot
}

// squeeze drops routes until the share is used up or only floor are left.
func squeeze(w squeezer, p *pace, until float64, floor int) {
	for {
		share := p.at(w.steps())
		if share >= until {
			return
		}
		heat := p.heat(share)
		for range pulse {
			if w.complete() {
				w.record()
				if w.used() <= floor {
					return
				}
				w.drop()
			}
			w.trial(heat)
			if w.short() > 0 && w.price() < w.peak().cost-slack {
				w.record()
			}
		}
		w.tick()
	}
}

// absences sums how often the absent mandatory goods have been absent.
func absences(absent, times []int32, must []bool) int64 {
	sum := int64(0)
	for _, c := range absent {
		if must[c] {
			sum += 1 + int64(times[c])
		}
	}
	return sum
}

// better tells whether a trial is kept: fewer absences, or as many for a distance the temperature allows.
func better(was, is int64, before, after, heat float64, rng random) bool {
	if is != was {
		return is < was
	}
	return after < before+heat*rng.exp()
}

func (s *single) tick()     { s.done += pulse }
func (s *single) used() int { return len(s.active) }
func (s *single) record()   { s.save(&s.best) }

func (s *single) complete() bool { return absences(s.absent, s.absence, s.m.mandatory) == 0 }

// owed is what the absent stops cost.
func (s *single) owed() float64 {
	sum := 0.0
	for _, v := range s.absent {
		sum += s.m.penalty[v]
	}
	return sum
}

func (s *single) drop() {
	least, at := int64(math.MaxInt64), int32(-1)
	for _, r := range s.active {
		sum := int64(0)
		for v := s.next[s.start(r)]; int(v) < s.m.n; v = s.next[v] {
			sum += 1 + int64(s.absence[v])
		}
		if sum < least {
			least, at = sum, r
		}
	}
	s.clock++
	s.touched = s.touched[:0]
	before := s.routeCost(at)
	for v := s.next[s.start(at)]; int(v) < s.m.n; {
		w := s.next[v]
		s.remove(v)
		v = w
	}
	s.cost -= before
	s.shut(at)
	s.ops = s.ops[:0]
	s.limit = len(s.active)
}

func (s *single) trial(heat float64) {
	before, road := s.cost, s.cost-s.owed()
	s.spare = append(s.spare[:0], s.absent...)
	s.ops = s.ops[:0]
	s.focus = len(s.absent) > 0
	s.ruin()
	s.recreate()
	s.focus = false
	was, is := absences(s.spare, s.absence, s.m.mandatory), absences(s.absent, s.absence, s.m.mandatory)
	for _, v := range s.absent {
		s.absence[v]++
	}
	if !better(was, is, road, s.cost-s.owed(), heat, s.rng) {
		s.undo()
		s.cost = before
		s.absent = append(s.absent[:0], s.spare...)
	}
}

func (s *pairs) tick()     { s.done += pulse }
func (s *pairs) used() int { return len(s.active) }
func (s *pairs) record()   { s.save(&s.best) }

func (s *pairs) complete() bool { return absences(s.absent, s.absence, s.m.must) == 0 }

func (s *pairs) owed() float64 {
	sum := 0.0
	for _, c := range s.absent {
		sum += s.m.goods[c].penalty
	}
	return sum
}

func (s *pairs) drop() {
	least, at := int64(math.MaxInt64), int32(-1)
	for _, id := range s.active {
		r := &s.routes[id]
		if r.unit >= 0 {
			continue
		}
		sum := int64(0)
		for i := 1; i < len(r.seq)-1; i++ {
			sum += 1 + int64(s.absence[s.m.good(r.seq[i].node)])
		}
		if sum < least {
			least, at = sum, id
		}
	}
	if at < 0 {
		return
	}
	s.clock++
	s.touched, s.rebook = s.touched[:0], s.rebook[:0]
	r := &s.routes[at]
	for i := 1; i < len(r.seq)-1; i++ {
		if c := s.m.good(r.seq[i].node); s.way[c] >= 0 {
			s.take(c)
		}
	}
	for _, id := range s.touched {
		s.compact(id)
	}
	s.limit = len(s.active)
}

func (s *pairs) trial(heat float64) {
	before, road := s.cost, s.cost-s.owed()
	s.spare = append(s.spare[:0], s.absent...)
	s.focus = len(s.absent) > 0
	s.ruin()
	s.recreate()
	s.focus = false
	was, is := absences(s.spare, s.absence, s.m.must), absences(s.absent, s.absence, s.m.must)
	for _, c := range s.absent {
		s.absence[c]++
	}
	if !better(was, is, road, s.cost-s.owed(), heat, s.rng) {
		s.undo()
		s.cost = before
		s.absent = append(s.absent[:0], s.spare...)
	}
}

func (s *single) squeeze(p *pace, until float64, floor int) { squeeze(s, p, until, floor) }
func (s *pairs) squeeze(p *pace, until float64, floor int)  { squeeze(s, p, until, floor) }

func (s *single) allow(routes int) { s.most = routes }
func (s *pairs) allow(routes int)  { s.most = routes }

// short counts the mandatory goods the best solution leaves out.
func (s *single) short() int { return count(s.best.absent, s.m.mandatory) }
func (s *pairs) short() int  { return count(s.best.absent, s.m.must) }

func count(absent []int32, must []bool) int {
	n := 0
	for _, c := range absent {
		if must[c] {
			n++
		}
	}
	return n
}

func (s *single) price() float64 { return s.cost }
func (s *pairs) price() float64  { return s.cost }

// floor is how many of the largest vehicles hold everything, in the first dimension.
func (m *rounds) floor() int {
	sum, most := 0, 1
	for _, d := range m.demand {
		sum += int(d)
	}
	for i := range m.kinds {
		most = max(most, int(m.kinds[i].capacity))
	}
	return max(1, (sum+most-1)/most)
}
