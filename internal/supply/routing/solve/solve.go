package solve

import (
	"context"

	"tianbo/internal/supply/routing"
)

// Solve searches for a plan. It returns the best plan found when the budget is used up or the context ends; the error
// is about the problem or the options only.
func Solve(ctx context.Context, p *routing.Problem, opt Options) (*routing.Plan, Stats, error) {
	if err := p.Validate(); err != nil {
		return nil, Stats{}, err
	}
	if opt.Iterations <= 0 && opt.Share == nil {
		return nil, Stats{}, ErrBudget
	}
	if opt.Workers < 1 {
		opt.Workers = 1
	}
	if len(p.Consignments) == 0 {
		return &routing.Plan{}, Stats{Engine: "none"}, nil
	}
	if p.Echelon != nil {
		return solveEchelon(ctx, p, opt)
	}
	if fitsRounds(p) {
		return solveRounds(ctx, p, opt)
	}
	return solvePairs(ctx, p, opt)
}

// splitFrom is the size from which workers share one solution instead of searching apart.
const splitFrom = 280

func solveRounds(ctx context.Context, p *routing.Problem, opt Options) (*routing.Plan, Stats, error) {
	m := newRounds(p)
	scale := m.leg * m.unit()
	pc := &pace{ctx: ctx, total: opt.Iterations, share: opt.Share, hot: hotLegs * scale, cold: coldLegs * scale}
	if m.timed {
		pc.hot, pc.cold = hotWindows*scale, coldWindows*scale
	}
	workers := make([]worker, opt.Workers)
	for i := range workers {
		workers[i] = newSingle(m, newRandom(opt.Seed, uint64(i)))
	}
	first := workers[0].(*single)
	first.construct()
	g := begin(m, workers, pc, opt)
	g.limit, g.size = m.slots, m.n
	length := m.n / max(1, len(first.active))
	g.pool = newPool(m.n, length)
	for _, w := range workers {
		w.(*single).pool = newPool(m.n, length)
	}
	from := g.serve(opt, first.short(), m.floor())
	if len(workers) > 1 && m.n >= splitFrom {
		g.shares(newRandom(opt.Seed, 1<<32), 60, from, 1)
	} else {
		g.islands(from, 1)
	}
	return m.plan(p, &g.best), g.stats("single"), nil
}

func solvePairs(ctx context.Context, p *routing.Problem, opt Options) (*routing.Plan, Stats, error) {
	m := newHaul(p)
	scale := m.leg * m.unit()
	pc := &pace{ctx: ctx, total: opt.Iterations, share: opt.Share, hot: hotHaul * scale, cold: coldHaul * scale}
	workers := make([]worker, opt.Workers)
	for i := range workers {
		workers[i] = newPairs(m, newRandom(opt.Seed, uint64(i)))
	}
	first := workers[0].(*pairs)
	first.warm(opt.Start)
	first.construct()
	g := begin(m, workers, pc, opt)
	g.limit, g.size = m.units, len(m.goods)
	g.tight = p.Previous != nil || opt.Start != nil
	if m.plain() {
		length := len(m.nodes) / max(1, len(first.active))
		g.pool = newPool(len(m.goods), length)
		for _, w := range workers {
			w.(*pairs).pool = newPool(len(m.goods), length)
		}
	}
	from := g.serve(opt, first.short(), 1)
	if len(workers) > 1 && 2*len(m.goods) >= splitFrom && m.plain() {
		g.shares(newRandom(opt.Seed, 1<<32), 60, from, 1)
	} else {
		g.islands(from, 1)
	}
	return m.plan(&g.best), g.stats("pair"), nil
}

// plain tells whether routes can be moved between solutions as they are: every good is driven in one way, and no vehicle
// is on the road already.
func (m *haul) plain() bool {
	if m.p.Previous != nil {
		return false
	}
	for i := range m.goods {
		if len(m.goods[i].ways) > 1 {
			return false
		}
	}
	return true
}

// serve spends the first part of the search on the fleet where that is asked for or needed, and tells how much it took.
func (g *meeting) serve(opt Options, short, floor int) float64 {
	switch {
	case opt.Objective == Vehicles:
		g.fleet(0, 0.5, floor)
	case short > 0:
		g.fleet(0, 0.3, g.limit)
	default:
		return 0
	}
	return g.pace.at(g.workers[0].steps())
}

// begin gives every worker the first solution.
func begin(m model, workers []worker, pc *pace, opt Options) *meeting {
	first := workers[0].peak()
	g := &meeting{m: m, workers: workers, pace: pc, best: first.clone()}
	if opt.Progress != nil {
		g.report = func(share float64, best *snapshot, steps int) {
			opt.Progress(Progress{Share: share, Iterations: steps, Cost: best.cost, Vehicles: len(best.routes), Unserved: len(best.absent)})
		}
	}
	for _, w := range workers[1:] {
		w.restore(first)
		*w.peak() = first.clone()
	}
	return g
}

func (g *meeting) stats(engine string) Stats {
	out := Stats{Engine: engine}
	for _, w := range g.workers {
		out.Iterations += w.steps()
	}
	return out
}

// The annealing temperatures in typical legs, at the start and at the end. The paper's 100 and 1 on its grids are the
// first pair; windows make valleys deeper and pay for more heat.
const (
	hotLegs     = 4
	coldLegs    = 0.04
	hotWindows  = 10
	coldWindows = 0.1
	hotHaul     = 5
	coldHaul    = 0.05
)

// unit is the typical price of a distance.
func (m *rounds) unit() float64 {
	sum := 0.0
	for i := range m.kinds {
		sum += m.kinds[i].unit
	}
	return sum / float64(len(m.kinds))
}

func (m *haul) unit() float64 {
	sum := 0.0
	for i := range m.fleet {
		sum += m.fleet[i].unit + m.fleet[i].hour
	}
	return max(sum/float64(max(1, len(m.fleet))), 1e-9)
}
