package solve

// Parameters of ruin and recreate as published by Christiaens and Vanden Berghe (2020).
const (
	meanRemoved = 10
	longest     = 10   // string length at most
	splitRate   = 0.5  // strings that keep a middle part
	splitGrow   = 0.01 // chance that the kept part grows by one more
	blinkRate   = 0.01 // positions overlooked on purpose
)

// ruin removes strings of neighbouring stops from neighbouring routes.
func (s *single) ruin() {
	m := s.m
	s.clock++
	s.touched = s.touched[:0]
	if len(s.active) == 0 {
		return
	}
	mean := float64(s.served) / float64(len(s.active))
	most := min(float64(longest), mean)
	strings := int((4*meanRemoved/(1+most)-1)*s.rng.unit() + 1)
	seed := int32(s.rng.below(m.n))
	for tries := 0; s.banned[seed] && tries < 50; tries++ {
		seed = int32(s.rng.below(m.n))
	}
	if s.focus && s.rng.below(2) == 0 {
		seed = s.absent[s.rng.below(len(s.absent))]
	}
	if s.route[seed] >= 0 {
		s.cut(seed, most)
		strings--
	}
	list := m.near[int(seed)*m.wide : int(seed+1)*m.wide]
	for _, v := range list {
		if strings <= 0 {
			break
		}
		r := s.route[v]
		if r < 0 || s.stamp[r] == s.clock {
			continue
		}
		s.cut(v, most)
		strings--
	}
	for _, r := range s.touched {
		if s.count[r] > 0 {
			s.retime(r)
		}
	}
}

// cut removes a string that contains v from its route.
func (s *single) cut(v int32, most float64) {
	r := s.route[v]
	s.touch(r)
	before := s.routeCost(r)
	size := int(s.count[r])
	length := int(min(float64(size), most)*s.rng.unit() + 1)
	length = min(length, size)
	keep := 0
	if length > 1 && length < size && s.rng.unit() < splitRate {
		keep = 1
		for length+keep < size && s.rng.unit() < splitGrow {
			keep++
		}
	}
	span := length + keep
	first := s.window(v, span)
	from := 0
	if keep > 0 {
		from = 1 + s.rng.below(length-1)
	}
	for i, u := 0, first; i < span; i++ {
		w := s.next[u]
		if keep == 0 || i < from || i >= from+keep {
			s.remove(u)
		}
		u = w
	}
	if s.count[r] == 0 {
		s.cost -= before
		s.shut(r)
	} else {
		s.cost += s.routeCost(r) - before
	}
}

// window picks uniformly a string of the given length that contains v and returns its first stop.
func (s *single) window(v int32, length int) int32 {
	n := int32(s.m.n)
	back, fore := 0, 0
	for u := s.prev[v]; u < n && back < length-1; u = s.prev[u] {
		back++
	}
	for u := s.next[v]; u < n && fore < length-1; u = s.next[u] {
		fore++
	}
	low := max(0, length-1-fore)
	shift := low + s.rng.below(back-low+1)
	u := v
	for ; shift > 0; shift-- {
		u = s.prev[u]
	}
	return u
}

func (s *single) remove(v int32) {
	s.ops = append(s.ops, op{what: opRemove, node: v, at: s.prev[v]})
	s.unlink(v)
	s.absent = append(s.absent, v)
	s.cost += s.m.penalty[v]
}
