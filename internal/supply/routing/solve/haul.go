package solve

import (
	"math"
	"slices"

	"tianbo/internal/supply/routing"
)

// quantity is a load in every dimension.
type quantity [routing.MaxDims]int32

// haul is a problem of pick-ups and deliveries with every rule, in flat form; it is fixed during a search.
type haul struct {
	p      *routing.Problem
	dims   int
	places int
	nets   []grid
	nodes  []node
	jobs   []job
	goods  []good
	must   []bool // goods that have to be served
	fleet  []fleetKind
	lines  [][]quantity // room by line and segment
	units  int
	exact  bool // some rule needs whole schedules
	alone  bool // some job has one stop only
	near   []int32
	wide   int
	leg    float64
	change float64

	now       float64            // earliest time of what a previous plan has not settled
	committed map[int]int        // consignment → itinerary it is under way on
	handed    map[[2]int]float64 // consignment and gap → when its frozen leg was handed over
	done      map[int32]*facts   // kind and unit → what it has done
}

// grid is one network with set-up times folded into durations.
type grid struct{ dist, time []float64 }

// node is one stop of one job.
type node struct {
	place       int32
	job         int32
	mate        int32 // the other stop of the job, -1 none
	sign        int32 // 1 loads, -1 unloads
	early, late float64
	service     float64
	size        quantity
	act         routing.Act
	leg         routing.Leg
}

// job is one drive of one consignment: the whole way, or a leg to or from a line.
type job struct {
	pick, drop int32 // nodes, -1: the route's start or end
	good       int32
	size       quantity
	skills     uint64
	class      int
	quality    float64 // time on board at decay 1; 0 unlimited
}

// good is a consignment with its ways of being carried.
type good struct {
	ways    []way
	penalty float64
	must    bool
	homeX   float64
	homeY   float64
	before  int32 // the unit that carried it in the previous plan, -1 none
}

// way is one option: jobs to drive and rides to book.
type way struct {
	itinerary int32 // -1: driven the whole way
	jobs      [maxDrives]int32
	count     int
	fee       float64
	rides     []routing.Ride
	closed    bool // the good is under way otherwise
}

type fleetKind struct {
	capacity    quantity
	start, end  int32 // end -1: open
	net         int
	fixed       float64
	unit, hour  float64
	early, late float64
	longest     float64
	farthest    float64
	skills      uint64
	classes     uint64
	units       int32
	breaks      []routing.Break
	decay       []float64
	exact       bool
}

func newHaul(p *routing.Problem) *haul {
	m := &haul{p: p, places: len(p.Places)}
	m.running()
	layout, _ := p.Dims()
	m.dims = layout.Base + len(layout.Classes)
	for i := range p.Networks {
		m.nets = append(m.nets, m.grid(&p.Networks[i]))
	}
	m.kinds(layout)
	for l := range p.Lines {
		m.lines = append(m.lines, m.room(&p.Lines[l]))
	}
	for i := range p.Consignments {
		m.addGood(i, layout)
	}
	m.penalties()
	m.neighbours()
	return m
}

func (m *haul) grid(n *routing.Network) grid {
	g := grid{dist: n.Distance, time: n.Duration}
	if g.time == nil {
		g.time = n.Distance
	}
	setup := false
	for i := range m.p.Places {
		setup = setup || m.p.Places[i].Setup > 0
	}
	if setup {
		g.time = slices.Clone(g.time)
		for i := range m.places {
			for j := range m.places {
				if i != j {
					g.time[i*m.places+j] += m.p.Places[j].Setup
				}
			}
		}
	}
	return g
}

func (m *haul) kinds(layout routing.Layout) {
	for i := range m.p.Vehicles {
		v := &m.p.Vehicles[i]
		k := fleetKind{
			start: int32(v.Start), end: int32(v.End), net: v.Network, fixed: v.Fixed, unit: v.PerDistance, hour: v.PerTime,
			early: math.Max(v.Shift.Earliest, m.now), late: v.Shift.Latest, longest: v.MaxDuration, farthest: v.MaxDistance, skills: v.Skills,
			units: int32(min(v.Count, len(m.p.Consignments)*2)), breaks: v.Breaks, decay: v.Decay, classes: ^uint64(0),
		}
		for d := range layout.Base {
			if d < len(v.Capacity) {
				k.capacity[d] = int32(v.Capacity[d])
			}
		}
		for d := layout.Base; d < routing.MaxDims; d++ {
			k.capacity[d] = math.MaxInt32 / 2
		}
		if len(v.Compartments) > 0 {
			k.classes = 0
			for d := range layout.Classes {
				k.capacity[layout.Base+d] = 0
			}
			for _, c := range v.Compartments {
				k.classes |= 1 << uint(c.Class)
				k.capacity[layout.Base+slices.Index(layout.Classes, c.Class)] += int32(c.Capacity)
			}
		}
		k.exact = len(v.Breaks) > 0 || v.PerTime > 0 || v.MaxDuration > 0
		m.exact = m.exact || k.exact
		m.fleet = append(m.fleet, k)
		m.units += int(k.units)
	}
}

