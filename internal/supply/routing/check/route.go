package check

import (
	"math"

	"tianbo/internal/supply/routing"
)

// drive is the state of a walk along one route.
type drive struct {
	index    int
	route    *routing.Route
	vehicle  *routing.Vehicle
	kept     int  // visits that are frozen
	fact     bool // the visit at hand is one of them: it happened, however late, and is not judged
	at       int
	free     float64 // when the vehicle can leave where it is
	distance float64
	load     [routing.MaxDims]int64
	rests    map[int]bool
	open     []*part // loaded, and unloaded only where the route ends
}

// route walks one route in the order of its visits.
func (v *verifier) route(index int, route *routing.Route) {
	d := &drive{index: index, route: route, vehicle: &v.p.Vehicles[route.Vehicle], rests: map[int]bool{}}
	d.kept = v.frozen[[2]int{route.Vehicle, route.Unit}]
	if len(route.Visits) == 0 {
		return
	}
	if !v.clean(d) {
		return
	}
	d.at, d.free = d.vehicle.Start, route.Depart
	d.fact = d.kept > 0
	if early := d.vehicle.Shift.Earliest - route.Depart; early > tolerance(route.Depart) {
		v.judge(d, Shift, -1, early, "leaves %g before the shift starts", early)
	}
	if prev := v.p.Previous; prev != nil && d.kept == 0 && prev.Now-route.Depart > tolerance(prev.Now) {
		v.add(Frozen, index, -1, prev.Now-route.Depart, "leaves before the time of planning")
	}
	v.preload(d)
	v.limit(d, -1)
	for k := range route.Visits {
		vis := &route.Visits[k]
		d.fact = k < d.kept
		if prev := v.p.Previous; prev != nil && !d.fact && prev.Now-vis.Start > tolerance(prev.Now) {
			v.add(Frozen, index, vis.Consignment, prev.Now-vis.Start, "starts before the time of planning")
		}
		switch {
		case vis.Act == routing.Rest:
			v.rest(d, vis)
		case vis.Act != routing.Load && vis.Act != routing.Unload:
			v.add(Once, index, vis.Consignment, 1, "visit %d does nothing that is known", k+1)
		case !v.known(vis.Consignment):
			v.add(Once, index, -1, 1, "visit %d names an unknown consignment", k+1)
		default:
			v.visit(d, vis)
		}
	}
	d.fact = false
	v.finish(d)
}

// judge reports a broken rule unless it is a fact.
func (v *verifier) judge(d *drive, rule Rule, consignment int, by float64, format string, args ...any) {
	if !d.fact {
		v.add(rule, d.index, consignment, by, format, args...)
	}
}

// clean refuses times that are no numbers: every comparison with them would pass.
func (v *verifier) clean(d *drive) bool {
	ok := finite(d.route.Depart, d.route.Return, d.route.Cost)
	for k := range d.route.Visits {
		vis := &d.route.Visits[k]
		ok = ok && finite(vis.Arrive, vis.Start, vis.Leave)
	}
	if !ok {
		v.add(Travel, d.index, -1, 1, "has times that are no numbers")
	}
	return ok
}

// preload puts on board what is loaded at the start of the route.
func (v *verifier) preload(d *drive) {
	for k := range d.route.Visits {
		vis := &d.route.Visits[k]
		if vis.Act != routing.Unload || !v.known(vis.Consignment) || vis.Leg != routing.Whole {
			continue
		}
		if c := &v.p.Consignments[vis.Consignment]; c.Pickup == nil {
			v.shift(d, c, 1)
			q := v.part(vis, d)
			q.loads, q.loaded, q.atStart = q.loads+1, d.route.Depart, true
		}
	}
}

func (v *verifier) part(vis *routing.Visit, d *drive) *part {
	key := [2]int{vis.Consignment, int(vis.Leg)}
	q := v.parts[key]
	if q == nil {
		q = &part{route: d.index, decay: routing.DecayOf(d.vehicle.Decay, v.p.Consignments[vis.Consignment].Class)}
		v.parts[key] = q
	}
	if q.route != d.index {
		v.add(Precedence, d.index, vis.Consignment, 1, "is handled by two vehicles on one leg")
	}
	return q
}

