package routing

import (
	"fmt"
	"math"
)

// FieldError names the field of a Problem that cannot be used and what to do about it. Fields are named as in the JSON
// form of a problem.
type FieldError struct{ Field, Problem string }

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

func bad(problem string, field string, args ...any) error {
	return &FieldError{Field: fmt.Sprintf(field, args...), Problem: problem}
}

const (
	notBelowZero = "must be a number not below 0"
	unknownPlace = "is not a known place"
	backwards    = "must not end before it starts"
	outOfRange   = "must be from 0 to 1073741823"
)

// MaxQuantity is the largest quantity of a size or a capacity: sums of two stay within 32 bits.
const MaxQuantity = math.MaxInt32 / 2

// MaxClass is the largest temperature class.
const MaxClass = 15

// Validate reports the first field that a solver or a checker could not use.
func (p *Problem) Validate() error {
	if len(p.Places) == 0 {
		return bad("name at least one place", "places")
	}
	if len(p.Networks) == 0 {
		return bad("give at least one network", "networks")
	}
	if len(p.Vehicles) == 0 && len(p.Lines) == 0 {
		return bad("give at least one vehicle", "vehicles")
	}
	steps := []struct {
		count int
		check func(int) error
	}{
		{len(p.Places), p.validatePlace},
		{len(p.Networks), p.validateNetwork},
		{len(p.Vehicles), p.validateVehicle},
		{len(p.Lines), p.validateLine},
		{len(p.Hubs), p.validateHub},
		{len(p.Consignments), p.validateConsignment},
	}
	for _, s := range steps {
		for i := range s.count {
			if err := s.check(i); err != nil {
				return err
			}
		}
	}
	if _, err := p.Dims(); err != nil {
		return err
	}
	if err := p.validateEchelon(); err != nil {
		return err
	}
	return p.validatePrevious()
}

func finite(x float64) bool   { return !math.IsNaN(x) && !math.IsInf(x, 0) }
func positive(x float64) bool { return x >= 0 && finite(x) }

// okWindow tells whether a window can be kept. Its ends may lie below 0: a day may start the evening before.
func okWindow(w Window) bool { return finite(w.Earliest) && finite(w.Latest) && w.Earliest <= w.Latest }

func (p *Problem) place(i int) bool { return i >= 0 && i < len(p.Places) }

func (p *Problem) validatePlace(i int) error {
	if !positive(p.Places[i].Setup) {
		return bad(notBelowZero, "places[%d].setup", i)
	}
	if !finite(p.Places[i].X) || !finite(p.Places[i].Y) {
		return bad("must be finite numbers", "places[%d].x or .y", i)
	}
	return validateRates(p.Places[i].Decay, "places", i)
}

// validateRates refuses negative decay rates.
func validateRates(rates []float64, list string, i int) error {
	for k, d := range rates {
		if !positive(d) {
			return bad(notBelowZero, "%s[%d].decay[%d]", list, i, k)
		}
	}
	return nil
}

func (p *Problem) validateNetwork(i int) error {
	n := &p.Networks[i]
	want := len(p.Places) * len(p.Places)
	for _, m := range []struct {
		name  string
		cells []float64
	}{{"distance", n.Distance}, {"duration", n.Duration}} {
		if m.cells == nil && m.name == "duration" {
			continue
		}
		if len(m.cells) != want {
			return bad(fmt.Sprintf("needs %d entries for %d places, has %d", want, len(p.Places), len(m.cells)), "networks[%d].%s", i, m.name)
		}
		for k, d := range m.cells {
			if !positive(d) {
				return bad(notBelowZero, "networks[%d].%s[%d]", i, m.name, k)
			}
		}
	}
	return nil
}

