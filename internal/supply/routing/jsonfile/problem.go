package jsonfile

import (
	"tianbo/internal/kernel/geo"
	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/matrix"
)

// The fields of every object; Schema describes the same ones.
var (
	problemFields     = []string{"name", "classes", "places", "networks", "vehicles", "lines", "hubs", "consignments", "previous", "echelon"}
	placeFields       = []string{"id", "x", "y", "lat", "lon", "setup", "decay"}
	networkFields     = []string{"id", "distance", "duration", "winding", "speed"}
	vehicleFields     = []string{"id", "count", "start", "end", "network", "capacity", "compartments", "fixed", "perDistance", "perTime", "shift", "maxDuration", "maxDistance", "skills", "breaks", "decay"}
	compartmentFields = []string{"class", "capacity"}
	breakFields       = []string{"window", "duration", "maxLoad"}
	lineFields        = []string{"id", "stops", "capacity", "skills", "classes", "decay", "cutOff", "handling", "fee", "feeUnit"}
	lineStopFields    = []string{"place", "arrive", "depart"}
	hubFields         = []string{"id", "place", "dwell", "window", "fee", "feeUnit"}
	consignmentFields = []string{"id", "pickup", "delivery", "size", "skills", "class", "quality", "penalty", "priority", "itineraries"}
	stopFields        = []string{"place", "window", "service"}
	itineraryFields   = []string{"rides"}
	rideFields        = []string{"line", "board", "alight", "hub"}
	previousFields    = []string{"plan", "frozen", "now", "committed", "changePenalty"}
	echelonFields     = []string{"depot", "satellites", "trucks", "capacity", "perDistance", "fixed", "second", "perStation", "limit"}
)

// ReadProblem reads a problem. The error names the first field that cannot be used.
func ReadProblem(text []byte) (*File, error) {
	value, err := parse(text)
	if err != nil {
		return nil, err
	}
	f := &File{Problem: &routing.Problem{}}
	c := cursor{"", value, &err, &f.Clock}
	c.fields(problemFields)
	r := newReader(f)
	r.p.Name = c.at("name").text("")
	for i, k := range c.at("classes").items() {
		r.classes.add(k, k.text(""), i)
		f.Classes = append(f.Classes, k.text(""))
	}
	if len(f.Classes) > routing.MaxClass+1 {
		c.at("classes").fail("at most %d", routing.MaxClass+1)
	}
	for _, step := range []func(cursor){r.readPlaces, r.readNetworks, r.readVehicles, r.readLines, r.readHubs, r.readConsignments, r.readEchelon, r.readPrevious} {
		if step(c); err != nil {
			return nil, err
		}
	}
	if err := f.Problem.Validate(); err != nil {
		return nil, err
	}
	return f, nil
}

func (r *reader) readPlaces(c cursor) {
	for i, e := range c.at("places").items() {
		e.fields(placeFields)
		p := routing.Place{ID: e.at("id").text(""), X: e.at("x").number(0), Y: e.at("y").number(0), Setup: e.at("setup").span(), Decay: r.rates(e.at("decay"))}
		if lat := e.at("lat"); !lat.missing() {
			p.X, p.Y = e.at("lon").number(0), lat.number(0)
		}
		r.places.add(e.at("id"), p.ID, i)
		r.p.Places = append(r.p.Places, p)
	}
}

// rates reads decay rates by the name of the class.
func (r *reader) rates(c cursor) []float64 {
	m, ok := c.value.(map[string]any)
	if c.missing() {
		return nil
	}
	if !ok {
		c.fail("must be an object from class to rate")
		return nil
	}
	out := make([]float64, len(r.f.Classes))
	for i := range out {
		out[i] = 1
	}
	for k := range m {
		i, ok := r.classes[k]
		if !ok {
			c.at(k).fail("is not a known class")
			return nil
		}
		if out[i] = c.at(k).number(1); out[i] <= 0 {
			c.at(k).fail("must be above 0")
		}
	}
	return out
}

func (r *reader) skillSet(c cursor) uint64 {
	var out uint64
	for _, e := range c.items() {
		name := e.text("")
		i, ok := r.skills[name]
		if !ok {
			i = len(r.f.Skills)
			if i == 64 {
				e.fail("is one skill too many: at most 64 are told apart")
				return out
			}
			r.skills[name] = i
			r.f.Skills = append(r.f.Skills, name)
		}
		out |= 1 << uint(i)
	}
	return out
}

func (r *reader) readNetworks(c cursor) {
	list := c.at("networks").items()
	if len(list) == 0 {
		r.networks["road"] = 0
		r.p.Networks = []routing.Network{r.straight(c, matrix.Profile{})}
		return
	}
	for i, e := range list {
		e.fields(networkFields)
		r.networks.add(e.at("id"), e.at("id").text("road"), i)
		if e.at("distance").missing() {
			r.p.Networks = append(r.p.Networks, r.straight(c, matrix.Profile{Winding: e.at("winding").number(1), Speed: e.at("speed").number(1)}))
			continue
		}
		r.p.Networks = append(r.p.Networks, routing.Network{Distance: r.square(e.at("distance"), false), Duration: r.square(e.at("duration"), true)})
	}
}

