package check

import (
	"math"

	"tianbo/internal/supply/routing"
)

// bookings notes the itinerary of every consignment that takes one.
func (v *verifier) bookings() {
	v.booked = make([]int, len(v.p.Consignments))
	for i := range v.booked {
		v.booked[i] = -1
	}
	for _, b := range v.plan.Rides {
		if !v.known(b.Consignment) || v.booked[b.Consignment] >= 0 ||
			b.Itinerary < 0 || b.Itinerary >= len(v.p.Consignments[b.Consignment].Itineraries) {
			v.add(Timetable, -1, b.Consignment, 1, "is booked twice, unknown, or on an unknown itinerary")
			continue
		}
		v.booked[b.Consignment] = b.Itinerary
		fee := v.fee(b.Consignment, b.Itinerary)
		v.same("the fee of consignment "+v.p.Consignments[b.Consignment].ID, -1, b.Fee, fee)
		v.out.Lines += fee
		v.out.Cost += fee
	}
}

// fee is what lines and hubs ask for one consignment.
func (v *verifier) fee(consignment, itinerary int) float64 {
	c := &v.p.Consignments[consignment]
	units, sum := 0.0, 0.0
	if len(c.Size) > 0 {
		units = float64(c.Size[0])
	}
	for _, r := range c.Itineraries[itinerary].Rides {
		if r.Line == routing.AtHub {
			h := &v.p.Hubs[r.Board]
			sum += h.Fee + h.FeeUnit*units
			continue
		}
		l := &v.p.Lines[r.Line]
		sum += l.Fee + l.FeeUnit*units
	}
	return sum
}

// wanted is where and when a visit must be, and the rule it breaks when it is late.
type wanted struct {
	routing.Stop
	late Rule
}

// expected tells the stop a visit must be at: the consignment's own, or an end of one of its rides.
func (v *verifier) expected(vis *routing.Visit) (wanted, bool) {
	c := &v.p.Consignments[vis.Consignment]
	var rides []routing.Ride
	if it := v.booked[vis.Consignment]; it >= 0 {
		rides = c.Itineraries[it].Rides
	}
	gap := int(vis.Leg) - 1
	if gap < -1 || gap > len(rides) || (gap >= 0 && len(rides) == 0) {
		return wanted{}, false
	}
	own := c.Delivery
	if vis.Act == routing.Load {
		own = c.Pickup
	}
	switch {
	case gap < 0, vis.Act == routing.Load && gap == 0, vis.Act == routing.Unload && gap == len(rides):
		if own == nil {
			return wanted{}, false
		}
		return wanted{*own, Window}, true
	case vis.Act == routing.Load:
		return v.takenFrom(rides[gap-1]), true
	}
	return v.handedTo(rides[gap]), true
}

// handedTo is where and until when goods are handed to a ride.
func (v *verifier) handedTo(r routing.Ride) wanted {
	if r.Line == routing.AtHub {
		h := &v.p.Hubs[r.Board]
		return wanted{routing.Stop{Place: h.Place, Window: routing.Window{Earliest: h.Window.Earliest, Latest: h.Window.Latest - h.Dwell}}, Window}
	}
	l := &v.p.Lines[r.Line]
	s := l.Stops[r.Board]
	return wanted{routing.Stop{Place: s.Place, Window: routing.Window{Earliest: math.Inf(-1), Latest: s.Depart - l.CutOff}}, CutOff}
}

// takenFrom is where and from when goods are taken from a ride; how long they dwelt at a hub is seen in the chain.
func (v *verifier) takenFrom(r routing.Ride) wanted {
	if r.Line == routing.AtHub {
		h := &v.p.Hubs[r.Board]
		return wanted{routing.Stop{Place: h.Place, Window: h.Window}, Window}
	}
	l := &v.p.Lines[r.Line]
	s := l.Stops[r.Alight]
	return wanted{routing.Stop{Place: s.Place, Window: routing.Window{Earliest: s.Arrive + l.Handling, Latest: routing.Never}}, Window}
}

// chains checks every consignment from its first leg to its last: served exactly once, every leg complete, rides in
// timetable order with room on every segment, and no more quality used than it has.
func (v *verifier) chains() {
	unserved := make([]bool, len(v.booked))
	for _, u := range v.plan.Unserved {
		if v.known(u.Consignment) {
			unserved[u.Consignment] = true
		}
	}
	legs := make([]map[int]*part, len(v.booked))
	for key, q := range v.parts {
		if legs[key[0]] == nil {
			legs[key[0]] = map[int]*part{}
		}
		legs[key[0]][key[1]] = q
	}
	for i := range v.p.Consignments {
		v.chain(i, legs[i], unserved[i])
	}
	v.segments()
}

func (v *verifier) chain(i int, legs map[int]*part, unserved bool) {
	if unserved {
		if len(legs) > 0 || v.booked[i] >= 0 {
			v.add(Once, -1, i, 1, "is listed as unserved but carried")
		}
		return
	}
	for leg := range routing.MaxRides + 2 {
		if q := legs[leg]; q != nil && (q.loads != 1 || q.drops != 1) {
			v.add(Precedence, q.route, i, 1, "is loaded %d times and unloaded %d times", q.loads, q.drops)
		}
	}
	if v.booked[i] >= 0 {
		v.way(i, legs)
		return
	}
	whole := legs[int(routing.Whole)]
	if whole == nil || len(legs) != 1 {
		v.add(Once, -1, i, 1, "is not carried from its pick-up to its delivery")
		return
	}
	v.quality(i, (whole.dropped-whole.loaded)*whole.decay)
}

