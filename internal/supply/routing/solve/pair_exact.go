package solve

import (
	"math"

	"tianbo/internal/supply/routing"
)

// schedule finds the exact times of one route: windows, limits on time on board, breaks and durations together.
//
// Every rule is of the form t[i] ≥ t[j] + c, so the earliest times are the least fixpoint of forward passes over the
// sequence and one backward edge per limited ride: a pick-up may not be earlier than its delivery minus the limit.
// Without a positive cycle each edge is raised at most once per edge count (Bellman and Ford), so one pass more than there
// are edges decides exactly. The greatest fixpoint for the earliest return gives the latest departure; the difference is
// the shortest duration, because a later return never shortens a route.
type schedule struct {
	at     []point
	edges  []edge
	t, u   []float64
	low    []float64
	broken routing.Reason
	by     float64
	where  int32  // the stop that is late, -1 none in particular
	breaks int    // breaks placed so far
	rested uint32 // breaks taken before planning
	any    bool   // the first way to rest will do: nothing is paid for time
	saved  [][]point
	begin  [][]float64 // by break: earliest times without it
	end    [][]float64 // by break: latest starts that still reach the end
}

// point is one position: a stop, the start, the end, or a rest.
type point struct {
	node        int32 // -1 start or end, -2-b a rest
	place       int32
	early, late float64
	service     float64
	trip        float64 // duration from the position before
	load        int32   // first dimension after it
	pinned      bool
}

// edge limits the time from the end of service at pick to the start at drop.
type edge struct {
	pick, drop int32
	limit      float64
}

func (q *schedule) duration() float64 { return q.t[len(q.at)-1] - q.u[0] }

// load writes a route with a job inserted: its pick-up after position i and its delivery after position k, both counted in
// the old route; job < 0 inserts nothing.
func (q *schedule) load(m *haul, r *vroute, j, i, k int32) {
	q.at, q.rested, q.any = q.at[:0], m.rested(r), false
	kind := &m.fleet[r.kind]
	var load int32
	load = r.seq[0].load[0]
	pick, drop := int32(-1), int32(-1)
	if j >= 0 {
		pick, drop = m.jobs[j].pick, m.jobs[j].drop
		if pick < 0 {
			load += m.jobs[j].size[0]
		}
	}
	for x := range r.seq {
		v := &r.seq[x]
		p := point{node: v.node, place: v.place, early: v.early, late: routing.Never, service: v.service}
		switch {
		case x == 0:
			p.early, p.late = kind.early, kind.late
		case v.node < 0:
			p.late = kind.late
		default:
			p.late = m.nodes[v.node].late
			load += m.nodes[v.node].size[0]
		}
		if x > 0 && x <= int(r.frozen) {
			p.early, p.late, p.pinned = r.fixed[x], r.fixed[x], true
		} else if x == 0 && r.frozen > 0 {
			p.early, p.late, p.pinned = r.fixed[0], r.fixed[0], true
		}
		p.load = load
		q.at = append(q.at, p)
		if j >= 0 && pick >= 0 && int32(x) == i {
			load += m.jobs[j].size[0]
			q.add(m, pick, load)
		}
		if j >= 0 && drop >= 0 && int32(x) == k {
			load -= m.jobs[j].size[0]
			q.add(m, drop, load)
		}
	}
	q.link(m, kind)
}

func (q *schedule) add(m *haul, v, load int32) {
	n := &m.nodes[v]
	q.at = append(q.at, point{node: v, place: n.place, early: n.early, late: n.late, service: n.service, load: load})
}

// link fills durations between positions and the limits on time on board.
func (q *schedule) link(m *haul, kind *fleetKind) {
	g := &m.nets[kind.net]
	q.edges = q.edges[:0]
	last := len(q.at) - 1
	for x := 1; x <= last; x++ {
		a, b := &q.at[x-1], &q.at[x]
		b.trip = 0
		if b.place >= 0 {
			b.trip = g.time[int(a.place)*m.places+int(b.place)]
		}
	}
	q.limits(m, kind)
}

func (q *schedule) limits(m *haul, kind *fleetKind) {
	q.edges = q.edges[:0]
	last := len(q.at) - 1
	for x := 1; x < last; x++ {
		if q.at[x].node < 0 {
			continue
		}
		n := &m.nodes[q.at[x].node]
		j := &m.jobs[n.job]
		if j.quality <= 0 || (n.sign > 0 && j.drop >= 0) {
			continue
		}
		e := edge{pick: 0, drop: int32(x), limit: j.quality / routing.DecayOf(kind.decay, j.class)}
		if n.sign > 0 {
			e.pick, e.drop = int32(x), int32(last)
		} else if j.pick >= 0 {
			for y := x - 1; y > 0; y-- {
				if q.at[y].node == j.pick {
					e.pick = int32(y)
					break
				}
			}
		}
		q.edges = append(q.edges, e)
	}
}

// solve decides the route; on success t holds the earliest times and u the latest ones with the same return.
func (q *schedule) solve(m *haul, kind *fleetKind) bool {
	q.breaks = 0
	return q.rest(m, kind, 0)
}

// rest settles the breaks from the given one on: it tries every position where a break can lie and keeps the earliest
// return. Breaks that end up outside the route's time are not owed.
func (q *schedule) rest(m *haul, kind *fleetKind, from int) bool {
	if !q.times() {
		return false
	}
	last := len(q.at) - 1
	for from < len(kind.breaks) {
		b := &kind.breaks[from]
		if q.rested&(1<<uint(from)) == 0 && q.t[last] > b.Window.Latest+slack && q.u[0] < b.Window.Latest-slack {
			break
		}
		from++
	}
	if from >= len(kind.breaks) {
		return kind.longest <= 0 || q.short(kind)
	}
	return q.place(m, kind, from)
}

