package solve

import (
	"math"
	"slices"
)

// choice is where a job goes: an open route, or a new one of a kind.
type choice struct {
	cost       float64
	route      int32 // -1: a new route
	kind       int32
	pick, drop int32
}

func (s *pairs) recreate() {
	s.sortAbsent()
	left := s.absent[:0]
	for _, k := range s.order {
		if !s.insert(k.node) {
			left = append(left, k.node)
		}
	}
	s.absent = left
}

// sortAbsent orders the absent goods at random, by size, by how far their way is, or by their windows.
func (s *pairs) sortAbsent() {
	m := s.m
	s.order = s.order[:0]
	pick := s.rng.below(17)
	often := s.focus && s.rng.below(4) == 0
	for _, c := range s.absent {
		j := &m.jobs[m.goods[c].ways[0].jobs[0]]
		a, b := j.pick, j.drop
		if a < 0 {
			a = b
		}
		if b < 0 {
			b = a
		}
		p, d := &m.nodes[a], &m.nodes[b]
		depot := m.fleet0()
		far := m.nets[0].dist[int(depot)*m.places+int(d.place)] + m.nets[0].dist[int(depot)*m.places+int(p.place)]
		var key float64
		switch {
		case often:
			key = -float64(s.absence[c])
		case pick < 4:
			key = float64(s.rng.below(1 << 30))
		case pick < 8:
			key = -float64(j.size[0])
		case pick < 10:
			key = -far
		case pick < 11:
			key = far
		case pick < 13:
			key = d.late - p.early
		case pick < 15:
			key = p.early
		default:
			key = -d.late
		}
		s.order = append(s.order, keyed{c, key})
	}
	slices.SortFunc(s.order, func(a, b keyed) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return int(a.node - b.node)
	})
}

func (m *haul) fleet0() int32 {
	if len(m.fleet) == 0 {
		return 0
	}
	return m.fleet[0].start
}

// insert carries a good on its cheapest way; false when no way is open or worth it.
func (s *pairs) insert(c int32) bool {
	m := s.m
	g := &m.goods[c]
	var tried uint64
	for {
		best, at := g.penalty, -1
		var where [maxDrives]choice
		for w := range g.ways {
			if tried&(1<<uint(w)) != 0 {
				continue
			}
			cost, ch := s.quote(c, w, best)
			if cost < best {
				best, at, where = cost, w, ch
			}
		}
		if at < 0 {
			return false
		}
		if s.carry(c, at, where) {
			return true
		}
		tried |= 1 << uint(at)
	}
}

// quote is the cost of carrying a good one way, at most limit.
func (s *pairs) quote(c int32, w int, limit float64) (float64, [maxDrives]choice) {
	way := &s.m.goods[c].ways[w]
	var ch [maxDrives]choice
	if way.closed {
		return math.Inf(1), ch
	}
	cost := way.fee
	size := &s.m.jobs[s.m.goods[c].ways[0].jobs[0]].size
	for _, r := range way.rides {
		if !s.room(r, size) {
			return math.Inf(1), ch
		}
	}
	for i := range way.count {
		if cost >= limit {
			return cost, ch
		}
		ch[i] = s.cheapest(way.jobs[i])
		cost += ch[i].cost
	}
	return cost, ch
}

// carry does what was quoted. The second drive is quoted anew because the first may have changed its route.
func (s *pairs) carry(c int32, w int, where [maxDrives]choice) bool {
	way := &s.m.goods[c].ways[w]
	for i := range way.count {
		if i > 0 {
			where[i] = s.cheapest(way.jobs[i])
			if math.IsInf(where[i].cost, 1) {
				for _, j := range way.jobs[:i] {
					s.pull(j)
				}
				return false
			}
		}
		s.put(way.jobs[i], where[i])
	}
	s.rebook = append(s.rebook, booking{c, s.way[c]})
	s.book(c, int32(w))
	s.cost += way.fee - s.m.goods[c].penalty
	return true
}

