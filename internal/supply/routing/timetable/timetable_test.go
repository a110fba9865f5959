package timetable_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/matrix"
	"tianbo/internal/supply/routing/timetable"
)

// network is a random set of lines between places on a plan.
func network(rng *rand.Rand) *routing.Problem {
	p := &routing.Problem{}
	for range 7 {
		p.Places = append(p.Places, routing.Place{X: float64(rng.IntN(100)), Y: float64(rng.IntN(100))})
	}
	p.Networks = []routing.Network{matrix.Plane(p.Places, matrix.Profile{})}
	p.Vehicles = []routing.Vehicle{{ID: "van", Count: 1, Capacity: []int64{100}, PerDistance: 1, Shift: routing.Always()}}
	for range 6 {
		l := routing.Line{Fee: float64(rng.IntN(4)), CutOff: float64(rng.IntN(5)), Handling: float64(rng.IntN(5))}
		at := float64(rng.IntN(150))
		for range 2 + rng.IntN(4) {
			l.Stops = append(l.Stops, routing.LineStop{Place: rng.IntN(7), Arrive: at, Depart: at + float64(rng.IntN(4))})
			at = l.Stops[len(l.Stops)-1].Depart + 1 + float64(rng.IntN(40))
		}
		p.Lines = append(p.Lines, l)
	}
	return p
}

func consignment(rng *rand.Rand, p *routing.Problem) *routing.Consignment {
	from := rng.IntN(len(p.Places))
	to := (from + 1 + rng.IntN(len(p.Places)-1)) % len(p.Places)
	return &routing.Consignment{
		Class: routing.NoClass, Size: []int64{1}, Quality: float64(rng.IntN(2) * (60 + rng.IntN(200))),
		Pickup:   &routing.Stop{Place: from, Window: routing.Window{Earliest: float64(rng.IntN(50)), Latest: 400}, Service: 3},
		Delivery: &routing.Stop{Place: to, Window: routing.Window{Latest: 200 + float64(rng.IntN(200))}},
	}
}

// trial is a way as the test sees it.
type trial struct{ ready, since, cost, quality float64 }

// brute tries every chain of up to three rides and returns the least cost and the earliest arrival of a way that holds.
func brute(p *routing.Problem, c *routing.Consignment) (cost, arrive float64) {
	cost, arrive = math.Inf(1), math.Inf(1)
	n := len(p.Places)
	drive := func(a, b int) float64 { d, _ := p.Networks[0].Between(n, a, b); return d }
	direct := drive(c.Pickup.Place, c.Delivery.Place)
	holds := func(t trial) bool {
		return t.cost <= 2*direct && (c.Quality == 0 || t.quality <= c.Quality)
	}
	var ride func(t trial, place, depth int, moved bool)
	ride = func(t trial, place, depth int, moved bool) {
		for i := range p.Lines {
			l := &p.Lines[i]
			for b, s := range l.Stops {
				if s.Place != place || t.ready > s.Depart-l.CutOff {
					continue
				}
				on := trial{cost: t.cost + l.Fee, quality: t.quality}
				if moved {
					on.quality += s.Depart - t.since
				}
				for a := b + 1; a < len(l.Stops); a++ {
					e := l.Stops[a]
					end := trial{ready: e.Arrive + l.Handling, since: e.Arrive, cost: on.cost, quality: on.quality + e.Arrive - s.Depart}
					if !holds(end) {
						continue
					}
					d := drive(e.Place, c.Delivery.Place)
					last := trial{ready: end.ready + d, cost: end.cost + d, quality: end.quality}
					if d > 0 {
						last.quality += l.Handling + d
					}
					if d <= direct && holds(last) && last.ready <= c.Delivery.Window.Latest {
						cost, arrive = math.Min(cost, last.cost), math.Min(arrive, last.ready)
					}
					if depth < 3 {
						ride(end, e.Place, depth+1, true)
					}
				}
			}
		}
	}
	ready := c.Pickup.Window.Earliest + c.Pickup.Service
	for place := range p.Places {
		d := drive(c.Pickup.Place, place)
		t := trial{ready: ready + d, since: ready + d, cost: d, quality: d}
		if d <= direct && holds(t) {
			ride(t, place, 1, place != c.Pickup.Place)
		}
	}
	return cost, arrive
}

// value recomputes cost and arrival of an offered itinerary.
func value(p *routing.Problem, c *routing.Consignment, it routing.Itinerary) (cost, arrive float64) {
	n := len(p.Places)
	first, last := it.Rides[0], it.Rides[len(it.Rides)-1]
	d1, _ := p.Networks[0].Between(n, c.Pickup.Place, p.From(first))
	d2, _ := p.Networks[0].Between(n, p.To(last), c.Delivery.Place)
	cost = d1 + d2
	for _, r := range it.Rides {
		cost += p.Lines[r.Line].Fee
	}
	return cost, p.Lines[last.Line].Stops[last.Alight].Arrive + p.Lines[last.Line].Handling + d2
}

