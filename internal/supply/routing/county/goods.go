package county

import (
	"fmt"
	"math"

	"tianbo/internal/supply/routing"
)

// consignments are produce from villages to the hub, parcels from the hub to villages, and a few from village to
// village. Every one of them can be carried in time and fresh by a vehicle that drives for it alone.
func (c *County) consignments(params Params) {
	p := c.File.Problem
	first := params.Townships + 1
	for i := range params.Consignments {
		owner := c.rng.IntN(len(Operators))
		village := first + c.rng.IntN(params.Villages)
		var g routing.Consignment
		switch kind := c.rng.Float64(); {
		case kind < 0.5:
			g = c.produce(village)
		case kind < 0.95 || params.Villages < 2:
			g = c.parcel(village)
		default:
			other := first + (village-first+1+c.rng.IntN(params.Villages-1))%params.Villages
			g = c.local(village, other)
		}
		g.ID = fmt.Sprintf("%s-%03d", Operators[owner], i+1)
		p.Consignments = append(p.Consignments, g)
		c.Owner = append(c.Owner, owner)
	}
}

// drive is the time by road, set-up included.
func (c *County) drive(from, to int) float64 {
	_, s := c.File.Problem.Networks[0].Between(len(c.parent), from, to)
	return s + c.File.Problem.Places[to].Setup
}

func stop(place int, earliest, latest, service float64) *routing.Stop {
	return &routing.Stop{Place: place, Window: routing.Window{Earliest: round(earliest), Latest: round(latest)}, Service: service}
}

func round(t float64) float64 { return math.Round(t/(5*minute)) * 5 * minute }

// produce is picked in the morning or the afternoon and must reach the hub before its truck out of the county leaves.
func (c *County) produce(village int) routing.Consignment {
	ready, due := c.between(6*hour, 10*hour), 18.5*hour
	if c.rng.IntN(4) == 0 {
		ready, due = c.between(6*hour, 7*hour), 13*hour
	}
	g := routing.Consignment{
		Pickup: stop(village, ready, due-c.drive(village, 0)-hour, 4*minute), Delivery: stop(0, ready, due, 2*minute),
		Size: []int64{int64(math.Round(c.between(8, 60)))}, Class: routing.NoClass,
	}
	least := c.drive(village, 0)
	switch kind := c.rng.Float64(); {
	case kind < 0.15: // berries, meat, milk
		g.Class, g.Quality = Chilled, round(least*1.2+c.between(1.5*hour, 4*hour))
	case kind < 0.19: // dumplings, fish
		g.Class, g.Quality = Frozen, round(least*1.5+c.between(2*hour, 5*hour))
	case kind < 0.7: // vegetables and fruit
		g.Quality = round(least*1.5 + c.between(2*hour, 6*hour))
	}
	return g
}

// parcel has come in over night and is promised for the day.
func (c *County) parcel(village int) routing.Consignment {
	ready := 6 * hour
	if c.rng.IntN(3) == 0 {
		ready = 10 * hour
	}
	due := c.between(15*hour, 19*hour)
	g := routing.Consignment{
		Pickup: stop(0, ready, due-c.drive(0, village)-0.5*hour, 1*minute), Delivery: stop(village, ready, due, 3*minute),
		Size: []int64{int64(math.Round(c.between(1, 20)))}, Class: routing.NoClass,
	}
	if c.rng.Float64() < 0.03 {
		g.Class, g.Quality = Frozen, round(c.drive(0, village)*1.5+c.between(2*hour, 4*hour))
	}
	return g
}

// local goes from one village to another.
func (c *County) local(from, to int) routing.Consignment {
	ready := c.between(7*hour, 10*hour)
	due := 18.5 * hour
	return routing.Consignment{
		Pickup: stop(from, ready, due-c.drive(from, to)-hour, 3*minute), Delivery: stop(to, ready, due, 3*minute),
		Size: []int64{int64(math.Round(c.between(2, 30)))}, Class: routing.NoClass,
	}
}

// Alone is the problem an operator has when it works for itself: its own consignments, as many vehicles of every type as
// it likes, and no lines except its own.
func (c *County) Alone(operator int) *routing.Problem {
	p := *c.File.Problem
	p.Name = Operators[operator] + " alone"
	p.Vehicles = append([]routing.Vehicle(nil), p.Vehicles...)
	total := 0
	for i := range p.Vehicles {
		total += p.Vehicles[i].Count
	}
	for i := range p.Vehicles {
		p.Vehicles[i].Count = total
	}
	own := map[int]bool{}
	if Operators[operator] == "post" {
		for _, l := range c.Post {
			own[l] = true
		}
	}
	p.Consignments = nil
	for i := range c.File.Problem.Consignments {
		if c.Owner[i] == operator {
			p.Consignments = append(p.Consignments, only(c.File.Problem.Consignments[i], own))
		}
	}
	return &p
}

// Unlined is the shared problem without timetabled lines.
func (c *County) Unlined() *routing.Problem {
	p := *c.File.Problem
	p.Name += " without lines"
	p.Consignments = nil
	for i := range c.File.Problem.Consignments {
		p.Consignments = append(p.Consignments, only(c.File.Problem.Consignments[i], nil))
	}
	return &p
}

// only keeps the itineraries over hubs and the lines in a set.
func only(g routing.Consignment, lines map[int]bool) routing.Consignment {
	var kept []routing.Itinerary
	for _, it := range g.Itineraries {
		ok := true
		for _, r := range it.Rides {
			ok = ok && (r.Line == routing.AtHub || lines[r.Line])
		}
		if ok {
			kept = append(kept, it)
		}
	}
	g.Itineraries = kept
	return g
}