// cheapest finds the best route for a job, overlooking a few insertions on purpose.
func (s *pairs) cheapest(j int32) choice {
	best := choice{cost: math.Inf(1), route: -1, kind: -1}
	m := s.m
	row := s.cache[int(j)*s.width : int(j+1)*s.width]
	c := m.jobs[j].good
	for _, id := range s.active {
		r := &s.routes[id]
		e := &row[id]
		if e.version != r.version {
			s.scan(r, j, e)
			e.version = r.version
		}
		extra := 0.0
		if m.change > 0 && m.goods[c].before >= 0 && m.goods[c].before != r.kind<<16|r.unit {
			extra = m.change
		}
		for x := range int(e.count) {
			if e.cost[x]+extra >= best.cost {
				break
			}
			if s.blink--; s.blink <= 0 {
				s.blink = s.rng.skip()
				continue
			}
			best = choice{e.cost[x] + extra, id, r.kind, e.pick[x], e.drop[x]}
			break
		}
	}
	if len(s.active) >= s.limit {
		return best
	}
	for k := range m.fleet {
		if s.available[k] == 0 {
			continue
		}
		e := s.alone(j, int32(k))
		extra := 0.0
		if m.change > 0 && m.goods[c].before >= 0 {
			extra = m.change
		}
		if e.count > 0 && e.cost[0]+extra < best.cost {
			best = choice{e.cost[0] + extra, -1, int32(k), e.pick[0], e.drop[0]}
		}
	}
	return best
}

// alone is the insertion of a job into an empty route of a kind, computed once.
func (s *pairs) alone(j, kind int32) *entry {
	e := &s.fresh[int(j)*len(s.m.fleet)+int(kind)]
	if e.version == 0 {
		k := &s.m.fleet[kind]
		r := s.m.empty(kind)
		s.scan(&r, j, e)
		if k.end >= 0 {
			for i := range int(e.count) {
				e.cost[i] += k.unit * r.length
			}
		}
		e.version = 1
	}
	return e
}

// put inserts a job where it was chosen.
func (s *pairs) put(j int32, ch choice) {
	id := ch.route
	before := 0.0
	if id < 0 {
		id = s.open(ch.kind)
		s.touch(id, true)
	} else {
		s.touch(id, false)
		before = s.routes[id].cost
	}
	r := &s.routes[id]
	jb := &s.m.jobs[j]
	s.marked[j] = 0
	if jb.drop >= 0 {
		r.seq = slices.Insert(r.seq, int(ch.drop)+1, s.visit(jb.drop))
	}
	if jb.pick >= 0 {
		r.seq = slices.Insert(r.seq, int(ch.pick)+1, s.visit(jb.pick))
	}
	s.renew(id)
	s.cost += r.cost - before
	if s.m.change > 0 {
		s.cost += s.moved(jb.good, r)
	}
}

// moved is the price of a good leaving the vehicle of the previous plan.
func (s *pairs) moved(c int32, r *vroute) float64 {
	if b := s.m.goods[c].before; b >= 0 && b != r.kind<<16|r.unit {
		return s.m.change
	}
	return 0
}

func (s *pairs) visit(v int32) visit {
	n := &s.m.nodes[v]
	return visit{node: v, place: n.place, early: n.early, service: n.service}
}

// pull takes a job out of its route again.
func (s *pairs) pull(j int32) {
	jb := &s.m.jobs[j]
	id := s.where[max(jb.pick, jb.drop)]
	s.touch(id, false)
	s.marked[j] = s.clock
	s.compact(id)
}

// compact removes the marked jobs from a touched route and gives its slot back when nothing is left.
func (s *pairs) compact(id int32) {
	r := &s.routes[id]
	before := r.cost
	to := r.seq[:1]
	for i := 1; i < len(r.seq); i++ {
		v := r.seq[i]
		if v.node >= 0 && s.marked[s.m.nodes[v.node].job] == s.clock {
			s.where[v.node] = -1
			n := &s.m.nodes[v.node]
			if s.m.change > 0 && (n.sign < 0 || n.mate < 0) {
				s.cost -= s.moved(s.m.jobs[n.job].good, r)
			}
			continue
		}
		to = append(to, v)
	}
	r.seq = to
	switch {
	case len(r.seq) > 2:
		s.renew(id)
		s.cost += r.cost - before
	case r.unit >= 0:
		s.renew(id)
		r.cost = 0
		s.cost -= before
	default:
		s.cost -= before
		s.shut(id)
	}
}
