package county_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/county"
	"tianbo/internal/supply/routing/jsonfile"
)

func makeCounty(t *testing.T, params county.Params) *county.County {
	t.Helper()
	c, err := county.Make(params)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheRuralSet(t *testing.T) {
	t.Parallel()
	c := makeCounty(t, county.Rural())
	p := c.File.Problem
	if len(p.Places) != 1+12+150 || len(p.Consignments) != 400 || len(c.Owner) != 400 {
		t.Errorf("%d places, %d consignments, %d owners", len(p.Places), len(p.Consignments), len(c.Owner))
	}
	trucks := 0
	for _, v := range p.Vehicles {
		trucks += v.Count
	}
	if trucks != 10 || p.Vehicles[len(p.Vehicles)-1].Count != 3 {
		t.Errorf("%d trucks, %+v", trucks, p.Vehicles)
	}
	buses, offered := map[string]bool{}, 0
	for _, l := range p.Lines {
		if strings.HasPrefix(l.ID, "bus-") {
			buses[l.ID[:5]] = true
		}
	}
	for i := range p.Consignments {
		offered += len(p.Consignments[i].Itineraries)
		if len(p.Consignments[i].Itineraries) > 8 {
			t.Errorf("%s is offered %d itineraries", p.Consignments[i].ID, len(p.Consignments[i].Itineraries))
		}
	}
	if len(buses) != 6 || len(c.Post) != 4 || offered < 400 {
		t.Errorf("%d bus lines, %d post rounds, %d itineraries", len(buses), len(c.Post), offered)
	}
}

func TestEqualParametersMakeEqualCounties(t *testing.T) {
	t.Parallel()
	params := county.Rural()
	params.Consignments = 60
	one, err := makeCounty(t, params).File.WriteProblem()
	if err != nil {
		t.Fatal(err)
	}
	two, _ := makeCounty(t, params).File.WriteProblem()
	if !bytes.Equal(one, two) {
		t.Error("two counties of one seed differ")
	}
	params.Seed = 2
	if three, _ := makeCounty(t, params).File.WriteProblem(); bytes.Equal(one, three) {
		t.Error("two seeds make the same county")
	}
	if _, err := jsonfile.ReadProblem(one); err != nil {
		t.Errorf("the county cannot be read back: %v", err)
	}
}

// On a tree the way between two places is the longest pair sum minus the others (four-point condition).
func TestRoadsAreATree(t *testing.T) {
	t.Parallel()
	p := makeCounty(t, county.Rural()).File.Problem
	n := len(p.Places)
	d := func(a, b int) float64 { x, _ := p.Networks[0].Between(n, a, b); return x }
	for i := 0; i+60 < n; i++ {
		a, b, c, e := i, i+7, i+31, i+60
		s := []float64{d(a, b) + d(c, e), d(a, c) + d(b, e), d(a, e) + d(b, c)}
		top := math.Max(s[0], math.Max(s[1], s[2]))
		ties := 0
		for _, x := range s {
			if math.Abs(x-top) < 1e-6 {
				ties++
			}
		}
		if ties < 2 {
			t.Fatalf("places %d %d %d %d: sums %v", a, b, c, e, s)
		}
	}
}

// Every consignment can be carried in time and fresh by a vehicle that drives for it alone.
func TestEveryConsignmentCanBeServedAlone(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		params := county.Rural()
		params.Seed = seed
		p := makeCounty(t, params).File.Problem
		n := len(p.Places)
		for i := range p.Consignments {
			c := &p.Consignments[i]
			ok := false
			for k := range p.Vehicles {
				v := &p.Vehicles[k]
				_, out := p.Networks[0].Between(n, v.Start, c.Pickup.Place)
				if c.Pickup.Place != v.Start {
					out += p.Places[c.Pickup.Place].Setup
				}
				_, way := p.Networks[0].Between(n, c.Pickup.Place, c.Delivery.Place)
				way += p.Places[c.Delivery.Place].Setup
				load := math.Max(v.Shift.Earliest+out, c.Pickup.Window.Earliest)
				fresh := c.Quality == 0 || way*routing.DecayOf(v.Decay, c.Class) <= c.Quality
				ok = ok || (fresh && load <= c.Pickup.Window.Latest && load+c.Pickup.Service+way <= c.Delivery.Window.Latest)
			}
			if !ok {
				t.Errorf("seed %d: nobody can carry %s: %+v", seed, c.ID, c)
			}
		}
	}
}

func TestWhatAnOperatorHasAlone(t *testing.T) {
	t.Parallel()
	c := makeCounty(t, county.Rural())
	sum := 0
	for o, name := range county.Operators {
		p := c.Alone(o)
		sum += len(p.Consignments)
		for i := range p.Consignments {
			if !strings.HasPrefix(p.Consignments[i].ID, name) {
				t.Fatalf("%s carries %s", name, p.Consignments[i].ID)
			}
			for _, it := range p.Consignments[i].Itineraries {
				for _, r := range it.Rides {
					if r.Line != routing.AtHub && (name != "post" || !strings.HasPrefix(p.Lines[r.Line].ID, "post-")) {
						t.Fatalf("%s rides on %s", name, p.Lines[r.Line].ID)
					}
				}
			}
		}
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
	}
	if sum != 400 {
		t.Errorf("the operators have %d consignments between them", sum)
	}
	if c.File.Problem.Vehicles[0].Count != 7 {
		t.Error("the shared fleet was changed")
	}
}

func TestParametersOutOfRange(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*county.Params){
		func(p *county.Params) { p.Townships = 0 }, func(p *county.Params) { p.Villages = 5000 }, func(p *county.Params) { p.Reefers = 11 },
		func(p *county.Params) { p.Buses = 13 }, func(p *county.Params) { p.Consignments = 0 },
	} {
		params := county.Rural()
		change(&params)
		if _, err := county.Make(params); err == nil {
			t.Errorf("%+v was accepted", params)
		}
	}
}
