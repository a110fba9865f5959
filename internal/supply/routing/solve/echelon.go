package solve

import (
	"context"
	"math"

	"tianbo/internal/supply/routing"
)

// Two levels: trucks supply satellites, possibly in several loads, and vehicles deliver from them. The second level is
// searched by the engine for single stops, which pays for every unit it takes from a satellite what the way there costs
// on a full truck. Which satellites to open is tried out; the first level is then planned for the demand that results, and
// the cheapest sum wins.

// solveEchelon tries sets of open satellites and searches longest with the best one.
func solveEchelon(ctx context.Context, p *routing.Problem, opt Options) (*routing.Plan, Stats, error) {
	if !fitsRounds(p) {
		return nil, Stats{}, ErrEchelon
	}
	sets := openings(len(p.Echelon.Satellites))
	pc := &pace{ctx: ctx, total: opt.Iterations, share: opt.Share}
	var best snapshot
	var total Stats
	bestCost, bestSet, from := math.Inf(1), sets[0], 0.0
	try := func(open uint32, until float64) {
		m := newRounds(p)
		m.openOnly(p, open)
		s, stats := m.search(pc, opt, from, until)
		total.Iterations += stats.Iterations
		_, cost := m.supply(p, &s)
		if cost += m.paid(&s); cost < bestCost {
			best, bestCost, bestSet = s, cost, open
		}
		from = until
	}
	const exploring = 0.7
	for i, open := range sets {
		try(open, exploring*float64(i+1)/float64(len(sets)))
		if ctx.Err() != nil {
			break
		}
	}
	try(bestSet, 1)
	m := newRounds(p)
	m.openOnly(p, bestSet)
	out := m.plan(p, &best)
	tours, cost := m.supply(p, &best)
	out.Supply = tours
	out.Cost += cost
	for i := range tours {
		out.Distance += tours[i].Distance
	}
	total.Engine = "echelon"
	return out, total, nil
}

// search runs the engine for single stops on a part of the whole budget.
func (m *rounds) search(pc *pace, opt Options, from, until float64) (snapshot, Stats) {
	workers := make([]worker, opt.Workers)
	begun := int(from * float64(opt.Iterations))
	for i := range workers {
		w := newSingle(m, newRandom(opt.Seed, uint64(i)))
		w.done = begun
		workers[i] = w
	}
	pc.hot, pc.cold = hotLegs*m.leg*m.unit(), coldLegs*m.leg*m.unit()
	first := workers[0].(*single)
	for _, w := range workers {
		w.allow(m.slots)
	}
	first.clear()
	first.construct()
	g := begin(m, workers, pc, opt)
	g.limit, g.size = m.slots, m.n
	length := m.n / max(1, len(first.active))
	g.pool = newPool(m.n, length)
	for _, w := range workers {
		w.(*single).pool = newPool(m.n, length)
	}
	if first.short() > 0 {
		g.fleet(from, from+0.3*(until-from), g.limit)
		from = pc.at(workers[0].steps())
	}
	g.islands(from, until)
	stats := g.stats("single")
	stats.Iterations -= begun * len(workers)
	return g.best, stats
}

// openings are the sets of satellites to try, all of them first: every set when there are few, else all but one.
func openings(n int) []uint32 {
	all := uint32(1)<<uint(n) - 1
	out := []uint32{all}
	for set := all - 1; set > 0 && n <= 5; set-- {
		out = append(out, set)
	}
	for i := 0; i < n && n > 5; i++ {
		out = append(out, all&^(1<<uint(i)))
	}
	return out
}

// openOnly closes the other satellites and sets the tolls.
func (m *rounds) openOnly(p *routing.Problem, open uint32) {
	e := p.Echelon
	for k := range m.kinds {
		for i, place := range e.Satellites {
			if int(m.kinds[k].start) != place {
				continue
			}
			if open&(1<<uint(i)) == 0 {
				m.kinds[k].units = 0
			}
			d := m.dist[e.Depot*m.places+place] + m.dist[place*m.places+e.Depot]
			m.kinds[k].toll = (e.Fixed + e.PerUnit*d) / float64(e.Capacity)
		}
	}
	if e.Second > 0 {
		m.slots = min(m.slots, e.Second)
	}
}

