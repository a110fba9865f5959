package solve

import (
	"cmp"
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
	steps() int
}

func (s *single) peak() *snapshot { return &s.best }
func (s *single) steps() int      { return s.done }

// clone copies a snapshot.
func (a *snapshot) clone() snapshot {
	b := snapshot{cost: a.cost, absent: slices.Clone(a.absent), units: slices.Clone(a.units), ways: slices.Clone(a.ways)}
	b.routes = make([]trip, len(a.routes))
	for i, t := range a.routes {
		b.routes[i] = trip{kind: t.kind, unit: t.unit, stops: slices.Clone(t.stops)}
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

// shares cuts the solution into parts of neighbouring routes, one a worker, searches them at the same time and puts
// them together again; every round cuts elsewhere. Large problems gain the whole speed of a second processor this way.
func (g *meeting) shares(m *rounds, rng random, rounds int, from, to float64) {
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
	}
	return out.clone()
}

// split parts the routes by the direction or the angle of their centres into shares of about equal numbers of stops.
func (m *rounds) split(whole *snapshot, rng random, parts int) []snapshot {
	angle := rng.unit() * 2 * math.Pi
	byAngle := rng.below(2) == 0
	order := make([]keyed, len(whole.routes))
	stops := 0
	for i := range whole.routes {
		order[i] = keyed{int32(i), m.bearing(&whole.routes[i], angle, byAngle)}
		stops += len(whole.routes[i].stops)
	}
	slices.SortFunc(order, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.node, b.node))
	})
	out := make([]snapshot, parts)
	left := make([]int32, len(m.kinds))
	for k := range left {
		left[k] = m.kinds[k].units
	}
	seen := 0
	for _, o := range order {
		t := &whole.routes[o.node]
		part := min(parts-1, seen*parts/max(1, stops))
		seen += len(t.stops)
		p := &out[part]
		p.routes = append(p.routes, trip{kind: t.kind, stops: slices.Clone(t.stops)})
		left[t.kind]--
	}
	for i, v := range whole.absent {
		out[i%parts].absent = append(out[i%parts].absent, v)
	}
	for i := range out {
		out[i].units = make([]int32, len(left))
		for k, n := range left {
			out[i].units[k] = (n + int32(i)) / int32(parts)
		}
		m.price(&out[i])
	}
	return out
}

// bearing is where a route lies: its centre's angle around its depot, or its place along a direction.
func (m *rounds) bearing(t *trip, angle float64, byAngle bool) float64 {
	x, y := 0.0, 0.0
	for _, v := range t.stops {
		x += m.x[v]
		y += m.y[v]
	}
	n := float64(max(1, len(t.stops)))
	x, y = x/n, y/n
	if !byAngle {
		return x*math.Cos(angle) + y*math.Sin(angle)
	}
	a := math.Atan2(y-m.midY, x-m.midX) - angle
	return math.Mod(a+4*math.Pi, 2*math.Pi)
}

// price recomputes a snapshot's cost.
func (m *rounds) price(s *snapshot) {
	s.cost = 0
	for _, t := range s.routes {
		k := &m.kinds[t.kind]
		length, at := 0.0, k.start
		for _, v := range t.stops {
			length += m.dist[int(at)*m.places+int(m.place[v])]
			at = m.place[v]
		}
		length += m.dist[int(at)*m.places+int(k.end)]
		s.cost += k.fixed + k.unit*length
	}
	for _, v := range s.absent {
		s.cost += m.penalty[v]
	}
}