func (q *schedule) short(kind *fleetKind) bool {
	if over := q.duration() - kind.longest; over > 1e-7 {
		q.broken, q.by = routing.TimeWindow, over
		return false
	}
	return true
}

// place tries the break at every gap where it can lie: not before its window, and early enough for what comes after. The
// earliest return without the break bounds the return with it, so a gap that keeps it ends the search.
func (q *schedule) place(m *haul, kind *fleetKind, b int) bool {
	q.deepen(b)
	base := append(q.saved[2*b][:0], q.at...)
	q.saved[2*b] = base
	begin, end := q.bounds(b, base)
	brk := &kind.breaks[b]
	best, found := math.Inf(1), false
	for gap := 0; gap+1 < len(base); gap++ {
		start := max(begin[gap]+base[gap].service, brk.Window.Earliest)
		if start > brk.Window.Latest+slack {
			break
		}
		if (brk.MaxLoad >= 0 && int64(base[gap].load) > brk.MaxLoad) || base[gap+1].pinned ||
			start+brk.Duration+base[gap+1].trip > end[gap+1]+slack {
			continue
		}
		q.at = append(q.at[:0], base[:gap+1]...)
		q.at = append(q.at, point{node: int32(-2 - b), place: base[gap].place, early: brk.Window.Earliest, late: brk.Window.Latest, service: brk.Duration, load: base[gap].load})
		q.at = append(q.at, base[gap+1:]...)
		q.limits(m, kind)
		if !q.rest(m, kind, b+1) {
			continue
		}
		back := q.t[len(q.at)-1]
		if q.any || back <= begin[len(base)-1]+slack {
			return true
		}
		if back < best {
			best, found = back, true
			q.saved[2*b+1] = append(q.saved[2*b+1][:0], q.at...)
		}
	}
	if !found {
		q.broken, q.by = routing.BreakRule, brk.Duration
		return false
	}
	q.at = append(q.at[:0], q.saved[2*b+1]...)
	q.limits(m, kind)
	return q.times()
}

// deepen makes room for one more break.
func (q *schedule) deepen(b int) {
	for len(q.begin) <= b {
		q.saved = append(q.saved, nil, nil)
		q.begin, q.end = append(q.begin, nil), append(q.end, nil)
	}
}

// bounds keeps the earliest times and works out the latest starts of the positions as they stand.
func (q *schedule) bounds(b int, base []point) (begin, end []float64) {
	begin = append(q.begin[b][:0], q.t...)
	end = append(q.end[b][:0], q.t...)
	last := len(base) - 1
	end[last] = base[last].late
	for i := last - 1; i >= 0; i-- {
		end[i] = min(base[i].late, end[i+1]-base[i+1].trip-base[i].service)
	}
	q.begin[b], q.end[b] = begin, end
	return begin, end
}

// times computes both fixpoints for the positions as they stand.
func (q *schedule) times() bool {
	n := len(q.at)
	if cap(q.t) < n {
		q.t, q.u, q.low = make([]float64, 2*n), make([]float64, 2*n), make([]float64, 2*n)
	}
	q.t, q.u, q.low = q.t[:n], q.u[:n], q.low[:n]
	for i := range q.at {
		q.low[i] = q.at[i].early
	}
	if !q.earliest() {
		return false
	}
	return q.latest()
}

// earliest is the least fixpoint from the lower bounds.
func (q *schedule) earliest() bool {
	for pass := 0; ; pass++ {
		now := math.Inf(-1)
		for i := range q.at {
			p := &q.at[i]
			q.t[i] = max(now+p.trip, q.low[i])
			if p.pinned {
				q.t[i] = p.early
			}
			if late := q.t[i] - p.late; late > slack {
				q.broken, q.by, q.where = routing.TimeWindow, late, p.node
				if pass > 0 {
					q.broken = routing.ShelfLife
				}
				return false
			}
			now = q.t[i] + p.service
		}
		raised := false
		worst := 0.0
		for _, e := range q.edges {
			over := q.t[e.drop] - e.limit - q.at[e.pick].service - q.t[e.pick]
			if over > slack {
				q.low[e.pick] = q.t[e.pick] + over
				worst = max(worst, over)
				raised = true
			}
		}
		if !raised {
			return true
		}
		if pass > len(q.edges) {
			q.broken, q.by = routing.ShelfLife, worst
			return false
		}
	}
}

// latest is the greatest fixpoint below the earliest return.
func (q *schedule) latest() bool {
	n := len(q.at)
	for i := range q.u {
		q.u[i] = q.at[i].late
	}
	q.u[n-1] = q.t[n-1]
	for pass := 0; pass <= len(q.edges)+1; pass++ {
		for i := n - 2; i >= 0; i-- {
			if !q.at[i].pinned {
				q.u[i] = min(q.u[i], q.u[i+1]-q.at[i+1].trip-q.at[i].service)
			}
		}
		lowered := false
		for _, e := range q.edges {
			most := q.u[e.pick] + q.at[e.pick].service + e.limit
			if q.u[e.drop] > most+slack {
				q.u[e.drop] = most
				lowered = true
			}
		}
		if !lowered {
			return true
		}
	}
	return true
}

// settle makes the times to publish: leave as late as the earliest return allows, then do everything as early as the
// limits on time on board let it wait at the pick-up.
func (q *schedule) settle() {
	for i := range q.at {
		q.low[i] = q.at[i].early
	}
	q.low[0] = max(q.low[0], q.u[0])
	q.earliest()
}
