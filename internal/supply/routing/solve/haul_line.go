package solve

import (
	"tianbo/internal/supply/routing"
)

// lineWay turns an itinerary into a way: rides at fixed times, and a job by truck at either end where the line does not
// call at the consignment's own place. Because the timetable fixes both hand-overs, the two jobs need no common clock:
// the first must be done by the cut-off, the second may start after the arrival.
func (m *haul) lineWay(c *routing.Consignment, k int, add func(pick, drop *routing.Stop, leg routing.Leg, quality float64) int32) (way, bool) {
	w := way{itinerary: int32(k), jobs: [2]int32{-1, -1}, rides: c.Itineraries[k].Rides}
	if c.Pickup == nil || c.Delivery == nil {
		return w, false
	}
	left := c.Quality
	for i, r := range w.rides {
		l := &m.p.Lines[r.Line]
		if c.Skills&^l.Skills != 0 || (c.Class >= 0 && l.Classes&(1<<uint(c.Class)) == 0) {
			return w, false
		}
		left -= (l.Stops[r.Alight].Arrive - l.Stops[r.Board].Depart) * routing.DecayOf(l.Decay, c.Class)
		w.fee += l.Fee
		if len(c.Size) > 0 {
			w.fee += l.FeeUnit * float64(c.Size[0])
		}
		if i > 0 {
			before := &m.p.Lines[w.rides[i-1].Line]
			from := before.Stops[w.rides[i-1].Alight]
			if from.Place != l.Stops[r.Board].Place || from.Arrive+before.Handling > l.Stops[r.Board].Depart-l.CutOff {
				return w, false
			}
		}
	}
	if c.Quality > 0 && left <= 0 {
		return w, false
	}
	first, last := w.rides[0], w.rides[len(w.rides)-1]
	in, out := &m.p.Lines[first.Line], &m.p.Lines[last.Line]
	board, alight := in.Stops[first.Board], out.Stops[last.Alight]
	due, from := board.Depart-in.CutOff, alight.Arrive+out.Handling
	walk := board.Place == c.Pickup.Place
	home := alight.Place == c.Delivery.Place
	if (walk && c.Pickup.Window.Earliest+c.Pickup.Service > due) || (home && from > c.Delivery.Window.Latest) || due < 0 {
		return w, false
	}
	a, b := m.quality(left, c.Pickup.Place, board.Place, alight.Place, c.Delivery.Place)
	if !walk {
		w.jobs[w.count] = add(c.Pickup, &routing.Stop{Place: board.Place, Window: routing.Window{Latest: due}}, routing.Access, a)
		w.count++
	}
	if !home {
		w.jobs[w.count] = add(&routing.Stop{Place: alight.Place, Window: routing.Window{Earliest: from, Latest: routing.Never}}, c.Delivery, routing.Egress, b)
		w.count++
	}
	return w, true
}

// quality shares what the rides leave of the quality budget between the two drives, in proportion to their length.
func (m *haul) quality(left float64, from, board, alight, to int) (access, egress float64) {
	if left <= 0 {
		return 0, 0
	}
	t := m.nets[0].time
	a, b := t[from*m.places+board], t[alight*m.places+to]
	if a+b <= 0 {
		return left, left
	}
	if from == board {
		return 0, left
	}
	if alight == to {
		return left, 0
	}
	return left * a / (a + b), left * b / (a + b)
}

// room tells whether a line still has room for a quantity on every segment of a ride.
func (s *pairs) room(r routing.Ride, size *quantity) bool {
	for seg := r.Board; seg < r.Alight; seg++ {
		for d := range s.m.dims {
			if s.riding[r.Line][seg][d]+size[d] > s.m.lines[r.Line][seg][d] {
				return false
			}
		}
	}
	return true
}

// ride books a quantity on a line, or takes it off with sign -1.
func (s *pairs) ride(r routing.Ride, size *quantity, sign int32) {
	for seg := r.Board; seg < r.Alight; seg++ {
		for d := range s.m.dims {
			s.riding[r.Line][seg][d] += sign * size[d]
		}
	}
}
