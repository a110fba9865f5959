package routing

import (
	"fmt"
	"math"
)

// FieldError names the field of a Problem that cannot be used and what to do about it.
type FieldError struct{ Field, Problem string }

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

func bad(problem string, field string, args ...any) error {
	return &FieldError{Field: fmt.Sprintf(field, args...), Problem: problem}
}

// Validate reports the first field that a solver or a checker could not use.
func (p *Problem) Validate() error {
	if len(p.Places) == 0 {
		return bad("name at least one place", "places")
	}
	if len(p.Networks) == 0 {
		return bad("give at least one network", "networks")
	}
	for i := range p.Networks {
		if err := p.validateNetwork(i); err != nil {
			return err
		}
	}
	if len(p.Vehicles) == 0 && len(p.Lines) == 0 {
		return bad("give at least one vehicle", "vehicles")
	}
	for i := range p.Vehicles {
		if err := p.validateVehicle(i); err != nil {
			return err
		}
	}
	for i := range p.Lines {
		if err := p.validateLine(i); err != nil {
			return err
		}
	}
	for i := range p.Consignments {
		if err := p.validateConsignment(i); err != nil {
			return err
		}
	}
	if _, err := p.Dims(); err != nil {
		return err
	}
	return nil
}

func (p *Problem) validateNetwork(i int) error {
	n := &p.Networks[i]
	want := len(p.Places) * len(p.Places)
	if len(n.Distance) != want {
		return bad(fmt.Sprintf("needs %d entries for %d places, has %d", want, len(p.Places), len(n.Distance)), "networks[%d].distance", i)
	}
	if n.Duration != nil && len(n.Duration) != want {
		return bad(fmt.Sprintf("needs %d entries for %d places, has %d", want, len(p.Places), len(n.Duration)), "networks[%d].duration", i)
	}
	for k, d := range n.Distance {
		if !(d >= 0) || math.IsInf(d, 0) {
			return bad("must be a number not below 0", "networks[%d].distance[%d]", i, k)
		}
	}
	for k, d := range n.Duration {
		if !(d >= 0) || math.IsInf(d, 0) {
			return bad("must be a number not below 0", "networks[%d].duration[%d]", i, k)
		}
	}
	return nil
}

func (p *Problem) place(i int) bool { return i >= 0 && i < len(p.Places) }

func (p *Problem) validateVehicle(i int) error {
	v := &p.Vehicles[i]
	switch {
	case v.Count < 0:
		return bad("must not be below 0", "vehicles[%d].count", i)
	case !p.place(v.Start):
		return bad("is not a known place", "vehicles[%d].start", i)
	case v.End != Anywhere && !p.place(v.End):
		return bad("is not a known place", "vehicles[%d].end", i)
	case v.Network < 0 || v.Network >= len(p.Networks):
		return bad("is not a known network", "vehicles[%d].network", i)
	case !okWindow(v.Shift):
		return bad("must not end before it starts", "vehicles[%d].shift", i)
	case !(v.Fixed >= 0) || !(v.PerDistance >= 0) || !(v.PerTime >= 0):
		return bad("must not be below 0", "vehicles[%d].cost", i)
	case len(v.Capacity) == 0:
		return bad("give at least one number", "vehicles[%d].capacity", i)
	}
	for k, c := range v.Capacity {
		if c < 0 || c > math.MaxInt32/2 {
			return bad("must be from 0 to 1073741823", "vehicles[%d].capacity[%d]", i, k)
		}
	}
	for k := range v.Breaks {
		if !okWindow(v.Breaks[k].Window) || v.Breaks[k].Duration < 0 {
			return bad("needs a window that does not end before it starts and a duration not below 0", "vehicles[%d].breaks[%d]", i, k)
		}
		if k > 0 && v.Breaks[k].Window.Earliest < v.Breaks[k-1].Window.Latest {
			return bad("must follow the break before it", "vehicles[%d].breaks[%d].window", i, k)
		}
	}
	return nil
}

func okWindow(w Window) bool { return w.Earliest <= w.Latest }

func (p *Problem) validateLine(i int) error {
	l := &p.Lines[i]
	if len(l.Stops) < 2 {
		return bad("needs at least two stops", "lines[%d].stops", i)
	}
	for k, s := range l.Stops {
		if !p.place(s.Place) {
			return bad("is not a known place", "lines[%d].stops[%d].place", i, k)
		}
		if s.Depart < s.Arrive || (k > 0 && s.Arrive < l.Stops[k-1].Depart) {
			return bad("times must not run backwards", "lines[%d].stops[%d]", i, k)
		}
	}
	return nil
}

func (p *Problem) validateConsignment(i int) error {
	c := &p.Consignments[i]
	if c.Pickup == nil && c.Delivery == nil {
		return bad("needs a pickup or a delivery", "consignments[%d]", i)
	}
	for k, s := range []*Stop{c.Pickup, c.Delivery} {
		name := [...]string{"pickup", "delivery"}[k]
		if s == nil {
			continue
		}
		switch {
		case !p.place(s.Place):
			return bad("is not a known place", "consignments[%d].%s.place", i, name)
		case !okWindow(s.Window):
			return bad("must not end before it starts", "consignments[%d].%s.window", i, name)
		case !(s.Service >= 0):
			return bad("must not be below 0", "consignments[%d].%s.service", i, name)
		}
	}
	for k, s := range c.Size {
		if s < 0 || s > math.MaxInt32/2 {
			return bad("must be from 0 to 1073741823", "consignments[%d].size[%d]", i, k)
		}
	}
	if !(c.Quality >= 0) || !(c.Penalty >= 0) {
		return bad("must not be below 0", "consignments[%d].quality or .penalty", i)
	}
	if c.Class < NoClass || c.Class > 15 {
		return bad("must be from 0 to 15, or absent", "consignments[%d].class", i)
	}
	return p.validateItineraries(i)
}

func (p *Problem) validateItineraries(i int) error {
	for k, it := range p.Consignments[i].Itineraries {
		if len(it.Rides) == 0 {
			return bad("needs at least one ride", "consignments[%d].itineraries[%d]", i, k)
		}
		for r, ride := range it.Rides {
			if ride.Line < 0 || ride.Line >= len(p.Lines) {
				return bad("is not a known line", "consignments[%d].itineraries[%d].rides[%d].line", i, k, r)
			}
			if ride.Board < 0 || ride.Board >= ride.Alight || ride.Alight >= len(p.Lines[ride.Line].Stops) {
				return bad("must board before it alights, at stops of the line", "consignments[%d].itineraries[%d].rides[%d]", i, k, r)
			}
		}
	}
	return nil
}

// Layout tells which load dimension counts what: the first Base dimensions are those of Size, then one per class
// that some vehicle keeps a compartment for.
type Layout struct {
	Base    int
	Classes []int // Classes[k] is counted in dimension Base+k
}

// Dims works out the load dimensions, at most MaxDims.
func (p *Problem) Dims() (Layout, error) {
	l := Layout{Base: 1}
	for i := range p.Consignments {
		l.Base = max(l.Base, len(p.Consignments[i].Size))
	}
	for i := range p.Vehicles {
		for _, c := range p.Vehicles[i].Compartments {
			known := false
			for _, k := range l.Classes {
				known = known || k == c.Class
			}
			if !known {
				l.Classes = append(l.Classes, c.Class)
			}
		}
	}
	if l.Base+len(l.Classes) > MaxDims {
		return l, bad(fmt.Sprintf("size dimensions and compartment classes together are at most %d", MaxDims), "consignments")
	}
	return l, nil
}
