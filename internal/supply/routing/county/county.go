// Package county makes synthetic counties to test and show the planner with: villages on a tree of roads around a hub,
// buses and post vans that drive anyway, a few trucks, and goods that do not keep for ever. Equal parameters make equal
// counties.
//
// Units are metres, seconds since midnight, kilograms and fen.
package county

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/jsonfile"
	"tianbo/internal/supply/routing/matrix"
	"tianbo/internal/supply/routing/timetable"
)

// Params say how large the county is; Rural gives the usual ones.
type Params struct {
	Seed         uint64
	Townships    int
	Villages     int
	Buses        int // bus lines
	PostVans     int
	Trucks       int // reefers included
	Reefers      int
	Consignments int
}

// Rural is the rural county set.
func Rural() Params {
	return Params{Seed: 1, Townships: 12, Villages: 150, Buses: 6, PostVans: 2, Trucks: 10, Reefers: 3, Consignments: 400}
}

// Check tells which parameter cannot be used.
func (c Params) Check() error {
	for _, k := range []struct {
		name            string
		value, low, top int
	}{
		{"townships", c.Townships, 1, 60},
		{"villages", c.Villages, 1, 2000},
		{"buses", c.Buses, 0, c.Townships},
		{"post vans", c.PostVans, 0, c.Townships},
		{"trucks", c.Trucks, 1, 500},
		{"reefers", c.Reefers, 1, c.Trucks},
		{"consignments", c.Consignments, 1, 5000},
	} {
		if k.value < k.low || k.value > k.top {
			return fmt.Errorf("%s: %d is not from %d to %d", k.name, k.value, k.low, k.top)
		}
	}
	return nil
}

// Temperature classes of a county.
const (
	Chilled = 0
	Frozen  = 1
)

// Operators are the firms that work side by side in a county: the post, two couriers and the supply co-operative.
var Operators = []string{"post", "courier-a", "courier-b", "co-op"}

// County is a generated county.
type County struct {
	File  *jsonfile.File
	Owner []int // by consignment: index into Operators
	Post  []int // lines that are the post's own

	rng    *rand.Rand
	parent []int     // road to the hub, by place; -1 for the hub
	road   []float64 // length of that road in metres
	speed  []float64 // metres a second on it
	depth  []float64 // road length to the hub
}

// Make makes a county.
func Make(params Params) (*County, error) {
	if err := params.Check(); err != nil {
		return nil, err
	}
	p := &routing.Problem{Name: fmt.Sprintf("county of %d villages, seed %d", params.Villages, params.Seed)}
	c := &County{
		File: &jsonfile.File{Problem: p, Classes: []string{"chilled", "frozen"}, Clock: true},
		rng:  rand.New(rand.NewPCG(params.Seed, 0x7469616e626f)),
	}
	c.places(params)
	c.network()
	c.trucks(params)
	c.buses(params)
	c.post(params)
	p.Hubs = []routing.Hub{{ID: "county hub", Place: 0, Dwell: 1800, Window: routing.Window{Earliest: 5 * hour, Latest: 22 * hour}, Fee: 100}}
	c.consignments(params)
	all := make([]int, len(p.Consignments))
	for i := range all {
		all[i] = i
	}
	timetable.New(p, timetable.Options{Rides: 2, Reach: 0.6}).OfferAll(all)
	return c, p.Validate()
}

const (
	minute = 60.0
	hour   = 3600.0
	km     = 1000.0
)

// between draws a number from a range.
func (c *County) between(low, high float64) float64 { return low + (high-low)*c.rng.Float64() }

