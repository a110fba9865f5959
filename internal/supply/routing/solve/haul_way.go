package solve

import (
	"math"

	"tianbo/internal/supply/routing"
)

// maxDrives is how many legs by truck one way may have.
const maxDrives = 4

// maxWays bounds the ways of one good: they are marked in a 64-bit set.
const maxWays = 60

// meetings are the shares of the slack at which trucks may meet at a hub when both sides are driven: early, half way
// and late. Each is a way of its own, so that its two drives need no common clock.
var meetings = [...]float64{0.15, 0.5, 0.85}

// waits is the part of a drive's spare quality that may be spent waiting at either end of it.
const waits = 0.35

// chain is one itinerary while it is turned into ways. Gap g lies before ride g, the last one before the delivery.
type chain struct {
	m      *haul
	c      *routing.Consignment
	id     int
	rides  []routing.Ride
	driven [routing.MaxRides + 1]bool
	travel [routing.MaxRides + 1]float64 // shortest duration of a driven gap
	take   [routing.MaxRides + 1]float64 // from when goods can be taken on after the ride before
	due    [routing.MaxRides + 1]float64 // until when they must be handed to the ride after
	first  [routing.MaxRides]float64     // earliest and latest hand-over at a hub
	last   [routing.MaxRides]float64
	loose  bool // some hub has a drive on both sides
}

// lineWays turns an itinerary into ways: rides at fixed times, stays at chosen times, and a drive in every gap. Because
// all hand-overs have a time to be done by and a time to start from, the drives of one way are planned apart.
func (m *haul) lineWays(i, k int, add func(pick, drop *routing.Stop, leg routing.Leg, quality float64) int32) []way {
	c := &m.p.Consignments[i]
	ch := &chain{m: m, c: c, id: i, rides: c.Itineraries[k].Rides}
	if !ch.open(k) || !ch.forward() || !ch.backward() {
		return nil
	}
	shares := meetings[1:2]
	if ch.loose {
		shares = meetings[:]
	}
	var out []way
	for _, share := range shares {
		if w, ok := ch.way(k, share, add); ok {
			out = append(out, w)
		}
	}
	return out
}

// open finds the gaps to drive; false when the good cannot take this itinerary at all.
func (ch *chain) open(k int) bool {
	m, c, n := ch.m, ch.c, len(ch.rides)
	if own, ok := m.committed[ch.id]; ok && own != k {
		return false
	}
	for _, r := range ch.rides {
		if r.Line == routing.AtHub {
			continue
		}
		l := &m.p.Lines[r.Line]
		if c.Skills&^l.Skills != 0 || (c.Class >= 0 && l.Classes&(1<<uint(c.Class)) == 0) {
			return false
		}
	}
	at, drives := c.Pickup.Place, 0
	for g := range n + 1 {
		to := c.Delivery.Place
		if g < n {
			to = m.p.From(ch.rides[g])
		}
		if ch.driven[g] = at != to; ch.driven[g] {
			ch.travel[g] = m.quickest(at, to)
			drives++
		}
		if g < n {
			at = m.p.To(ch.rides[g])
		}
	}
	for g, r := range ch.rides {
		ch.loose = ch.loose || (r.Line == routing.AtHub && ch.driven[g] && ch.driven[g+1])
	}
	return drives <= maxDrives
}

// quickest is the shortest duration between two places on any network.
func (m *haul) quickest(from, to int) float64 {
	best := math.Inf(1)
	for i := range m.nets {
		best = math.Min(best, m.nets[i].time[from*m.places+to])
	}
	return best
}

// forward finds the earliest hand-overs.
func (ch *chain) forward() bool {
	now := ch.m.now
	_, under := ch.m.committed[ch.id]
	if under {
		now = math.Inf(-1)
	}
	ready := math.Max(ch.c.Pickup.Window.Earliest, now) + ch.c.Pickup.Service
	for g, r := range ch.rides {
		if ch.driven[g] {
			ready += ch.travel[g]
		}
		if done, ok := ch.m.handed[[2]int{ch.id, g}]; ok {
			ready = done
		}
		if r.Line == routing.AtHub {
			h := &ch.m.p.Hubs[r.Board]
			ch.first[g] = math.Max(ready, h.Window.Earliest)
			ready = ch.first[g] + h.Dwell
		} else {
			l := &ch.m.p.Lines[r.Line]
			ch.due[g] = l.Stops[r.Board].Depart - l.CutOff
			if ready > ch.due[g]+slack {
				return false
			}
			ready = l.Stops[r.Alight].Arrive + l.Handling
		}
		ch.take[g+1] = ready
	}
	return true
}