// straight makes a network without a matrix: great circles when places have latitudes, else straight lines.
func (r *reader) straight(c cursor, p matrix.Profile) routing.Network {
	var points []geo.Point
	for i, e := range c.at("places").items() {
		if !e.at("lat").missing() {
			points = append(points, geo.Point{Lat: r.p.Places[i].Y, Lon: r.p.Places[i].X})
		}
	}
	switch len(points) {
	case len(r.p.Places):
		return matrix.Points(points, p)
	case 0:
		return matrix.Plane(r.p.Places, p)
	}
	c.at("places").fail("give lat and lon for all or for none")
	return routing.Network{}
}

func (r *reader) square(c cursor, times bool) []float64 {
	if c.missing() {
		return nil
	}
	n := len(r.p.Places)
	rows := c.items()
	if len(rows) != n {
		c.fail("needs %d rows, one a place", n)
		return nil
	}
	out := make([]float64, 0, n*n)
	for _, row := range rows {
		cells := row.items()
		if len(cells) != n {
			row.fail("needs %d numbers, one a place", n)
			return nil
		}
		for _, cell := range cells {
			if times {
				out = append(out, cell.span())
			} else {
				out = append(out, cell.number(0))
			}
		}
	}
	return out
}

func (r *reader) readVehicles(c cursor) {
	for i, e := range c.at("vehicles").items() {
		e.fields(vehicleFields)
		v := routing.Vehicle{
			ID: e.at("id").text(""), Count: e.at("count").whole(1), Start: r.places.find(e.at("start"), "place"), Capacity: e.at("capacity").quantities(),
			Fixed: e.at("fixed").number(0), PerDistance: e.at("perDistance").number(1), PerTime: e.at("perTime").number(0),
			Shift: e.at("shift").window(), MaxDuration: e.at("maxDuration").span(), MaxDistance: e.at("maxDistance").number(0),
			Skills: r.skillSet(e.at("skills")), Decay: r.rates(e.at("decay")),
		}
		r.vehicles.add(e.at("id"), v.ID, i)
		switch end := e.at("end"); {
		case end.missing():
			v.End = v.Start
		case end.text("") == "anywhere":
			v.End = routing.Anywhere
		default:
			v.End = r.places.find(end, "place")
		}
		if n := e.at("network"); !n.missing() {
			v.Network = r.networks.find(n, "network")
		}
		for _, k := range e.at("compartments").items() {
			k.fields(compartmentFields)
			v.Compartments = append(v.Compartments, routing.Compartment{Class: r.classes.find(k.at("class"), "class"), Capacity: int64(k.at("capacity").whole(0))})
		}
		for _, b := range e.at("breaks").items() {
			b.fields(breakFields)
			v.Breaks = append(v.Breaks, routing.Break{Window: b.at("window").window(), Duration: b.at("duration").span(), MaxLoad: int64(b.at("maxLoad").whole(-1))})
		}
		r.p.Vehicles = append(r.p.Vehicles, v)
	}
}

func (r *reader) readLines(c cursor) {
	for i, e := range c.at("lines").items() {
		e.fields(lineFields)
		l := routing.Line{
			ID: e.at("id").text(""), Capacity: e.at("capacity").quantities(), Skills: r.skillSet(e.at("skills")), Decay: r.rates(e.at("decay")),
			CutOff: e.at("cutOff").span(), Handling: e.at("handling").span(), Fee: e.at("fee").number(0), FeeUnit: e.at("feeUnit").number(0),
		}
		r.lines.add(e.at("id"), l.ID, i)
		for _, k := range e.at("classes").items() {
			l.Classes |= 1 << uint(r.classes.find(k, "class"))
		}
		for _, s := range e.at("stops").items() {
			s.fields(lineStopFields)
			arrive := s.at("arrive").instant(s.at("depart").instant(0))
			l.Stops = append(l.Stops, routing.LineStop{Place: r.places.find(s.at("place"), "place"), Arrive: arrive, Depart: s.at("depart").instant(arrive)})
		}
		r.p.Lines = append(r.p.Lines, l)
	}
}

func (r *reader) readHubs(c cursor) {
	for i, e := range c.at("hubs").items() {
		e.fields(hubFields)
		h := routing.Hub{
			ID: e.at("id").text(""), Place: r.places.find(e.at("place"), "place"), Dwell: e.at("dwell").span(), Window: e.at("window").window(),
			Fee: e.at("fee").number(0), FeeUnit: e.at("feeUnit").number(0),
		}
		r.hubs.add(e.at("id"), h.ID, i)
		r.p.Hubs = append(r.p.Hubs, h)
	}
}
