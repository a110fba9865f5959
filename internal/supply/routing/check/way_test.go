package check_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/check"
)

// transfer is a day with a change of trucks: van 1 brings silk from place 1 to the hub at place 2, van 2 on to place 3.
func transfer() (*routing.Problem, *routing.Plan) {
	p, _ := scene()
	p.Lines, p.Places[2].Setup, p.Places[2].Decay = nil, 0, []float64{0.5}
	p.Hubs = []routing.Hub{{ID: "hub", Place: 2, Dwell: 10, Window: routing.Window{Earliest: 15, Latest: 80}, Fee: 3, FeeUnit: 1}}
	p.Vehicles = []routing.Vehicle{{ID: "van", Count: 2, Start: 2, End: 2, Capacity: []int64{9}, PerDistance: 1, Shift: routing.Window{Latest: 200}}}
	p.Consignments = []routing.Consignment{{
		ID: "silk", Size: []int64{4}, Class: 0, Quality: 60, Pickup: &routing.Stop{Place: 1, Window: routing.Window{Latest: 100}, Service: 1},
		Delivery: &routing.Stop{Place: 3, Window: routing.Window{Latest: 100}}, Itineraries: []routing.Itinerary{{Rides: []routing.Ride{routing.Stay(0)}}},
	}}
	plan := &routing.Plan{Cost: 47, Distance: 40, Rides: []routing.Booking{{Consignment: 0, Fee: 7}}, Routes: []routing.Route{
		{Unit: 0, Depart: 0, Return: 21, Cost: 20, Visits: []routing.Visit{
			{Act: routing.Load, Leg: routing.Before(0), Break: -1, Place: 1, Arrive: 10, Start: 10, Leave: 11},
			{Act: routing.Unload, Leg: routing.Before(0), Break: -1, Place: 2, Arrive: 21, Start: 21, Leave: 21},
		}},
		{Unit: 1, Depart: 31, Return: 51, Cost: 20, Visits: []routing.Visit{
			{Act: routing.Load, Leg: routing.Before(1), Break: -1, Place: 2, Arrive: 31, Start: 31, Leave: 31},
			{Act: routing.Unload, Leg: routing.Before(1), Break: -1, Place: 3, Arrive: 41, Start: 41, Leave: 41},
		}},
	}}
	return p, plan
}

func TestHubs(t *testing.T) {
	t.Parallel()
	p, plan := transfer()
	if r := verify(t, p, plan); !r.Feasible() || r.Cost != 47 || r.Lines != 7 {
		t.Fatalf("refused: %+v", r)
	}
	for name, c := range map[string]struct {
		breaks check.Rule
		change func(*routing.Problem, *routing.Plan)
	}{
		"taken on before the dwell is over": {check.Timetable, func(p *routing.Problem, _ *routing.Plan) { p.Hubs[0].Dwell = 11 }},
		"handed in before the hub opens":    {check.Window, func(p *routing.Problem, _ *routing.Plan) { p.Hubs[0].Window.Earliest = 22 }},
		"taken out after it closes":         {check.Window, func(p *routing.Problem, _ *routing.Plan) { p.Hubs[0].Window.Latest = 30 }},
		"a hub fee forgotten":               {check.Cost, func(p *routing.Problem, _ *routing.Plan) { p.Hubs[0].Fee = 4 }},
		"nobody takes it on":                {check.Timetable, func(_ *routing.Problem, plan *routing.Plan) { plan.Routes = plan.Routes[:1] }},
		"also driven the whole way": {check.Once, func(_ *routing.Problem, plan *routing.Plan) {
			plan.Routes[0].Visits = append(plan.Routes[0].Visits, plan.Routes[1].Visits...)
			for i := range plan.Routes[0].Visits[2:] {
				plan.Routes[0].Visits[2+i].Leg = routing.Whole
			}
		}},
		// 10 on the first van, 10 at half rate in the hub, 10 on the second.
		"not fresh": {check.ShelfLife, func(p *routing.Problem, _ *routing.Plan) { p.Consignments[0].Quality = 24.9 }},
	} {
		p, plan := transfer()
		c.change(p, plan)
		if r := verify(t, p, plan); r.Feasible() || !rules(r)[c.breaks] {
			t.Errorf("%s: want a broken %s, got %v", name, c.breaks, r.Violations)
		}
	}
	p, plan = transfer()
	p.Consignments[0].Quality = 25
	if r := verify(t, p, plan); !r.Feasible() {
		t.Errorf("just fresh: %v", r.Violations)
	}
}

