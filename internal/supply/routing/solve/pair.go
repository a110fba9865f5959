package solve

import (
	"math"

	"tianbo/internal/supply/routing"
)

// pairs is the engine for everything: consignments with a pick-up and a delivery, every rule of the problem. Routes are
// arrays, copied when a step first touches them and swapped back when the step is refused. What a job costs in a route
// it did not change is remembered by the route's version.
type pairs struct {
	m   *haul
	rng random

	routes    []vroute
	active    []int32
	free      []int32
	available []int32
	limit     int

	where []int32 // node → route slot, -1
	pos   []int32 // node → index in seq
	way   []int32 // good → index of the way it takes, -1 absent

	riding [][]quantity

	cost    float64
	absent  []int32
	spare   []int32
	absence []int32
	banned  []bool
	focus   bool // ruin near absent goods, insert the often absent first
	most    int  // routes allowed at most

	clock   int32
	version uint32
	touched []int32
	rebook  []booking

	cache  []entry // job × slot
	width  int
	fresh  []entry // job × kind: alone on an empty route
	blink  int
	order  []keyed
	marked []int32 // job → clock of its removal
	probe  schedule

	best snapshot
	done int
	pool *pool
}

// booking is an old way of a good, for undo.
type booking struct{ good, way int32 }

// visit is one position of a route.
type visit struct {
	node, place int32
	es, dep, ls float64 // earliest start and departure, latest start
	arc, trip   float64 // distance and duration from the position before
	early       float64
	service     float64
	load        quantity // on board after it
}

type vroute struct {
	seq      []visit
	old      []visit // copy from before the step
	top      []quantity
	tail     []quantity
	kind     int32
	unit     int32
	version  uint32
	stamp    int32
	frozen   int32     // positions up to this one stay; the start is position 0
	fixed    []float64 // start times of frozen positions
	length   float64
	duration float64
	cost     float64
	live     bool
	limited  int32 // jobs on it with a limit on time on board
	was      shadow
	pooled   uint32 // version the pool has seen
}

// shadow is what else an undo puts back.
type shadow struct {
	version                uint32
	length, duration, cost float64
	limited, kind          int32
	open                   bool
}

// entry is the cheapest insertions of a job into a route.
type entry struct {
	version uint32
	count   int32
	cost    [keep]float64
	pick    [keep]int32
	drop    [keep]int32
}

// keep is how many insertions are remembered, so that blinking still has a choice.
const keep = 3

func newPairs(m *haul, rng random) *pairs {
	s := &pairs{
		m: m, rng: rng, most: math.MaxInt32, where: make([]int32, len(m.nodes)), pos: make([]int32, len(m.nodes)), way: make([]int32, len(m.goods)),
		absence: make([]int32, len(m.goods)), banned: make([]bool, len(m.goods)), available: make([]int32, len(m.fleet)),
		fresh: make([]entry, len(m.jobs)*len(m.fleet)), marked: make([]int32, len(m.jobs)),
		order: make([]keyed, 0, len(m.goods)), absent: make([]int32, 0, len(m.goods)),
	}
	for _, l := range m.lines {
		s.riding = append(s.riding, make([]quantity, len(l)))
	}
	s.blink = rng.skip()
	s.grow(min(max(8, m.units), 48))
	s.clear()
	return s
}

// grow adds route slots and widens the cache.
func (s *pairs) grow(slots int) {
	for r := len(s.routes); r < slots; r++ {
		s.routes = append(s.routes, vroute{})
		s.free = append(s.free, int32(r))
	}
	s.width = slots
	s.cache = make([]entry, len(s.m.jobs)*slots)
}

// clear empties every route and makes every consignment absent.
func (s *pairs) clear() {
	s.active, s.free, s.absent = s.active[:0], s.free[:0], s.absent[:0]
	for r := len(s.routes) - 1; r >= 0; r-- {
		s.free = append(s.free, int32(r))
		s.routes[r].stamp, s.routes[r].live = 0, false
	}
	for k := range s.available {
		s.available[k] = s.m.fleet[k].units
	}
	for l := range s.riding {
		clear(s.riding[l])
	}
	for v := range s.where {
		s.where[v] = -1
	}
	s.limit, s.cost, s.clock = s.most, 0, s.clock+1
	s.touched, s.rebook = s.touched[:0], s.rebook[:0]
	for i := range s.m.goods {
		s.way[i], s.banned[i] = -1, false
		s.absent = append(s.absent, int32(i))
		s.cost += s.m.goods[i].penalty
	}
}

// open takes a slot for an empty route.
func (s *pairs) open(kind int32) int32 {
	if len(s.free) == 0 {
		s.grow(len(s.routes) * 2)
	}
	id := s.free[len(s.free)-1]
	s.free = s.free[:len(s.free)-1]
	s.active = append(s.active, id)
	s.available[kind]--
	r := &s.routes[id]
	k := &s.m.fleet[kind]
	r.kind, r.unit, r.frozen, r.fixed, r.limited, r.live = kind, -1, 0, nil, 0, true
	r.seq = append(r.seq[:0], visit{node: -1, place: k.start, es: k.early, dep: k.early, early: k.early}, visit{node: -1, place: k.end, early: -routing.Never, ls: k.late})
	return id
}

