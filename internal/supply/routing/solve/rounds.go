package solve

import (
	"math"
	"slices"

	"tianbo/internal/supply/routing"
)

// rounds is a problem of single stops in the flat form the engine reads: everything in it is fixed during a search and
// shared by the workers.
type rounds struct {
	n, slots, places int
	x, y             []float64
	midX, midY       float64 // middle of the depots
	place            []int32 // by node, ends of route slots included
	demand           []int32
	early, late      []float64
	service          []float64
	penalty          []float64
	mandatory        []bool
	remote           []float64 // distance to the nearest depot
	dist, distT      []float64
	time             []float64
	kinds            []kind
	windows          bool
	timed            bool // stops have windows of their own
	durations        bool
	mixed            bool // some kind can stand in for another
	collect          bool // all stops are pick-ups

	near   []int32 // stops by distance, wide per stop
	wide   int
	close  []int32 // stops by closeness in space and time, narrow per stop
	narrow int
	leg    float64 // a typical distance between neighbours
}

type kind struct {
	capacity     int32
	start, end   int32
	early, late  float64
	fixed, unit  float64
	toll         float64 // for every unit of demand, over the first level of two
	longest      float64
	farthest     float64
	units        int32
	alternatives []int32
}

const (
	nearWidth  = 120 // neighbours that ruin may reach
	closeWidth = 40  // neighbours whose sides are tried for insertion in large problems
	fullScan   = 200 // up to this size every position is tried

)

// fitsRounds tells whether a problem is one of single stops without the rules that need exact schedules.
func fitsRounds(p *routing.Problem) bool {
	if len(p.Networks) != 1 || len(p.Lines) > 0 || p.Previous != nil || len(p.Consignments) == 0 {
		return false
	}
	collect := p.Consignments[0].Delivery == nil
	for i := range p.Consignments {
		c := &p.Consignments[i]
		if (c.Pickup != nil) == (c.Delivery != nil) || (c.Delivery == nil) != collect {
			return false
		}
		if c.Skills != 0 || c.Class != routing.NoClass || c.Quality > 0 || len(c.Size) > 1 || len(c.Itineraries) > 0 {
			return false
		}
	}
	for i := range p.Vehicles {
		v := &p.Vehicles[i]
		if len(v.Breaks) > 0 || len(v.Compartments) > 0 || v.PerTime > 0 || len(v.Capacity) != 1 {
			return false
		}
	}
	return true
}

// newRounds flattens a problem that fitsRounds.
func newRounds(p *routing.Problem) *rounds {
	m := &rounds{n: len(p.Consignments), collect: p.Consignments[0].Delivery == nil}
	m.matrix(p)
	units := 0
	for i := range p.Vehicles {
		v := &p.Vehicles[i]
		end := int32(v.End)
		if v.End == routing.Anywhere {
			end = int32(len(p.Places))
		}
		m.kinds = append(m.kinds, kind{
			capacity: int32(v.Capacity[0]), start: int32(v.Start), end: end, early: v.Shift.Earliest, late: v.Shift.Latest,
			fixed: v.Fixed, unit: v.PerDistance, longest: v.MaxDuration, farthest: v.MaxDistance, units: int32(min(v.Count, m.n)),
		})
		units += min(v.Count, m.n)
		m.windows = m.windows || v.MaxDuration > 0 || v.Shift.Latest < routing.Never
		m.durations = m.durations || v.MaxDuration > 0
	}
	m.slots = min(units, m.n)
	m.stops(p)
	m.alternatives()
	m.penalties(p)
	m.neighbours()
	return m
}

func (m *rounds) matrix(p *routing.Problem) {
	n := len(p.Places)
	m.places = n + 1 // one more place, at no distance from anywhere: the end of an open route
	src := &p.Networks[0]
	m.dist = make([]float64, m.places*m.places)
	m.time = m.dist
	same := src.Duration == nil
	for i := range p.Places {
		same = same && p.Places[i].Setup == 0
	}
	if !same {
		m.time = make([]float64, len(m.dist))
	}
	for i := range n {
		for j := range n {
			d, t := src.Between(n, i, j)
			m.dist[i*m.places+j] = d
			if !same {
				if i != j {
					t += p.Places[j].Setup
				}
				m.time[i*m.places+j] = t
			}
		}
	}
	m.distT = m.dist
	symmetric := true
	for i := 0; i < n && symmetric; i++ {
		for j := range i {
			if m.dist[i*m.places+j] != m.dist[j*m.places+i] {
				symmetric = false
				break
			}
		}
	}
	if symmetric && !m.open(p) {
		m.distT = m.dist
		return
	}
	m.distT = make([]float64, len(m.dist))
	for i := range m.places {
		for j := range m.places {
			m.distT[j*m.places+i] = m.dist[i*m.places+j]
		}
	}
}

func (m *rounds) open(p *routing.Problem) bool {
	for i := range p.Vehicles {
		if p.Vehicles[i].End == routing.Anywhere {
			return true
		}
	}
	return false
}

