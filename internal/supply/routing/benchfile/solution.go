package benchfile

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/jsonfile"
)

// Length is the unrounded length of a plan's routes, the first level of two-echelon plans included.
func (in *Instance) Length(plan *routing.Plan) float64 {
	sum := 0.0
	for i := range plan.Routes {
		r := &plan.Routes[i]
		v := &in.Problem.Vehicles[r.Vehicle]
		at := v.Start
		for k := range r.Visits {
			sum += in.unrounded(at, r.Visits[k].Place)
			at = r.Visits[k].Place
		}
		if v.End != routing.Anywhere {
			sum += in.unrounded(at, v.End)
		}
	}
	for _, s := range plan.Supply {
		at := in.Problem.Echelon.Depot
		for _, p := range s.Satellites {
			sum += in.unrounded(at, p)
			at = p
		}
		sum += in.unrounded(at, in.Problem.Echelon.Depot)
	}
	return sum
}

// WriteSolution writes routes in the CVRPLIB form: one line a route of locations numbered from 0, depots first; a depot
// inside a route is a reload. With several vehicle types, line k is vehicle k of the file and unused ones stay empty.
func (in *Instance) WriteSolution(plan *routing.Plan, cost float64) string {
	var b strings.Builder
	first := make([]int, len(in.Problem.Vehicles))
	total := 0
	for i := range in.Problem.Vehicles {
		first[i] = total
		total += in.Problem.Vehicles[i].Count
	}
	lines := make([]string, total)
	plain := make([]string, 0, len(plan.Routes))
	for i := range plan.Routes {
		r := &plan.Routes[i]
		lines[first[r.Vehicle]+r.Unit] = in.line(r)
		plain = append(plain, in.line(r))
	}
	if len(in.Problem.Vehicles) == 1 {
		lines = plain
	}
	for i, l := range lines {
		fmt.Fprintf(&b, "Route #%d: %s\n", i+1, l)
	}
	fmt.Fprintf(&b, "Cost %s\n", strconv.FormatFloat(cost, 'f', -1, 64))
	return b.String()
}

func (in *Instance) line(r *routing.Route) string {
	var f []string
	for k := range r.Visits {
		v := &r.Visits[k]
		if in.Reload && v.Act == routing.Load {
			if k > 0 && r.Visits[k-1].Act == routing.Unload {
				f = append(f, strconv.Itoa(v.Place))
			}
			continue
		}
		f = append(f, strconv.Itoa(v.Place))
	}
	return strings.Join(f, " ")
}

// WriteJSON writes the plan with its times.
func (in *Instance) WriteJSON(plan *routing.Plan) ([]byte, error) {
	return (&jsonfile.File{Problem: in.Problem}).WritePlan(plan)
}

// ReadSolution reads such a file ("Cost 1" or "Cost: 1" alike) and leaves as late as the earliest return allows; a JSON
// plan it reads as it is.
func (in *Instance) ReadSolution(text string) (*routing.Plan, error) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return (&jsonfile.File{Problem: in.Problem}).ReadPlan([]byte(text))
	}
	if in.Problem.Echelon != nil {
		return nil, fail(0, "two-echelon solutions have no common text form: only JSON is read")
	}
	plan := &routing.Plan{}
	byPlace := map[int]int{}
	for c, place := range in.Location {
		byPlace[place] = c
	}
	served := make([]bool, len(in.Location))
	index := -1
	for i, l := range strings.Split(text, "\n") {
		l = strings.TrimSpace(l)
		low := strings.ToLower(l)
		if !strings.HasPrefix(low, "route") {
			continue
		}
		index++
		_, list, ok := strings.Cut(l, ":")
		if !ok {
			return nil, fail(i+1, "a route line needs a colon")
		}
		var places []int
		for _, f := range strings.Fields(list) {
			v, err := strconv.Atoi(f)
			if err != nil || v < 0 || v >= len(in.Problem.Places) {
				return nil, fail(i+1, "%q is not a location", f)
			}
			places = append(places, v)
		}
		if len(places) == 0 {
			continue
		}
		vehicle, unit := in.vehicle(index, len(plan.Routes))
		if vehicle < 0 {
			return nil, fail(i+1, "there are more routes than vehicles")
		}
		r, err := in.follow(vehicle, unit, places, byPlace, served)
		if err != nil {
			return nil, fail(i+1, "%v", err)
		}
		plan.Routes = append(plan.Routes, r)
		plan.Cost += r.Cost
		plan.Distance += in.driven(&r)
	}
	for c, ok := range served {
		if !ok {
			plan.Unserved = append(plan.Unserved, routing.Unserved{Consignment: c, Reason: routing.Fleet, Vehicle: -1})
			plan.Cost += in.Problem.Consignments[c].Penalty
		}
	}
	return plan, nil
}

