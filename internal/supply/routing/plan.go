package routing

import "strconv"

// Plan is the answer to a Problem.
type Plan struct {
	Routes   []Route
	Rides    []Booking
	Unserved []Unserved
	Supply   []Supply // two-echelon problems: the first level
	Cost     float64  // vehicles, lines, penalties of optional consignments left behind
	Distance float64
}

// Route is what one unit of a vehicle type does.
type Route struct {
	Vehicle int // index into Problem.Vehicles
	Unit    int // 0 … Count-1
	Depart  float64
	Return  float64
	Visits  []Visit
	Cost    float64
}

// Act is what happens at a visit.
type Act int8

// The acts of a visit.
const (
	Load Act = iota
	Unload
	Rest
)

func (a Act) String() string {
	switch a {
	case Load:
		return "load"
	case Unload:
		return "unload"
	case Rest:
		return "rest"
	}
	return "act " + strconv.Itoa(int(a))
}

// Leg tells which part of a consignment's way a visit belongs to: Whole when a vehicle drives it from pick-up to
// delivery, else Before(k), the leg by truck to ride k of its itinerary. The leg from the last ride to the delivery
// is Before(len(Rides)).
type Leg int8

// Whole is the only leg of a consignment that takes no itinerary.
const Whole Leg = 0

// Before is the leg by truck that ends at ride k.
func Before(k int) Leg { return Leg(k + 1) }

func (l Leg) String() string {
	if l == Whole {
		return "whole"
	}
	return "leg " + strconv.Itoa(int(l))
}

// Visit is one hand-over or one rest; Break is the index of a rest in the vehicle's Breaks, Consignment -1 then.
type Visit struct {
	Act         Act
	Leg         Leg
	Consignment int
	Break       int
	Place       int
	Arrive      float64
	Start       float64
	Leave       float64
}

// Booking is a consignment's way over lines; Itinerary indexes Consignment.Itineraries.
type Booking struct {
	Consignment int
	Itinerary   int
	Fee         float64
}

// Supply is one first-level tour of a two-echelon plan with the amount it leaves at each satellite.
type Supply struct {
	Satellites []int // places
	Amounts    []int64
	Distance   float64
}

// Reason is why a consignment stayed behind: the constraint that binds at its cheapest insertion.
type Reason string

// The reasons, cheapest to explain first.
const (
	NoSkill    Reason = "no_skill"
	Capacity   Reason = "capacity"
	TimeWindow Reason = "window"
	ShelfLife  Reason = "shelf_life"
	CutOff     Reason = "cut_off"
	BreakRule  Reason = "break"
	Fleet      Reason = "fleet"
	NotWorth   Reason = "not_worth" // optional, and serving it costs more than its penalty
)

// Unserved names the binding constraint, by how much it is broken in that constraint's own unit, and on which vehicle
// type the cheapest insertion would have been (-1: none).
type Unserved struct {
	Consignment int
	Reason      Reason
	By          float64
	Vehicle     int
	Extra       float64 // what that insertion would have cost
}

// Served tells whether the plan carries a consignment.
func (p *Plan) Served(consignment int) bool {
	for i := range p.Unserved {
		if p.Unserved[i].Consignment == consignment {
			return false
		}
	}
	return true
}
