package solve

import (
	"context"
	"math"

	"tianbo/internal/supply/routing"
)

// forced is the cheapest place of a job when rules do not count, and the first rule it breaks there.
type forced struct {
	cost   float64
	kind   int32
	reason routing.Reason // "" when it breaks none
	by     float64
}

// explain names the rule that binds at the cheapest insertion of an unserved good, over all its ways.
func (s *pairs) explain(c int32) routing.Unserved {
	g := &s.m.goods[c]
	out := routing.Unserved{Consignment: int(c), Reason: routing.Fleet, Vehicle: -1, Extra: math.Inf(1)}
	for w := range g.ways {
		way := &g.ways[w]
		if way.closed {
			continue
		}
		sum, worst := way.fee, forced{kind: -1}
		for i := range way.count {
			f := s.force(way.jobs[i])
			sum += f.cost
			if worst.reason == "" {
				worst = f
			}
		}
		if worst.reason == "" && s.full(way, c) {
			worst.reason, worst.by = routing.Capacity, 1
		}
		if sum < out.Extra || (math.IsInf(out.Extra, 1) && worst.reason != "") {
			out.Reason, out.By, out.Vehicle, out.Extra = worst.reason, worst.by, int(worst.kind), sum
		}
	}
	if math.IsInf(out.Extra, 1) {
		out.Extra = 0
	}
	if out.Reason == "" {
		out.Reason, out.By = routing.NotWorth, 0
		if g.must {
			out.Reason = routing.Fleet
		}
	}
	return out
}

// full tells whether a line on the way has no room for the good.
func (s *pairs) full(w *way, c int32) bool {
	size := &s.m.jobs[s.m.goods[c].ways[0].jobs[0]].size
	for _, r := range w.rides {
		if !s.room(r, size) {
			return true
		}
	}
	return false
}

// force finds where a job would be cheapest by distance alone, on any route or on one more vehicle of any kind that has
// the skills for it.
func (s *pairs) force(j int32) forced {
	m := s.m
	best := forced{cost: math.Inf(1), kind: -1, reason: routing.NoSkill, by: 1}
	for k := range m.fleet {
		if !m.able(j, int32(k)) {
			continue
		}
		r := m.empty(int32(k))
		f := s.forceInto(&r, j)
		f.cost += m.fleet[k].fixed
		if f.reason == "" && (s.available[k] == 0 || len(s.active) >= s.limit) {
			f.reason, f.by = routing.Fleet, 1
		}
		if f.cost < best.cost {
			best = f
		}
	}
	for _, id := range s.active {
		r := &s.routes[id]
		if !m.able(j, r.kind) || len(r.seq) == 2 {
			continue
		}
		if f := s.forceInto(r, j); f.cost < best.cost {
			best = f
		}
	}
	return best
}

// able tells whether a kind of vehicle has the skills and the compartment for a job.
func (m *haul) able(j, kind int32) bool {
	jb, k := &m.jobs[j], &m.fleet[kind]
	return jb.skills&^k.skills == 0 && (jb.class < 0 || k.classes&(1<<uint(jb.class)) != 0)
}

// empty is a route of a kind without stops.
func (m *haul) empty(kind int32) vroute {
	k := &m.fleet[kind]
	r := vroute{kind: kind, unit: -1, seq: []visit{
		{node: -1, place: k.start, es: k.early, dep: k.early, early: k.early},
		{node: -1, place: k.end, early: -routing.Never, ls: k.late},
	}}
	if k.end >= 0 {
		at := int(k.start)*m.places + int(k.end)
		r.seq[1].arc, r.seq[1].trip = m.nets[k.net].dist[at], m.nets[k.net].time[at]
		r.length = r.seq[1].arc
	}
	return r
}

// forceInto tries a job at every pair of positions of one route. A place where no rule is broken wins over a cheaper one
// where some is: the good is left out for its price then, not for a rule.
func (s *pairs) forceInto(r *vroute, j int32) forced {
	m := s.m
	k := &m.fleet[r.kind]
	jb := &m.jobs[j]
	best := forced{cost: math.Inf(1), kind: r.kind}
	sound := forced{cost: math.Inf(1), kind: r.kind}
	last := int32(len(r.seq) - 1)
	base := 0.0
	if len(r.seq) == 2 {
		base = r.length
	}
	for a := r.frozen; a < last; a++ {
		to := last - 1
		if jb.pick < 0 || jb.drop < 0 {
			to = a
		}
		for b := a; b <= to; b++ {
			f := forced{cost: k.unit * (base + m.detour(r, j, a, b)), kind: r.kind}
			if f.cost >= best.cost && f.cost >= sound.cost {
				continue
			}
			f.reason, f.by = s.broken(r, j, a, b)
			if f.reason == "" && f.cost < sound.cost {
				sound = f
			}
			if f.cost < best.cost {
				best = f
			}
		}
	}
	if !math.IsInf(sound.cost, 1) {
		return sound
	}
	return best
}