func (m *haul) room(l *routing.Line) []quantity {
	out := make([]quantity, len(l.Stops)-1)
	for i := range out {
		for d := range out[i] {
			out[i][d] = math.MaxInt32 / 2
			if d < len(l.Capacity) {
				out[i][d] = int32(min(l.Capacity[d], math.MaxInt32/2))
			}
		}
	}
	return out
}

func (m *haul) addGood(i int, layout routing.Layout) {
	c := &m.p.Consignments[i]
	g := good{penalty: c.Penalty, must: c.Penalty <= 0, before: -1}
	var size quantity
	for d, s := range c.Size {
		size[d] = int32(s)
	}
	for d, class := range layout.Classes {
		if class == c.Class && len(c.Size) > 0 {
			size[layout.Base+d] = int32(c.Size[0])
		}
	}
	add := func(pick, drop *routing.Stop, leg routing.Leg, quality float64) int32 {
		j := job{pick: -1, drop: -1, good: int32(i), size: size, skills: c.Skills, class: c.Class, quality: quality}
		id := int32(len(m.jobs))
		if pick != nil {
			j.pick = m.addNode(pick, id, 1, size, leg)
		}
		if drop != nil {
			j.drop = m.addNode(drop, id, -1, size, leg)
		}
		if j.pick >= 0 && j.drop >= 0 {
			m.nodes[j.pick].mate, m.nodes[j.drop].mate = j.drop, j.pick
		} else {
			m.alone = true
		}
		m.exact = m.exact || quality > 0
		m.jobs = append(m.jobs, j)
		return id
	}
	whole := way{itinerary: -1, count: 1}
	_, whole.closed = m.committed[i]
	whole.jobs[0] = add(c.Pickup, c.Delivery, routing.Whole, c.Quality)
	g.ways = append(g.ways, whole)
	for k := range c.Itineraries {
		if ways := m.lineWays(i, k, add); len(g.ways)+len(ways) <= maxWays {
			g.ways = append(g.ways, ways...)
		}
	}
	m.goods = append(m.goods, g)
}

func (m *haul) addNode(s *routing.Stop, job, sign int32, size quantity, leg routing.Leg) int32 {
	n := node{place: int32(s.Place), job: job, mate: -1, sign: sign, early: math.Max(s.Window.Earliest, m.now), late: s.Window.Latest, service: s.Service, leg: leg, act: routing.Load}
	if sign < 0 {
		n.act = routing.Unload
	}
	for d := range size {
		n.size[d] = sign * size[d]
	}
	m.nodes = append(m.nodes, n)
	return int32(len(m.nodes) - 1)
}

// penalties prices leaving a mandatory consignment behind above any drive.
func (m *haul) penalties() {
	dear := 0.0
	for i := range m.fleet {
		k := &m.fleet[i]
		far := 0.0
		for _, d := range m.nets[k.net].dist {
			far = math.Max(far, d)
		}
		dear = math.Max(dear, k.fixed+(k.unit+k.hour)*4*far)
	}
	worst := 5 * (dear + 1)
	for i := range m.goods {
		m.must = append(m.must, m.goods[i].must)
		if m.goods[i].must {
			m.goods[i].penalty = worst * float64(1+max(0, m.p.Consignments[i].Priority))
		}
	}
}

// neighbours lists for every consignment those with an end near one of its ends; ends that many share, like a hub,
// tell nothing and do not count.
func (m *haul) neighbours() {
	n := len(m.goods)
	users := make([]int, m.places)
	for i := range m.goods {
		j := &m.jobs[m.goods[i].ways[0].jobs[0]]
		for _, v := range [2]int32{j.pick, j.drop} {
			if v >= 0 {
				users[m.nodes[v].place]++
			}
		}
	}
	ends := make([][]int32, n)
	for i := range m.goods {
		j := &m.jobs[m.goods[i].ways[0].jobs[0]]
		for _, v := range [2]int32{j.drop, j.pick} {
			if v >= 0 && users[m.nodes[v].place] <= max(4, n/5) {
				ends[i] = append(ends[i], m.nodes[v].place)
			}
		}
		if len(ends[i]) == 0 {
			ends[i] = append(ends[i], m.nodes[max(j.pick, j.drop)].place)
		}
		at := &m.p.Places[ends[i][0]]
		m.goods[i].homeX, m.goods[i].homeY = at.X, at.Y
	}
	m.wide = min(nearWidth, n-1)
	sum, count := 0.0, 0
	dist := m.nets[0].dist
	for i := range n {
		m.near = nearest(m.near, n, i, m.wide, func(j int32) float64 {
			best := math.Inf(1)
			for _, a := range ends[i] {
				for _, b := range ends[j] {
					best = math.Min(best, dist[int(a)*m.places+int(b)])
				}
			}
			return best
		})
		for _, j := range m.near[i*m.wide:][:min(5, m.wide)] {
			sum += dist[int(ends[i][0])*m.places+int(ends[j][0])]
			count++
		}
	}
	m.leg = math.Max(sum/float64(max(1, count)), 1e-6)
}
