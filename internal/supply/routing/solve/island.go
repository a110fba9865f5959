package solve

import (
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
	steps() int
}

func (s *single) peak() *snapshot { return &s.best }
func (s *single) steps() int      { return s.done }

// clone copies a snapshot.
func (a *snapshot) clone() snapshot {
	b := snapshot{cost: a.cost, absent: slices.Clone(a.absent), units: slices.Clone(a.units), ways: slices.Clone(a.ways)}
	b.routes = make([]trip, len(a.routes))
	for i, t := range a.routes {
		b.routes[i] = trip{kind: t.kind, unit: t.unit, frozen: t.frozen, fixed: t.fixed, stops: slices.Clone(t.stops)}
	}
	return b
}

// meeting is a barrier's work: it sees every worker at rest and may move solutions between them.
type meeting struct {
	workers []worker
	pace    *pace
	best    snapshot
	report  func(share float64, best *snapshot, steps int)
}

// all runs every worker up to a share of the search.
func (g *meeting) all(until float64) {
	var wait sync.WaitGroup
	for _, w := range g.workers[1:] {
		wait.Add(1)
		go func() {
			defer wait.Done()
			w.run(g.pace, until)
		}()
	}
	g.workers[0].run(g.pace, until)
	wait.Wait()
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

// islands lets workers search apart and meet now and then, when those behind go on from the solution of the one ahead.
func (g *meeting) islands(rounds int, from, to float64) {
	here := make([]snapshot, len(g.workers))
	for k := range rounds {
		until := from + (to-from)*float64(k+1)/float64(rounds)
		g.all(until)
		lead := 0
		for i, w := range g.workers {
			w.recost()
			w.save(&here[i])
			g.keep(w.peak())
			if here[i].cost < here[lead].cost {
				lead = i
			}
		}
		for i, w := range g.workers {
			if i != lead && k+1 < rounds {
				w.restore(&here[lead])
			}
		}
		if g.pace.ctx.Err() != nil {
			return
		}
	}
}

// cutter parts a solution into shares that can be searched apart.
type cutter interface {
	split(whole *snapshot, rng random, parts int) []snapshot
}

// shares cuts the solution into parts of neighbouring routes, one a worker, searches them at the same time and puts
// them together again; every round cuts elsewhere. Large problems gain the whole speed of a second processor this way.
func (g *meeting) shares(m cutter, rng random, rounds int, from, to float64) {
	var whole snapshot
	g.workers[0].save(&whole)
	peaks := make([]snapshot, len(g.workers))
	for k := range rounds {
		until := from + (to-from)*float64(k+1)/float64(rounds)
		parts := m.split(&whole, rng, len(g.workers))
		for i, w := range g.workers {
			w.restore(&parts[i])
			*w.peak() = parts[i]
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
		if g.pace.ctx.Err() != nil {
			break
		}
	}
	g.workers[0].restore(&whole)
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
