package check_test

import (
	"math"
	"testing"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/check"
)

// scene is a small day that holds: a van loads milk (a) at place 1 and brings it to place 2, rests, and fetches hay (b)
// at place 2 for its base; a bus carries wool (c) from place 1 to place 3, where the same van takes it home to place 0.
// Places lie on a line ten apart, speed one.
func scene() (*routing.Problem, *routing.Plan) {
	p := &routing.Problem{}
	for i := range 4 {
		p.Places = append(p.Places, routing.Place{ID: string(rune('0' + i)), X: float64(10 * i)})
	}
	p.Places[2].Setup = 1
	d := make([]float64, 16)
	for i := range 4 {
		for j := range 4 {
			d[i*4+j] = math.Abs(float64(10 * (i - j)))
		}
	}
	p.Networks = []routing.Network{{Distance: d}}
	p.Vehicles = []routing.Vehicle{{
		ID: "van", Count: 1, Capacity: []int64{10, 4}, Fixed: 50, PerDistance: 2, PerTime: 0.5, Shift: routing.Window{Latest: 200},
		MaxDuration: 150, MaxDistance: 70, Skills: 1, Decay: []float64{2},
		Breaks: []routing.Break{{Window: routing.Window{Earliest: 30, Latest: 45}, Duration: 5, MaxLoad: 6}},
	}}
	p.Lines = []routing.Line{{
		ID: "bus", Capacity: []int64{5}, CutOff: 2, Handling: 3, Fee: 4, FeeUnit: 1, Decay: []float64{1},
		Stops: []routing.LineStop{{Place: 1, Arrive: 40, Depart: 40}, {Place: 3, Arrive: 60, Depart: 60}},
	}}
	p.Consignments = []routing.Consignment{
		{
			ID: "a", Size: []int64{6, 1}, Class: 0, Skills: 1, Quality: 60,
			Pickup:   &routing.Stop{Place: 1, Window: routing.Window{Earliest: 5, Latest: 20}, Service: 2},
			Delivery: &routing.Stop{Place: 2, Window: routing.Window{Latest: 30}, Service: 1},
		},
		{ID: "b", Size: []int64{6, 1}, Class: routing.NoClass, Pickup: &routing.Stop{Place: 2, Window: routing.Window{Latest: 100}, Service: 2}},
		{
			ID: "c", Size: []int64{4, 1}, Class: routing.NoClass, Quality: 80,
			Pickup:      &routing.Stop{Place: 1, Window: routing.Window{Earliest: 5, Latest: 100}},
			Delivery:    &routing.Stop{Place: 0, Window: routing.Window{Latest: 120}, Service: 1},
			Itineraries: []routing.Itinerary{{Rides: []routing.Ride{{Line: 0, Board: 0, Alight: 1}}}},
		},
	}
	plan := &routing.Plan{Routes: []routing.Route{{
		Vehicle: 0, Unit: 0, Depart: 0, Return: 95, Cost: 50 + 2*60 + 0.5*95,
		Visits: []routing.Visit{
			{Act: routing.Load, Consignment: 0, Break: -1, Place: 1, Arrive: 10, Start: 10, Leave: 12},
			{Act: routing.Unload, Consignment: 0, Break: -1, Place: 2, Arrive: 23, Start: 23, Leave: 24},
			{Act: routing.Load, Consignment: 1, Break: -1, Place: 2, Arrive: 24, Start: 24, Leave: 26},
			{Act: routing.Rest, Consignment: -1, Break: 0, Place: 2, Arrive: 26, Start: 30, Leave: 35},
			{Act: routing.Load, Leg: routing.Before(1), Consignment: 2, Break: -1, Place: 3, Arrive: 45, Start: 63, Leave: 63},
			{Act: routing.Unload, Leg: routing.Before(1), Consignment: 2, Break: -1, Place: 0, Arrive: 93, Start: 93, Leave: 94},
		},
	}}, Rides: []routing.Booking{{Consignment: 2, Itinerary: 0, Fee: 8}}}
	plan.Routes[0].Return = 94
	plan.Routes[0].Cost = 50 + 2*60 + 0.5*94
	plan.Cost, plan.Distance = plan.Routes[0].Cost+8, 60
	return p, plan
}

