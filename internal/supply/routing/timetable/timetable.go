// Package timetable finds ways over timetabled lines and hubs: which bus to put a box on, where to get off, where to
// change.
//
// The search works in rounds as RAPTOR does (Delling, Pajor and Werneck 2015): round k extends every way of k−1 rides
// by one more ride, looking at each line once. Ways are compared by when they arrive, what they cost and how much
// quality they use; a way that is worse in none of the three than another is kept, within limits. Trucks may drive the
// first and the last leg, at an estimated price: the solver decides later what they really cost.
package timetable

import (
	"cmp"
	"math"
	"slices"

	"tianbo/internal/supply/routing"
)

// Options bound a search.
type Options struct {
	Most  int     // itineraries offered for one consignment; 0 means 8
	Rides int     // rides in one itinerary; 0 means 3
	Reach float64 // longest drive to or from a stop, as a part of driving directly; 0 means 1
}

// Search answers for the consignments of one problem.
type Search struct {
	p     *routing.Problem
	opt   Options
	calls []int // places where some line calls
	unit  float64
	net   int
}

// labels kept at one place in one round
const bag = 8

// label is a way up to a place.
type label struct {
	ready   float64 // from when the goods can be handed on
	cost    float64
	quality float64
	from    *label
	ride    routing.Ride
	since   float64 // when they began to wait here
	moved   bool
}

// New prepares a search. The drives are estimated with the cheapest vehicle.
func New(p *routing.Problem, opt Options) *Search {
	if opt.Most <= 0 {
		opt.Most = 8
	}
	if opt.Rides <= 0 {
		opt.Rides = 3
	}
	if opt.Reach <= 0 {
		opt.Reach = 1
	}
	opt.Most, opt.Rides = min(opt.Most, routing.MaxItineraries), min(opt.Rides, routing.MaxRides)
	s := &Search{p: p, opt: opt, unit: math.Inf(1)}
	for i := range p.Vehicles {
		if v := &p.Vehicles[i]; v.Count > 0 && v.PerDistance < s.unit {
			s.unit, s.net = v.PerDistance, v.Network
		}
	}
	seen := make([]bool, len(p.Places))
	for i := range p.Lines {
		for _, st := range p.Lines[i].Stops {
			if !seen[st.Place] {
				seen[st.Place] = true
				s.calls = append(s.calls, st.Place)
			}
		}
	}
	return s
}

// OfferAll gives every listed consignment the itineraries that are found for it.
func (s *Search) OfferAll(consignments []int) {
	for _, i := range consignments {
		s.p.Consignments[i].Itineraries = s.Offer(&s.p.Consignments[i])
	}
}

// finish is a complete way.
type finish struct {
	cost, arrive float64
	rides        []routing.Ride
}

// Offer finds itineraries for one consignment, the cheapest first.
func (s *Search) Offer(c *routing.Consignment) []routing.Itinerary {
	if c.Pickup == nil || c.Delivery == nil {
		return nil
	}
	direct, _ := s.drive(c.Pickup.Place, c.Delivery.Place)
	if math.IsInf(s.unit, 1) {
		direct = 0
	}
	q := &query{s: s, c: c, direct: direct, gentle: s.gentlest(c.Class)}
	q.start()
	for range s.opt.Rides {
		q.round()
	}
	q.hubs()
	slices.SortStableFunc(q.found, func(a, b finish) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.arrive, b.arrive))
	})
	var out []routing.Itinerary
	for _, f := range q.found {
		same := slices.ContainsFunc(out, func(it routing.Itinerary) bool { return slices.Equal(it.Rides, f.rides) })
		if !same && len(out) < s.opt.Most {
			out = append(out, routing.Itinerary{Rides: f.rides})
		}
	}
	return out
}

// gentlest is the lowest decay of a class on any vehicle: a way is offered if some vehicle could keep it fresh.
func (s *Search) gentlest(class int) float64 {
	best := math.Inf(1)
	for i := range s.p.Vehicles {
		best = math.Min(best, routing.DecayOf(s.p.Vehicles[i].Decay, class))
	}
	if math.IsInf(best, 1) {
		return 1
	}
	return best
}

// drive is the distance between two places and the time the vehicle of the estimate takes, set-up included.
func (s *Search) drive(from, to int) (distance, duration float64) {
	distance, duration = s.p.Networks[s.net].Between(len(s.p.Places), from, to)
	if from != to {
		duration += s.p.Places[to].Setup
	}
	return distance, duration
}
