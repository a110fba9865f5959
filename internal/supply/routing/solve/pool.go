package solve

import "math/rand/v2"

// pool remembers routes of good solutions: for every set of goods and kind of vehicle the cheapest order seen. Set
// partitioning later picks the best combination of them, which no single solution may have held. Memory is taken once; a
// full pool ignores newcomers until trim makes room.
type pool struct {
	sign  []uint64 // a random word a good: the sum over a route is the name of its set
	table []int32  // open addressing over names, -1 empty
	cols  []column
	arena []int32
	used  int
}

// column is one remembered route; its stops lie in the arena.
type column struct {
	name   uint64
	cost   float64
	kind   int32
	at     int32
	length int32
	goods  int32 // how many goods it serves
}

const poolColumns = 1 << 14

// newPool makes a pool for problems of n goods whose routes are of the given length on average. Every worker's pool of
// one problem uses the same words, so that their columns can be compared.
func newPool(n, length int) *pool {
	p := &pool{sign: make([]uint64, n), table: make([]int32, 4*poolColumns), cols: make([]column, 0, poolColumns)}
	words := rand.NewPCG(11, 13)
	for i := range p.sign {
		p.sign[i] = words.Uint64()
	}
	p.arena = make([]int32, poolColumns*max(4, min(length, 2*n, 400)))
	p.clear()
	return p
}

func (p *pool) clear() {
	for i := range p.table {
		p.table[i] = -1
	}
	p.cols, p.used = p.cols[:0], 0
}

// mix spreads a name over the table and tells kinds apart.
func mix(name uint64, kind int32) uint64 {
	x := name + uint64(kind)*0x9e3779b97f4a7c15
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	return x ^ x>>32
}

// room tells whether another route of the length fits.
func (p *pool) room(length int) bool {
	return len(p.cols) < poolColumns && p.used+length <= len(p.arena)
}

// find returns the column of a set on a kind, or a place in the table for a new one and -1.
func (p *pool) find(name uint64, kind int32) (slot, col int32) {
	mask := uint64(len(p.table) - 1)
	for i := mix(name, kind) & mask; ; i = (i + 1) & mask {
		c := p.table[i]
		if c < 0 {
			return int32(i), -1
		}
		if p.cols[c].name == name && p.cols[c].kind == kind {
			return int32(i), c
		}
	}
}

// offer returns the memory to write a route's stops into, nil when the pool has it as cheap already or has no room.
func (p *pool) offer(name uint64, kind int32, cost float64, length, goods int) []int32 {
	slot, c := p.find(name, kind)
	if c >= 0 {
		k := &p.cols[c]
		if cost >= k.cost-slack || int(k.length) != length {
			return nil
		}
		k.cost = cost
		return p.arena[k.at : k.at+k.length]
	}
	if !p.room(length) {
		return nil
	}
	p.table[slot] = int32(len(p.cols))
	p.cols = append(p.cols, column{name, cost, kind, int32(p.used), int32(length), int32(goods)})
	p.used += length
	return p.arena[p.used-length : p.used]
}

// stops returns a column's stops in driving order.
func (p *pool) stops(c *column) []int32 { return p.arena[c.at : c.at+c.length] }

// absorb copies the columns of another pool.
func (p *pool) absorb(from *pool) {
	for i := range from.cols {
		c := &from.cols[i]
		if to := p.offer(c.name, c.kind, c.cost, int(c.length), int(c.goods)); to != nil {
			copy(to, from.stops(c))
		}
	}
}

// trim keeps the columns that pass, in their order.
func (p *pool) trim(pass func(i int) bool) {
	old := append([]column(nil), p.cols...)
	for i := range p.table {
		p.table[i] = -1
	}
	p.cols, p.used = p.cols[:0], 0
	for i := range old {
		if !pass(i) {
			continue
		}
		c := old[i]
		slot, _ := p.find(c.name, c.kind)
		p.table[slot] = int32(len(p.cols))
		copy(p.arena[p.used:], p.arena[c.at:c.at+c.length])
		c.at = int32(p.used)
		p.used += int(c.length)
		p.cols = append(p.cols, c)
	}
}
