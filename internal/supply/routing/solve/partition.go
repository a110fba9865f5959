package solve

import (
	"cmp"
	"math"
	"slices"
)

// partition picks from a pool of routes the cheapest set that serves every good once. It bounds the choice by Lagrangian
// relaxation (subgradient ascent on the prices of goods, Fisher 1981), drops every route whose reduced cost cannot lead
// below the incumbent, and searches the rest depth first, always branching on the good with the fewest routes left. The
// search is cut off after a fixed number of nodes, so the outcome depends on the pool only.
type partition struct {
	n     int
	cols  []choiceColumn
	items []int32   // goods of all columns
	price []float64 // by good
	toll  float64   // price of a vehicle when their number is limited
	gap   []float64 // reduced cost by column
	lower float64
	upper float64
	limit int
	units []int32

	words int
	bits  []uint64
	work  int
	lists [][]int32
	pick  []int32
	taken []uint64
	count []int32
	best  []int32
	found bool
}

// choiceColumn is a route or, with pool -1, leaving one good out.
type choiceColumn struct {
	cost     float64
	kind     int32
	pool     int32
	from, to int32 // into items
}

// newPartition sets the problem up. skip is what leaving a good out costs, +Inf when that is not allowed.
func newPartition(p *pool, n int, good func(stop int32) int32, skip []float64, units []int32, limit int) *partition {
	q := &partition{n: n, price: make([]float64, n), limit: limit, units: slices.Clone(units), words: (n + 63) / 64, count: make([]int32, n)}
	seen := make([]int32, n)
	for i := range p.cols {
		c := &p.cols[i]
		k := choiceColumn{cost: c.cost, kind: c.kind, pool: int32(i), from: int32(len(q.items))}
		for _, v := range p.stops(c) {
			if g := good(v); seen[g] != int32(i)+1 {
				seen[g] = int32(i) + 1
				q.items = append(q.items, g)
			}
		}
		k.to = int32(len(q.items))
		q.cols = append(q.cols, k)
	}
	for g, cost := range skip {
		if !math.IsInf(cost, 1) {
			q.items = append(q.items, int32(g))
			q.cols = append(q.cols, choiceColumn{cost: cost, kind: -1, pool: -1, from: int32(len(q.items) - 1), to: int32(len(q.items))})
		}
	}
	q.gap = make([]float64, len(q.cols))
	return q
}

func (q *partition) goods(c int32) []int32 { return q.items[q.cols[c].from:q.cols[c].to] }

// ascend raises the lower bound: routes with a negative reduced cost are taken, goods served too often become cheaper and
// goods served too seldom dearer.
func (q *partition) ascend(start []float64, upper float64, rounds int) {
	copy(q.price, start)
	q.upper, q.lower = upper, math.Inf(-1)
	top, topToll := slices.Clone(q.price), 0.0
	over := make([]float64, q.n)
	theta, stale := 1.0, 0
	for range rounds {
		bound := 0.0
		for g := range over {
			over[g] = -1
			bound += q.price[g]
		}
		used := 0.0
		for c := range q.cols {
			r := q.cols[c].cost
			if q.cols[c].pool >= 0 {
				r += q.toll
			}
			items := q.goods(int32(c))
			for _, g := range items {
				r -= q.price[g]
			}
			q.gap[c] = r
			if r < 0 {
				bound += r
				if q.cols[c].pool >= 0 {
					used++
				}
				for _, g := range items {
					over[g]++
				}
			}
		}
		bound -= q.toll * float64(q.limit)
		if bound > q.lower {
			stale = 0
			q.lower = bound
			copy(top, q.price)
			topToll = q.toll
		} else if stale++; stale >= 12 {
			stale, theta = 0, theta*0.7
			copy(q.price, top)
			q.toll = topToll
			if theta < 0.01 {
				break
			}
			continue
		}
		norm := 0.0
		for _, o := range over {
			norm += o * o
		}
		excess := used - float64(q.limit)
		if excess > 0 || q.toll > 0 {
			norm += excess * excess
		}
		if norm == 0 {
			break
		}
		step := theta * math.Max(upper-bound, 1e-9*math.Abs(upper)) / norm
		for g := range over {
			q.price[g] -= step * over[g]
		}
		if excess > 0 || q.toll > 0 {
			q.toll = math.Max(0, q.toll+step*excess)
		}
	}
	copy(q.price, top)
	q.toll = topToll
	for c := range q.cols {
		r := q.cols[c].cost
		if q.cols[c].pool >= 0 {
			r += q.toll
		}
		for _, g := range q.goods(int32(c)) {
			r -= q.price[g]
		}
		q.gap[c] = r
	}
}

