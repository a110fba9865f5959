package solve

import (
	"math"
	"math/rand/v2"
	"testing"

	"tianbo/internal/supply/routing"
)

// aLoop is a problem of n deliveries, or n/2 pairs, on random places with every rule that the inner loop knows.
func aLoop(n int, pairs bool) *routing.Problem {
	rng := rand.New(rand.NewPCG(5, 5))
	p := &routing.Problem{}
	for range n + 1 {
		p.Places = append(p.Places, routing.Place{ID: "p", X: rng.Float64() * 100, Y: rng.Float64() * 100})
	}
	d := make([]float64, len(p.Places)*len(p.Places))
	for i, a := range p.Places {
		for j, b := range p.Places {
			d[i*len(p.Places)+j] = math.Hypot(a.X-b.X, a.Y-b.Y)
		}
	}
	p.Networks = []routing.Network{{Distance: d}}
	p.Vehicles = []routing.Vehicle{{ID: "v", Count: n, Capacity: []int64{40}, PerDistance: 1, Shift: routing.Window{Latest: 900}, MaxDuration: 800}}
	if pairs {
		p.Vehicles[0].PerTime = 0.1
		p.Vehicles[0].Breaks = []routing.Break{{Window: routing.Window{Earliest: 200, Latest: 400}, Duration: 20, MaxLoad: -1}}
	}
	for i := 1; i <= n; i++ {
		early := rng.Float64() * 300
		s := &routing.Stop{Place: i, Window: routing.Window{Earliest: early, Latest: early + 300}, Service: 4}
		c := routing.Consignment{ID: "c", Size: []int64{1 + rng.Int64N(9)}, Class: routing.NoClass, Delivery: s}
		if pairs {
			i++
			c.Quality = 200
			c.Pickup, c.Delivery = s, &routing.Stop{Place: i, Window: routing.Window{Earliest: early, Latest: early + 500}, Service: 4}
		}
		p.Consignments = append(p.Consignments, c)
	}
	return p
}

func TestIterationsDoNotAllocate(t *testing.T) {
	single := newSingle(newRounds(aLoop(120, false)), newRandom(1, 1))
	single.construct()
	pair := newPairs(newHaul(aLoop(120, true)), newRandom(1, 1))
	pair.construct()
	for name, step := range map[string]func(heat float64){"single": single.step, "pairs": pair.step, "single fleet": single.trial, "pairs fleet": pair.trial} {
		for range 2000 {
			step(3)
		}
		if n := testing.AllocsPerRun(500, func() { step(3) }); n != 0 {
			t.Errorf("%s: %g allocations a step", name, n)
		}
	}
}

// The schedule of a route is exact: it finds times whenever there are any, and the shortest duration. The judge is the
// shortest path form of the same rules: t[j] − t[i] ≤ w for all pairs, solved by Floyd and Warshall.
func TestTimeOnBoardIsExact(t *testing.T) {
	t.Parallel()
	feasible, limited := 0, 0
	for seed := range uint64(2500) {
		rng := rand.New(rand.NewPCG(seed, 7))
		m, r := aRoute(rng)
		q := &schedule{}
		q.load(m, r, -1, -1, -1)
		got := q.solve(m, &m.fleet[0])
		want, duration := judge(q)
		if got != want {
			t.Fatalf("route %d: schedule says %v, the judge %v", seed, got, want)
		}
		if !got {
			continue
		}
		feasible++
		if len(q.edges) > 0 {
			limited++
		}
		if math.Abs(q.duration()-duration) > 1e-6 {
			t.Fatalf("route %d: lasts %g, %g is possible", seed, q.duration(), duration)
		}
		q.settle()
		if math.Abs(q.t[len(q.at)-1]-q.t[0]-duration) > 1e-6 {
			t.Fatalf("route %d: the published times last %g, not %g", seed, q.t[len(q.at)-1]-q.t[0], duration)
		}
	}
	if feasible < 250 || limited < 200 {
		t.Errorf("only %d routes were feasible and %d limited: the test says little", feasible, limited)
	}
}

// aRoute makes a random route of one to four pairs, some with a limit on their time on board.
func aRoute(rng *rand.Rand) (*haul, *vroute) {
	n := 1 + rng.IntN(4)
	p := &routing.Problem{Vehicles: []routing.Vehicle{{Count: 1, Capacity: []int64{99}, PerTime: 1, Shift: routing.Window{Latest: 200}}}}
	for range 2*n + 1 {
		p.Places = append(p.Places, routing.Place{X: float64(rng.IntN(12))})
	}
	d := make([]float64, len(p.Places)*len(p.Places))
	for i, a := range p.Places {
		for j, b := range p.Places {
			d[i*len(p.Places)+j] = math.Abs(a.X - b.X)
		}
	}
	p.Networks = []routing.Network{{Distance: d}}
	for i := range n {
		c := routing.Consignment{Class: routing.NoClass, Size: []int64{1}}
		for k, s := range []**routing.Stop{&c.Pickup, &c.Delivery} {
			early := float64(rng.IntN(80))
			*s = &routing.Stop{Place: 2*i + k + 1, Window: routing.Window{Earliest: early, Latest: early + float64(rng.IntN(60))}, Service: float64(rng.IntN(4))}
		}
		if rng.IntN(3) > 0 {
			c.Quality = float64(1 + rng.IntN(40))
		}
		p.Consignments = append(p.Consignments, c)
	}
	m := newHaul(p)
	s := newPairs(m, newRandom(1, 1))
	r := &s.routes[s.open(0)]
	var order []int32
	waiting, onBoard := rng.Perm(n), []int{}
	for len(waiting)+len(onBoard) > 0 {
		if len(onBoard) == 0 || (len(waiting) > 0 && rng.IntN(2) == 0) {
			order = append(order, m.jobs[waiting[0]].pick)
			onBoard, waiting = append(onBoard, waiting[0]), waiting[1:]
			continue
		}
		k := rng.IntN(len(onBoard))
		order = append(order, m.jobs[onBoard[k]].drop)
		onBoard = append(onBoard[:k], onBoard[k+1:]...)
	}
	end := r.seq[1]
	r.seq = r.seq[:1]
	for _, v := range order {
		r.seq = append(r.seq, s.visit(v))
	}
	r.seq = append(r.seq, end)
	return m, r
}

// judge decides the loaded route by shortest paths and returns its shortest duration.
func judge(q *schedule) (bool, float64) {
	n := len(q.at) + 1 // the last point is the origin of time
	w := make([][]float64, n)
	for i := range w {
		w[i] = make([]float64, n)
		for j := range w[i] {
			if i != j {
				w[i][j] = math.Inf(1)
			}
		}
	}
	bound := func(i, j int, most float64) { w[i][j] = math.Min(w[i][j], most) } // t[j] − t[i] ≤ most
	for i := range q.at {
		bound(n-1, i, q.at[i].late)
		bound(i, n-1, -q.at[i].early)
		if i > 0 {
			bound(i, i-1, -q.at[i-1].service-q.at[i].trip)
		}
	}
	for _, e := range q.edges {
		bound(int(e.pick), int(e.drop), q.at[e.pick].service+e.limit)
	}
	for k := range n {
		for i := range n {
			for j := range n {
				w[i][j] = math.Min(w[i][j], w[i][k]+w[k][j])
			}
		}
	}
	for i := range n {
		if w[i][i] < -1e-9 {
			return false, 0
		}
	}
	return true, -w[n-2][0]
}
