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
	at       int
	free     float64 // when the vehicle can leave where it is
	distance float64
	load     [routing.MaxDims]int64
	rests    map[int]bool
}

// route walks one route in the order of its visits.
func (v *verifier) route(index int, route *routing.Route) {
	d := &drive{index: index, route: route, vehicle: &v.p.Vehicles[route.Vehicle], rests: map[int]bool{}}
	d.at, d.free = d.vehicle.Start, route.Depart
	if early := d.vehicle.Shift.Earliest - route.Depart; early > tolerance(route.Depart) {
		v.add("shift", index, -1, early, "leaves %g before the shift starts", early)
	}
	v.preload(d)
	v.limit(d)
	for k := range route.Visits {
		vis := &route.Visits[k]
		switch {
		case vis.Act == routing.Rest:
			v.rest(d, vis)
		case vis.Consignment < 0 || vis.Consignment >= len(v.p.Consignments):
			v.add("once", index, -1, 1, "visit %d names an unknown consignment", k+1)
		default:
			v.visit(d, vis)
		}
	}
	v.finish(d)
}

// preload puts on board what is loaded at the start of the route.
func (v *verifier) preload(d *drive) {
	for k := range d.route.Visits {
		vis := &d.route.Visits[k]
		if vis.Act == routing.Unload && vis.Consignment >= 0 && vis.Consignment < len(v.p.Consignments) {
			if c := &v.p.Consignments[vis.Consignment]; c.Pickup == nil && vis.Leg == routing.Whole {
				v.shift(d, c, 1)
				q := v.part(vis, d)
				q.loads, q.from, q.fromPlace = q.loads+1, d.route.Depart, d.vehicle.Start
			}
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
		v.add("precedence", d.index, vis.Consignment, 1, "is handled by two vehicles on one leg")
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

// limit compares the load on board with the vehicle.
func (v *verifier) limit(d *drive) {
	for k := range v.layout.Base {
		room := int64(0)
		if k < len(d.vehicle.Capacity) {
			room = d.vehicle.Capacity[k]
		}
		if over := d.load[k] - room; over > 0 {
			v.add("capacity", d.index, -1, float64(over), "carries %d of %d in dimension %d", d.load[k], room, k+1)
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
			v.add("capacity", d.index, -1, float64(over), "carries %d of %d in the compartment of class %d", d.load[v.layout.Base+k], room, class)
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

// expected tells the stop a visit must be at: the consignment's own, or the end of its rides.
func (v *verifier) expected(vis *routing.Visit) (place int, window routing.Window, service float64, ok bool) {
	c := &v.p.Consignments[vis.Consignment]
	stop := c.Delivery
	if vis.Act == routing.Load {
		stop = c.Pickup
	}
	far := (vis.Leg == routing.Access && vis.Act == routing.Unload) || (vis.Leg == routing.Egress && vis.Act == routing.Load)
	if !far {
		if stop == nil {
			return 0, routing.Window{}, 0, false
		}
		return stop.Place, stop.Window, stop.Service, true
	}
	for _, b := range v.plan.Rides {
		if b.Consignment != vis.Consignment || b.Itinerary < 0 || b.Itinerary >= len(c.Itineraries) {
			continue
		}
		rides := c.Itineraries[b.Itinerary].Rides
		if vis.Leg == routing.Access {
			l := &v.p.Lines[rides[0].Line]
			s := l.Stops[rides[0].Board]
			return s.Place, routing.Window{Latest: s.Depart - l.CutOff}, 0, true
		}
		last := rides[len(rides)-1]
		l := &v.p.Lines[last.Line]
		s := l.Stops[last.Alight]
		return s.Place, routing.Window{Earliest: s.Arrive + l.Handling, Latest: routing.Never}, 0, true
	}
	return 0, routing.Window{}, 0, false
}

func (v *verifier) visit(d *drive, vis *routing.Visit) {
	c := &v.p.Consignments[vis.Consignment]
	place, window, service, ok := v.expected(vis)
	if !ok || vis.Place != place {
		v.add("precedence", d.index, vis.Consignment, 1, "%s on its %s leg is at the wrong place or has no such stop", vis.Act, vis.Leg)
		return
	}
	if c.Skills&^d.vehicle.Skills != 0 {
		v.add("skill", d.index, vis.Consignment, 1, "vehicle %s lacks a skill it needs", d.vehicle.ID)
	}
	if len(d.vehicle.Compartments) > 0 && c.Class >= 0 && !has(d.vehicle.Compartments, c.Class) {
		v.add("skill", d.index, vis.Consignment, 1, "vehicle %s has no compartment of class %d", d.vehicle.ID, c.Class)
	}
	arrive := v.travel(d, place)
	if late := arrive - vis.Start; late > tolerance(arrive) {
		v.add("travel", d.index, vis.Consignment, late, "starts at %g but cannot be there before %g", vis.Start, arrive)
	}
	if early := window.Earliest - vis.Start; early > tolerance(vis.Start) {
		v.add("window", d.index, vis.Consignment, early, "%s starts %g too early", vis.Act, early)
	}
	if late := vis.Start - window.Latest; late > tolerance(vis.Start) {
		rule := "window"
		if vis.Leg == routing.Access && vis.Act == routing.Unload {
			rule = "timetable"
		}
		v.add(rule, d.index, vis.Consignment, late, "%s starts %g too late", vis.Act, late)
	}
	if short := vis.Start + service - vis.Leave; short > tolerance(vis.Leave) {
		v.add("travel", d.index, vis.Consignment, short, "leaves before its service of %g is over", service)
	}
	d.free = math.Max(vis.Leave, vis.Start+service)
	v.handle(d, vis, c)
}

// handle books the consignment on or off the vehicle.
func (v *verifier) handle(d *drive, vis *routing.Visit, c *routing.Consignment) {
	q := v.part(vis, d)
	if vis.Act == routing.Load {
		q.loads++
		q.from, q.fromPlace, q.started = vis.Leave, vis.Place, vis.Start
		v.shift(d, c, 1)
		v.limit(d)
		return
	}
	if q.loads != 1 {
		v.add("precedence", d.index, vis.Consignment, 1, "is unloaded without having been loaded")
	}
	q.drops++
	q.to, q.toPlace, q.unloaded = vis.Start, vis.Place, vis.Leave
	v.shift(d, c, -1)
	v.limit(d)
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
		v.add("break", d.index, -1, 1, "takes a break that is not due or was taken")
		return
	}
	d.rests[vis.Break] = true
	b := &d.vehicle.Breaks[vis.Break]
	off := math.Max(b.Window.Earliest-vis.Start, vis.Start-b.Window.Latest)
	if off > tolerance(vis.Start) {
		v.add("break", d.index, -1, off, "break %d starts %g outside its window", vis.Break+1, off)
	}
	if short := vis.Start + b.Duration - vis.Leave; short > tolerance(vis.Leave) {
		v.add("break", d.index, -1, short, "break %d is %g too short", vis.Break+1, short)
	}
	if early := d.free - vis.Start; early > tolerance(vis.Start) {
		v.add("travel", d.index, -1, early, "rests before the stop before is done")
	}
	if b.MaxLoad >= 0 && d.load[0] > b.MaxLoad {
		v.add("break", d.index, -1, float64(d.load[0]-b.MaxLoad), "rests with %d on board, at most %d are allowed", d.load[0], b.MaxLoad)
	}
	d.free = math.Max(vis.Leave, vis.Start+b.Duration)
}

// finish drives home, closes open loads and prices the route.
func (v *verifier) finish(d *drive) {
	arrive := d.free
	if d.vehicle.End != routing.Anywhere {
		arrive = v.travel(d, d.vehicle.End)
	}
	if late := arrive - d.route.Return; late > tolerance(arrive) {
		v.add("travel", d.index, -1, late, "returns at %g but cannot be back before %g", d.route.Return, arrive)
	}
	if late := d.route.Return - d.vehicle.Shift.Latest; late > tolerance(arrive) {
		v.add("shift", d.index, -1, late, "returns %g after the shift ends", late)
	}
	length := d.route.Return - d.route.Depart
	if over := length - d.vehicle.MaxDuration; d.vehicle.MaxDuration > 0 && over > tolerance(length) {
		v.add("shift", d.index, -1, over, "lasts %g longer than allowed", over)
	}
	if over := d.distance - d.vehicle.MaxDistance; d.vehicle.MaxDistance > 0 && over > tolerance(d.distance) {
		v.add("shift", d.index, -1, over, "is %g longer than allowed", over)
	}
	for k, b := range d.vehicle.Breaks {
		owed := d.route.Depart < b.Window.Latest-tolerance(b.Window.Latest) && d.route.Return > b.Window.Latest+tolerance(b.Window.Latest)
		if owed && !d.rests[k] {
			v.add("break", d.index, -1, b.Duration, "break %d is not taken", k+1)
		}
	}
	for key, q := range v.parts {
		if q.route == d.index && q.loads == 1 && q.drops == 0 && key[1] == int(routing.Whole) && v.p.Consignments[key[0]].Delivery == nil {
			q.drops, q.to, q.toPlace = 1, d.route.Return, d.vehicle.End
		}
	}
	if len(d.route.Visits) == 0 {
		return
	}
	v.out.Vehicles++
	v.out.Distance += d.distance
	v.out.Duration += length
	v.out.Cost += d.vehicle.Fixed + d.vehicle.PerDistance*d.distance + d.vehicle.PerTime*length
}