// add places a new place at the end of a road from its parent.
func (c *County) add(id string, parent int, x, y, speed, setup float64) {
	p := c.File.Problem
	length := 0.0
	if parent >= 0 {
		from := p.Places[parent]
		length = math.Round(math.Hypot(x-from.X, y-from.Y) * matrix.Plain)
	}
	p.Places = append(p.Places, routing.Place{ID: id, X: math.Round(x), Y: math.Round(y), Setup: setup})
	c.parent, c.road, c.speed = append(c.parent, parent), append(c.road, length), append(c.speed, speed)
	depth := length
	if parent >= 0 {
		depth += c.depth[parent]
	}
	c.depth = append(c.depth, depth)
}

// places lays out the hub, townships around it and villages around the townships. The hub and the stations have a cold
// room: goods that wait there keep better than on a road.
func (c *County) places(params Params) {
	c.add("hub", -1, 0, 0, 1, 2*minute)
	c.File.Problem.Places[0].Decay = []float64{0.3, 0.3}
	for i := range params.Townships {
		angle := (float64(i) + c.between(0.2, 0.8)) * 2 * math.Pi / float64(params.Townships)
		far := c.between(8*km, 22*km)
		x, y := far*math.Cos(angle), far*math.Sin(angle)
		c.add(fmt.Sprintf("town-%02d", i+1), c.nearest(x, y, i+1), x, y, 12.5, 2*minute)
		c.File.Problem.Places[i+1].Decay = []float64{0.5, 1}
	}
	for i := range params.Villages {
		town := 1 + i%params.Townships
		at := c.File.Problem.Places[town]
		angle, far := c.between(0, 2*math.Pi), c.between(1.5*km, 8*km)
		x, y := at.X+far*math.Cos(angle), at.Y+far*math.Sin(angle)
		c.add(fmt.Sprintf("village-%03d", i+1), c.village(x, y, town, params.Townships), x, y, 8.5, 1.5*minute)
	}
}

// nearest is the place among the first few to which the road of a new township leads: the hub, or a township on the way.
func (c *County) nearest(x, y float64, upTo int) int {
	best, at := math.Hypot(x, y), 0
	for i := 1; i < upTo; i++ {
		q := c.File.Problem.Places[i]
		if way := math.Hypot(x-q.X, y-q.Y) + 0.55*c.depth[i]/matrix.Plain; way < best {
			best, at = way, i
		}
	}
	return at
}

// village is where the road of a new village leads: to its township, or to a village of it that is nearer.
func (c *County) village(x, y float64, town, towns int) int {
	p := c.File.Problem
	best, at := math.Hypot(x-p.Places[town].X, y-p.Places[town].Y), town
	for i := towns + 1; i < len(p.Places); i++ {
		if 1+(i-towns-1)%towns != town {
			continue
		}
		q := p.Places[i]
		if way := math.Hypot(x-q.X, y-q.Y) + 0.5*(c.depth[i]-c.depth[town])/matrix.Plain; way < best {
			best, at = way, i
		}
	}
	return at
}

// network measures the roads between all places along the tree.
func (c *County) network() {
	n := len(c.parent)
	net := routing.Network{Distance: make([]float64, n*n), Duration: make([]float64, n*n)}
	// Parents come before children: the way from i to any earlier place leads over the parent of i.
	for i := 1; i < n; i++ {
		for j := range i {
			d := net.Distance[c.parent[i]*n+j] + c.road[i]
			s := net.Duration[c.parent[i]*n+j] + math.Round(c.road[i]/c.speed[i])
			net.Distance[i*n+j], net.Distance[j*n+i] = d, d
			net.Duration[i*n+j], net.Duration[j*n+i] = s, s
		}
	}
	c.File.Problem.Networks = []routing.Network{net}
}

