package share_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tianbo/internal/kernel/money"
	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/share"
)

func parts(t *rapid.T) []share.Part {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) share.Part {
		p := share.Part{Marginal: rapid.Float64Range(0, 5000).Draw(t, "marginal"), Alone: rapid.Float64Range(0, 20000).Draw(t, "alone")}
		if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
			p.Marginal = 0
		}
		if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
			p.Alone = math.Inf(1)
		}
		return p
	}), 0, 40).Draw(t, "parts")
}

func TestSharesSumToTheBillBelowTheCaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ps := parts(t)
		bill := money.Fen(rapid.Int64Range(0, 400000).Draw(t, "bill"))
		shares, left := share.Split(bill, ps)
		sum, room := left, 0.0
		for i, s := range shares {
			sum += s
			room += math.Floor(ps[i].Alone)
			if s < 0 || float64(s) > ps[i].Alone {
				t.Fatalf("part %d pays %d, alone it costs %v", i, s, ps[i].Alone)
			}
		}
		if sum != bill || left < 0 {
			t.Fatalf("shares and rest come to %d of %d, rest %d", sum, bill, left)
		}
		if left > 0 && room > float64(bill) {
			t.Fatalf("%d is left although the caps leave room for %v", left, room-float64(bill))
		}
	})
}

func TestOrderDoesNotMatterBeyondOneFen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ps := parts(t)
		bill := money.Fen(rapid.Int64Range(0, 400000).Draw(t, "bill"))
		back := slices.Clone(ps)
		slices.Reverse(back)
		a, _ := share.Split(bill, ps)
		b, _ := share.Split(bill, back)
		slices.Reverse(b)
		for i := range a {
			if d := a[i] - b[i]; d > 1 || d < -1 {
				t.Fatalf("part %d pays %d or %d", i, a[i], b[i])
			}
		}
	})
}

func TestSharesOfSmallBills(t *testing.T) {
	t.Parallel()
	shares, left := share.Split(1000, []share.Part{{Marginal: 100, Alone: 900}, {Marginal: 300, Alone: 900}, {Marginal: 0, Alone: 900}})
	if !slices.Equal(shares, []money.Fen{309, 456, 235}) || left != 0 {
		t.Errorf("got %v, rest %d", shares, left)
	}
	shares, left = share.Split(1000, []share.Part{{Marginal: 100, Alone: 900}, {Marginal: 300, Alone: 500}})
	if !slices.Equal(shares, []money.Fen{580, 420}) || left != 0 {
		t.Errorf("with a cap: got %v, rest %d", shares, left)
	}
	shares, left = share.Split(1000, []share.Part{{Marginal: 100, Alone: 300}, {Marginal: 300, Alone: 400}})
	if !slices.Equal(shares, []money.Fen{300, 400}) || left != 300 {
		t.Errorf("with caps that do not reach: got %v, rest %d", shares, left)
	}
	shares, left = share.Split(300, []share.Part{{Marginal: 200, Alone: 900}, {Marginal: 400, Alone: 900}})
	if !slices.Equal(shares, []money.Fen{100, 200}) || left != 0 {
		t.Errorf("a bill below the marginal costs: got %v, rest %d", shares, left)
	}
	shares, left = share.Split(1000, []share.Part{{Alone: 600}, {Alone: 800}})
	if shares[0]+shares[1] != 1000 || left != 0 || shares[0] >= shares[1] {
		t.Errorf("nobody saves anything: got %v, rest %d", shares, left)
	}
}

