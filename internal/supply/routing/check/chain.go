package check

import "tianbo/internal/supply/routing"

// chains checks every consignment from its first leg to its last: served exactly once, every leg complete, rides in
// timetable order with room on every segment, and no more quality used than it has.
func (v *verifier) chains() {
	booked := make([]int, len(v.p.Consignments))
	for i := range booked {
		booked[i] = -1
	}
	for _, b := range v.plan.Rides {
		if b.Consignment < 0 || b.Consignment >= len(booked) || booked[b.Consignment] >= 0 ||
			b.Itinerary < 0 || b.Itinerary >= len(v.p.Consignments[b.Consignment].Itineraries) {
			v.add("timetable", -1, b.Consignment, 1, "is booked twice or on an unknown itinerary")
			continue
		}
		booked[b.Consignment] = b.Itinerary
	}
	unserved := make([]bool, len(booked))
	for _, u := range v.plan.Unserved {
		if u.Consignment >= 0 && u.Consignment < len(unserved) {
			unserved[u.Consignment] = true
		}
	}
	for i := range v.p.Consignments {
		v.chain(i, booked[i], unserved[i])
	}
	v.segments(booked)
}

func (v *verifier) leg(i int, l routing.Leg) *part { return v.parts[[2]int{i, int(l)}] }

func (v *verifier) chain(i, itinerary int, unserved bool) {
	c := &v.p.Consignments[i]
	whole, access, egress := v.leg(i, routing.Whole), v.leg(i, routing.Access), v.leg(i, routing.Egress)
	if unserved {
		if whole != nil || access != nil || egress != nil || itinerary >= 0 {
			v.add("once", -1, i, 1, "is listed as unserved but carried")
		}
		return
	}
	for _, q := range []*part{whole, access, egress} {
		if q != nil && (q.loads != 1 || q.drops != 1) {
			v.add("precedence", q.route, i, 1, "is loaded %d times and unloaded %d times", q.loads, q.drops)
		}
	}
	if itinerary < 0 {
		if whole == nil || access != nil || egress != nil {
			v.add("once", -1, i, 1, "is not carried from its pick-up to its delivery")
			return
		}
		v.quality(i, (whole.to-whole.from)*whole.decay)
		return
	}
	if whole != nil {
		v.add("once", -1, i, 1, "is carried both by truck and by line")
	}
	v.rides(i, c, c.Itineraries[itinerary].Rides, access, egress)
}

func (v *verifier) quality(i int, used float64) {
	c := &v.p.Consignments[i]
	if over := used - c.Quality; c.Quality > 0 && over > tolerance(used) {
		v.add("shelf_life", -1, i, over, "uses %g of its quality budget of %g on board", used, c.Quality)
	}
}

// rides follows the consignment over its lines.
func (v *verifier) rides(i int, c *routing.Consignment, rides []routing.Ride, access, egress *part) {
	used := 0.0
	for _, q := range []*part{access, egress} {
		if q != nil {
			used += (q.to - q.from) * q.decay
		}
	}
	first, last := rides[0], rides[len(rides)-1]
	board := v.p.Lines[first.Line].Stops[first.Board]
	if access == nil {
		if c.Pickup == nil || board.Place != c.Pickup.Place {
			v.add("timetable", -1, i, 1, "boards where it never gets to")
		} else if late := c.Pickup.Window.Earliest + c.Pickup.Service - (board.Depart - v.p.Lines[first.Line].CutOff); late > tolerance(board.Depart) {
			v.add("timetable", -1, i, late, "is ready after the cut-off of its line")
		}
	} else if late := access.unloaded - (board.Depart - v.p.Lines[first.Line].CutOff); late > tolerance(board.Depart) {
		v.add("timetable", access.route, i, late, "reaches its line after the cut-off")
	}
	for k, r := range rides {
		l := &v.p.Lines[r.Line]
		if c.Skills&^l.Skills != 0 || (c.Class >= 0 && l.Classes&(1<<uint(c.Class)) == 0) {
			v.add("skill", -1, i, 1, "line %s cannot carry it", l.ID)
		}
		used += (l.Stops[r.Alight].Arrive - l.Stops[r.Board].Depart) * routing.DecayOf(l.Decay, c.Class)
		v.out.Lines += l.Fee + l.FeeUnit*size(c)
		v.out.Cost += l.Fee + l.FeeUnit*size(c)
		if k == 0 {
			continue
		}
		before := &v.p.Lines[rides[k-1].Line]
		from := before.Stops[rides[k-1].Alight]
		if from.Place != l.Stops[r.Board].Place || from.Arrive+before.Handling > l.Stops[r.Board].Depart-l.CutOff+tolerance(from.Arrive) {
			v.add("timetable", -1, i, 1, "misses its change to line %s", l.ID)
		}
	}
	alight := v.p.Lines[last.Line].Stops[last.Alight]
	if egress == nil {
		if c.Delivery == nil || alight.Place != c.Delivery.Place {
			v.add("timetable", -1, i, 1, "leaves its line where it does not live")
		} else if late := alight.Arrive + v.p.Lines[last.Line].Handling - c.Delivery.Window.Latest; late > tolerance(alight.Arrive) {
			v.add("window", -1, i, late, "arrives by line %g too late", late)
		}
	}
	v.quality(i, used)
}

func size(c *routing.Consignment) float64 {
	if len(c.Size) == 0 {
		return 0
	}
	return float64(c.Size[0])
}

// segments adds up what rides between every two stops of every line.
func (v *verifier) segments(booked []int) {
	for l := range v.p.Lines {
		line := &v.p.Lines[l]
		for s := 0; s+1 < len(line.Stops); s++ {
			var load [routing.MaxDims]int64
			for i, it := range booked {
				if it < 0 {
					continue
				}
				c := &v.p.Consignments[i]
				for _, r := range c.Itineraries[it].Rides {
					if r.Line == l && r.Board <= s && s < r.Alight {
						for k, q := range c.Size {
							load[k] += q
						}
					}
				}
			}
			for k, room := range line.Capacity {
				if over := load[k] - room; k < len(load) && over > 0 {
					v.add("capacity", -1, -1, float64(over), "line %s carries %d of %d after stop %d", line.ID, load[k], room, s+1)
				}
			}
		}
	}
}
