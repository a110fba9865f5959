package benchfile

import (
	"strconv"
	"strings"

	"tianbo/internal/supply/routing"
)

// readSolomon reads Solomon (1987) and Gehring and Homberger (1999) text: a name, the fleet, one row a customer.
func readSolomon(lines []string, round Rounding) (*Instance, error) {
	name, fleet := "", []float64(nil)
	var rows [][]float64
	for i, l := range lines {
		l = strings.TrimSpace(l)
		if l == "" {
			continue
		}
		if !isNumbers(l) {
			if name == "" {
				name = l
			}
			continue
		}
		v, err := numbers(l, i+1)
		switch {
		case err != nil:
			return nil, err
		case fleet == nil && len(v) == 2:
			fleet = v
		case len(v) == 7:
			rows = append(rows, v)
		default:
			return nil, fail(i+1, "a customer row has 7 numbers, this one %d", len(v))
		}
	}
	if fleet == nil || len(rows) < 2 {
		return nil, fail(0, "no fleet line or no customers found")
	}
	if len(rows) > maxLocations {
		return nil, fail(0, "more than %d locations", maxLocations)
	}
	t := newTable(len(rows))
	t.name, t.windows = name, true
	for i, r := range rows {
		t.x[i], t.y[i], t.demand[i] = r[1], r[2], int64(r[3])
		t.early[i], t.late[i], t.service[i] = r[4], r[5], r[6]
	}
	t.vehicles = []routing.Vehicle{t.vehicle(int(fleet[0]), int64(fleet[1]))}
	return t.instance("VRPTW", round), nil
}

// vehicle makes count units that start and end at the first depot within its window and pay for distance.
func (t *table) vehicle(count int, capacity int64) routing.Vehicle {
	return routing.Vehicle{
		ID: "1", Count: count, Capacity: []int64{capacity}, PerDistance: 1,
		Shift: routing.Window{Earliest: t.early[0], Latest: t.late[0]},
	}
}

// readLiLim reads Li and Lim (2001) text: fleet, capacity and speed, then nine columns a location of which the last
// two name the pick-up partner of a delivery and the delivery partner of a pick-up.
func readLiLim(lines []string, round Rounding) (*Instance, error) {
	var head []float64
	var rows [][]float64
	for i, l := range lines {
		if strings.TrimSpace(l) == "" {
			continue
		}
		v, err := numbers(l, i+1)
		switch {
		case err != nil:
			return nil, err
		case head == nil:
			head = v
		case len(v) == 9:
			rows = append(rows, v)
		default:
			return nil, fail(i+1, "a location row has 9 numbers, this one %d", len(v))
		}
	}
	if len(head) < 2 || len(rows) < 3 {
		return nil, fail(0, "needs a line with fleet and capacity and at least one pair of locations")
	}
	if len(rows) > maxLocations {
		return nil, fail(0, "more than %d locations", maxLocations)
	}
	t := newTable(len(rows))
	t.windows, t.pairs = true, true
	for i, r := range rows {
		t.x[i], t.y[i], t.demand[i] = r[1], r[2], int64(r[3])
		t.early[i], t.late[i], t.service[i] = r[4], r[5], r[6]
		t.pickup[i], t.deliver[i] = int(r[7]), int(r[8])
	}
	if err := t.checkPairs(); err != nil {
		return nil, err
	}
	t.vehicles = []routing.Vehicle{t.vehicle(int(head[0]), int64(head[1]))}
	return t.instance("PDPTW", round), nil
}

// checkPairs makes sure every pick-up and delivery names its partner and is named by it.
func (t *table) checkPairs() error {
	for i := t.depots; i < len(t.x); i++ {
		p, d := t.pickup[i], t.deliver[i]
		switch {
		case p < 0 || d < 0 || p >= len(t.x) || d >= len(t.x) || (p == 0) == (d == 0):
			return fail(0, "location %d must name exactly one partner", i)
		case p > 0 && t.deliver[p] != i, d > 0 && t.pickup[d] != i:
			return fail(0, "location %d and its partner %s do not name each other", i, strconv.Itoa(p+d))
		}
	}
	return nil
}