func (p *Problem) validateVehicle(i int) error {
	v := &p.Vehicles[i]
	switch {
	case v.Count < 0:
		return bad("must not be below 0", "vehicles[%d].count", i)
	case !p.place(v.Start):
		return bad(unknownPlace, "vehicles[%d].start", i)
	case v.End != Anywhere && !p.place(v.End):
		return bad(unknownPlace, "vehicles[%d].end", i)
	case v.Network < 0 || v.Network >= len(p.Networks):
		return bad("is not a known network", "vehicles[%d].network", i)
	case !okWindow(v.Shift):
		return bad(backwards, "vehicles[%d].shift", i)
	case len(v.Capacity) == 0:
		return bad("give at least one number", "vehicles[%d].capacity", i)
	}
	for _, f := range []struct {
		name string
		x    float64
	}{{"fixed", v.Fixed}, {"perDistance", v.PerDistance}, {"perTime", v.PerTime}, {"maxDuration", v.MaxDuration}, {"maxDistance", v.MaxDistance}} {
		if !positive(f.x) {
			return bad(notBelowZero, "vehicles[%d].%s", i, f.name)
		}
	}
	for k, c := range v.Capacity {
		if c < 0 || c > MaxQuantity {
			return bad(outOfRange, "vehicles[%d].capacity[%d]", i, k)
		}
	}
	for k, c := range v.Compartments {
		switch {
		case c.Class < 0 || c.Class > MaxClass:
			return bad("must be from 0 to 15", "vehicles[%d].compartments[%d].class", i, k)
		case c.Capacity < 0 || c.Capacity > MaxQuantity:
			return bad(outOfRange, "vehicles[%d].compartments[%d].capacity", i, k)
		}
	}
	if err := validateRates(v.Decay, "vehicles", i); err != nil {
		return err
	}
	return p.validateBreaks(i)
}

func (p *Problem) validateBreaks(i int) error {
	breaks := p.Vehicles[i].Breaks
	for k, b := range breaks {
		switch {
		case !okWindow(b.Window):
			return bad(backwards, "vehicles[%d].breaks[%d].window", i, k)
		case !positive(b.Duration):
			return bad(notBelowZero, "vehicles[%d].breaks[%d].duration", i, k)
		case k > 0 && b.Window.Earliest < breaks[k-1].Window.Latest:
			return bad("must follow the break before it", "vehicles[%d].breaks[%d].window", i, k)
		}
	}
	return nil
}

func (p *Problem) validateLine(i int) error {
	l := &p.Lines[i]
	if len(l.Stops) < 2 {
		return bad("needs at least two stops", "lines[%d].stops", i)
	}
	for k, s := range l.Stops {
		if !p.place(s.Place) {
			return bad(unknownPlace, "lines[%d].stops[%d].place", i, k)
		}
		if !finite(s.Arrive) || !finite(s.Depart) || s.Depart < s.Arrive || (k > 0 && s.Arrive < l.Stops[k-1].Depart) {
			return bad("times must not run backwards", "lines[%d].stops[%d]", i, k)
		}
	}
	for k, c := range l.Capacity {
		if c < 0 || c > MaxQuantity {
			return bad(outOfRange, "lines[%d].capacity[%d]", i, k)
		}
	}
	for _, f := range []struct {
		name string
		x    float64
	}{{"cutOff", l.CutOff}, {"handling", l.Handling}, {"fee", l.Fee}, {"feeUnit", l.FeeUnit}} {
		if !positive(f.x) {
			return bad(notBelowZero, "lines[%d].%s", i, f.name)
		}
	}
	return validateRates(l.Decay, "lines", i)
}

func (p *Problem) validateHub(i int) error {
	h := &p.Hubs[i]
	switch {
	case !p.place(h.Place):
		return bad(unknownPlace, "hubs[%d].place", i)
	case !okWindow(h.Window):
		return bad(backwards, "hubs[%d].window", i)
	case !positive(h.Dwell):
		return bad(notBelowZero, "hubs[%d].dwell", i)
	case !positive(h.Fee) || !positive(h.FeeUnit):
		return bad(notBelowZero, "hubs[%d].fee or .feeUnit", i)
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
