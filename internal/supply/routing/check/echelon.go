package check

import "tianbo/internal/supply/routing"

// echelon checks and prices the first level of a two-echelon plan.
func (v *verifier) echelon() {
	e := v.p.Echelon
	if e == nil {
		return
	}
	v.secondLevel(e)
	need, have := v.needs(), map[int]int64{}
	if len(v.plan.Supply) > e.Trucks {
		v.add(Fleet, -1, -1, float64(len(v.plan.Supply)-e.Trucks), "%d first-level trucks, only %d exist", len(v.plan.Supply), e.Trucks)
	}
	for i := range v.plan.Supply {
		v.supply(e, i, have)
	}
	for k, s := range e.Satellites {
		if need[s] != have[s] {
			v.add(Capacity, -1, -1, float64(need[s]-have[s]), "satellite %s needs %d and gets %d", v.p.Places[s].ID, need[s], have[s])
		}
		if e.Limit != nil && have[s] > e.Limit[k] {
			v.add(Capacity, -1, -1, float64(have[s]-e.Limit[k]), "satellite %s handles %d of %d", v.p.Places[s].ID, have[s], e.Limit[k])
		}
	}
	v.out.Cost += v.out.FirstLevel
}

// secondLevel counts the vehicles that leave from satellites.
func (v *verifier) secondLevel(e *routing.Echelon) {
	used, from := 0, map[int]int{}
	for r := range v.plan.Routes {
		route := &v.plan.Routes[r]
		if len(route.Visits) > 0 && route.Vehicle >= 0 && route.Vehicle < len(v.p.Vehicles) {
			used++
			from[v.p.Vehicles[route.Vehicle].Start]++
		}
	}
	if e.Second > 0 && used > e.Second {
		v.add(Fleet, -1, -1, float64(used-e.Second), "%d second-level vehicles, only %d exist", used, e.Second)
	}
	for _, s := range e.Satellites {
		if over := from[s] - e.PerStation; e.PerStation > 0 && over > 0 {
			v.add(Fleet, -1, -1, float64(over), "%d vehicles leave satellite %s, only %d may", from[s], v.p.Places[s].ID, e.PerStation)
		}
	}
}

// needs adds up what the routes from every satellite deliver.
func (v *verifier) needs() map[int]int64 {
	need := map[int]int64{}
	for r := range v.plan.Routes {
		route := &v.plan.Routes[r]
		for k := range route.Visits {
			vis := &route.Visits[k]
			if vis.Act == routing.Unload && v.known(vis.Consignment) && route.Vehicle >= 0 && route.Vehicle < len(v.p.Vehicles) {
				need[v.p.Vehicles[route.Vehicle].Start] += v.p.Consignments[vis.Consignment].Size[0]
			}
		}
	}
	return need
}

// supply walks one first-level tour.
func (v *verifier) supply(e *routing.Echelon, i int, have map[int]int64) {
	s := &v.plan.Supply[i]
	net := &v.p.Networks[0]
	load, at, length := int64(0), e.Depot, 0.0
	drive := func(to int) {
		d, _ := net.Between(len(v.p.Places), at, to)
		length, at = length+d, to
	}
	for k, place := range s.Satellites {
		if place < 0 || place >= len(v.p.Places) || k >= len(s.Amounts) || s.Amounts[k] < 0 || s.Amounts[k] > routing.MaxQuantity {
			v.add(Precedence, -1, -1, 1, "first-level tour %d goes to an unknown satellite or leaves no amount there", i+1)
			return
		}
		drive(place)
		load += s.Amounts[k]
		have[place] += s.Amounts[k]
	}
	drive(e.Depot)
	if load > e.Capacity {
		v.add(Capacity, -1, -1, float64(load-e.Capacity), "first-level tour %d carries %d of %d", i+1, load, e.Capacity)
	}
	v.out.FirstLevel += e.Fixed + e.PerUnit*length
	v.out.Distance += length
}
