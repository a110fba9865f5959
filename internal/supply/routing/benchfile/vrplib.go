package benchfile

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"tianbo/internal/supply/routing"
)

// vrplib is a parsed file: header fields and the rows of each section with their line numbers.
type vrplib struct {
	head map[string]string
	rows map[string][][]float64
	line map[string]int
}

// known sections; anything else is refused so that no constraint is dropped silently.
var known = map[string]bool{
	"NODE_COORD_SECTION": true, "DEMAND_SECTION": true, "DEPOT_SECTION": true, "EDGE_WEIGHT_SECTION": true,
	"TIME_WINDOW_SECTION": true, "SERVICE_TIME_SECTION": true, "RELEASE_TIME_SECTION": true, "PRIZE_SECTION": true,
	"CAPACITY_SECTION": true, "VEHICLES_DEPOT_SECTION": true, "VEHICLES_RELOAD_DEPOT_SECTION": true,
	"VEHICLES_FIXED_COST_SECTION": true, "VEHICLES_UNIT_DISTANCE_COST_SECTION": true, "VEHICLES_MAX_DURATION_SECTION": true,
	"VEHICLES_MAX_DISTANCE_SECTION": true, "PICKUP_AND_DELIVERY_SECTION": true, "SATELLITE_SECTION": true,
	"FLEET_SECTION": true, "STANDTIME_SECTION": true, "DISPLAY_DATA_SECTION": true,
}

// aliases of older writers.
var aliases = map[string]string{"STANDTIME_SECTION": "SERVICE_TIME_SECTION"}

// headers that are understood; others are refused for the same reason.
var headers = map[string]bool{
	"NAME": true, "COMMENT": true, "TYPE": true, "DIMENSION": true, "CAPACITY": true, "EDGE_WEIGHT_TYPE": true,
	"EDGE_WEIGHT_FORMAT": true, "VEHICLES": true, "SERVICE_TIME": true, "DISTANCE": true, "VEHICLES_MAX_DURATION": true,
	"VEHICLES_MAX_DISTANCE": true, "NODE_COORD_TYPE": true, "DISPLAY_DATA_TYPE": true, "SATELLITES": true, "CUSTOMERS": true,
	"L1CAPACITY": true, "L2CAPACITY": true, "L1FLEET": true, "L2FLEET": true, "SCALE": true, "SPEED": true,
}

// types whose every rule is in a section that is read.
var types = map[string]bool{
	"CVRP": true, "VRP": true, "ACVRP": true, "DVRP": true, "DCVRP": true, "TSP": true, "ATSP": true, "VRPTW": true, "CVRPTW": true, "PCVRPTW": true,
	"MDVRP": true, "MDVRPTW": true, "HFVRP": true, "HVRP": true, "FSM": true, "MTVRPTWR": true, "PDPTW": true, "2E-CVRP": true, "2E-VRP": true,
}

func parseVRPLIB(lines []string) (*vrplib, error) {
	f := &vrplib{head: map[string]string{}, rows: map[string][][]float64{}, line: map[string]int{}}
	section := ""
	for i, l := range lines {
		l = strings.TrimSpace(l)
		switch {
		case l == "":
			continue
		case l == "EOF":
			return f, nil
		case isNumberStart(l):
			if section == "" {
				return nil, fail(i+1, "numbers before any section")
			}
			v, err := numbers(l, i+1)
			if err != nil {
				return nil, err
			}
			f.rows[section] = append(f.rows[section], v)
			continue
		}
		key, value, colon := strings.Cut(l, ":")
		key = strings.TrimSpace(key)
		if !colon {
			key, value, _ = strings.Cut(key, " ")
		}
		if a, ok := aliases[key]; ok {
			key = a
		}
		switch {
		case known[key]:
			if f.line[key] != 0 {
				return nil, fail(i+1, "section %s appears twice", key)
			}
			section, f.line[key] = key, i+1
		case headers[key]:
			f.head[key] = strings.TrimSpace(value)
		default:
			return nil, fail(i+1, "unknown section or field %q", key)
		}
	}
	return f, nil
}

func isNumberStart(l string) bool {
	c := l[0]
	return c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9')
}

func (f *vrplib) number(key string, missing float64) (float64, error) {
	s, ok := f.head[key]
	if !ok || s == "" {
		return missing, nil
	}
	v, err := numbers(s, 0)
	if err != nil || len(v) != 1 {
		return 0, fail(0, "%s: %q is not one number", key, s)
	}
	return v[0], nil
}

