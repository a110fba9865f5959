package solve

// slack forgives the rounding of sums of times; the checker's tolerance is wider.
const slack = 1e-9

// single is the engine for problems whose consignments each need one stop: delivery rounds, collection rounds, with
// or without windows, several depots, vehicle types and duration limits. Routes are doubly linked lists over flat
// arrays; node i < n is stop i, node n+2r and n+2r+1 are the start and end of route slot r.
type single struct {
	m   *rounds
	rng random

	next, prev, route []int32
	place             []int32
	arc               []float64 // distance to next
	es, dep, ls       []float64 // earliest start, earliest departure, latest start; only with windows
	seg               []segment // forward and backward duration data; only with duration limits
	back              []segment

	load, count, kind []int32 // by route slot
	length            []float64
	active, where     []int32 // used slots and each slot's index in active
	free              []int32
	available         []int32 // unused units by kind
	limit             int     // most routes at once
	served            int     // stops on routes

	cost    float64
	absent  []int32
	absence []int32 // how often each stop stayed absent
	banned  []bool  // stops that belong to another worker's share
	focus   bool    // ruin near absent stops, insert the often absent first
	most    int     // routes allowed at most

	ops     []op
	touched []int32
	stamp   []int32
	clock   int32
	blink   int
	turn    int32
	spare   []int32 // absent stops before the current step
	order   []keyed
	type2   []upgrade

	best    snapshot
	done    int // steps since the search began
	pool    *pool
	changed []bool // route slots that differ from what the pool has seen
}

// op is one reversible change.
type op struct {
	what  int8
	node  int32
	at    int32 // predecessor or route slot
	extra int32
}

const (
	opRemove int8 = iota
	opInsert
	opOpen
	opClose
	opRetype
)

type keyed struct {
	node int32
	key  float64
}

// snapshot is a whole solution in route order.
type snapshot struct {
	cost   float64
	routes []trip
	absent []int32
	limit  int     // most routes of a part of a solution, 0: what the search allows
	units  []int32 // units by kind still free beside the routes; nil: what the problem leaves
	ways   []int32 // by consignment: the itinerary it takes, -1 none; only the pair engine
}

type trip struct {
	kind   int32
	unit   int32 // -1: any unit of the kind
	frozen int32
	fixed  []float64
	cost   float64
	stops  []int32
}

func newSingle(m *rounds, rng random) *single {
	n, slots := m.n, m.slots
	size := n + 2*slots
	s := &single{
		m: m, rng: rng, most: slots, next: make([]int32, size), prev: make([]int32, size), route: make([]int32, size),
		place: make([]int32, size), arc: make([]float64, size), load: make([]int32, slots), count: make([]int32, slots),
		kind: make([]int32, slots), length: make([]float64, slots), where: make([]int32, slots), stamp: make([]int32, slots+n),
		absence: make([]int32, n), banned: make([]bool, n), available: make([]int32, len(m.kinds)), type2: make([]upgrade, slots),
		changed: make([]bool, slots), active: make([]int32, 0, slots), free: make([]int32, 0, slots), absent: make([]int32, 0, n),
		ops: make([]op, 0, 4*n), touched: make([]int32, 0, slots), order: make([]keyed, 0, n),
	}
	if m.windows {
		s.es, s.dep, s.ls = make([]float64, size), make([]float64, size), make([]float64, size)
	}
	if m.durations {
		s.seg, s.back = make([]segment, size), make([]segment, size)
	}
	copy(s.place, m.place)
	s.blink = rng.skip()
	s.clear()
	return s
}

// clear empties every route and makes every stop absent.
func (s *single) clear() {
	s.active, s.free, s.absent, s.ops = s.active[:0], s.free[:0], s.absent[:0], s.ops[:0]
	for r := s.m.slots - 1; r >= 0; r-- {
		s.free = append(s.free, int32(r))
		s.count[r], s.load[r], s.length[r] = 0, 0, 0
	}
	for k := range s.available {
		s.available[k] = s.m.kinds[k].units
	}
	s.limit, s.served = s.most, 0
	s.cost = 0
	for i := range s.m.n {
		s.route[i], s.banned[i] = -1, false
		s.absent = append(s.absent, int32(i))
		s.cost += s.m.penalty[i]
	}
}

// restore replaces the solution by a snapshot; stops that are in neither routes nor absent are banned.
func (s *single) restore(from *snapshot) {
	s.clear()
	s.absent = s.absent[:0]
	for i := range s.m.n {
		s.banned[i] = true
	}
	s.cost = 0
	for _, t := range from.routes {
		r := s.open(t.kind)
		at := s.start(r)
		for _, v := range t.stops {
			s.banned[v] = false
			s.link(v, at, r)
			at = v
		}
		s.retime(r)
		s.cost += s.routeCost(r)
	}
	for _, v := range from.absent {
		s.banned[v] = false
		s.absent = append(s.absent, v)
		s.cost += s.m.penalty[v]
	}
	if from.units != nil {
		copy(s.available, from.units)
	}
	if from.limit > 0 {
		s.limit = from.limit
	}
	s.ops = s.ops[:0]
}

// save writes the solution into a snapshot, reusing its memory.
func (s *single) save(to *snapshot) {
	to.cost = s.cost
	for len(to.routes) < len(s.active) {
		if cap(to.routes) > len(to.routes) {
			to.routes = to.routes[:len(to.routes)+1]
		} else {
			to.routes = append(to.routes, trip{})
		}
	}
	to.routes = to.routes[:len(s.active)]
	for i, r := range s.active {
		t := &to.routes[i]
		t.kind, t.unit, t.cost = s.kind[r], -1, s.routeCost(r)
		t.stops = t.stops[:0]
		for v := s.next[s.start(r)]; int(v) < s.m.n; v = s.next[v] {
			t.stops = append(t.stops, v)
		}
	}
	to.absent = append(to.absent[:0], s.absent...)
}

