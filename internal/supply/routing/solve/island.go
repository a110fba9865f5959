package solve

import (
	"math"
	"slices"
	"sync"
)

// worker is one engine with its own random stream. Workers meet at barriers only, so a search with a number of
// iterations repeats byte for byte however the machine schedules them.
type worker interface {
	run(p *pace, until float64)
	restore(from *snapshot)
	save(to *snapshot)
	peak() *snapshot
	recost()
	restart()
	squeeze(p *pace, until float64, floor int)
	allow(routes int)
	short() int
	steps() int
	seen() *pool
}

// model is what the meeting needs to know about a problem.
type model interface {
	split(whole *snapshot, rng random, parts int) []snapshot
	good(stop int32) int32
	skips(best *snapshot) []float64
	vehicles() []int32
	price(s *snapshot)
}

func (s *single) peak() *snapshot { return &s.best }
func (s *single) steps() int      { return s.done }
func (s *single) seen() *pool     { return s.pool }

// clone copies a snapshot.
func (a *snapshot) clone() snapshot {
	b := snapshot{cost: a.cost, absent: slices.Clone(a.absent), units: slices.Clone(a.units), ways: slices.Clone(a.ways)}
	b.routes = make([]trip, len(a.routes))
	for i, t := range a.routes {
		b.routes[i] = t
		b.routes[i].stops = slices.Clone(t.stops)
	}
	return b
}

// meeting is a barrier's work: it sees every worker at rest and may move solutions between them.
type meeting struct {
	m       model
	workers []worker
	pace    *pace
	best    snapshot
	pool    *pool // what the workers' pools hold together; nil: no set partitioning
	prices  []float64
	limit   int  // most routes
	size    int  // goods
	tight   bool // a fresh start may not serve everybody: coolings begin from the best
	report  func(share float64, best *snapshot, steps int)
}

// all runs every worker up to a share of the search.
func (g *meeting) all(until float64) {
	g.each(func(w worker) { w.run(g.pace, until) })
	g.tell(until)
}

// each lets all workers do something at the same time.
func (g *meeting) each(do func(w worker)) {
	var wait sync.WaitGroup
	for _, w := range g.workers[1:] {
		wait.Add(1)
		go func() {
			defer wait.Done()
			do(w)
		}()
	}
	do(g.workers[0])
	wait.Wait()
}

// tell reports progress.
func (g *meeting) tell(until float64) {
	if g.report != nil {
		steps := 0
		for _, w := range g.workers {
			steps += w.steps()
		}
		g.report(until, &g.best, steps)
	}
}

func (g *meeting) keep(s *snapshot) {
	if s.cost < g.best.cost-slack {
		g.best = s.clone()
	}
}

func (g *meeting) stopped() bool { return g.pace.ctx.Err() != nil }

// islands lets workers cool apart. At the end of every cycle the best combination of all routes seen is kept.
func (g *meeting) islands(from, to float64) {
	hot := g.pace.hot
	first := from + 0.02*(to-from)
	g.pace.from, g.pace.to = from, to
	g.all(first)
	n := g.cycles(first, to)
	for i := range n {
		begin := from + (to-from)*float64(i)/float64(n)
		end := from + (to-from)*float64(i+1)/float64(n)
		g.pace.from, g.pace.to = begin, end
		if i > 0 {
			again := i == n-1
			if again {
				g.pace.hot = hot * reheat
			}
			for _, w := range g.workers {
				if again || g.tight {
					w.restore(&g.best)
					*w.peak() = g.best.clone()
				} else {
					w.restart()
				}
			}
		}
		g.all(end)
		for _, w := range g.workers {
			w.recost()
			g.keep(w.peak())
		}
		g.combine()
		if g.stopped() {
			return
		}
	}
}

// cycles tells how many coolings the rest of the search has time for, judged by its speed so far.
func (g *meeting) cycles(share, to float64) int {
	steps := float64(g.workers[0].steps()) / share * to
	return int(min(math.Max(1, steps/(cycleSteps*float64(max(1, g.size)))), mostCycles))
}

// A cooling gets at least cycleSteps steps for every good, and there are at most mostCycles of them: beyond that more
// steps find less than a fresh start does. The last one begins from the best of all, reheated to a part of the heat.
const (
	cycleSteps = 300
	mostCycles = 6
	reheat     = 0.2
)

// poolHeat is how far above the best solution, in final temperatures, one may be for its routes to be remembered.
const poolHeat = 1000