func TestFindsTheCheapestAndMissesNothing(t *testing.T) {
	t.Parallel()
	offered := 0
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		p := network(rng)
		c := consignment(rng, p)
		ways := timetable.New(p, timetable.Options{Most: 16}).Offer(c)
		cost, arrive := brute(p, c)
		best, earliest := math.Inf(1), math.Inf(1)
		for _, w := range ways {
			a, b := value(p, c, w)
			best, earliest = math.Min(best, a), math.Min(earliest, b)
		}
		if math.Abs(best-cost) > 1e-9 && !(math.IsInf(best, 1) && math.IsInf(cost, 1)) {
			t.Errorf("seed %d: cheapest offer costs %v, the cheapest way %v", seed, best, cost)
		}
		if earliest < arrive-1e-9 {
			t.Errorf("seed %d: an offer arrives at %v, before any way can (%v)", seed, earliest, arrive)
		}
		offered += len(ways)
	}
	if offered < 300 {
		t.Errorf("only %d ways were offered in all: the networks are too poor to test anything", offered)
	}
}

func bus() *routing.Problem {
	p := &routing.Problem{Places: []routing.Place{{ID: "village"}, {ID: "town", X: 10}, {ID: "hub", X: 20}}}
	p.Networks = []routing.Network{matrix.Plane(p.Places, matrix.Profile{})}
	p.Vehicles = []routing.Vehicle{{ID: "van", Count: 1, Capacity: []int64{9}, PerDistance: 1, Shift: routing.Always()}}
	p.Lines = []routing.Line{{ID: "bus", Capacity: []int64{5}, CutOff: 5, Stops: []routing.LineStop{{Place: 0, Arrive: 100, Depart: 100}, {Place: 1, Arrive: 120, Depart: 125}, {Place: 2, Arrive: 140, Depart: 140}}}}
	return p
}

func parcel(ready float64) *routing.Consignment {
	return &routing.Consignment{
		Class: routing.NoClass, Size: []int64{5}, Pickup: &routing.Stop{Place: 0, Window: routing.Window{Earliest: ready, Latest: 500}},
		Delivery: &routing.Stop{Place: 2, Window: routing.Window{Latest: 500}},
	}
}

func TestWhatRefusesARide(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*routing.Problem, *routing.Consignment)
		offers bool
	}{
		"nothing":                  {func(*routing.Problem, *routing.Consignment) {}, true},
		"after the cut-off":        {func(_ *routing.Problem, c *routing.Consignment) { c.Pickup.Window.Earliest = 121 }, false},
		"just at the cut-off":      {func(_ *routing.Problem, c *routing.Consignment) { c.Pickup.Window.Earliest = 95 }, true},
		"too large":                {func(_ *routing.Problem, c *routing.Consignment) { c.Size[0] = 6 }, false},
		"a skill it lacks":         {func(_ *routing.Problem, c *routing.Consignment) { c.Skills = 1 }, false},
		"a class it never carries": {func(_ *routing.Problem, c *routing.Consignment) { c.Class = 2 }, false},
		"too slow to stay fresh":   {func(p *routing.Problem, c *routing.Consignment) { c.Quality = 39 }, false},
		"promised too early":       {func(_ *routing.Problem, c *routing.Consignment) { c.Delivery.Window.Latest = 139 }, false},
		"dearer than driving":      {func(p *routing.Problem, _ *routing.Consignment) { p.Lines[0].Fee = 41 }, false},
	}
	for name, k := range cases {
		p, c := bus(), parcel(10)
		k.change(p, c)
		ways := timetable.New(p, timetable.Options{Reach: 0.4}).Offer(c)
		if (len(ways) > 0) != k.offers {
			t.Errorf("%s: offered %v", name, ways)
		}
	}
}

func TestOffersHubsAndKeepsToTheLimit(t *testing.T) {
	t.Parallel()
	p, c := bus(), parcel(10)
	p.Lines = nil
	for i := range 12 {
		p.Hubs = append(p.Hubs, routing.Hub{Place: 1, Dwell: 10, Window: routing.Always(), Fee: float64(12 - i)})
	}
	ways := timetable.New(p, timetable.Options{}).Offer(c)
	if len(ways) != 8 {
		t.Fatalf("offered %d, want 8", len(ways))
	}
	if ways[0].Rides[0] != routing.Stay(11) {
		t.Errorf("the cheapest hub is not first: %v", ways[0])
	}
	p.Hubs[11].Window.Latest = 29
	if ways := timetable.New(p, timetable.Options{}).Offer(c); ways[0].Rides[0] != routing.Stay(10) {
		t.Errorf("a hub that closes too early is offered first: %v", ways[0])
	}
}