func (m *rounds) stops(p *routing.Problem) {
	n := m.n
	m.place = make([]int32, n+2*m.slots)
	m.demand, m.early, m.late = make([]int32, n), make([]float64, n), make([]float64, n)
	m.service, m.penalty, m.remote = make([]float64, n), make([]float64, n), make([]float64, n)
	m.mandatory = make([]bool, n)
	for i := range p.Vehicles {
		m.midX += p.Places[p.Vehicles[i].Start].X / float64(len(p.Vehicles))
		m.midY += p.Places[p.Vehicles[i].Start].Y / float64(len(p.Vehicles))
	}
	for i := range p.Consignments {
		c := &p.Consignments[i]
		s := c.Delivery
		if s == nil {
			s = c.Pickup
		}
		m.place[i] = int32(s.Place)
		m.x, m.y = append(m.x, p.Places[s.Place].X), append(m.y, p.Places[s.Place].Y)
		if len(c.Size) > 0 {
			m.demand[i] = int32(c.Size[0])
		}
		m.early[i], m.late[i], m.service[i] = s.Window.Earliest, s.Window.Latest, s.Service
		m.timed = m.timed || s.Window.Latest < routing.Never || s.Window.Earliest > 0
		m.windows = m.windows || m.timed
		m.remote[i] = math.Inf(1)
		for k := range m.kinds {
			m.remote[i] = math.Min(m.remote[i], m.dist[int(m.kinds[k].start)*m.places+s.Place])
		}
	}
}

// alternatives finds for each kind those that start, end and work alike and differ in size or price.
func (m *rounds) alternatives() {
	for i := range m.kinds {
		a := &m.kinds[i]
		for j := range m.kinds {
			b := &m.kinds[j]
			if i != j && a.start == b.start && a.end == b.end && a.early == b.early && a.late == b.late && a.longest == b.longest && a.farthest == b.farthest {
				a.alternatives = append(a.alternatives, int32(j))
				m.mixed = true
			}
		}
	}
}

// penalties prices leaving a mandatory stop out above any detour it could save.
func (m *rounds) penalties(p *routing.Problem) {
	worst := 0.0
	for i := range m.n {
		for k := range m.kinds {
			row := int(m.kinds[k].start) * m.places
			worst = math.Max(worst, m.kinds[k].fixed+2*m.kinds[k].unit*m.dist[row+int(m.place[i])])
		}
	}
	for i := range m.n {
		c := &p.Consignments[i]
		m.penalty[i] = c.Penalty
		if c.Penalty <= 0 {
			m.mandatory[i] = true
			m.penalty[i] = 20 * (worst + 1) * float64(1+max(0, c.Priority))
		}
	}
}

// aloneFits tells whether a route of one stop keeps its windows and its duration.
func (m *rounds) aloneFits(v int32, k *kind) bool {
	if !m.windows {
		return true
	}
	out, home := m.time[int(k.start)*m.places+int(m.place[v])], m.time[int(m.place[v])*m.places+int(k.end)]
	t := math.Max(k.early+out, m.early[v])
	if t > m.late[v]+slack || t+m.service[v]+home > k.late+slack {
		return false
	}
	return k.longest <= 0 || out+m.service[v]+home <= k.longest+slack
}

// neighbours fills both neighbour lists and the typical leg.
func (m *rounds) neighbours() {
	m.wide, m.narrow = min(nearWidth, m.n-1), min(closeWidth, m.n-1)
	m.near, m.close = make([]int32, 0, m.n*m.wide), make([]int32, 0, m.n*m.narrow)
	sum := 0.0
	for i := range int32(m.n) {
		m.near = nearest(m.near, m.n, int(i), m.wide, func(j int32) float64 {
			return m.dist[int(m.place[i])*m.places+int(m.place[j])]
		})
		m.close = nearest(m.close, m.n, int(i), m.narrow, func(j int32) float64 {
			return math.Min(m.apart(i, j), m.apart(j, i))
		})
		for _, j := range m.near[int(i)*m.wide:][:min(5, m.wide)] {
			sum += m.dist[int(m.place[i])*m.places+int(m.place[j])] / float64(min(5, m.wide))
		}
	}
	m.leg = math.Max(sum/float64(m.n), 1e-6)
}

// apart is the distance from i to j plus a part of the time lost waiting in between; far when j cannot follow i.
func (m *rounds) apart(i, j int32) float64 {
	d := m.dist[int(m.place[i])*m.places+int(m.place[j])]
	if !m.windows {
		return d
	}
	t := m.service[i] + m.time[int(m.place[i])*m.places+int(m.place[j])]
	if m.early[i]+t > m.late[j] {
		return d + 1e12
	}
	return d + waitWeight*math.Max(0, m.early[j]-m.late[i]-t)
}

// waitWeight is how much of a certain wait counts as distance between neighbours (as in hybrid genetic search).
const waitWeight = 0.2

// nearest appends the k others of least measure, nearest first. It keeps a sorted window: most candidates fail its
// last entry at once.
func nearest(to []int32, n, self, k int, measure func(int32) float64) []int32 {
	window := make([]keyed, 0, k+1)
	for j := range int32(n) {
		if int(j) == self || k == 0 {
			continue
		}
		d := measure(j)
		if len(window) == k && d >= window[k-1].key {
			continue
		}
		at, _ := slices.BinarySearchFunc(window, d, func(a keyed, d float64) int {
			if a.key <= d {
				return -1
			}
			return 1
		})
		if len(window) < k {
			window = append(window, keyed{})
		}
		copy(window[at+1:], window[at:])
		window[at] = keyed{j, d}
	}
	for _, w := range window {
		to = append(to, w.node)
	}
	return to
}