// rerun makes a day that is planned again at 22, when the first van has brought the silk to the hub.
func rerun() (*routing.Problem, *routing.Plan) {
	p, plan := transfer()
	p.Previous = &routing.Previous{Plan: *plan, Frozen: []int{2, 0}, Now: 22, Committed: []int{0}}
	_, fresh := transfer()
	return p, fresh
}

func TestWhatIsDoneStays(t *testing.T) {
	t.Parallel()
	p, plan := rerun()
	if r := verify(t, p, plan); !r.Feasible() {
		t.Fatalf("refused: %v", r.Violations)
	}
	for name, change := range map[string]func(*routing.Problem, *routing.Plan){
		"a frozen stop moved":        func(_ *routing.Problem, plan *routing.Plan) { plan.Routes[0].Visits[0].Start = 10.5 },
		"a frozen route left out":    func(_ *routing.Problem, plan *routing.Plan) { plan.Routes = plan.Routes[1:] },
		"a frozen departure changed": func(_ *routing.Problem, plan *routing.Plan) { plan.Routes[0].Depart = -1 },
		"out before now":             func(p *routing.Problem, _ *routing.Plan) { p.Previous.Now = 32 },
		"off the way it is on": func(p *routing.Problem, plan *routing.Plan) {
			p.Consignments[0].Itineraries = append(p.Consignments[0].Itineraries, p.Consignments[0].Itineraries[0])
			plan.Rides[0].Itinerary = 1
		},
	} {
		p, plan := rerun()
		change(p, plan)
		if r := verify(t, p, plan); r.Feasible() || !rules(r)[check.Frozen] {
			t.Errorf("%s: got %v", name, r.Violations)
		}
	}
	// What happened is not judged: a late driver does not make the rest of the day impossible.
	p, plan = rerun()
	p.Consignments[0].Pickup.Window.Latest, p.Vehicles[0].Capacity[0] = 5, 9
	if r := verify(t, p, plan); !r.Feasible() {
		t.Errorf("a fact was judged: %v", r.Violations)
	}
}