// shift adds or removes a consignment's size in every dimension it is counted in.
func (v *verifier) shift(d *drive, c *routing.Consignment, sign int64) {
	for k, s := range c.Size {
		d.load[k] += sign * s
	}
	for k, class := range v.layout.Classes {
		if class == c.Class && len(c.Size) > 0 {
			d.load[v.layout.Base+k] += sign * c.Size[0]
		}
	}
}

// limit compares the load on board with the vehicle; consignment is the one that was just loaded.
func (v *verifier) limit(d *drive, consignment int) {
	for k := range v.layout.Base {
		room := int64(0)
		if k < len(d.vehicle.Capacity) {
			room = d.vehicle.Capacity[k]
		}
		if over := d.load[k] - room; over > 0 {
			v.judge(d, Capacity, consignment, float64(over), "the vehicle carries %d of %d in dimension %d", d.load[k], room, k+1)
		}
	}
	if len(d.vehicle.Compartments) == 0 {
		return
	}
	for k, class := range v.layout.Classes {
		room := int64(0)
		for _, c := range d.vehicle.Compartments {
			if c.Class == class {
				room += c.Capacity
			}
		}
		if over := d.load[v.layout.Base+k] - room; over > 0 {
			v.judge(d, Capacity, consignment, float64(over), "the vehicle carries %d of %d in the compartment of class %d", d.load[v.layout.Base+k], room, class)
		}
	}
}

// travel moves the vehicle and returns the earliest arrival, set-up included.
func (v *verifier) travel(d *drive, to int) float64 {
	dist, dur := v.p.Networks[d.vehicle.Network].Between(len(v.p.Places), d.at, to)
	if to != d.at {
		dur += v.p.Places[to].Setup
	}
	d.distance += dist
	d.at = to
	return d.free + dur
}

func (v *verifier) visit(d *drive, vis *routing.Visit) {
	c := &v.p.Consignments[vis.Consignment]
	want, ok := v.expected(vis)
	if !ok || vis.Place != want.Place {
		v.add(Precedence, d.index, vis.Consignment, 1, "%s on its way (%s) is at the wrong place or has no such stop", vis.Act, vis.Leg)
		return
	}
	if c.Skills&^d.vehicle.Skills != 0 {
		v.judge(d, Skill, vis.Consignment, 1, "vehicle %s lacks a skill it needs", d.vehicle.ID)
	}
	if len(d.vehicle.Compartments) > 0 && c.Class >= 0 && !has(d.vehicle.Compartments, c.Class) {
		v.judge(d, Skill, vis.Consignment, 1, "vehicle %s has no compartment of class %d", d.vehicle.ID, c.Class)
	}
	arrive := v.travel(d, want.Place)
	if late := arrive - vis.Arrive; late > tolerance(arrive) {
		v.judge(d, Travel, vis.Consignment, late, "arrives at %g but cannot be there before %g", vis.Arrive, arrive)
	}
	if late := math.Max(arrive, vis.Arrive) - vis.Start; late > tolerance(arrive) {
		v.judge(d, Travel, vis.Consignment, late, "starts at %g, %g before the vehicle is there", vis.Start, late)
	}
	if early := want.Window.Earliest - vis.Start; early > tolerance(vis.Start) {
		v.judge(d, Window, vis.Consignment, early, "%s starts %g too early", vis.Act, early)
	}
	if late := vis.Start - want.Window.Latest; late > tolerance(vis.Start) {
		v.judge(d, want.late, vis.Consignment, late, "%s starts %g too late", vis.Act, late)
	}
	if short := vis.Start + want.Service - vis.Leave; short > tolerance(vis.Leave) {
		v.judge(d, Travel, vis.Consignment, short, "leaves before its service of %g is over", want.Service)
	}
	d.free = math.Max(vis.Leave, vis.Start+want.Service)
	v.handle(d, vis, c)
}

