// Package share splits the bill of a plan among those it carries (费用分摊).
//
// Everybody pays what leaving them out of the plan would save, and their part of what is common, never more than going
// alone would cost them. What these caps leave over is the operator's own and shown as such. The Shapley value, sampled with a seed,
// is an audit view beside it: it asks what each one adds when the plan is filled in every order.
//
// The game behind both is the plan itself: the cost of some consignments is that of the same routes and rides without the
// stops of the others. Nobody is charged for what a cleverer plan might have saved.
package share

import (
	"math"

	"tianbo/internal/supply/routing"
)

// Game is the cost of any part of a plan's consignments.
type Game struct {
	p      *routing.Problem
	plan   *routing.Plan
	routes [][]int // by consignment: the routes it is on
	fees   []float64
	served []bool
}

// New makes the game of a plan that the checker has passed.
func New(p *routing.Problem, plan *routing.Plan) *Game {
	g := &Game{p: p, plan: plan, routes: make([][]int, len(p.Consignments)), fees: make([]float64, len(p.Consignments)), served: make([]bool, len(p.Consignments))}
	for r := range plan.Routes {
		for _, v := range plan.Routes[r].Visits {
			if v.Act == routing.Rest {
				continue
			}
			g.served[v.Consignment] = true
			if on := g.routes[v.Consignment]; len(on) == 0 || on[len(on)-1] != r {
				g.routes[v.Consignment] = append(on, r)
			}
		}
	}
	for _, b := range plan.Rides {
		g.served[b.Consignment] = true
		g.fees[b.Consignment] += b.Fee
	}
	return g
}

// Served tells whether the plan carries a consignment.
func (g *Game) Served(consignment int) bool { return g.served[consignment] }

// Bill is the cost of carrying everybody the plan carries.
func (g *Game) Bill() float64 {
	sum := 0.0
	for r := range g.plan.Routes {
		sum += g.route(r, func(int) bool { return true })
	}
	for _, f := range g.fees {
		sum += f
	}
	return sum
}

// Marginal is what leaving one consignment out saves.
func (g *Game) Marginal(consignment int) float64 {
	saved := g.fees[consignment]
	for _, r := range g.routes[consignment] {
		saved += g.route(r, func(int) bool { return true }) - g.route(r, func(c int) bool { return c != consignment })
	}
	return math.Max(0, saved)
}

// route is the cost of a route with some of its consignments.
func (g *Game) route(r int, in func(consignment int) bool) float64 {
	route := &g.plan.Routes[r]
	v := &g.p.Vehicles[route.Vehicle]
	net, n := &g.p.Networks[v.Network], len(g.p.Places)
	at, length, work, any := v.Start, 0.0, 0.0, false
	drive := func(to int) {
		d, t := net.Between(n, at, to)
		if to != at {
			t += g.p.Places[to].Setup
		}
		length, work, at = length+d, work+t, to
	}
	for k := range route.Visits {
		vis := &route.Visits[k]
		if vis.Act == routing.Rest || !in(vis.Consignment) {
			continue
		}
		any = true
		drive(vis.Place)
		work += vis.Leave - vis.Start
	}
	if !any {
		return 0
	}
	if v.End != routing.Anywhere {
		drive(v.End)
	}
	cost := v.Fixed + v.PerDistance*length
	if v.PerTime == 0 {
		return cost
	}
	return cost + v.PerTime*(work+g.idle(r))
}

// idle is the time a route waits and rests; it is common to all on board, whoever is left out.
func (g *Game) idle(r int) float64 {
	route := &g.plan.Routes[r]
	v := &g.p.Vehicles[route.Vehicle]
	net, n := &g.p.Networks[v.Network], len(g.p.Places)
	at, work := v.Start, 0.0
	drive := func(to int) {
		_, t := net.Between(n, at, to)
		if to != at {
			t += g.p.Places[to].Setup
		}
		work, at = work+t, to
	}
	for k := range route.Visits {
		if vis := &route.Visits[k]; vis.Act != routing.Rest {
			drive(vis.Place)
			work += vis.Leave - vis.Start
		}
	}
	if v.End != routing.Anywhere {
		drive(v.End)
	}
	return math.Max(0, route.Return-route.Depart-work)
}

