package check

import (
	"math"
	"slices"

	"tianbo/internal/supply/routing"
)

// now is the earliest time for what a consignment does first; what is under way already has none.
func (v *verifier) now(consignment int) float64 {
	prev := v.p.Previous
	if prev == nil || slices.Contains(prev.Committed, consignment) {
		return math.Inf(-1)
	}
	return prev.Now
}

// previous checks that what was done before a re-plan is still there, on the same unit and at the same time, and that
// goods under way keep their itinerary.
func (v *verifier) previous() {
	prev := v.p.Previous
	if prev == nil {
		return
	}
	for i, keep := range prev.Frozen {
		old := &prev.Plan.Routes[i]
		if keep == 0 {
			continue
		}
		v.frozen[[2]int{old.Vehicle, old.Unit}] = keep
		if !v.kept(old, keep) {
			v.add(Frozen, -1, -1, 1, "the first %d visits of previous route %d are not kept", keep, i+1)
		}
	}
	for _, c := range prev.Committed {
		for _, b := range prev.Plan.Rides {
			if b.Consignment == c && v.booked[c] != b.Itinerary {
				v.add(Frozen, -1, c, 1, "is under way and cannot change its lines")
			}
		}
	}
}

func (v *verifier) kept(old *routing.Route, keep int) bool {
	for r := range v.plan.Routes {
		now := &v.plan.Routes[r]
		if now.Vehicle != old.Vehicle || now.Unit != old.Unit {
			continue
		}
		ok := len(now.Visits) >= keep && math.Abs(now.Depart-old.Depart) <= tolerance(old.Depart)
		for k := 0; ok && k < keep; k++ {
			a, b := &old.Visits[k], &now.Visits[k]
			ok = a.Act == b.Act && a.Consignment == b.Consignment && a.Leg == b.Leg && a.Place == b.Place &&
				math.Abs(a.Start-b.Start) <= tolerance(a.Start)
		}
		return ok
	}
	return false
}