func (v *verifier) quality(i int, used float64) {
	c := &v.p.Consignments[i]
	if over := used - c.Quality; c.Quality > 0 && over > tolerance(used) {
		v.add(ShelfLife, -1, i, over, "uses %g of its quality budget of %g on the way", used, c.Quality)
	}
}

// walk follows one consignment along its itinerary.
type walk struct {
	v     *verifier
	i     int
	c     *routing.Consignment
	at    int
	ready float64 // from when it can be moved on
	since float64 // when it began to wait where it is
	moved bool    // whether its way has begun: before that nothing counts as on board
	used  float64
}

func (v *verifier) way(i int, legs map[int]*part) {
	c := &v.p.Consignments[i]
	rides := c.Itineraries[v.booked[i]].Rides
	w := &walk{v: v, i: i, c: c, at: c.Pickup.Place, ready: c.Pickup.Window.Earliest + c.Pickup.Service}
	trucks := 0
	for gap := 0; gap <= len(rides); gap++ {
		to := c.Delivery.Place
		if gap < len(rides) {
			to = v.p.From(rides[gap])
		}
		if w.at != to {
			trucks++
			if !w.truck(legs[int(routing.Before(gap))], gap) {
				return
			}
			w.at = to
		}
		switch {
		case gap == len(rides):
		case rides[gap].Line == routing.AtHub:
			w.stay(&v.p.Hubs[rides[gap].Board])
		default:
			w.ride(rides[gap], gap)
		}
	}
	if trucks != len(legs) {
		v.add(Once, -1, i, 1, "is also driven where its lines and hubs take it")
	}
	last := rides[len(rides)-1]
	if late := w.ready - c.Delivery.Window.Latest; v.p.To(last) == c.Delivery.Place && late > tolerance(w.ready) {
		v.add(Window, -1, i, late, "arrives %g too late", late)
	}
	v.quality(i, w.used)
}

// wait counts the quality used since the last leg.
func (w *walk) wait(until float64) {
	if w.moved {
		w.used += math.Max(0, until-w.since) * routing.DecayOf(w.v.p.Places[w.at].Decay, w.c.Class)
	}
	w.moved = true
}

func (w *walk) truck(q *part, gap int) bool {
	if q == nil {
		w.v.add(Timetable, -1, w.i, 1, "nobody drives it on %s of its way", routing.Before(gap))
		return false
	}
	if early := w.ready - q.begun; gap > 0 && early > tolerance(w.ready) {
		w.v.add(Timetable, q.route, w.i, early, "is fetched %g before it can be taken on", early)
	}
	w.wait(q.loaded)
	w.used += (q.dropped - q.loaded) * q.decay
	w.ready, w.since = q.dropped, q.dropped
	return true
}

func (w *walk) ride(r routing.Ride, gap int) {
	l := &w.v.p.Lines[r.Line]
	c := w.c
	if c.Skills&^l.Skills != 0 || (c.Class >= 0 && l.Classes&(1<<uint(c.Class)) == 0) {
		w.v.add(Skill, -1, w.i, 1, "line %s cannot carry it", l.ID)
	}
	board, alight := l.Stops[r.Board], l.Stops[r.Alight]
	due := board.Depart - l.CutOff
	if late := w.ready - due; late > tolerance(due) {
		w.v.add(CutOff, -1, w.i, late, "is at line %s %g after its cut-off", l.ID, late)
	}
	if now := w.v.now(w.i); gap == 0 && now-due > tolerance(due) {
		w.v.add(CutOff, -1, w.i, now-due, "the cut-off of line %s has passed", l.ID)
	}
	w.wait(board.Depart)
	w.used += (alight.Arrive - board.Depart) * routing.DecayOf(l.Decay, c.Class)
	w.at, w.ready, w.since = alight.Place, alight.Arrive+l.Handling, alight.Arrive
}

func (w *walk) stay(h *routing.Hub) {
	w.ready = math.Max(w.ready, h.Window.Earliest) + h.Dwell
	if late := w.ready - h.Window.Latest; late > tolerance(w.ready) {
		w.v.add(Window, -1, w.i, late, "cannot leave hub %s before it closes", h.ID)
	}
}

// segments adds up what rides between every two stops of every line.
func (v *verifier) segments() {
	loads := make([][][routing.MaxDims]int64, len(v.p.Lines))
	for l := range loads {
		loads[l] = make([][routing.MaxDims]int64, len(v.p.Lines[l].Stops)-1)
	}
	for i, it := range v.booked {
		if it < 0 {
			continue
		}
		c := &v.p.Consignments[i]
		for _, r := range c.Itineraries[it].Rides {
			for s := r.Board; r.Line != routing.AtHub && s < r.Alight; s++ {
				for k, q := range c.Size {
					loads[r.Line][s][k] += q
				}
			}
		}
	}
	for l := range loads {
		line := &v.p.Lines[l]
		for s := range loads[l] {
			for k := 0; k < min(len(line.Capacity), routing.MaxDims); k++ {
				if over := loads[l][s][k] - line.Capacity[k]; over > 0 {
					v.add(Capacity, -1, -1, float64(over), "line %s carries %d of %d after stop %d", line.ID, loads[l][s][k], line.Capacity[k], s+1)
				}
			}
		}
	}
}