// choose searches for a selection cheaper than upper and returns its columns, nil when it finds none within the work
// allowed, counted in columns looked at.
func (q *partition) choose(work int) []int32 {
	room := q.upper - q.lower
	var root []int32
	for c := range q.cols {
		if q.gap[c] <= room {
			root = append(root, int32(c))
		}
	}
	slices.SortFunc(root, func(a, b int32) int { return cmp.Or(cmp.Compare(q.gap[a], q.gap[b]), cmp.Compare(a, b)) })
	if len(root) > 4000 {
		root = root[:4000]
	}
	q.bits = make([]uint64, len(root)*q.words)
	for k, c := range root {
		for _, g := range q.goods(c) {
			q.bits[k*q.words+int(g>>6)] |= 1 << uint(g&63)
		}
	}
	q.taken = make([]uint64, q.words)
	q.work = work
	list := make([]int32, len(root))
	for k := range root {
		list[k] = int32(k)
	}
	q.dive(0, root, list, 0, q.lower, 0)
	if !q.found {
		return nil
	}
	out := make([]int32, len(q.best))
	for i, k := range q.best {
		out[i] = q.cols[root[k]].pool
		if out[i] < 0 {
			out[i] = -1 - q.goods(root[k])[0]
		}
	}
	return out
}

// dive extends the selection by a column for the good with the fewest left.
func (q *partition) dive(depth int, root, list []int32, cost, bound float64, routes int) {
	clear(q.count)
	for _, k := range list {
		for _, g := range q.goods(root[k]) {
			q.count[g]++
		}
	}
	q.work -= len(list) * 4
	branch, fewest := int32(-1), int32(math.MaxInt32)
	for g := range int32(q.n) {
		if q.taken[g>>6]&(1<<uint(g&63)) == 0 && q.count[g] < fewest {
			branch, fewest = g, q.count[g]
		}
	}
	if branch < 0 {
		if cost < q.upper-1e-7*(1+math.Abs(q.upper)) {
			q.upper, q.found = cost, true
			q.best = append(q.best[:0], q.pick...)
		}
		return
	}
	if fewest == 0 {
		return
	}
	for len(q.lists) <= depth {
		q.lists = append(q.lists, nil)
	}
	for x := 0; x < len(list) && q.work > 0; x++ {
		k := list[x]
		mine := q.bits[int(k)*q.words:][:q.words]
		if mine[branch>>6]&(1<<uint(branch&63)) == 0 {
			continue
		}
		c := root[k]
		// Routes with a negative reduced cost are in the bound already.
		next := bound + math.Max(0, q.gap[c])
		if next >= q.upper {
			break // the list is in order of reduced cost
		}
		col := &q.cols[c]
		if col.pool >= 0 && (routes >= q.limit || q.units[col.kind] == 0) {
			continue
		}
		q.take(col, mine, 1)
		child := q.lists[depth][:0]
		for _, o := range list {
			theirs := q.bits[int(o)*q.words:][:q.words]
			if !meets(mine, theirs) {
				child = append(child, o)
			}
		}
		q.work -= len(list)
		q.lists[depth] = child
		q.pick = append(q.pick, k)
		more := 0
		if col.pool >= 0 {
			more = 1
		}
		q.dive(depth+1, root, child, cost+col.cost, next, routes+more)
		q.pick = q.pick[:len(q.pick)-1]
		q.take(col, mine, -1)
	}
}

func (q *partition) take(col *choiceColumn, mine []uint64, sign int32) {
	for w, b := range mine {
		q.taken[w] ^= b
	}
	if col.pool >= 0 {
		q.units[col.kind] -= sign
	}
}

func meets(a, b []uint64) bool {
	for w := range a {
		if a[w]&b[w] != 0 {
			return true
		}
	}
	return false
}