// Alone is what a consignment would cost if the cheapest vehicle that can carry it drove for it alone, or if it took its
// cheapest itinerary alone; infinite when nothing can.
func (g *Game) Alone(consignment int) float64 {
	c := &g.p.Consignments[consignment]
	best := g.trip(c, c.Pickup, c.Delivery, c.Quality)
	for _, it := range c.Itineraries {
		best = math.Min(best, g.chain(c, it.Rides))
	}
	return best
}

// trip is the cheapest vehicle that drives from its start over the stops that are given to its end.
func (g *Game) trip(c *routing.Consignment, from, to *routing.Stop, quality float64) float64 {
	best := math.Inf(1)
	for i := range g.p.Vehicles {
		if v := &g.p.Vehicles[i]; v.Count > 0 && g.carries(v, c) {
			best = math.Min(best, g.drive(v, c, from, to, quality))
		}
	}
	return best
}

func (g *Game) carries(v *routing.Vehicle, c *routing.Consignment) bool {
	if c.Skills&^v.Skills != 0 {
		return false
	}
	for k, s := range c.Size {
		if k >= len(v.Capacity) && s > 0 || k < len(v.Capacity) && s > v.Capacity[k] {
			return false
		}
	}
	if len(v.Compartments) == 0 || c.Class < 0 {
		return true
	}
	room := int64(0)
	for _, k := range v.Compartments {
		if k.Class == c.Class {
			room += k.Capacity
		}
	}
	return len(c.Size) == 0 || c.Size[0] <= room
}

// drive is the cost of one vehicle for one consignment, infinite when it comes too late or spoils.
func (g *Game) drive(v *routing.Vehicle, c *routing.Consignment, from, to *routing.Stop, quality float64) float64 {
	net, n := &g.p.Networks[v.Network], len(g.p.Places)
	at, now, length, work, loaded := v.Start, v.Shift.Earliest, 0.0, 0.0, v.Shift.Earliest
	move := func(place int) {
		d, t := net.Between(n, at, place)
		if place != at {
			t += g.p.Places[place].Setup
		}
		at, now, length, work = place, now+t, length+d, work+t
	}
	for k, s := range []*routing.Stop{from, to} {
		if s == nil {
			continue
		}
		move(s.Place)
		if now = math.Max(now, s.Window.Earliest); now > s.Window.Latest {
			return math.Inf(1)
		}
		if k == 1 && quality > 0 && from != nil && (now-loaded)*routing.DecayOf(v.Decay, c.Class) > quality {
			return math.Inf(1)
		}
		now, work = now+s.Service, work+s.Service
		loaded = now
	}
	if v.End != routing.Anywhere {
		move(v.End)
	}
	if now > v.Shift.Latest || (v.MaxDistance > 0 && length > v.MaxDistance) || (v.MaxDuration > 0 && work > v.MaxDuration) {
		return math.Inf(1)
	}
	return v.Fixed + v.PerDistance*length + v.PerTime*work
}

// chain is the fees of an itinerary and a vehicle of its own for every leg that is driven.
func (g *Game) chain(c *routing.Consignment, rides []routing.Ride) float64 {
	units, sum := 0.0, 0.0
	if len(c.Size) > 0 {
		units = float64(c.Size[0])
	}
	at := c.Pickup.Place
	leg := func(to int) {
		if at != to {
			always := routing.Window{Earliest: -routing.Never, Latest: routing.Never}
			sum += g.trip(c, &routing.Stop{Place: at, Window: always}, &routing.Stop{Place: to, Window: always}, 0)
		}
	}
	for _, r := range rides {
		leg(g.p.From(r))
		at = g.p.To(r)
		if r.Line == routing.AtHub {
			sum += g.p.Hubs[r.Board].Fee + g.p.Hubs[r.Board].FeeUnit*units
		} else {
			sum += g.p.Lines[r.Line].Fee + g.p.Lines[r.Line].FeeUnit*units
		}
	}
	leg(c.Delivery.Place)
	return sum
}
