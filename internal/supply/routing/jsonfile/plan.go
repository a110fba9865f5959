package jsonfile

import (
	"slices"

	"tianbo/internal/supply/routing"
)

// The fields of a plan's objects.
var (
	planFields     = []string{"cost", "distance", "routes", "rides", "unserved", "supply"}
	routeFields    = []string{"vehicle", "unit", "depart", "return", "cost", "visits"}
	visitFields    = []string{"act", "consignment", "leg", "break", "place", "arrive", "start", "leave"}
	bookingFields  = []string{"consignment", "fee", "rides"}
	unservedFields = []string{"consignment", "reason", "by", "vehicle", "extra"}
	supplyFields   = []string{"satellites", "amounts", "distance"}
)

// ReadPlan reads a plan of the file's problem. A ride that the problem does not offer yet is added to its consignment's
// itineraries, so that a plan can be checked against the problem it was made from.
func (f *File) ReadPlan(text []byte) (*routing.Plan, error) {
	value, err := parse(text)
	if err != nil {
		return nil, err
	}
	plan := f.indexed().plan(cursor{"", value, &err, new(bool)})
	if err != nil {
		return nil, err
	}
	return plan, f.Problem.Validate()
}

func (r *reader) plan(c cursor) *routing.Plan {
	c.fields(planFields)
	out := &routing.Plan{Cost: c.at("cost").number(0), Distance: c.at("distance").number(0)}
	for _, e := range c.at("rides").items() {
		out.Rides = append(out.Rides, r.booking(e))
	}
	for _, e := range c.at("routes").items() {
		out.Routes = append(out.Routes, r.route(e))
	}
	for _, e := range c.at("unserved").items() {
		e.fields(unservedFields)
		u := routing.Unserved{
			Consignment: r.goods.find(e.at("consignment"), "consignment"), Reason: routing.Reason(e.at("reason").text("")),
			By: e.at("by").number(0), Vehicle: -1, Extra: e.at("extra").number(0),
		}
		if v := e.at("vehicle"); !v.missing() {
			u.Vehicle = r.vehicles.find(v, "vehicle")
		}
		out.Unserved = append(out.Unserved, u)
	}
	for _, e := range c.at("supply").items() {
		e.fields(supplyFields)
		s := routing.Supply{Amounts: e.at("amounts").quantities(), Distance: e.at("distance").number(0)}
		for _, k := range e.at("satellites").items() {
			s.Satellites = append(s.Satellites, r.places.find(k, "place"))
		}
		out.Supply = append(out.Supply, s)
	}
	if *c.problem != nil {
		return nil
	}
	return out
}

func (r *reader) booking(e cursor) routing.Booking {
	e.fields(bookingFields)
	b := routing.Booking{Consignment: r.goods.find(e.at("consignment"), "consignment"), Fee: e.at("fee").number(0)}
	rides := r.rides(e.at("rides"))
	if *e.problem != nil {
		return b
	}
	g := &r.p.Consignments[b.Consignment]
	b.Itinerary = slices.IndexFunc(g.Itineraries, func(it routing.Itinerary) bool { return slices.Equal(it.Rides, rides) })
	if b.Itinerary < 0 {
		b.Itinerary = len(g.Itineraries)
		g.Itineraries = append(g.Itineraries, routing.Itinerary{Rides: rides})
	}
	return b
}

var acts = map[string]routing.Act{"load": routing.Load, "unload": routing.Unload, "rest": routing.Rest}

func (r *reader) route(e cursor) routing.Route {
	e.fields(routeFields)
	out := routing.Route{
		Vehicle: r.vehicles.find(e.at("vehicle"), "vehicle"), Unit: e.at("unit").whole(1) - 1, Depart: e.at("depart").instant(0),
		Return: e.at("return").instant(0), Cost: e.at("cost").number(0),
	}
	for _, v := range e.at("visits").items() {
		v.fields(visitFields)
		act, ok := acts[v.at("act").text("")]
		if !ok {
			v.at("act").fail("must be load, unload or rest")
		}
		leg := v.at("leg").whole(0)
		if leg < 0 || leg > routing.MaxRides+1 {
			v.at("leg").fail("must be from 0 to %d", routing.MaxRides+1)
			leg = 0
		}
		visit := routing.Visit{
			Act: act, Leg: routing.Leg(leg), Consignment: -1, Break: -1, Place: r.places.find(v.at("place"), "place"),
			Arrive: v.at("arrive").instant(0), Start: v.at("start").instant(0), Leave: v.at("leave").instant(0),
		}
		if act == routing.Rest {
			visit.Break = v.at("break").whole(1) - 1
		} else {
			visit.Consignment = r.goods.find(v.at("consignment"), "consignment")
		}
		out.Visits = append(out.Visits, visit)
	}
	return out
}