// paid is the cost of a solution without the tolls.
func (m *rounds) paid(s *snapshot) float64 {
	m.price(s)
	sum := s.cost
	for i := range s.routes {
		for _, v := range s.routes[i].stops {
			sum -= m.kinds[s.routes[i].kind].toll * float64(m.demand[v])
		}
	}
	return sum
}

// supply plans the first level for the demand of a solution.
func (m *rounds) supply(p *routing.Problem, s *snapshot) ([]routing.Supply, float64) {
	e := p.Echelon
	need := make([]int64, len(e.Satellites))
	for i := range s.routes {
		for k, place := range e.Satellites {
			if int(m.kinds[s.routes[i].kind].start) == place {
				for _, v := range s.routes[i].stops {
					need[k] += int64(m.demand[v])
				}
			}
		}
	}
	l := &firstLevel{p: p, need: need, best: math.Inf(1)}
	for k, q := range need {
		if q > 0 {
			l.order = append(l.order, k)
		}
	}
	l.permute(0)
	for k, q := range need {
		if e.Limit != nil && q > e.Limit[k] { // only as a last resort: another set of satellites may do
			l.best += 1e6 * (1 + m.leg) * float64(q-e.Limit[k])
		}
	}
	return l.tours, l.best
}

// firstLevel finds tours from the depot that bring every satellite what it needs: it tries the orders of the satellites,
// with full trucks sent straight first or not, and fills truck after truck, splitting a load where a truck is full.
type firstLevel struct {
	p     *routing.Problem
	need  []int64
	order []int
	tours []routing.Supply
	best  float64
	tried int
}

// mostOrders bounds the orders tried; up to seven satellites all are.
const mostOrders = 5040

func (l *firstLevel) permute(k int) {
	if l.tried >= mostOrders {
		return
	}
	if k == len(l.order) {
		l.tried++
		l.fill(false)
		l.fill(true)
		return
	}
	for i := k; i < len(l.order); i++ {
		l.order[k], l.order[i] = l.order[i], l.order[k]
		l.permute(k + 1)
		l.order[k], l.order[i] = l.order[i], l.order[k]
	}
}

// fill makes tours along the order. It also tries a new truck for every satellite that would not fit whole.
func (l *firstLevel) fill(straight bool) {
	for _, split := range [2]bool{true, false} {
		if tours := l.load(straight, split); len(tours) <= l.p.Echelon.Trucks {
			if cost := l.price(tours); cost < l.best-slack {
				l.best, l.tours = cost, tours
			}
		}
	}
}

func (l *firstLevel) load(straight, split bool) []routing.Supply {
	e := l.p.Echelon
	var tours []routing.Supply
	rest := append([]int64(nil), l.need...)
	for _, k := range l.order {
		for straight && rest[k] >= e.Capacity {
			tours = append(tours, routing.Supply{Satellites: []int{e.Satellites[k]}, Amounts: []int64{e.Capacity}})
			rest[k] -= e.Capacity
		}
	}
	room, at := int64(0), -1
	for _, k := range l.order {
		if !split && rest[k] <= e.Capacity && rest[k] > room {
			room = 0
		}
		for rest[k] > 0 {
			if room == 0 {
				tours = append(tours, routing.Supply{})
				room, at = e.Capacity, len(tours)-1
			}
			q := min(room, rest[k])
			tours[at].Satellites = append(tours[at].Satellites, e.Satellites[k])
			tours[at].Amounts = append(tours[at].Amounts, q)
			room, rest[k] = room-q, rest[k]-q
		}
	}
	return tours
}

func (l *firstLevel) price(tours []routing.Supply) float64 {
	e, net, n := l.p.Echelon, &l.p.Networks[0], len(l.p.Places)
	sum := 0.0
	for i := range tours {
		at, length := e.Depot, 0.0
		for _, place := range tours[i].Satellites {
			d, _ := net.Between(n, at, place)
			length, at = length+d, place
		}
		d, _ := net.Between(n, at, e.Depot)
		tours[i].Distance = length + d
		sum += e.Fixed + e.PerUnit*tours[i].Distance
	}
	return sum
}
