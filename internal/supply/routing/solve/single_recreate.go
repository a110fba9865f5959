package solve

import (
	"math"
	"slices"
)

// upgrade is what it costs a route to change to the cheapest kind that can carry a given load.
type upgrade struct {
	turn int32 // insertion it was computed for
	kind int32 // -1: none fits
	base float64
	unit float64
}

// recreate inserts the absent stops one by one at their cheapest place, overlooking some places.
func (s *single) recreate() {
	s.sortAbsent()
	left := s.absent[:0]
	for _, k := range s.order {
		if !s.insert(k.node) {
			left = append(left, k.node)
		}
	}
	s.absent = left
	if s.m.mixed {
		s.retype()
	}
}

// sortAbsent puts the absent stops in the order they are inserted: at random, by demand, far first, near first, and
// with windows also by their length and their ends.
func (s *single) sortAbsent() {
	m := s.m
	s.order = s.order[:0]
	choices := 11
	if m.windows {
		choices = 17
	}
	pick := s.rng.below(choices)
	often := s.focus && s.rng.below(4) == 0
	for _, v := range s.absent {
		var key float64
		switch {
		case often:
			key = -float64(s.absence[v])
		case pick < 4:
			key = float64(s.rng.below(1 << 30))
		case pick < 8:
			key = -float64(m.demand[v])
		case pick < 10:
			key = -m.remote[v]
		case pick < 11:
			key = m.remote[v]
		case pick < 13:
			key = m.late[v] - m.early[v]
		case pick < 15:
			key = m.early[v]
		default:
			key = -m.late[v]
		}
		s.order = append(s.order, keyed{v, key})
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

// spot is the cheapest insertion found so far.
type spot struct {
	cost float64
	at   int32 // predecessor, -1 none
	kind int32 // kind the route changes to, -1 unchanged
}

// insert puts a stop at its cheapest place, or opens a route for it; false when it fits nowhere or is not worth it.
func (s *single) insert(v int32) bool {
	best := spot{cost: math.Inf(1), at: -1, kind: -1}
	s.turn++
	kind, fresh := s.newRoute(v)
	if s.m.n <= fullScan {
		s.scanAll(v, &best)
	} else {
		s.scanNear(v, &best)
		s.scanEnds(v, &best)
		if best.at < 0 || fresh < best.cost {
			s.scanAll(v, &best)
		}
	}
	limit := s.m.penalty[v]
	switch {
	case kind >= 0 && fresh < best.cost && fresh < limit:
		r := s.open(kind)
		s.touch(r)
		s.place1(v, s.start(r), r)
		s.cost += s.routeCost(r) - limit
		return true
	case best.at >= 0 && best.cost < limit:
		r := s.route[best.at]
		s.touch(r)
		before := s.routeCost(r)
		if best.kind >= 0 {
			s.change(r, best.kind)
		}
		s.place1(v, best.at, r)
		s.cost += s.routeCost(r) - before - limit
		return true
	}
	return false
}

func (s *single) place1(v, at, r int32) {
	s.ops = append(s.ops, op{what: opInsert, node: v})
	s.link(v, at, r)
	s.retime(r)
}

// scanNear tries both sides of the stop's neighbours.
func (s *single) scanNear(v int32, best *spot) {
	m := s.m
	near := m.close[int(v)*m.narrow : int(v+1)*m.narrow]
	go_, come := m.dist[int(s.place[v])*m.places:], m.distT[int(s.place[v])*m.places:]
	demand := m.demand[v]
	for _, u := range near {
		r := s.route[u]
		if r < 0 {
			continue
		}
		if !m.mixed && s.load[r]+demand > m.kinds[s.kind[r]].capacity {
			continue
		}
		w := s.next[u]
		du := come[s.place[u]]
		s.consider(v, u, w, r, du+go_[s.place[w]]-s.arc[u], best)
		a := s.prev[u]
		s.consider(v, a, u, r, come[s.place[a]]+go_[s.place[u]]-s.arc[a], best)
	}
}

// scanEnds tries the legs from and to the depot of every route with room: a stop may lie on the way of a far route.
func (s *single) scanEnds(v int32, best *spot) {
	m := s.m
	go_, come := m.dist[int(s.place[v])*m.places:], m.distT[int(s.place[v])*m.places:]
	demand := m.demand[v]
	for _, r := range s.active {
		if !m.mixed && s.load[r]+demand > m.kinds[s.kind[r]].capacity {
			continue
		}
		a := s.start(r)
		f := s.next[a]
		s.consider(v, a, f, r, come[s.place[a]]+go_[s.place[f]]-s.arc[a], best)
		b := s.end(r)
		l := s.prev[b]
		s.consider(v, l, b, r, come[s.place[l]]+go_[s.place[b]]-s.arc[l], best)
	}
}

// scanAll tries every position of every route: only when nothing near was found.
func (s *single) scanAll(v int32, best *spot) {
	m := s.m
	row, come := m.dist[int(s.place[v])*m.places:], m.distT[int(s.place[v])*m.places:]
	for _, r := range s.active {
		if !m.mixed && s.load[r]+m.demand[v] > m.kinds[s.kind[r]].capacity {
			continue
		}
		b := s.end(r)
		u := come[s.place[s.start(r)]]
		for a := s.start(r); a != b; {
			w := s.next[a]
			to := row[s.place[w]]
			s.consider(v, a, w, r, u+to-s.arc[a], best)
			a, u = w, come[s.place[w]]
		}
	}
}

// consider keeps the position between a and w if it is the cheapest so far and breaks nothing.
func (s *single) consider(v, a, w, r int32, detour float64, best *spot) {
	m := s.m
	var cost float64
	kind := int32(-1)
	k := &m.kinds[s.kind[r]]
	if m.mixed && s.load[r]+m.demand[v] > k.capacity {
		u := s.upgradeFor(v, r)
		if u.kind < 0 {
			return
		}
		cost, kind = u.base+u.unit*detour+k.toll*float64(m.demand[v]), u.kind
	} else {
		cost = k.unit*detour + k.toll*float64(m.demand[v])
	}
	if cost >= best.cost {
		return
	}
	if s.blink--; s.blink <= 0 {
		s.blink = s.rng.skip()
		return
	}
	if m.windows {
		t := max(s.dep[a]+s.time(a, v), m.early[v])
		if t > m.late[v] || t+m.service[v]+s.time(v, w) > s.ls[w]+slack {
			return
		}
		if m.durations && !s.shortEnough(a, v, w, r) {
			return
		}
	}
	if k.farthest > 0 && s.length[r]+detour > k.farthest {
		return
	}
	best.cost, best.at, best.kind = cost, a, kind
}

// newRoute returns the cheapest kind of vehicle for a route of this stop alone and its cost.
func (s *single) newRoute(v int32) (kind int32, cost float64) {
	m := s.m
	kind, cost = -1, math.Inf(1)
	if len(s.active) >= s.limit || len(s.free) == 0 {
		return kind, cost
	}
	row, col := m.dist[int(s.place[v])*m.places:], m.distT[int(s.place[v])*m.places:]
	for i := range m.kinds {
		k := &m.kinds[i]
		if s.available[i] == 0 || m.demand[v] > k.capacity {
			continue
		}
		length := col[k.start] + row[k.end]
		c := k.fixed + k.unit*length + k.toll*float64(m.demand[v])
		if c >= cost || (k.farthest > 0 && length > k.farthest) || !m.aloneFits(v, k) {
			continue
		}
		kind, cost = int32(i), c
	}
	return kind, cost
}

// upgradeFor finds the cheapest other kind from the same depot that can take the stop on board too.
func (s *single) upgradeFor(v, r int32) *upgrade {
	u := &s.type2[r]
	if u.turn == s.turn {
		return u
	}
	m := s.m
	now := &m.kinds[s.kind[r]]
	need := s.load[r] + m.demand[v]
	u.turn, u.kind, u.base = s.turn, -1, math.Inf(1)
	for _, i := range now.alternatives {
		k := &m.kinds[i]
		if s.available[i] == 0 || k.capacity < need {
			continue
		}
		base := k.fixed - now.fixed + (k.unit-now.unit)*s.length[r]
		if base < u.base {
			u.kind, u.base, u.unit = i, base, k.unit
		}
	}
	return u
}

// change gives a route another kind of vehicle from the same depot.
func (s *single) change(r, kind int32) {
	s.ops = append(s.ops, op{what: opRetype, at: r, extra: s.kind[r]})
	s.available[s.kind[r]]++
	s.available[kind]--
	s.setKind(r, kind)
}

// retype gives each changed route the cheapest kind that carries its load.
func (s *single) retype() {
	m := s.m
	for _, r := range s.touched {
		if s.count[r] == 0 || s.where[r] >= int32(len(s.active)) || s.active[s.where[r]] != r {
			continue
		}
		now := &m.kinds[s.kind[r]]
		to, best := int32(-1), now.fixed+now.unit*s.length[r]-slack
		for _, i := range now.alternatives {
			k := &m.kinds[i]
			if s.available[i] > 0 && k.capacity >= s.load[r] && k.fixed+k.unit*s.length[r] < best {
				to, best = i, k.fixed+k.unit*s.length[r]
			}
		}
		if to >= 0 {
			before := s.routeCost(r)
			s.change(r, to)
			s.cost += s.routeCost(r) - before
		}
	}
}