func (s *single) start(r int32) int32 { return int32(s.m.n) + 2*r }
func (s *single) end(r int32) int32   { return int32(s.m.n) + 2*r + 1 }

func (s *single) dist(a, b int32) float64 {
	return s.m.dist[int(s.place[a])*s.m.places+int(s.place[b])]
}

func (s *single) time(a, b int32) float64 {
	return s.m.time[int(s.place[a])*s.m.places+int(s.place[b])]
}

func (s *single) routeCost(r int32) float64 {
	k := &s.m.kinds[s.kind[r]]
	return k.fixed + k.unit*s.length[r] + k.toll*float64(s.load[r])
}

// open takes a free slot as an empty route of a kind.
func (s *single) open(kind int32) int32 {
	r := s.free[len(s.free)-1]
	s.free = s.free[:len(s.free)-1]
	s.where[r] = int32(len(s.active))
	s.active = append(s.active, r)
	s.setKind(r, kind)
	s.available[kind]--
	a, b := s.start(r), s.end(r)
	s.next[a], s.prev[b] = b, a
	s.route[a], s.route[b] = r, r
	s.load[r], s.count[r] = 0, 0
	s.arc[a] = s.dist(a, b)
	s.length[r] = s.arc[a]
	s.changed[r] = true
	s.ops = append(s.ops, op{what: opOpen, at: r, extra: kind})
	return r
}

func (s *single) setKind(r, kind int32) {
	k := &s.m.kinds[kind]
	s.kind[r] = kind
	a, b := s.start(r), s.end(r)
	s.place[a], s.place[b] = k.start, k.end
	if s.m.windows {
		s.es[a], s.dep[a] = k.early, k.early
		s.ls[b] = k.late
	}
}

// shut gives an empty route's slot back.
func (s *single) shut(r int32) {
	s.ops = append(s.ops, op{what: opClose, at: r, extra: s.kind[r]})
	s.release(r)
}

func (s *single) release(r int32) {
	i, last := s.where[r], int32(len(s.active)-1)
	s.active[i] = s.active[last]
	s.where[s.active[i]] = i
	s.active = s.active[:last]
	s.free = append(s.free, r)
	s.available[s.kind[r]]++
}

// link puts a stop behind another without touching times.
func (s *single) link(v, at, r int32) {
	w := s.next[at]
	s.next[at], s.prev[v], s.next[v], s.prev[w] = v, at, w, v
	s.length[r] -= s.arc[at]
	s.arc[at], s.arc[v] = s.dist(at, v), s.dist(v, w)
	s.length[r] += s.arc[at] + s.arc[v]
	s.route[v] = r
	s.load[r] += s.m.demand[v]
	s.count[r]++
	s.served++
}

// unlink takes a stop out without touching times.
func (s *single) unlink(v int32) {
	a, b, r := s.prev[v], s.next[v], s.route[v]
	s.next[a], s.prev[b] = b, a
	s.length[r] -= s.arc[a] + s.arc[v]
	s.arc[a] = s.dist(a, b)
	s.length[r] += s.arc[a]
	s.route[v] = -1
	s.load[r] -= s.m.demand[v]
	s.count[r]--
	s.served--
}

// retime recomputes the times of a route.
func (s *single) retime(r int32) {
	if !s.m.windows {
		return
	}
	a, b := s.start(r), s.end(r)
	m := s.m
	for u, v := a, s.next[a]; ; u, v = v, s.next[v] {
		t := s.dep[u] + s.time(u, v)
		if v == b {
			s.es[b], s.dep[b] = t, t
			break
		}
		s.es[v] = max(t, m.early[v])
		s.dep[v] = s.es[v] + m.service[v]
	}
	for w, v := b, s.prev[b]; ; w, v = v, s.prev[v] {
		t := s.ls[w] - s.time(v, w)
		if v == a {
			s.ls[a] = t
			break
		}
		s.ls[v] = min(t-m.service[v], m.late[v])
	}
	if m.durations {
		s.remeasure(r)
	}
}

// undo takes back every change since the last commit.
func (s *single) undo() {
	for i := len(s.ops) - 1; i >= 0; i-- {
		o := s.ops[i]
		switch o.what {
		case opRemove:
			s.link(o.node, o.at, s.route[o.at])
		case opInsert:
			s.unlink(o.node)
		case opOpen:
			s.release(o.at)
		case opClose:
			s.free = s.free[:len(s.free)-1]
			s.where[o.at] = int32(len(s.active))
			s.active = append(s.active, o.at)
			s.available[o.extra]--
			s.setKind(o.at, o.extra)
			a, b := s.start(o.at), s.end(o.at)
			s.next[a], s.prev[b], s.route[a], s.route[b] = b, a, o.at, o.at
			s.arc[a] = s.dist(a, b)
			s.length[o.at], s.load[o.at], s.count[o.at] = s.arc[a], 0, 0
		case opRetype:
			s.available[s.kind[o.at]]++
			s.available[o.extra]--
			s.setKind(o.at, o.extra)
		}
	}
	s.ops = s.ops[:0]
	for _, r := range s.touched {
		if s.count[r] > 0 {
			s.retime(r)
		}
	}
}

// touch remembers a route whose times must be recomputed on undo.
func (s *single) touch(r int32) {
	s.changed[r] = true
	if s.stamp[r] != s.clock {
		s.stamp[r] = s.clock
		s.touched = append(s.touched, r)
	}
}
