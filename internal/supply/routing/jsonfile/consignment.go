package jsonfile

import (
	"tianbo/internal/supply/routing"
)

func (r *reader) readConsignments(c cursor) {
	for i, e := range c.at("consignments").items() {
		e.fields(consignmentFields)
		g := routing.Consignment{
			ID: e.at("id").text(""), Pickup: r.stop(e.at("pickup")), Delivery: r.stop(e.at("delivery")), Size: e.at("size").quantities(),
			Skills: r.skillSet(e.at("skills")), Class: routing.NoClass, Quality: e.at("quality").span(),
			Penalty: e.at("penalty").number(0), Priority: e.at("priority").whole(0),
		}
		r.goods.add(e.at("id"), g.ID, i)
		if k := e.at("class"); !k.missing() {
			g.Class = r.classes.find(k, "class")
		}
		list := e.at("itineraries")
		if list.missing() && g.Pickup != nil && g.Delivery != nil {
			r.f.Seek = append(r.f.Seek, i)
		}
		for _, it := range list.items() {
			it.fields(itineraryFields)
			g.Itineraries = append(g.Itineraries, routing.Itinerary{Rides: r.rides(it.at("rides"))})
		}
		r.p.Consignments = append(r.p.Consignments, g)
	}
}

func (r *reader) stop(c cursor) *routing.Stop {
	if c.missing() {
		return nil
	}
	c.fields(stopFields)
	return &routing.Stop{Place: r.places.find(c.at("place"), "place"), Window: c.at("window").window(), Service: c.at("service").span()}
}

// rides reads the chain of an itinerary. A stop of a line is named by its place, or by its number counted from 0 where
// the line calls at a place twice.
func (r *reader) rides(c cursor) []routing.Ride {
	var out []routing.Ride
	for _, e := range c.items() {
		e.fields(rideFields)
		if h := e.at("hub"); !h.missing() {
			out = append(out, routing.Stay(r.hubs.find(h, "hub")))
			continue
		}
		line := r.lines.find(e.at("line"), "line")
		if *c.problem != nil {
			return nil
		}
		stops := r.p.Lines[line].Stops
		board := r.lineStop(e.at("board"), stops, 0)
		out = append(out, routing.Ride{Line: line, Board: board, Alight: r.lineStop(e.at("alight"), stops, board+1)})
	}
	return out
}

// lineStop finds the first stop at a place from a position on.
func (r *reader) lineStop(c cursor, stops []routing.LineStop, from int) int {
	if _, named := c.value.(string); !named {
		if c.missing() {
			c.fail("name a place or the number of a stop")
		}
		return c.whole(0)
	}
	place := r.places.find(c, "place")
	for i := from; i < len(stops); i++ {
		if stops[i].Place == place {
			return i
		}
	}
	c.fail("the line does not call there, or only before it is boarded")
	return 0
}

func (r *reader) readEchelon(c cursor) {
	e := c.at("echelon")
	if e.missing() {
		return
	}
	e.fields(echelonFields)
	out := &routing.Echelon{
		Depot: r.places.find(e.at("depot"), "place"), Trucks: e.at("trucks").whole(0), Capacity: int64(e.at("capacity").whole(0)),
		PerUnit: e.at("perDistance").number(1), Fixed: e.at("fixed").number(0), Second: e.at("second").whole(0), PerStation: e.at("perStation").whole(0),
		Limit: e.at("limit").quantities(),
	}
	for _, s := range e.at("satellites").items() {
		out.Satellites = append(out.Satellites, r.places.find(s, "place"))
	}
	r.p.Echelon = out
}

func (r *reader) readPrevious(c cursor) {
	e := c.at("previous")
	if e.missing() {
		return
	}
	e.fields(previousFields)
	prev := &routing.Previous{Now: e.at("now").instant(0), ChangePenalty: e.at("changePenalty").number(0)}
	if plan := r.plan(e.at("plan")); plan != nil {
		prev.Plan = *plan
	}
	for _, k := range e.at("frozen").items() {
		prev.Frozen = append(prev.Frozen, k.whole(0))
	}
	for _, k := range e.at("committed").items() {
		prev.Committed = append(prev.Committed, r.goods.find(k, "consignment"))
	}
	r.p.Previous = prev
}