// combine looks for a better selection among all routes the workers have seen.
func (g *meeting) combine() {
	if g.pool == nil {
		return
	}
	for _, w := range g.workers {
		g.pool.absorb(w.seen())
		w.seen().clear()
	}
	for i := range g.best.routes {
		t := &g.best.routes[i]
		name, goods := g.name(t.stops)
		if to := g.pool.offer(name, t.kind, t.cost, len(t.stops), goods); to != nil {
			copy(to, t.stops)
		}
	}
	skip := g.m.skips(&g.best)
	q := newPartition(g.pool, len(skip), g.m.good, skip, g.m.vehicles(), g.limit)
	q.ascend(g.startPrices(len(skip)), g.best.cost, 300)
	if picked := q.choose(20_000_000); picked != nil {
		s := snapshot{}
		for _, c := range picked {
			if c < 0 {
				s.absent = append(s.absent, -1-c)
				continue
			}
			col := &g.pool.cols[c]
			s.routes = append(s.routes, trip{kind: col.kind, unit: -1, cost: col.cost, stops: slices.Clone(g.pool.stops(col))})
		}
		g.m.price(&s)
		g.keep(&s)
	}
	g.prices = q.price
	keep := make([]int, len(g.pool.cols))
	for i := range keep {
		keep[i] = i
	}
	slices.SortStableFunc(keep, func(a, b int) int {
		switch d := q.gap[a] - q.gap[b]; {
		case d < 0:
			return -1
		case d > 0:
			return 1
		}
		return a - b
	})
	good := make([]bool, len(keep))
	for _, i := range keep[:min(len(keep), poolColumns/4)] {
		good[i] = true
	}
	g.pool.trim(func(i int) bool { return good[i] })
}

func (g *meeting) name(stops []int32) (name uint64, goods int) {
	seen := map[int32]bool{}
	for _, v := range stops {
		c := g.m.good(v)
		if !seen[c] {
			seen[c] = true
			goods++
			name += g.pool.sign[c]
		}
	}
	return name, goods
}

// startPrices are the prices of the last partition, or each good's part of its route's cost.
func (g *meeting) startPrices(n int) []float64 {
	if g.prices != nil {
		return g.prices
	}
	out := make([]float64, n)
	for i := range g.best.routes {
		t := &g.best.routes[i]
		for _, v := range t.stops {
			out[g.m.good(v)] = t.cost / math.Max(1, float64(len(t.stops)))
		}
	}
	return out
}

// shares cuts the solution into parts of neighbouring routes, one a worker, searches them at the same time and puts
// them together again; every round cuts elsewhere. Large problems gain the whole speed of a second processor this way.
func (g *meeting) shares(rng random, rounds int, from, to float64) {
	var whole snapshot
	g.workers[0].save(&whole)
	peaks := make([]snapshot, len(g.workers))
	g.pace.from, g.pace.to = from, to
	for k := range rounds {
		until := from + (to-from)*float64(k+1)/float64(rounds)
		parts := g.m.split(&whole, rng, len(g.workers))
		g.ration(parts, len(whole.routes))
		for i, w := range g.workers {
			w.restore(&parts[i])
			w.save(w.peak())
		}
		g.all(until)
		for i, w := range g.workers {
			w.recost()
			w.save(&parts[i])
			peaks[i] = *w.peak()
		}
		top := merge(peaks)
		g.keep(&top)
		whole = merge(parts)
		if g.stopped() {
			break
		}
	}
	g.combine()
	g.workers[0].restore(&whole)
}

// ration shares out the routes that may still be opened.
func (g *meeting) ration(parts []snapshot, used int) {
	for i := range parts {
		parts[i].limit = max(1, len(parts[i].routes)+(g.limit-used+i)/len(parts))
	}
}

// fleet spends a part of the search on using fewer vehicles, or on serving everybody, and limits the rest to what it found.
func (g *meeting) fleet(from, to float64, floor int) {
	const rounds = 16
	g.pace.from, g.pace.to = from, to
	for k := range rounds {
		until := from + (to-from)*float64(k+1)/rounds
		g.each(func(w worker) { w.squeeze(g.pace, until, floor) })
		lead := 0
		for i, w := range g.workers {
			if g.ahead(w, g.workers[lead]) {
				lead = i
			}
		}
		top := g.workers[lead].peak()
		g.best = top.clone()
		g.tell(until)
		for _, w := range g.workers {
			if len(w.peak().routes) > len(top.routes) || w.short() > g.workers[lead].short() {
				w.restore(top)
				*w.peak() = top.clone()
			}
		}
		if g.stopped() || (len(top.routes) <= floor && g.workers[lead].short() == 0) {
			break
		}
	}
	g.tight = true
	if floor < g.limit {
		g.limit = max(1, len(g.best.routes))
	}
	for _, w := range g.workers {
		w.allow(g.limit)
		w.restore(&g.best)
		*w.peak() = g.best.clone()
	}
}

// ahead compares best solutions: everybody served, fewer routes, cheaper.
func (g *meeting) ahead(a, b worker) bool {
	if x, y := a.short(), b.short(); x != y {
		return x < y
	}
	if x, y := len(a.peak().routes), len(b.peak().routes); x != y {
		return x < y
	}
	return a.peak().cost < b.peak().cost
}

func merge(parts []snapshot) snapshot {
	var out snapshot
	for _, p := range parts {
		out.cost += p.cost
		out.routes = append(out.routes, p.routes...)
		out.absent = append(out.absent, p.absent...)
		for c, w := range p.ways {
			if out.ways == nil {
				out.ways = slices.Repeat([]int32{-1}, len(p.ways))
			}
			out.ways[c] = max(out.ways[c], w)
		}
	}
	return out.clone()
}