func readVRPLIB(lines []string, round Rounding) (*Instance, error) {
	f, err := parseVRPLIB(lines)
	if err != nil {
		return nil, err
	}
	if len(f.rows["SATELLITE_SECTION"]) > 0 {
		return f.twoEchelon(round)
	}
	dim, err := f.number("DIMENSION", 0)
	if err != nil {
		return nil, err
	}
	if dim < 2 || dim > maxLocations || dim != float64(int(dim)) {
		return nil, fail(0, "DIMENSION must be a whole number from 2 to %d", maxLocations)
	}
	t := newTable(int(dim))
	t.name = f.head["NAME"]
	for _, step := range []func(*table) error{f.nodes, f.weights, f.times, f.depots, f.partners, f.fleet} {
		if err := step(t); err != nil {
			return nil, err
		}
	}
	for i, d := range t.demand {
		if d < 0 && !t.pairs {
			return nil, fail(f.line["DEMAND_SECTION"], "location %d has a demand below 0", i+1)
		}
	}
	kind := f.head["TYPE"]
	switch {
	case kind == "":
		kind = "CVRP"
	case !types[kind]:
		return nil, fail(0, "TYPE %q is not read", kind)
	}
	return t.instance(kind, round), nil
}

// quantity is a whole number of goods.
func (f *vrplib) quantity(x float64, section string) (int64, error) {
	if x != math.Trunc(x) || math.Abs(x) > routing.MaxQuantity {
		return 0, fail(f.line[section], "%v is not a usable whole number", x)
	}
	return int64(x), nil
}

// column copies one-value rows "node value" of a section into set.
func (f *vrplib) column(section string, n int, set func(i int, row []float64)) error {
	rows, ok := f.rows[section]
	if !ok {
		return nil
	}
	if len(rows) != n {
		return fail(f.line[section], "%s has %d rows, expected %d", section, len(rows), n)
	}
	for k, r := range rows {
		i := int(r[0]) - 1
		if len(r) < 2 || i < 0 || i >= n {
			return fail(f.line[section]+k+1, "expected a number from 1 to %d and a value", n)
		}
		set(i, r[1:])
	}
	return nil
}

func (f *vrplib) nodes(t *table) error {
	n := len(t.x)
	short := false
	err := f.column("NODE_COORD_SECTION", n, func(i int, r []float64) {
		if len(r) < 2 {
			short = true
			return
		}
		t.x[i], t.y[i] = r[0], r[1]
	})
	if err != nil {
		return err
	}
	if short {
		return fail(f.line["NODE_COORD_SECTION"], "a coordinate row needs x and y")
	}
	var wrong error
	err = f.column("DEMAND_SECTION", n, func(i int, r []float64) {
		q, err := f.quantity(r[0], "DEMAND_SECTION")
		t.demand[i], wrong = q, cmp.Or(wrong, err)
	})
	return cmp.Or(err, wrong)
}

func (f *vrplib) times(t *table) error {
	n := len(t.x)
	all, err := f.number("SERVICE_TIME", 0)
	if err != nil {
		return err
	}
	for i := range t.service {
		t.service[i] = all
	}
	t.service[0] = 0
	if err := f.column("SERVICE_TIME_SECTION", n, func(i int, r []float64) { t.service[i] = r[0] }); err != nil {
		return err
	}
	short := false
	err = f.column("TIME_WINDOW_SECTION", n, func(i int, r []float64) {
		if len(r) < 2 {
			short = true
			return
		}
		t.early[i], t.late[i], t.windows = r[0], r[1], true
	})
	if err != nil {
		return err
	}
	if short {
		return fail(f.line["TIME_WINDOW_SECTION"], "a time window row needs two times")
	}
	if err := f.column("RELEASE_TIME_SECTION", n, func(i int, r []float64) { t.release[i] = r[0] }); err != nil {
		return err
	}
	return f.column("PRIZE_SECTION", n, func(i int, r []float64) { t.prize[i] = r[0] })
}

// depots checks that depots come first, as every published file has it, and clears their demand and service.
func (f *vrplib) depots(t *table) error {
	n := 0
	for _, r := range f.rows["DEPOT_SECTION"] {
		if len(r) == 1 && r[0] == -1 {
			continue
		}
		if int(r[0]) != n+1 {
			return fail(f.line["DEPOT_SECTION"], "depots must be the first locations, in order; found %d", int(r[0]))
		}
		n++
	}
	if n >= len(t.x) {
		return fail(f.line["DEPOT_SECTION"], "no customers are left beside %d depots", n)
	}
	t.depots = max(1, n)
	for i := range t.depots {
		t.demand[i], t.service[i] = 0, 0
	}
	return nil
}