func TestTheFirstLevel(t *testing.T) {
	t.Parallel()
	make := func() (*routing.Problem, *routing.Plan) {
		p, _ := scene()
		p.Lines, p.Places[2].Setup = nil, 0
		p.Echelon = &routing.Echelon{Depot: 0, Satellites: []int{1, 2}, Trucks: 1, Capacity: 9, PerUnit: 1, Fixed: 5, Second: 2, PerStation: 1, Limit: []int64{9, 9}}
		p.Vehicles = []routing.Vehicle{
			{ID: "1", Count: 1, Start: 1, End: 1, Capacity: []int64{5}, PerDistance: 1, Shift: routing.Always()},
			{ID: "2", Count: 1, Start: 2, End: 2, Capacity: []int64{5}, PerDistance: 1, Shift: routing.Always()},
		}
		p.Consignments = nil
		for _, place := range []int{2, 3} {
			p.Consignments = append(p.Consignments, routing.Consignment{ID: "c", Size: []int64{4}, Class: routing.NoClass, Delivery: &routing.Stop{Place: place, Window: routing.Always()}})
		}
		return p, &routing.Plan{
			Cost: 85, Distance: 80,
			Supply: []routing.Supply{{Satellites: []int{1, 2}, Amounts: []int64{4, 4}, Distance: 40}},
			Routes: []routing.Route{
				{Vehicle: 0, Return: 20, Cost: 20, Visits: []routing.Visit{{Act: routing.Unload, Consignment: 0, Break: -1, Place: 2, Arrive: 10, Start: 10, Leave: 10}}},
				{Vehicle: 1, Return: 20, Cost: 20, Visits: []routing.Visit{{Act: routing.Unload, Consignment: 1, Break: -1, Place: 3, Arrive: 10, Start: 10, Leave: 10}}},
			},
		}
	}
	p, plan := make()
	if r := verify(t, p, plan); !r.Feasible() || r.FirstLevel != 45 {
		t.Fatalf("refused: %+v", r)
	}
	for name, c := range map[string]struct {
		breaks check.Rule
		change func(*routing.Problem, *routing.Plan)
	}{
		"a satellite short":        {check.Capacity, func(_ *routing.Problem, plan *routing.Plan) { plan.Supply[0].Amounts[0] = 3 }},
		"a truck too full":         {check.Capacity, func(p *routing.Problem, _ *routing.Plan) { p.Echelon.Capacity = 7 }},
		"a satellite too full":     {check.Capacity, func(p *routing.Problem, _ *routing.Plan) { p.Echelon.Limit[1] = 3 }},
		"too many trucks":          {check.Fleet, func(p *routing.Problem, _ *routing.Plan) { p.Echelon.Trucks = 0 }},
		"too many in all":          {check.Fleet, func(p *routing.Problem, _ *routing.Plan) { p.Echelon.Second = 1 }},
		"too many at one":          {check.Fleet, func(p *routing.Problem, _ *routing.Plan) { p.Vehicles[1].Start, p.Vehicles[1].End = 1, 1 }},
		"a tour to nowhere":        {check.Precedence, func(_ *routing.Problem, plan *routing.Plan) { plan.Supply[0].Satellites[0] = 99 }},
		"a tour without an amount": {check.Precedence, func(_ *routing.Problem, plan *routing.Plan) { plan.Supply[0].Amounts = nil }},
	} {
		p, plan := make()
		c.change(p, plan)
		if r := verify(t, p, plan); r.Feasible() || !rules(r)[c.breaks] {
			t.Errorf("%s: want a broken %s, got %v", name, c.breaks, r.Violations)
		}
	}
}

// The checker and the solver share nothing: neither imports the other, in code or through a third package.
func TestIndependence(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{"tianbo/internal/supply/routing": true}
	for _, dir := range []string{".", "../solve"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range f.Imports {
				if path := strings.Trim(i.Path.Value, `"`); strings.HasPrefix(path, "tianbo/") && !allowed[path] {
					t.Errorf("%s imports %s", name, path)
				}
			}
		}
	}
}

// FuzzPlans: whatever a plan says, the checker answers.
func FuzzPlans(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	f.Add([]byte{255, 0, 255, 0, 1, 1, 1, 1, 200, 200})
	f.Fuzz(func(t *testing.T, data []byte) {
		p, plan := transfer()
		next := func() int {
			if len(data) == 0 {
				return 0
			}
			x := int(int8(data[0]))
			data = data[1:]
			return x
		}
		for len(data) > 0 {
			r := &plan.Routes[(next()&127)%len(plan.Routes)]
			v := &r.Visits[(next()&127)%len(r.Visits)]
			switch next() & 7 {
			case 0:
				v.Consignment = next()
			case 1:
				v.Act, v.Leg = routing.Act(next()), routing.Leg(next())
			case 2:
				v.Place, v.Break = next(), next()
			case 3:
				v.Start, v.Leave = float64(next()), float64(next())
			case 4:
				r.Vehicle, r.Unit = next(), next()
			case 5:
				plan.Rides = append(plan.Rides, routing.Booking{Consignment: next(), Itinerary: next()})
			case 6:
				plan.Unserved = append(plan.Unserved, routing.Unserved{Consignment: next()})
			case 7:
				plan.Routes = append(plan.Routes, *r)
			}
		}
		if _, err := check.Verify(p, plan); err != nil {
			t.Fatal(err)
		}
	})
}