// vehicle tells which type and unit drives the route on a line.
func (in *Instance) vehicle(line, used int) (vehicle, unit int) {
	if len(in.Problem.Vehicles) == 1 {
		line = used
	}
	for i := range in.Problem.Vehicles {
		if line < in.Problem.Vehicles[i].Count {
			return i, line
		}
		line -= in.Problem.Vehicles[i].Count
	}
	return -1, 0
}

// follow drives along places as early as possible, then leaves as late as that arrival allows.
func (in *Instance) follow(vehicle, unit int, places []int, byPlace map[int]int, served []bool) (routing.Route, error) {
	p := in.Problem
	v := &p.Vehicles[vehicle]
	r := routing.Route{Vehicle: vehicle, Unit: unit}
	for i, place := range places {
		c, ok := byPlace[place]
		pickup := false
		if !ok && in.Pairs {
			c, ok = in.pickupAt(place)
			pickup = true
		}
		switch {
		case place < in.Depots && in.Reload:
			continue
		case !ok:
			return r, fmt.Errorf("location %d is no customer", place)
		}
		if in.Reload && (i == 0 || places[i-1] < in.Depots) {
			for _, later := range places[i:] {
				if later < in.Depots {
					break
				}
				if d, ok := byPlace[later]; ok {
					r.Visits = append(r.Visits, routing.Visit{Act: routing.Load, Consignment: d, Place: p.Consignments[d].Pickup.Place, Break: -1})
				}
			}
		}
		act := routing.Unload
		if pickup {
			act = routing.Load
		} else {
			served[c] = true
		}
		r.Visits = append(r.Visits, routing.Visit{Act: act, Consignment: c, Place: place, Break: -1})
	}
	in.time(&r, v.Shift.Earliest)
	if late := in.latest(&r); late > r.Depart {
		in.time(&r, late)
	}
	return r, nil
}

func (in *Instance) pickupAt(place int) (int, bool) {
	for c := range in.Problem.Consignments {
		if s := in.Problem.Consignments[c].Pickup; s != nil && s.Place == place {
			return c, true
		}
	}
	return 0, false
}

func (in *Instance) stop(v *routing.Visit) *routing.Stop {
	c := &in.Problem.Consignments[v.Consignment]
	if v.Act == routing.Load {
		return c.Pickup
	}
	return c.Delivery
}

// time fills in the visits when the route leaves at depart.
func (in *Instance) time(r *routing.Route, depart float64) {
	p := in.Problem
	veh := &p.Vehicles[r.Vehicle]
	net := &p.Networks[veh.Network]
	now, at, length := depart, veh.Start, 0.0
	for k := range r.Visits {
		v := &r.Visits[k]
		d, t := net.Between(len(p.Places), at, v.Place)
		s := in.stop(v)
		v.Arrive = now + t
		v.Start = math.Max(v.Arrive, s.Window.Earliest)
		v.Leave = v.Start + s.Service
		now, at, length = v.Leave, v.Place, length+d
	}
	d, t := net.Between(len(p.Places), at, veh.End)
	r.Depart, r.Return = depart, now+t
	r.Cost = veh.Fixed + veh.PerDistance*(length+d) + veh.PerTime*(r.Return-r.Depart)
}

// driven is the rounded length of a route.
func (in *Instance) driven(r *routing.Route) float64 {
	p := in.Problem
	veh := &p.Vehicles[r.Vehicle]
	at, sum := veh.Start, 0.0
	for k := range r.Visits {
		d, _ := p.Networks[veh.Network].Between(len(p.Places), at, r.Visits[k].Place)
		sum, at = sum+d, r.Visits[k].Place
	}
	d, _ := p.Networks[veh.Network].Between(len(p.Places), at, veh.End)
	return sum + d
}

// latest is the latest departure that delays nothing but waiting: the return stays as early as it is.
func (in *Instance) latest(r *routing.Route) float64 {
	spare := math.Inf(1)
	for k := range r.Visits {
		v := &r.Visits[k]
		spare = math.Min(spare, in.stop(v).Window.Latest-v.Start+in.waited(r, k))
	}
	return r.Depart + math.Max(0, math.Min(spare, in.waited(r, len(r.Visits)-1)))
}

// waited is the waiting time up to and including a visit.
func (in *Instance) waited(r *routing.Route, upTo int) float64 {
	sum := 0.0
	for k := 0; k <= upTo; k++ {
		sum += r.Visits[k].Start - r.Visits[k].Arrive
	}
	return sum
}
