package routing

import "fmt"

func (p *Problem) validateConsignment(i int) error {
	c := &p.Consignments[i]
	if c.Pickup == nil && c.Delivery == nil {
		return bad("needs a pickup or a delivery", "consignments[%d]", i)
	}
	for k, s := range []*Stop{c.Pickup, c.Delivery} {
		name := [...]string{"pickup", "delivery"}[k]
		if s == nil {
			continue
		}
		switch {
		case !p.place(s.Place):
			return bad(unknownPlace, "consignments[%d].%s.place", i, name)
		case !okWindow(s.Window):
			return bad(backwards, "consignments[%d].%s.window", i, name)
		case !positive(s.Service):
			return bad(notBelowZero, "consignments[%d].%s.service", i, name)
		}
	}
	for k, s := range c.Size {
		if s < 0 || s > MaxQuantity {
			return bad(outOfRange, "consignments[%d].size[%d]", i, k)
		}
	}
	switch {
	case !positive(c.Quality):
		return bad(notBelowZero, "consignments[%d].quality", i)
	case !positive(c.Penalty):
		return bad(notBelowZero, "consignments[%d].penalty", i)
	case c.Priority < 0 || c.Priority > MaxPriority:
		return bad(fmt.Sprintf("must be from 0 to %d", MaxPriority), "consignments[%d].priority", i)
	case c.Class < NoClass || c.Class > MaxClass:
		return bad("must be from 0 to 15, or absent", "consignments[%d].class", i)
	case len(c.Itineraries) > MaxItineraries:
		return bad(fmt.Sprintf("offer at most %d", MaxItineraries), "consignments[%d].itineraries", i)
	}
	for k := range c.Itineraries {
		if err := p.validateItinerary(i, k); err != nil {
			return err
		}
	}
	return nil
}

// MaxItineraries bounds the ways offered beside driving directly.
const MaxItineraries = 16

// MaxRides bounds the rides and stays of one itinerary.
const MaxRides = 6

// MaxPriority is the highest priority.
const MaxPriority = 1000

func (p *Problem) validateItinerary(i, k int) error {
	c := &p.Consignments[i]
	it := &c.Itineraries[k]
	if c.Pickup == nil || c.Delivery == nil {
		return bad("only a consignment with a pickup and a delivery can take one", "consignments[%d].itineraries", i)
	}
	if len(it.Rides) == 0 || len(it.Rides) > MaxRides {
		return bad(fmt.Sprintf("needs 1 to %d rides", MaxRides), "consignments[%d].itineraries[%d]", i, k)
	}
	for r, ride := range it.Rides {
		if ride.Line == AtHub {
			if ride.Board < 0 || ride.Board >= len(p.Hubs) {
				return bad("is not a known hub", "consignments[%d].itineraries[%d].rides[%d].hub", i, k, r)
			}
			continue
		}
		if ride.Line < 0 || ride.Line >= len(p.Lines) {
			return bad("is not a known line", "consignments[%d].itineraries[%d].rides[%d].line", i, k, r)
		}
		if ride.Board < 0 || ride.Board >= ride.Alight || ride.Alight >= len(p.Lines[ride.Line].Stops) {
			return bad("must board before it alights, at stops of the line", "consignments[%d].itineraries[%d].rides[%d]", i, k, r)
		}
	}
	return nil
}

// validatePrevious makes sure a running plan speaks of this problem. What it says is not judged here: a plan that the
// day has made infeasible is the very reason to plan again.
func (p *Problem) validatePrevious() error {
	prev := p.Previous
	if prev == nil {
		return nil
	}
	switch {
	case !finite(prev.Now):
		return bad("must be a time", "previous.now")
	case !positive(prev.ChangePenalty):
		return bad(notBelowZero, "previous.changePenalty")
	case len(prev.Frozen) > len(prev.Plan.Routes):
		return bad("has more entries than the plan has routes", "previous.frozen")
	}
	for i, f := range prev.Frozen {
		if f < 0 || f > len(prev.Plan.Routes[i].Visits) {
			return bad("must be from 0 to the number of the route's visits", "previous.frozen[%d]", i)
		}
	}
	units := map[[2]int]bool{}
	for i := range prev.Plan.Routes {
		r := &prev.Plan.Routes[i]
		if r.Vehicle < 0 || r.Vehicle >= len(p.Vehicles) || r.Unit < 0 || r.Unit >= p.Vehicles[r.Vehicle].Count {
			return bad("is not a known vehicle and unit", "previous.plan.routes[%d]", i)
		}
		key := [2]int{r.Vehicle, r.Unit}
		if units[key] {
			return bad("is a second route of one unit", "previous.plan.routes[%d]", i)
		}
		units[key] = true
		for k := range r.Visits {
			if err := p.validateVisit(&r.Visits[k], r.Vehicle, i, k); err != nil {
				return err
			}
		}
	}
	return p.validateBookings()
}

func (p *Problem) validateVisit(v *Visit, vehicle, i, k int) error {
	switch {
	case v.Act == Rest && (v.Break < 0 || v.Break >= len(p.Vehicles[vehicle].Breaks)):
		return bad("is not a known break", "previous.plan.routes[%d].visits[%d].break", i, k)
	case v.Act != Rest && (v.Consignment < 0 || v.Consignment >= len(p.Consignments)):
		return bad("is not a known consignment", "previous.plan.routes[%d].visits[%d].consignment", i, k)
	case !finite(v.Arrive) || !finite(v.Start) || !finite(v.Leave):
		return bad("must be times", "previous.plan.routes[%d].visits[%d]", i, k)
	}
	return nil
}

func (p *Problem) validateBookings() error {
	booked := map[int]bool{}
	for i, b := range p.Previous.Plan.Rides {
		if b.Consignment < 0 || b.Consignment >= len(p.Consignments) || b.Itinerary < 0 ||
			b.Itinerary >= len(p.Consignments[b.Consignment].Itineraries) || booked[b.Consignment] {
			return bad("is not a known consignment and itinerary, or a second booking", "previous.plan.rides[%d]", i)
		}
		booked[b.Consignment] = true
	}
	for i, c := range p.Previous.Committed {
		if !booked[c] {
			return bad("is not booked on an itinerary", "previous.committed[%d]", i)
		}
	}
	return nil
}

func (p *Problem) validateEchelon() error {
	e := p.Echelon
	if e == nil {
		return nil
	}
	switch {
	case !p.place(e.Depot):
		return bad(unknownPlace, "echelon.depot")
	case len(e.Satellites) == 0:
		return bad("name at least one", "echelon.satellites")
	case e.Trucks < 0 || e.Second < 0 || e.PerStation < 0:
		return bad("must not be below 0", "echelon.trucks, .second or .perStation")
	case e.Capacity < 1 || e.Capacity > MaxQuantity:
		return bad("must be from 1 to 1073741823", "echelon.capacity")
	case !positive(e.PerUnit) || !positive(e.Fixed):
		return bad(notBelowZero, "echelon.perUnit or .fixed")
	case e.Limit != nil && len(e.Limit) != len(e.Satellites):
		return bad("needs one number a satellite", "echelon.limit")
	}
	seen := map[int]bool{}
	for i, s := range e.Satellites {
		if !p.place(s) || seen[s] {
			return bad("is not a known place, or named twice", "echelon.satellites[%d]", i)
		}
		seen[s] = true
	}
	for i := range p.Consignments {
		if c := &p.Consignments[i]; c.Delivery == nil || c.Pickup != nil || len(c.Size) != 1 {
			return bad("two-echelon problems deliver one quantity each", "consignments[%d]", i)
		}
	}
	return nil
}
