package benchfile

import (
	"strconv"
	"strings"

	"tianbo/internal/supply/routing"
)

// stations is the neutral form of a two-echelon file: location 0 is the depot, then satellites, then customers.
type stations struct {
	x, y       []float64
	demand     []int64
	satellites int
	trucks     int
	truckLoad  int64
	truckCost  float64
	truckFixed float64
	total      int
	perStation int
	load       int64
	cost       float64
	fixed      float64
}

func (s *stations) instance(name string, round Rounding) (*Instance, error) {
	if len(s.x) > maxLocations || s.satellites < 1 || len(s.x) <= s.satellites+1 {
		return nil, fail(0, "needs a depot, a satellite and a customer, and at most %d locations", maxLocations)
	}
	t := newTable(len(s.x))
	t.name, t.depots = name, 1+s.satellites
	copy(t.x, s.x)
	copy(t.y, s.y)
	copy(t.demand, s.demand)
	e := &routing.Echelon{Trucks: s.trucks, Capacity: s.truckLoad, PerUnit: s.truckCost, Fixed: s.truckFixed, Second: s.total, PerStation: s.perStation}
	for k := range s.satellites {
		count := s.total
		if s.perStation > 0 {
			count = min(count, s.perStation)
		}
		v := t.vehicle(count, s.load)
		v.ID, v.Start, v.End, v.PerDistance, v.Fixed = strconv.Itoa(k+1), k+1, k+1, s.cost, s.fixed
		t.vehicles = append(t.vehicles, v)
		e.Satellites = append(e.Satellites, k+1)
	}
	in := t.instance("2E-CVRP", round)
	in.Problem.Echelon = e
	return in, nil
}

// twoEchelon reads the VRPLIB-like text of Gonzalez-Feliu, Perboli, Tadei and Vigo (sets 2 and 3).
func (f *vrplib) twoEchelon(round Rounding) (*Instance, error) {
	s := &stations{truckCost: 1, cost: 1}
	for key, into := range map[string]*int{"L1FLEET": &s.trucks, "L2FLEET": &s.total} {
		v, err := f.number(key, 0)
		if err != nil {
			return nil, err
		}
		*into = int(v)
	}
	for key, into := range map[string]*int64{"L1CAPACITY": &s.truckLoad, "L2CAPACITY": &s.load} {
		v, err := f.number(key, 0)
		if err != nil {
			return nil, err
		}
		*into = int64(v)
	}
	nodes, sats, demands := f.rows["NODE_COORD_SECTION"], f.rows["SATELLITE_SECTION"], f.rows["DEMAND_SECTION"]
	if len(nodes) < 2 || len(demands) != len(nodes) {
		return nil, fail(f.line["DEMAND_SECTION"], "DEMAND_SECTION must have one row for each of the %d locations", len(nodes))
	}
	add := func(r []float64, demand int64) error {
		if len(r) < 3 {
			return fail(f.line["NODE_COORD_SECTION"], "a coordinate row needs a number, x and y")
		}
		s.x, s.y, s.demand = append(s.x, r[1]), append(s.y, r[2]), append(s.demand, demand)
		return nil
	}
	if err := add(nodes[0], 0); err != nil {
		return nil, err
	}
	for _, r := range sats {
		if err := add(r, 0); err != nil {
			return nil, err
		}
	}
	s.satellites = len(sats)
	for i, r := range nodes[1:] {
		if len(demands[i+1]) < 2 {
			return nil, fail(f.line["DEMAND_SECTION"]+i+1, "a demand row needs a number and a value")
		}
		if err := add(r, int64(demands[i+1][1])); err != nil {
			return nil, err
		}
	}
	return s.instance(f.head["NAME"], round)
}

// readTwoEchelon reads the text with "!" comments: trucks, city freighters, stores, customers, one line each, entries
// parted by blanks and their numbers by commas.
func readTwoEchelon(lines []string, round Rounding) (*Instance, error) {
	var blocks [][][]float64
	for i, l := range lines {
		l = strings.TrimSpace(l)
		if l == "" || l[0] == '!' {
			continue
		}
		var block [][]float64
		for _, entry := range strings.Fields(l) {
			v, err := numbers(strings.ReplaceAll(entry, ",", " "), i+1)
			if err != nil {
				return nil, err
			}
			block = append(block, v)
		}
		blocks = append(blocks, block)
	}
	if len(blocks) < 4 || len(blocks[0][0]) < 4 || len(blocks[1][0]) < 5 {
		return nil, fail(0, "expected trucks, city freighters, stores and customers, one line each")
	}
	tr, cf := blocks[0][0], blocks[1][0]
	s := &stations{
		trucks: int(tr[0]), truckLoad: int64(tr[1]), truckCost: tr[2], truckFixed: tr[3],
		perStation: int(cf[0]), total: int(cf[1]), load: int64(cf[2]), cost: cf[3], fixed: cf[4],
		satellites: len(blocks[2]) - 1,
	}
	for k, block := range blocks[2:4] {
		for _, e := range block {
			if len(e) < 2+k {
				return nil, fail(0, "a store needs x,y and a customer x,y,demand")
			}
			s.x, s.y = append(s.x, e[0]), append(s.y, e[1])
			if k == 0 {
				s.demand = append(s.demand, 0)
			} else {
				s.demand = append(s.demand, int64(e[2]))
			}
		}
	}
	return s.instance("2E-CVRP", round)
}