// detour is the length a job adds with its pick-up after position a and its delivery after position b.
func (m *haul) detour(r *vroute, j, a, b int32) float64 {
	dist := m.nets[m.fleet[r.kind].net].dist
	leg := func(from, to int32) float64 {
		if from < 0 || to < 0 {
			return 0
		}
		return dist[int(from)*m.places+int(to)]
	}
	jb := &m.jobs[j]
	at := func(i int32) int32 { return r.seq[i].place }
	if jb.pick < 0 || jb.drop < 0 {
		v := m.nodes[max(jb.pick, jb.drop)].place
		return leg(at(a), v) + leg(v, at(a+1)) - leg(at(a), at(a+1))
	}
	p, d := m.nodes[jb.pick].place, m.nodes[jb.drop].place
	if a == b {
		return leg(at(a), p) + leg(p, d) + leg(d, at(a+1)) - leg(at(a), at(a+1))
	}
	return leg(at(a), p) + leg(p, at(a+1)) - leg(at(a), at(a+1)) + leg(at(b), d) + leg(d, at(b+1)) - leg(at(b), at(b+1))
}

// broken names the first rule, cheap to dear, that a job at a place breaks, and by how much.
func (s *pairs) broken(r *vroute, j, a, b int32) (routing.Reason, float64) {
	m := s.m
	jb, k := &m.jobs[j], &m.fleet[r.kind]
	from, to := a, b
	if jb.pick < 0 {
		from = 0
	}
	if jb.drop < 0 {
		to = int32(len(r.seq) - 1)
	}
	over := int32(0)
	for i := from; i <= to; i++ {
		for d := range m.dims {
			over = max(over, r.seq[i].load[d]+jb.size[d]-k.capacity[d])
		}
	}
	if over > 0 {
		return routing.Capacity, float64(over)
	}
	if far := r.length + m.detour(r, j, a, b) - k.farthest; k.farthest > 0 && far > 0 {
		return routing.TimeWindow, far
	}
	s.probe.load(m, r, j, a, b)
	if s.probe.solve(m, k) {
		return "", 0
	}
	if s.probe.broken == routing.TimeWindow && m.atLine(s.probe.where) {
		return routing.CutOff, s.probe.by
	}
	return s.probe.broken, s.probe.by
}

// atLine tells whether a stop hands goods to a timetabled line.
func (m *haul) atLine(v int32) bool {
	if v < 0 || m.nodes[v].leg == routing.Whole || m.nodes[v].sign > 0 {
		return false
	}
	g := &m.goods[m.good(v)]
	for w := range g.ways {
		for i := range g.ways[w].count {
			if g.ways[w].jobs[i] == m.nodes[v].job {
				gap := int(m.nodes[v].leg) - 1
				return gap < len(g.ways[w].rides) && g.ways[w].rides[gap].Line != routing.AtHub
			}
		}
	}
	return false
}

// Quote tells what carrying one more consignment would add to a plan: it changes nothing else in it. When the consignment
// has no place the reason says why. The plan must not serve it yet. It answers in far less than a search takes, for promises at
// the counter.
func Quote(ctx context.Context, p *routing.Problem, plan *routing.Plan, consignment int) (cost float64, why *routing.Unserved, err error) {
	if err := p.Validate(); err != nil {
		return 0, nil, err
	}
	if consignment < 0 || consignment >= len(p.Consignments) {
		return 0, nil, ErrConsignment
	}
	if err := ctx.Err(); err != nil {
		return 0, nil, err
	}
	m := newHaul(p)
	s := newPairs(m, newRandom(1, 1))
	s.blink = math.MaxInt // overlook nothing
	s.warm(plan)
	c := int32(consignment)
	if s.way[c] >= 0 {
		return 0, nil, ErrConsignment
	}
	best := math.Inf(1)
	for w := range m.goods[c].ways {
		if cost, _ := s.quote(c, w, best); cost < best {
			best = cost
		}
	}
	if math.IsInf(best, 1) {
		u := s.explain(c)
		return 0, &u, nil
	}
	return best, nil, nil
}