// partners reads pick-up and delivery pairs: node, demand, window, service, pick-up partner, delivery partner.
func (f *vrplib) partners(t *table) error {
	rows, ok := f.rows["PICKUP_AND_DELIVERY_SECTION"]
	if !ok {
		return nil
	}
	if len(rows) != len(t.x) {
		return fail(f.line["PICKUP_AND_DELIVERY_SECTION"], "has %d rows, expected %d", len(rows), len(t.x))
	}
	t.pairs, t.windows = true, true
	for k, r := range rows {
		i := int(r[0]) - 1
		if len(r) != 7 || i < 0 || i >= len(t.x) {
			return fail(f.line["PICKUP_AND_DELIVERY_SECTION"]+k+1, "a pair row has 7 numbers and names a location")
		}
		t.demand[i], t.early[i], t.late[i], t.service[i] = int64(r[1]), r[2], r[3], r[4]
		t.pickup[i], t.deliver[i] = max(0, int(r[5])-1), max(0, int(r[6])-1)
	}
	return t.checkPairs()
}

// fleet groups equal vehicles into types, in the order of the file.
func (f *vrplib) fleet(t *table) error {
	count, err := f.number("VEHICLES", -1)
	if err != nil {
		return err
	}
	if count < 0 {
		count = float64(len(t.x) - t.depots)
	}
	if count != float64(int(count)) || count > 1e5 {
		return fail(0, "VEHICLES must be a whole number up to 100000")
	}
	capacity, err := f.number("CAPACITY", -1)
	if err != nil {
		return err
	}
	if capacity < 0 && len(f.rows["CAPACITY_SECTION"]) == 0 {
		capacity = 1 << 29
	}
	limit, err := f.number("VEHICLES_MAX_DURATION", 0)
	if err != nil {
		return err
	}
	if limit == 0 {
		if limit, err = f.number("DISTANCE", 0); err != nil {
			return err
		}
	}
	far, err := f.number("VEHICLES_MAX_DISTANCE", 0)
	if err != nil {
		return err
	}
	units := make([]routing.Vehicle, int(count))
	for i := range units {
		units[i] = t.vehicle(1, int64(capacity))
		units[i].MaxDuration, units[i].MaxDistance = limit, far
	}
	if err := f.units(t, units); err != nil {
		return err
	}
	t.vehicles = group(units)
	return nil
}

func (f *vrplib) units(t *table, units []routing.Vehicle) error {
	wrong := -1
	set := func(section string, do func(v *routing.Vehicle, x float64)) error {
		return f.column(section, len(units), func(i int, r []float64) { do(&units[i], r[0]) })
	}
	steps := []error{
		set("CAPACITY_SECTION", func(v *routing.Vehicle, x float64) { v.Capacity = []int64{int64(x)} }),
		set("VEHICLES_FIXED_COST_SECTION", func(v *routing.Vehicle, x float64) { v.Fixed = x }),
		set("VEHICLES_UNIT_DISTANCE_COST_SECTION", func(v *routing.Vehicle, x float64) { v.PerDistance = x }),
		set("VEHICLES_MAX_DURATION_SECTION", func(v *routing.Vehicle, x float64) { v.MaxDuration = x }),
		set("VEHICLES_MAX_DISTANCE_SECTION", func(v *routing.Vehicle, x float64) { v.MaxDistance = x }),
		set("VEHICLES_DEPOT_SECTION", func(v *routing.Vehicle, x float64) {
			d := int(x) - 1
			if d < 0 || d >= t.depots {
				wrong, d = int(x), 0
			}
			v.Start, v.End = d, d
			v.Shift = routing.Window{Earliest: t.early[d], Latest: t.late[d]}
		}),
		set("VEHICLES_RELOAD_DEPOT_SECTION", func(_ *routing.Vehicle, x float64) {
			t.reload = true
			if x != 1 {
				wrong = int(x)
			}
		}),
	}
	for _, err := range steps {
		if err != nil {
			return err
		}
	}
	if wrong >= 0 {
		return fail(0, "vehicle sections name depot %d, which cannot be used there", wrong)
	}
	if t.reload && t.depots > 1 {
		return fail(f.line["VEHICLES_RELOAD_DEPOT_SECTION"], "reloading is read for one depot only")
	}
	return nil
}

func group(units []routing.Vehicle) []routing.Vehicle {
	var out []routing.Vehicle
	for _, u := range units {
		if n := len(out); n > 0 && sameType(&out[n-1], &u) {
			out[n-1].Count++
			continue
		}
		u.ID = strconv.Itoa(len(out) + 1)
		out = append(out, u)
	}
	return out
}

func sameType(a, b *routing.Vehicle) bool {
	return a.Start == b.Start && a.End == b.End && a.Capacity[0] == b.Capacity[0] && a.Fixed == b.Fixed &&
		a.PerDistance == b.PerDistance && a.MaxDuration == b.MaxDuration && a.MaxDistance == b.MaxDistance
}