// backward finds the latest hand-overs that still reach the delivery in time.
func (ch *chain) backward() bool {
	n := len(ch.rides)
	latest := ch.c.Delivery.Window.Latest
	for g := n; g > 0; g-- {
		if ch.driven[g] {
			latest -= ch.travel[g]
		}
		if ch.take[g] > latest+slack {
			return false
		}
		r := ch.rides[g-1]
		if r.Line != routing.AtHub {
			latest = ch.due[g-1]
			continue
		}
		h := &ch.m.p.Hubs[r.Board]
		ch.last[g-1] = math.Min(latest, h.Window.Latest) - h.Dwell
		if done, ok := ch.m.handed[[2]int{ch.id, g - 1}]; ok {
			ch.last[g-1] = done
		}
		if ch.first[g-1] > ch.last[g-1]+slack {
			return false
		}
		latest = ch.last[g-1]
	}
	return true
}

// way fixes the meetings at hubs and makes the drives.
func (ch *chain) way(k int, share float64, add func(pick, drop *routing.Stop, leg routing.Leg, quality float64) int32) (way, bool) {
	w := way{itinerary: int32(k), rides: ch.rides, fee: ch.m.fee(ch.c, ch.rides)}
	n := len(ch.rides)
	for g, r := range ch.rides {
		if r.Line != routing.AtHub {
			continue
		}
		meet := ch.first[g] + share*(ch.last[g]-ch.first[g])
		switch {
		case !ch.driven[g]:
			meet = ch.first[g]
		case !ch.driven[g+1]:
			meet = ch.last[g]
		}
		ch.due[g], ch.take[g+1] = meet, meet+ch.m.p.Hubs[r.Board].Dwell
	}
	spare, ok := ch.spare()
	if !ok {
		return w, false
	}
	for g := range n + 1 {
		if !ch.driven[g] {
			continue
		}
		pick, drop, quality := ch.drive(g, spare)
		w.jobs[w.count] = add(pick, drop, routing.Before(g), quality)
		w.count++
	}
	return w, true
}

// spare is the quality left per unit of driving after rides, stays and the least driving; +Inf without a limit.
func (ch *chain) spare() (float64, bool) {
	c, m := ch.c, ch.m
	if c.Quality <= 0 {
		return math.Inf(1), true
	}
	left, driving := c.Quality, 0.0
	gentle := m.gentlest(c.Class)
	for g := range len(ch.rides) + 1 {
		if ch.driven[g] {
			driving += ch.travel[g]
			left -= ch.travel[g] * gentle
		}
		if g == len(ch.rides) {
			break
		}
		r := ch.rides[g]
		still := routing.DecayOf(m.p.Places[m.p.From(r)].Decay, c.Class)
		ready := ch.take[g]
		if ch.driven[g] || g == 0 {
			ready = ch.due[g]
		}
		if r.Line == routing.AtHub {
			left -= math.Max(0, ch.take[g+1]-ready) * still
			continue
		}
		l := &m.p.Lines[r.Line]
		if g > 0 || ch.driven[g] {
			left -= (l.Stops[r.Board].Depart - ready) * still
		}
		left -= (l.Stops[r.Alight].Arrive - l.Stops[r.Board].Depart) * routing.DecayOf(l.Decay, c.Class)
		if ch.driven[g+1] {
			left -= l.Handling * routing.DecayOf(m.p.Places[m.p.To(r)].Decay, c.Class)
		}
	}
	if left < 0 {
		return 0, false
	}
	return left / math.Max(driving, 1e-9), true
}

// gentlest is the lowest decay of a class on any vehicle.
func (m *haul) gentlest(class int) float64 {
	best := math.Inf(1)
	for i := range m.fleet {
		best = math.Min(best, routing.DecayOf(m.fleet[i].decay, class))
	}
	return best
}