// trucks are vans without cooling and reefers with two compartments; both rest at noon.
func (c *County) trucks(params Params) {
	noon := []routing.Break{{Window: routing.Window{Earliest: 11 * hour, Latest: 14 * hour}, Duration: 30 * minute, MaxLoad: -1}}
	shift := routing.Window{Earliest: 6 * hour, Latest: 20 * hour}
	p := c.File.Problem
	if vans := params.Trucks - params.Reefers; vans > 0 {
		p.Vehicles = append(p.Vehicles, routing.Vehicle{
			ID: "van", Count: vans, Capacity: []int64{1800}, Fixed: 15000, PerDistance: 0.11, Shift: shift, Breaks: noon, Decay: []float64{3, 12},
		})
	}
	p.Vehicles = append(p.Vehicles, routing.Vehicle{
		ID: "reefer", Count: params.Reefers, Capacity: []int64{1600}, Fixed: 22000, PerDistance: 0.15, Shift: shift, Breaks: noon, Decay: []float64{0.6, 1},
		Compartments: []routing.Compartment{{Class: Chilled, Capacity: 1100}, {Class: Frozen, Capacity: 500}},
	})
}

// way is the road from a place to the hub, both ends included.
func (c *County) way(from int) []int {
	out := []int{from}
	for from != 0 {
		from = c.parent[from]
		out = append(out, from)
	}
	return out
}

// buses run from the farthest places of different townships to the hub and back, three times a day.
func (c *County) buses(params Params) {
	ends := make([]int, len(c.parent)-1)
	for i := range ends {
		ends[i] = i + 1
	}
	slices.SortStableFunc(ends, func(a, b int) int { return int(c.depth[b]) - int(c.depth[a]) })
	var served []int
	for _, end := range ends {
		town := end
		for town > params.Townships {
			town = c.parent[town]
		}
		if len(served) == params.Buses {
			break
		}
		if slices.Contains(served, town) {
			continue
		}
		served = append(served, town)
		in := c.way(end)
		out := slices.Clone(in)
		slices.Reverse(out)
		first := c.between(6*hour, 7*hour)
		for run := range 3 {
			start := math.Round((first+float64(run)*4*hour)/minute) * minute
			id := fmt.Sprintf("bus-%d", len(served))
			c.line(fmt.Sprintf("%s-in-%d", id, run+1), in, start, routing.Line{Capacity: []int64{200}, Fee: 200, FeeUnit: 6, CutOff: 10 * minute, Handling: 5 * minute, Decay: []float64{3, 12}})
			c.line(fmt.Sprintf("%s-out-%d", id, run+1), out, start+2*hour, routing.Line{Capacity: []int64{200}, Fee: 200, FeeUnit: 6, CutOff: 10 * minute, Handling: 5 * minute, Decay: []float64{3, 12}})
		}
	}
}

// line adds one run of a line along places; it drives a little slower than a truck and stops everywhere.
func (c *County) line(id string, along []int, start float64, l routing.Line) {
	l.ID = id
	now := start
	for i, place := range along {
		if i > 0 {
			_, s := c.File.Problem.Networks[0].Between(len(c.parent), along[i-1], place)
			now = math.Ceil((now+s*1.15)/minute) * minute
		}
		arrive := now
		if i > 0 && i+1 < len(along) {
			now += 2 * minute
		}
		l.Stops = append(l.Stops, routing.LineStop{Place: place, Arrive: arrive, Depart: now})
	}
	c.File.Problem.Lines = append(c.File.Problem.Lines, l)
}

// post vans drive a round over the townships of their sector and back to the hub, morning and afternoon; they carry
// chilled goods in boxes.
func (c *County) post(params Params) {
	for van := range params.PostVans {
		round := []int{0}
		for t := range params.Townships {
			if t*params.PostVans/params.Townships == van {
				round = append(round, t+1)
			}
		}
		round = append(round, 0)
		for run, start := range []float64{7.5 * hour, 13.5 * hour} {
			c.Post = append(c.Post, len(c.File.Problem.Lines))
			c.line(fmt.Sprintf("post-%d-%d", van+1, run+1), round, start, routing.Line{
				Capacity: []int64{700}, Fee: 250, FeeUnit: 8, CutOff: 15 * minute, Handling: 10 * minute, Classes: 1 << Chilled, Decay: []float64{1.5, 12},
			})
		}
	}
}
