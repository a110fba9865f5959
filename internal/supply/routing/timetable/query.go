package timetable

import (
	"math"
	"slices"

	"tianbo/internal/supply/routing"
)

// query is the search for one consignment.
type query struct {
	s      *Search
	c      *routing.Consignment
	direct float64
	gentle float64    // lowest decay of the class on any vehicle
	at     [][]*label // by place: ways of the round before
	found  []finish
}

// price of driving a distance.
func (q *query) price(distance float64) float64 {
	if distance == 0 {
		return 0
	}
	return distance * q.s.unit
}

func (q *query) rate(place int) float64 {
	return routing.DecayOf(q.s.p.Places[place].Decay, q.c.Class)
}

// fresh tells whether quality is left.
func (q *query) fresh(used float64) bool { return q.c.Quality <= 0 || used <= q.c.Quality }

// start brings the goods to every stop within reach.
func (q *query) start() {
	q.at = make([][]*label, len(q.s.p.Places))
	from := q.c.Pickup
	ready := from.Window.Earliest + from.Service
	for _, place := range q.s.calls {
		if place == from.Place {
			q.keep(place, &label{ready: ready})
			continue
		}
		distance, duration := q.s.drive(from.Place, place)
		if distance > q.s.opt.Reach*q.direct || math.IsInf(q.s.unit, 1) || !q.fresh(duration*q.gentle) {
			continue
		}
		q.keep(place, &label{ready: ready + duration, cost: q.price(distance), quality: duration * q.gentle, since: ready + duration, moved: true})
	}
}

// keep adds a way to a place unless another is at least as good in everything.
func (q *query) keep(place int, l *label) {
	here := q.at[place]
	for _, k := range here {
		if k.ready <= l.ready && k.cost <= l.cost && k.quality <= l.quality {
			return
		}
	}
	here = slices.DeleteFunc(here, func(k *label) bool {
		return l.ready <= k.ready && l.cost <= k.cost && l.quality <= k.quality
	})
	if here = append(here, l); len(here) > bag {
		here = thin(here)
	}
	q.at[place] = here
}

// thin drops the dearest way, but never the earliest.
func thin(here []*label) []*label {
	earliest, dearest := 0, -1
	for i := range here {
		if here[i].ready < here[earliest].ready {
			earliest = i
		}
	}
	for i := range here {
		if i != earliest && (dearest < 0 || here[i].cost > here[dearest].cost) {
			dearest = i
		}
	}
	return slices.Delete(here, dearest, dearest+1)
}

// round extends every way by one ride.
func (q *query) round() {
	before := q.at
	q.at = make([][]*label, len(q.s.p.Places))
	for line := range q.s.p.Lines {
		l := &q.s.p.Lines[line]
		if q.c.Skills&^l.Skills == 0 && (q.c.Class < 0 || l.Classes&(1<<uint(q.c.Class)) != 0) && q.room(l) {
			q.follow(line, l, before)
		}
	}
}

// room tells whether the line could carry it at all.
func (q *query) room(l *routing.Line) bool {
	for k, s := range q.c.Size {
		if k < len(l.Capacity) && s > l.Capacity[k] {
			return false
		}
	}
	return true
}

// aboard is a way on its way along a line.
type aboard struct {
	from    *label
	board   int
	cost    float64
	quality float64 // when it departs
}

// follow rides a line from its first stop to its last: goods get off, then goods get on.
func (q *query) follow(line int, l *routing.Line, before [][]*label) {
	fee := l.Fee
	if len(q.c.Size) > 0 {
		fee += l.FeeUnit * float64(q.c.Size[0])
	}
	rate := routing.DecayOf(l.Decay, q.c.Class)
	var on []aboard
	for i, stop := range l.Stops {
		for _, a := range on {
			used := a.quality + (stop.Arrive-l.Stops[a.board].Depart)*rate
			if !q.fresh(used) {
				continue
			}
			end := &label{
				ready: stop.Arrive + l.Handling, since: stop.Arrive, moved: true, cost: a.cost, quality: used, from: a.from,
				ride: routing.Ride{Line: line, Board: a.board, Alight: i},
			}
			q.keep(stop.Place, end)
			q.end(end, stop.Place)
		}
		for _, w := range before[stop.Place] {
			if w.ready > stop.Depart-l.CutOff {
				continue
			}
			quality := w.quality
			if w.moved {
				quality += (stop.Depart - w.since) * q.rate(stop.Place)
			}
			if cost := w.cost + fee; q.fresh(quality) && cost <= q.most() {
				on = append(on, aboard{w, i, cost, quality})
			}
		}
	}
}

// most is what a way may cost at most: as much as a vehicle that drives there and back for it alone.
func (q *query) most() float64 {
	if math.IsInf(q.s.unit, 1) {
		return math.Inf(1)
	}
	return 2 * q.price(q.direct)
}

// end closes a way with the drive to the delivery.
func (q *query) end(l *label, place int) {
	to := q.c.Delivery
	distance, duration := q.s.drive(place, to.Place)
	arrive, used, cost := l.ready, l.quality, l.cost
	if place != to.Place {
		if distance > q.s.opt.Reach*q.direct || math.IsInf(q.s.unit, 1) {
			return
		}
		arrive, used, cost = l.ready+duration, l.quality+(l.ready-l.since)*q.rate(place)+duration*q.gentle, l.cost+q.price(distance)
	}
	if arrive > to.Window.Latest || !q.fresh(used) || cost > q.most() {
		return
	}
	f := finish{cost: cost, arrive: arrive}
	for w := l; w.from != nil; w = w.from {
		f.rides = append(f.rides, w.ride)
	}
	slices.Reverse(f.rides)
	q.found = append(q.found, f)
}

// hubs offers to change trucks at every hub that is in time.
func (q *query) hubs() {
	if math.IsInf(q.s.unit, 1) {
		return
	}
	from, to := q.c.Pickup, q.c.Delivery
	for i := range q.s.p.Hubs {
		h := &q.s.p.Hubs[i]
		if h.Place == from.Place || h.Place == to.Place {
			continue
		}
		d1, t1 := q.s.drive(from.Place, h.Place)
		d2, t2 := q.s.drive(h.Place, to.Place)
		ready := math.Max(from.Window.Earliest+from.Service+t1, h.Window.Earliest) + h.Dwell
		fee := h.Fee
		if len(q.c.Size) > 0 {
			fee += h.FeeUnit * float64(q.c.Size[0])
		}
		cost := fee + q.price(d1+d2)
		if ready > h.Window.Latest || ready+t2 > to.Window.Latest || cost > q.most() || !q.fresh((t1+t2)*q.gentle+h.Dwell*q.rate(h.Place)) {
			continue
		}
		q.found = append(q.found, finish{cost: cost, arrive: ready + t2, rides: []routing.Ride{routing.Stay(i)}})
	}
}