// round is a plan of one van over three stops on a line, and one parcel on a bus.
func round() (*routing.Problem, *routing.Plan) {
	at := []float64{0, 10, 20, 30}
	p := &routing.Problem{}
	for _, x := range at {
		p.Places = append(p.Places, routing.Place{X: x})
	}
	d := make([]float64, 16)
	for i, a := range at {
		for j, b := range at {
			d[i*4+j] = math.Abs(a - b)
		}
	}
	p.Networks = []routing.Network{{Distance: d}}
	p.Vehicles = []routing.Vehicle{{ID: "van", Count: 1, Capacity: []int64{9}, Fixed: 30, PerDistance: 2, Shift: routing.Always()}}
	p.Lines = []routing.Line{{ID: "bus", Fee: 7, FeeUnit: 1, Stops: []routing.LineStop{{Place: 0, Depart: 5, Arrive: 5}, {Place: 3, Arrive: 60, Depart: 60}}}}
	plan := &routing.Plan{Routes: []routing.Route{{Vehicle: 0, Return: 60}}}
	for i := 1; i < 4; i++ {
		p.Consignments = append(p.Consignments, routing.Consignment{Class: routing.NoClass, Size: []int64{1}, Delivery: &routing.Stop{Place: i, Window: routing.Always()}})
		plan.Routes[0].Visits = append(plan.Routes[0].Visits, routing.Visit{Act: routing.Unload, Consignment: i - 1, Place: i, Break: -1})
	}
	p.Consignments = append(p.Consignments, routing.Consignment{
		Class: routing.NoClass, Size: []int64{2}, Pickup: &routing.Stop{Place: 0, Window: routing.Always()}, Delivery: &routing.Stop{Place: 3, Window: routing.Always()},
		Itineraries: []routing.Itinerary{{Rides: []routing.Ride{{Board: 0, Alight: 1}}}},
	})
	plan.Rides = []routing.Booking{{Consignment: 3, Fee: 9}}
	return p, plan
}

func TestTheGameOfAPlan(t *testing.T) {
	t.Parallel()
	p, plan := round()
	g := share.New(p, plan)
	if b := g.Bill(); b != 30+2*60+9 {
		t.Errorf("bill %v", b)
	}
	for i, want := range []float64{0, 0, 40, 9} {
		if m := g.Marginal(i); m != want {
			t.Errorf("leaving out %d saves %v, want %v", i, m, want)
		}
	}
	for i, want := range []float64{70, 110, 150, 9} {
		if a := g.Alone(i); a != want {
			t.Errorf("%d alone costs %v, want %v", i, a, want)
		}
	}
}

func TestShapleyValuesSumToTheBillAndRepeat(t *testing.T) {
	t.Parallel()
	p, plan := round()
	g := share.New(p, plan)
	a := g.Shapley(4000, 7)
	if b := g.Shapley(4000, 7); !slices.Equal(a, b) {
		t.Error("one seed gives two answers")
	}
	sum := 0.0
	for _, x := range a {
		sum += x
	}
	if math.Abs(sum-g.Bill()) > 1e-6 {
		t.Errorf("the values come to %v of %v", sum, g.Bill())
	}
	// The airport game has a closed form: fixed and first stretch by three, the next by two, the last alone.
	for i, want := range []float64{10 + 40.0/3, 10 + 40.0/3 + 20, 10 + 40.0/3 + 20 + 40, 9} {
		if math.Abs(a[i]-want) > 1.5 {
			t.Errorf("value of %d is %v, want about %v", i, a[i], want)
		}
	}
}

func TestAloneNeedsAVehicleThatMay(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*routing.Problem){
		"skill":    func(p *routing.Problem) { p.Consignments[0].Skills = 1 },
		"size":     func(p *routing.Problem) { p.Consignments[0].Size = []int64{10} },
		"window":   func(p *routing.Problem) { p.Consignments[0].Delivery.Window.Latest = 5 },
		"shift":    func(p *routing.Problem) { p.Vehicles[0].Shift.Latest = 19 },
		"distance": func(p *routing.Problem) { p.Vehicles[0].MaxDistance = 19 },
		"duration": func(p *routing.Problem) { p.Vehicles[0].MaxDuration = 19 },
		"class": func(p *routing.Problem) {
			p.Consignments[0].Class = 1
			p.Vehicles[0].Compartments = []routing.Compartment{{Class: 0, Capacity: 5}}
		},
	} {
		p, plan := round()
		change(p)
		if a := share.New(p, plan).Alone(0); !math.IsInf(a, 1) {
			t.Errorf("%s: alone costs %v", name, a)
		}
	}
}
