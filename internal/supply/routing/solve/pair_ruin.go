package solve

// ruin removes strings of neighbouring visits, with every consignment that has a visit in them.
func (s *pairs) ruin() {
	m := s.m
	s.clock++
	s.touched, s.rebook = s.touched[:0], s.rebook[:0]
	if len(s.active) == 0 {
		return
	}
	visits := 0
	for _, id := range s.active {
		visits += len(s.routes[id].seq) - 2
	}
	mean := float64(visits) / float64(len(s.active))
	most := max(1, min(pairLongest, mean))
	strings := int((4*pairRemoved/(1+most)-1)*s.rng.unit() + 1)
	seed := int32(s.rng.below(len(m.goods)))
	for tries := 0; s.banned[seed] && tries < 50; tries++ {
		seed = int32(s.rng.below(len(m.goods)))
	}
	if s.focus && s.rng.below(2) == 0 {
		seed = s.absent[s.rng.below(len(s.absent))]
	}
	for x := -1; x < m.wide && strings > 0; x++ {
		c := seed
		if x >= 0 {
			c = m.near[int(seed)*m.wide+x]
		}
		if s.way[c] < 0 {
			continue
		}
		w := &m.goods[c].ways[s.way[c]]
		if w.count == 0 {
			if !s.pinned(c) {
				s.take(c)
				strings--
			}
			continue
		}
		v := s.handle(w)
		if id := s.where[v]; s.routes[id].stamp != s.clock {
			s.cut(id, int(s.pos[v]), most)
			strings--
		}
	}
	for _, id := range s.touched {
		s.compact(id)
	}
}

// pairLongest and pairRemoved are the string length and the mean number of removed visits for pairs.
var (
	pairLongest = 10.0
	pairRemoved = 10.0
)

// handle picks the visit by which a good is grasped: either end of one of its drives, the delivery when the pick-up is
// one of many at a hub.
func (s *pairs) handle(w *way) int32 {
	j := &s.m.jobs[w.jobs[s.rng.below(w.count)]]
	if j.pick < 0 {
		return j.drop
	}
	if j.drop < 0 || s.rng.below(2) == 0 {
		return j.pick
	}
	return j.drop
}

// cut removes a string of visits around a position.
func (s *pairs) cut(id int32, at int, most float64) {
	r := &s.routes[id]
	low, high := int(r.frozen)+1, len(r.seq)-1 // visits low … high-1 may go
	size := high - low
	if size <= 0 || at < low {
		return
	}
	s.touch(id, false)
	length := min(size, int(min(float64(size), most)*s.rng.unit()+1))
	hold := 0
	if length > 1 && length < size && s.rng.unit() < splitRate {
		hold = 1
		for length+hold < size && s.rng.unit() < splitGrow {
			hold++
		}
	}
	span := length + hold
	first := max(low, at-span+1)
	final := min(at, high-span)
	first += s.rng.below(final - first + 1)
	from := 0
	if hold > 0 {
		from = 1 + s.rng.below(length-1)
	}
	for i := range span {
		if hold > 0 && i >= from && i < from+hold {
			continue
		}
		c := s.m.jobs[s.m.nodes[r.seq[first+i].node].job].good
		if s.way[c] >= 0 && !s.pinned(c) {
			s.take(c)
		}
	}
}

// pinned tells whether a good has been picked up already: it stays on its vehicle.
func (s *pairs) pinned(c int32) bool {
	if s.m.p.Previous == nil {
		return false
	}
	if _, under := s.m.committed[int(c)]; under {
		return true
	}
	w := &s.m.goods[c].ways[s.way[c]]
	for i := range w.count {
		j := &s.m.jobs[w.jobs[i]]
		for _, v := range [2]int32{j.pick, j.drop} {
			if v >= 0 && s.where[v] >= 0 && s.pos[v] <= s.routes[s.where[v]].frozen {
				return true
			}
		}
	}
	return false
}

// take marks a good's drives for removal and frees its place on lines; the routes are compacted later.
func (s *pairs) take(c int32) {
	w := &s.m.goods[c].ways[s.way[c]]
	for i := range w.count {
		j := w.jobs[i]
		s.marked[j] = s.clock
		jb := &s.m.jobs[j]
		s.touch(s.where[max(jb.pick, jb.drop)], false)
	}
	s.cost += s.m.goods[c].penalty - w.fee
	s.rebook = append(s.rebook, booking{c, s.way[c]})
	s.book(c, -1)
	s.absent = append(s.absent, c)
}