func verify(t *testing.T, p *routing.Problem, plan *routing.Plan) *check.Report {
	t.Helper()
	r, err := check.Verify(p, plan)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rules(r *check.Report) map[check.Rule]bool {
	out := map[check.Rule]bool{}
	for _, v := range r.Violations {
		out[v.Rule] = true
	}
	return out
}

func TestASoundPlanPasses(t *testing.T) {
	t.Parallel()
	p, plan := scene()
	r := verify(t, p, plan)
	if !r.Feasible() {
		t.Fatalf("refused: %v", r.Violations)
	}
	if r.Cost != 225 || r.Distance != 60 || r.Duration != 94 || r.Vehicles != 1 || r.Lines != 8 {
		t.Errorf("totals: %+v", r)
	}
}

// Every kind of broken promise is refused under its own name.
func TestEveryViolationIsRefused(t *testing.T) {
	t.Parallel()
	visits := func(plan *routing.Plan) []routing.Visit { return plan.Routes[0].Visits }
	for name, c := range map[string]struct {
		breaks check.Rule
		change func(*routing.Problem, *routing.Plan)
	}{
		"too late":                     {check.Window, func(p *routing.Problem, _ *routing.Plan) { p.Consignments[0].Delivery.Window.Latest = 22 }},
		"too early":                    {check.Window, func(p *routing.Problem, _ *routing.Plan) { p.Consignments[0].Pickup.Window.Earliest = 11 }},
		"overloaded":                   {check.Capacity, func(p *routing.Problem, _ *routing.Plan) { p.Consignments[1].Size[0] = 7 }},
		"overloaded, second dimension": {check.Capacity, func(p *routing.Problem, _ *routing.Plan) { p.Consignments[1].Size[1] = 5 }},
		"no room in that dimension":    {check.Capacity, func(p *routing.Problem, _ *routing.Plan) { p.Vehicles[0].Capacity = []int64{10} }},
		"compartment too small": {check.Capacity, func(p *routing.Problem, _ *routing.Plan) {
			p.Vehicles[0].Compartments = []routing.Compartment{{Class: 0, Capacity: 5}}
		}},
		"no compartment of the class": {check.Skill, func(p *routing.Problem, _ *routing.Plan) {
			p.Vehicles[0].Compartments = []routing.Compartment{{Class: 1, Capacity: 9}}
		}},
		"line overloaded": {check.Capacity, func(p *routing.Problem, _ *routing.Plan) { p.Lines[0].Capacity[0] = 3 }},
		"misordered": {check.Precedence, func(_ *routing.Problem, plan *routing.Plan) {
			v := visits(plan)
			v[0].Act, v[1].Act = routing.Unload, routing.Load
			v[0].Place, v[1].Place = 2, 1
		}},
		"at the wrong place": {check.Precedence, func(_ *routing.Problem, plan *routing.Plan) { visits(plan)[0].Place = 3 }},
		"never unloaded":     {check.Precedence, func(_ *routing.Problem, plan *routing.Plan) { plan.Routes[0].Visits = visits(plan)[:5] }},
		"loaded twice": {check.Precedence, func(_ *routing.Problem, plan *routing.Plan) {
			plan.Routes[0].Visits = append(visits(plan)[:1:1], visits(plan)...)
		}},
		"wrong skill":         {check.Skill, func(p *routing.Problem, _ *routing.Plan) { p.Vehicles[0].Skills = 2 }},
		"line without skill":  {check.Skill, func(p *routing.Problem, _ *routing.Plan) { p.Consignments[2].Skills = 1 }},
		"line without class":  {check.Skill, func(p *routing.Problem, _ *routing.Plan) { p.Consignments[2].Class = 0 }},
		"too long on board":   {check.ShelfLife, func(p *routing.Problem, _ *routing.Plan) { p.Consignments[0].Quality = 21 }},
		"too long on the way": {check.ShelfLife, func(p *routing.Problem, _ *routing.Plan) { p.Consignments[2].Quality = 52 }},
		"warm where it waits": {check.ShelfLife, func(p *routing.Problem, _ *routing.Plan) {
			p.Consignments[2].Class, p.Lines[0].Classes, p.Vehicles[0].Decay, p.Places[3].Decay = 0, 1, nil, []float64{20}
		}},
		"no break": {check.Break, func(_ *routing.Problem, plan *routing.Plan) {
			plan.Routes[0].Visits = append(visits(plan)[:3:3], visits(plan)[4:]...)
		}},
		"break too early": {check.Break, func(_ *routing.Problem, plan *routing.Plan) { visits(plan)[3].Start = 29 }},
		"break too late": {check.Break, func(p *routing.Problem, _ *routing.Plan) {
			p.Vehicles[0].Breaks[0].Window = routing.Window{Earliest: 10, Latest: 25}
		}},
		"break too short":      {check.Break, func(_ *routing.Problem, plan *routing.Plan) { visits(plan)[3].Leave = 34 }},
		"break with a load":    {check.Break, func(p *routing.Problem, _ *routing.Plan) { p.Vehicles[0].Breaks[0].MaxLoad = 5 }},
		"break somewhere else": {check.Break, func(_ *routing.Problem, plan *routing.Plan) { visits(plan)[3].Place = 1 }},
		"break taken twice": {check.Break, func(_ *routing.Problem, plan *routing.Plan) {
			plan.Routes[0].Visits = append(visits(plan)[:4:4], visits(plan)[3:]...)
		}},
		"out before the shift":  {check.Shift, func(p *routing.Problem, _ *routing.Plan) { p.Vehicles[0].Shift.Earliest = 1 }},
		"back after the shift":  {check.Shift, func(p *routing.Problem, _ *routing.Plan) { p.Vehicles[0].Shift.Latest = 93 }},
		"out too long":          {check.Shift, func(p *routing.Problem, _ *routing.Plan) { p.Vehicles[0].MaxDuration = 93 }},
		"out too far":           {check.Shift, func(p *routing.Problem, _ *routing.Plan) { p.Vehicles[0].MaxDistance = 59 }},
		"faster than the road":  {check.Travel, func(_ *routing.Problem, plan *routing.Plan) { visits(plan)[1].Arrive, visits(plan)[1].Start = 22, 22 }},
		"set-up forgotten":      {check.Travel, func(p *routing.Problem, _ *routing.Plan) { p.Places[2].Setup = 2 }},
		"starts before arrival": {check.Travel, func(_ *routing.Problem, plan *routing.Plan) { visits(plan)[4].Arrive = 64 }},
		"service cut short":     {check.Travel, func(_ *routing.Problem, plan *routing.Plan) { visits(plan)[0].Leave = 11 }},
		"back before it can":    {check.Travel, func(_ *routing.Problem, plan *routing.Plan) { plan.Routes[0].Return = 93 }},
		"a time that is none":   {check.Travel, func(_ *routing.Problem, plan *routing.Plan) { visits(plan)[0].Start = math.NaN() }},
		"off the bus too early": {check.Window, func(p *routing.Problem, _ *routing.Plan) { p.Lines[0].Handling = 4 }},
		"after the cut-off":     {check.CutOff, func(p *routing.Problem, _ *routing.Plan) { p.Consignments[2].Pickup.Window.Earliest = 39 }},
		"nobody fetches it":     {check.Timetable, func(_ *routing.Problem, plan *routing.Plan) { plan.Routes[0].Visits = visits(plan)[:4] }},
		"an unknown itinerary":  {check.Timetable, func(_ *routing.Problem, plan *routing.Plan) { plan.Rides[0].Itinerary = 1 }},
		"booked twice":          {check.Timetable, func(_ *routing.Problem, plan *routing.Plan) { plan.Rides = append(plan.Rides, plan.Rides[0]) }},
		"an unknown vehicle":    {check.Fleet, func(_ *routing.Problem, plan *routing.Plan) { plan.Routes[0].Vehicle = 7 }},
		"an unknown unit":       {check.Fleet, func(_ *routing.Problem, plan *routing.Plan) { plan.Routes[0].Unit = 1 }},
		"one unit twice":        {check.Fleet, func(_ *routing.Problem, plan *routing.Plan) { plan.Routes = append(plan.Routes, plan.Routes[0]) }},
		"left out silently":     {check.Once, func(_ *routing.Problem, plan *routing.Plan) { plan.Routes[0].Visits = visits(plan)[2:] }},
		"unserved but carried":  {check.Once, func(_ *routing.Problem, plan *routing.Plan) { plan.Unserved = []routing.Unserved{{Consignment: 1}} }},
		"unserved twice": {check.Once, func(_ *routing.Problem, plan *routing.Plan) {
			plan.Unserved = []routing.Unserved{{Consignment: 9}, {Consignment: 9}}
		}},
		"an unknown act":    {check.Once, func(_ *routing.Problem, plan *routing.Plan) { visits(plan)[0].Act = 9 }},
		"a false cost":      {check.Cost, func(_ *routing.Problem, plan *routing.Plan) { plan.Cost = 224.9 }},
		"a false fee":       {check.Cost, func(_ *routing.Problem, plan *routing.Plan) { plan.Rides[0].Fee = 7 }},
		"a false distance":  {check.Cost, func(_ *routing.Problem, plan *routing.Plan) { plan.Distance = math.NaN() }},
		"a false route sum": {check.Cost, func(_ *routing.Problem, plan *routing.Plan) { plan.Routes[0].Cost = 1 }},
	} {
		p, plan := scene()
		c.change(p, plan)
		r := verify(t, p, plan)
		if r.Feasible() || !rules(r)[c.breaks] {
			t.Errorf("%s: want a broken %s, got %v", name, c.breaks, r.Violations)
		}
	}
}

func TestMandatoryAndOptional(t *testing.T) {
	t.Parallel()
	p, plan := scene()
	plan.Routes[0].Visits = append(plan.Routes[0].Visits[:2:2], plan.Routes[0].Visits[3:]...)
	plan.Unserved = []routing.Unserved{{Consignment: 1, Reason: routing.Fleet, Vehicle: -1}}
	if r := verify(t, p, plan); r.Feasible() || r.Mandatory != 1 || len(r.Violations) > 0 {
		t.Errorf("a mandatory consignment is left behind: %+v", r)
	}
	p.Consignments[1].Penalty = 30
	plan.Cost += 30
	if r := verify(t, p, plan); !r.Feasible() || r.Cost != 255 {
		t.Errorf("an optional one is: %+v", r)
	}
}

// Every reason of the explanation is answered by rules of the checker.
func TestReasonsHaveRules(t *testing.T) {
	t.Parallel()
	for _, r := range []routing.Reason{routing.NoSkill, routing.Capacity, routing.TimeWindow, routing.ShelfLife, routing.CutOff, routing.BreakRule, routing.Fleet} {
		if len(check.Breaks(r)) == 0 {
			t.Errorf("no rule answers %s", r)
		}
	}
	if check.Breaks(routing.NotWorth) != nil {
		t.Error("leaving something behind because it is not worth it breaks no rule")
	}
}
