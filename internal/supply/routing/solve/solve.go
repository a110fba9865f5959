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
	return solveRounds(ctx, p, opt)
}

// splitFrom is the size from which workers share one solution instead of searching apart.
const splitFrom = 250

func solveRounds(ctx context.Context, p *routing.Problem, opt Options) (*routing.Plan, Stats, error) {
	m := newRounds(p)
	pc := &pace{ctx: ctx, total: opt.Iterations, share: opt.Share, hot: hotLegs * m.leg * m.unit(), cold: coldLegs * m.leg * m.unit()}
	workers := make([]worker, opt.Workers)
	for i := range workers {
		workers[i] = newSingle(m, newRandom(opt.Seed, uint64(i)))
	}
	first := workers[0].(*single)
	first.construct()
	g := &meeting{workers: workers, pace: pc, best: first.best.clone()}
	if opt.Progress != nil {
		g.report = func(share float64, best *snapshot, steps int) {
			opt.Progress(Progress{Share: share, Iterations: steps, Cost: best.cost, Vehicles: len(best.routes), Unserved: len(best.absent)})
		}
	}
	for _, w := range workers[1:] {
		w.restore(&first.best)
		*w.peak() = first.best.clone()
	}
	switch {
	case len(workers) > 1 && m.n >= splitFrom:
		g.shares(m, newRandom(opt.Seed, 1<<32), 60, 0, 1)
	default:
		g.islands(12, 0, 1)
	}
	steps := 0
	for _, w := range workers {
		steps += w.steps()
	}
	return m.plan(p, &g.best), Stats{Iterations: steps, Engine: "single"}, nil
}

// The annealing temperatures in typical legs, at the start and at the end.
var (
	hotLegs  = 0.6
	coldLegs = 0.006
)

// unit is the typical price of a distance.
func (m *rounds) unit() float64 {
	sum := 0.0
	for i := range m.kinds {
		sum += m.kinds[i].unit
	}
	return sum / float64(len(m.kinds))
}