// drive makes the two stops of the leg in gap g and what quality it may use on board. Where the goods wait at an end of
// it, the window there is as wide as the quality set aside for waiting.
func (ch *chain) drive(g int, spare float64) (pick, drop *routing.Stop, quality float64) {
	c, m, n := ch.c, ch.m, len(ch.rides)
	pick, drop = c.Pickup, c.Delivery
	own := 0.0
	if !math.IsInf(spare, 1) {
		own = ch.travel[g] * spare
		quality = ch.travel[g]*m.gentlest(c.Class) + own
	}
	width := func(place int) float64 {
		if c.Quality <= 0 {
			return routing.Never / 4
		}
		quality -= waits * own
		return waits * own / math.Max(routing.DecayOf(m.p.Places[place].Decay, c.Class), 1e-9)
	}
	if g > 0 {
		place := m.p.To(ch.rides[g-1])
		pick = &routing.Stop{Place: place, Window: routing.Window{Earliest: ch.take[g], Latest: ch.take[g] + width(place)}}
		if r := ch.rides[g-1]; r.Line == routing.AtHub {
			pick.Window.Latest = math.Min(pick.Window.Latest, m.p.Hubs[r.Board].Window.Latest)
		}
	}
	if g < n {
		place := m.p.From(ch.rides[g])
		drop = &routing.Stop{Place: place, Window: routing.Window{Earliest: ch.due[g] - width(place), Latest: ch.due[g]}}
		if r := ch.rides[g]; r.Line == routing.AtHub {
			drop.Window.Earliest = math.Max(drop.Window.Earliest, m.p.Hubs[r.Board].Window.Earliest)
		}
	}
	return pick, drop, quality
}

// fee is what the lines and hubs of an itinerary ask.
func (m *haul) fee(c *routing.Consignment, rides []routing.Ride) float64 {
	units, sum := 0.0, 0.0
	if len(c.Size) > 0 {
		units = float64(c.Size[0])
	}
	for _, r := range rides {
		if r.Line == routing.AtHub {
			sum += m.p.Hubs[r.Board].Fee + m.p.Hubs[r.Board].FeeUnit*units
		} else {
			sum += m.p.Lines[r.Line].Fee + m.p.Lines[r.Line].FeeUnit*units
		}
	}
	return sum
}

// variant finds the way of a good that fits what a plan did with it: the same itinerary, and a meeting at the hub no
// earlier than it was handed in.
func (m *haul) variant(c int32, itinerary int, plan *routing.Plan) int32 {
	best := int32(-1)
	for w := range m.goods[c].ways {
		way := &m.goods[c].ways[w]
		if way.itinerary != int32(itinerary) {
			continue
		}
		if best = int32(w); way.count == 0 || m.inTime(way, c, plan) {
			return best
		}
	}
	return best
}

func (m *haul) inTime(w *way, c int32, plan *routing.Plan) bool {
	for i := range plan.Routes {
		for _, v := range plan.Routes[i].Visits {
			if v.Consignment != int(c) || v.Act != routing.Unload {
				continue
			}
			for k := range w.count {
				if n := &m.nodes[m.jobs[w.jobs[k]].drop]; n.leg == v.Leg && v.Start > n.late+slack {
					return false
				}
			}
		}
	}
	return true
}

// room tells whether a line still has room for a quantity on every segment of a ride.
func (s *pairs) room(r routing.Ride, size *quantity) bool {
	for seg := r.Board; r.Line != routing.AtHub && seg < r.Alight; seg++ {
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
	for seg := r.Board; r.Line != routing.AtHub && seg < r.Alight; seg++ {
		for d := range s.m.dims {
			s.riding[r.Line][seg][d] += sign * size[d]
		}
	}
}

// crowded tells whether a good rides where a line carries more than it may: its capacity shrank since it was booked.
func (s *pairs) crowded(c int32) bool {
	for _, r := range s.m.goods[c].ways[s.way[c]].rides {
		if !s.room(r, &quantity{}) {
			return true
		}
	}
	return false
}