// handle books the consignment on or off the vehicle.
func (v *verifier) handle(d *drive, vis *routing.Visit, c *routing.Consignment) {
	q := v.part(vis, d)
	if vis.Act == routing.Load {
		q.loads++
		q.begun, q.loaded = vis.Start, vis.Leave
		v.shift(d, c, 1)
		v.limit(d, vis.Consignment)
		if c.Delivery == nil {
			d.open = append(d.open, q)
		}
		return
	}
	if q.loads != 1 {
		v.add(Precedence, d.index, vis.Consignment, 1, "is unloaded without having been loaded")
	}
	q.drops++
	q.dropped = vis.Start
	v.shift(d, c, -1)
	v.limit(d, -1)
}

func has(compartments []routing.Compartment, class int) bool {
	for _, c := range compartments {
		if c.Class == class {
			return true
		}
	}
	return false
}

func (v *verifier) rest(d *drive, vis *routing.Visit) {
	if vis.Break < 0 || vis.Break >= len(d.vehicle.Breaks) || d.rests[vis.Break] {
		v.add(Break, d.index, -1, 1, "takes a break that is not due or was taken")
		return
	}
	d.rests[vis.Break] = true
	b := &d.vehicle.Breaks[vis.Break]
	if vis.Place != d.at {
		v.judge(d, Break, -1, 1, "break %d is taken where the vehicle is not", vis.Break+1)
	}
	off := math.Max(b.Window.Earliest-vis.Start, vis.Start-b.Window.Latest)
	if off > tolerance(vis.Start) {
		v.judge(d, Break, -1, off, "break %d starts %g outside its window", vis.Break+1, off)
	}
	if short := vis.Start + b.Duration - vis.Leave; short > tolerance(vis.Leave) {
		v.judge(d, Break, -1, short, "break %d is %g too short", vis.Break+1, short)
	}
	if early := d.free - vis.Start; early > tolerance(vis.Start) {
		v.judge(d, Travel, -1, early, "rests before the stop before is done")
	}
	if b.MaxLoad >= 0 && d.load[0] > b.MaxLoad {
		v.judge(d, Break, -1, float64(d.load[0]-b.MaxLoad), "rests with %d on board, at most %d are allowed", d.load[0], b.MaxLoad)
	}
	d.free = math.Max(vis.Leave, vis.Start+b.Duration)
}

// finish drives home, unloads what stays on board to the end and prices the route.
func (v *verifier) finish(d *drive) {
	arrive := d.free
	if d.vehicle.End != routing.Anywhere {
		arrive = v.travel(d, d.vehicle.End)
	}
	if late := arrive - d.route.Return; late > tolerance(arrive) {
		v.add(Travel, d.index, -1, late, "returns at %g but cannot be back before %g", d.route.Return, arrive)
	}
	if late := d.route.Return - d.vehicle.Shift.Latest; late > tolerance(arrive) {
		v.add(Shift, d.index, -1, late, "returns %g after the shift ends", late)
	}
	length := d.route.Return - d.route.Depart
	if over := length - d.vehicle.MaxDuration; d.vehicle.MaxDuration > 0 && over > tolerance(length) {
		v.add(Shift, d.index, -1, over, "lasts %g longer than allowed", over)
	}
	if over := d.distance - d.vehicle.MaxDistance; d.vehicle.MaxDistance > 0 && over > tolerance(d.distance) {
		v.add(Shift, d.index, -1, over, "is %g longer than allowed", over)
	}
	for k, b := range d.vehicle.Breaks {
		owed := d.route.Depart < b.Window.Latest-tolerance(b.Window.Latest) && d.route.Return > b.Window.Latest+tolerance(b.Window.Latest)
		if owed && !d.rests[k] {
			v.add(Break, d.index, -1, b.Duration, "break %d is not taken", k+1)
		}
	}
	for _, q := range d.open {
		q.drops, q.dropped, q.atEnd = q.drops+1, d.route.Return, true
	}
	cost := d.vehicle.Fixed + d.vehicle.PerDistance*d.distance + d.vehicle.PerTime*length
	v.same("the route's cost", d.index, d.route.Cost, cost)
	v.out.Vehicles++
	v.out.Distance += d.distance
	v.out.Duration += length
	v.out.Cost += cost
}