// touch copies a route before its first change in a step.
func (s *pairs) touch(id int32, fresh bool) {
	r := &s.routes[id]
	if r.stamp == s.clock {
		return
	}
	r.stamp = s.clock
	s.touched = append(s.touched, id)
	r.was = shadow{r.version, r.length, r.duration, r.cost, r.limited, r.kind, !fresh}
	if !fresh {
		r.old = append(r.old[:0], r.seq...)
	}
}

// shut gives an empty route's slot back.
func (s *pairs) shut(id int32) {
	for i, a := range s.active {
		if a == id {
			s.active[i] = s.active[len(s.active)-1]
			s.active = s.active[:len(s.active)-1]
			break
		}
	}
	s.routes[id].live = false
	s.available[s.routes[id].kind]++
	s.free = append(s.free, id)
}

// undo takes back the current step.
func (s *pairs) undo() {
	for i := len(s.rebook) - 1; i >= 0; i-- {
		b := s.rebook[i]
		s.book(b.good, -1)
		s.book(b.good, b.way)
	}
	for _, id := range s.touched {
		r := &s.routes[id]
		for i := 1; i < len(r.seq)-1; i++ {
			s.where[r.seq[i].node] = -1
		}
	}
	for _, id := range s.touched {
		r := &s.routes[id]
		isOpen := r.live
		if isOpen && r.was.open && r.kind != r.was.kind {
			s.available[r.kind]++
			s.available[r.was.kind]--
		}
		if !r.was.open {
			if isOpen {
				s.shut(id)
			}
			continue
		}
		r.seq, r.old = r.old, r.seq
		r.kind = r.was.kind
		r.version, r.length, r.duration, r.cost, r.limited = r.was.version, r.was.length, r.was.duration, r.was.cost, r.was.limited
		if !isOpen {
			s.reopen(id)
		}
		for i := 1; i < len(r.seq)-1; i++ {
			v := r.seq[i].node
			s.where[v], s.pos[v] = id, int32(i)
		}
		if s.m.alone {
			s.peaks(r)
		}
	}
}

func (s *pairs) reopen(id int32) {
	for i, f := range s.free {
		if f == id {
			s.free[i] = s.free[len(s.free)-1]
			s.free = s.free[:len(s.free)-1]
			break
		}
	}
	s.active = append(s.active, id)
	s.routes[id].live = true
	s.available[s.routes[id].kind]--
}

// book sets the way of a good and the load of the lines it rides on; -1 takes it off.
func (s *pairs) book(good, way int32) {
	size := &s.m.jobs[s.m.goods[good].ways[0].jobs[0]].size
	if old := s.way[good]; old >= 0 {
		for _, r := range s.m.goods[good].ways[old].rides {
			s.ride(r, size, -1)
		}
	}
	s.way[good] = way
	if way >= 0 {
		for _, r := range s.m.goods[good].ways[way].rides {
			s.ride(r, size, 1)
		}
	}
}

// renew recomputes times, loads and cost of a route after a change.
func (s *pairs) renew(id int32) {
	r := &s.routes[id]
	m := s.m
	k := &m.fleet[r.kind]
	g := &m.nets[k.net]
	s.version++
	r.version = s.version
	r.length, r.limited = 0, 0
	var load quantity
	last := len(r.seq) - 1
	for i := 1; i < last; i++ {
		n := &m.nodes[r.seq[i].node]
		if n.mate < 0 && n.sign < 0 {
			for d := range m.dims {
				load[d] -= n.size[d]
			}
		}
		if n.sign < 0 && m.jobs[n.job].quality > 0 {
			r.limited++
		}
	}
	r.seq[0].load = load
	for i := 1; i <= last; i++ {
		a, b := &r.seq[i-1], &r.seq[i]
		b.arc, b.trip = 0, 0
		if b.place >= 0 {
			at := int(a.place)*m.places + int(b.place)
			b.arc, b.trip = g.dist[at], g.time[at]
		}
		r.length += b.arc
		b.es = max(a.dep+b.trip, b.early)
		if i <= int(r.frozen) {
			b.es = r.fixed[i]
		}
		b.dep = b.es + b.service
		if b.node >= 0 {
			n := &m.nodes[b.node]
			for d := range m.dims {
				load[d] += n.size[d]
			}
			s.where[b.node], s.pos[b.node] = id, int32(i)
		}
		b.load = load
	}
	r.seq[last].ls = k.late
	for i := last - 1; i >= 0; i-- {
		a, b := &r.seq[i], &r.seq[i+1]
		a.ls = b.ls - b.trip - a.service
		if a.node >= 0 {
			a.ls = min(a.ls, m.nodes[a.node].late)
		}
	}
	if m.alone {
		s.peaks(r)
	}
	r.duration = 0
	if k.hour > 0 || k.longest > 0 {
		s.probe.load(m, r, -1, -1, -1)
		if s.probe.solve(m, k) {
			r.duration = s.probe.duration()
		}
	}
	r.cost = k.fixed + k.unit*r.length + k.hour*r.duration
}

// peaks fills the largest load up to and from every position, for jobs with one stop.
func (s *pairs) peaks(r *vroute) {
	n := len(r.seq)
	for len(r.top) < n {
		r.top, r.tail = append(r.top, quantity{}), append(r.tail, quantity{})
	}
	for d := range s.m.dims {
		high := int32(0)
		for i := range n {
			high = max(high, r.seq[i].load[d])
			r.top[i][d] = high
		}
		high = 0
		for i := n - 1; i >= 0; i-- {
			high = max(high, r.seq[i].load[d])
			r.tail[i][d] = high
		}
	}
}
