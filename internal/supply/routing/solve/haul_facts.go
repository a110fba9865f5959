package solve

import (
	"math"

	"tianbo/internal/supply/routing"
)

// facts is what one unit has done of a running plan. It is written into the new plan as it was.
type facts struct {
	visits []routing.Visit
	leave  []float64 // when it left each frozen stop; a rest after the stop counts to it
	rested uint32    // breaks taken, one bit each
}

func unitKey(kind, unit int32) int32 { return kind<<16 | unit }

// running notes what a previous plan has settled: the time of planning, goods that keep their itinerary, and what the
// vehicles have done.
func (m *haul) running() {
	m.now, m.committed, m.handed, m.done = math.Inf(-1), map[int]int{}, map[[2]int]float64{}, map[int32]*facts{}
	prev := m.p.Previous
	if prev == nil {
		return
	}
	m.now, m.change = prev.Now, prev.ChangePenalty
	for _, c := range prev.Committed {
		for _, b := range prev.Plan.Rides {
			if b.Consignment == c {
				m.committed[c] = b.Itinerary
			}
		}
	}
	for i, keep := range prev.Frozen {
		r := &prev.Plan.Routes[i]
		f := &facts{visits: r.Visits[:keep]}
		for _, v := range f.visits {
			if v.Act == routing.Rest {
				f.rested |= 1 << uint(v.Break)
				if n := len(f.leave); n > 0 {
					f.leave[n-1] = v.Leave
				}
				continue
			}
			f.leave = append(f.leave, v.Leave)
			if v.Act == routing.Unload && v.Leg != routing.Whole {
				m.handed[[2]int{v.Consignment, int(v.Leg) - 1}] = v.Start
			}
		}
		if keep > 0 {
			m.done[unitKey(int32(r.Vehicle), int32(r.Unit))] = f
		}
	}
}

// settled gives the frozen stops of a restored route the time they really took.
func (m *haul) settled(r *vroute) {
	if r.frozen == 0 {
		return
	}
	f := m.done[unitKey(r.kind, r.unit)]
	for i := 1; i <= int(r.frozen) && i <= len(f.leave); i++ {
		r.seq[i].service = f.leave[i-1] - r.fixed[i]
	}
}

// rested tells which breaks a route has had already.
func (m *haul) rested(r *vroute) uint32 {
	if r.frozen == 0 {
		return 0
	}
	return m.done[unitKey(r.kind, r.unit)].rested
}
