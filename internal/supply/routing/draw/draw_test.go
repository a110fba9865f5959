package draw_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/draw"
	"tianbo/internal/supply/routing/matrix"
)

func scene() (*routing.Problem, *routing.Plan) {
	p := &routing.Problem{Name: `two <valleys> & "more"`, Places: []routing.Place{{ID: "hub"}, {ID: "mill & co", X: 10, Y: 5}, {ID: "farm", X: -4, Y: 8}}}
	p.Networks = []routing.Network{matrix.Plane(p.Places, matrix.Profile{})}
	p.Vehicles = []routing.Vehicle{{ID: "van<1>", Count: 1, Capacity: []int64{5}, Shift: routing.Always(), Breaks: []routing.Break{{Duration: 5}}}}
	p.Consignments = []routing.Consignment{
		{ID: "eggs", Class: routing.NoClass, Delivery: &routing.Stop{Place: 1}},
		{ID: "milk", Class: routing.NoClass, Delivery: &routing.Stop{Place: 2}},
		{ID: "hay", Class: routing.NoClass, Pickup: &routing.Stop{Place: 0}, Delivery: &routing.Stop{Place: 1}, Itineraries: []routing.Itinerary{{Rides: []routing.Ride{{Line: 0, Board: 0, Alight: 1}}}}},
	}
	p.Lines = []routing.Line{{ID: "bus", Stops: []routing.LineStop{{Place: 0}, {Place: 1, Arrive: 9, Depart: 9}}}}
	plan := &routing.Plan{
		Routes: []routing.Route{{Depart: 21600, Return: 36000, Visits: []routing.Visit{
			{Act: routing.Unload, Consignment: 0, Place: 1, Start: 25200, Leave: 25500, Break: -1},
			{Act: routing.Rest, Consignment: -1, Break: 0, Place: 1, Start: 25500, Leave: 27000},
		}}},
		Unserved: []routing.Unserved{{Consignment: 1}},
		Rides:    []routing.Booking{{Consignment: 2}},
	}
	return p, plan
}

// elements counts the elements of a picture and fails when it is not well formed.
func elements(t *testing.T, svg []byte) map[string]int {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	out := map[string]int{}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("not well formed: %v", err)
		}
		if s, ok := tok.(xml.StartElement); ok {
			out[s.Name.Local]++
		}
	}
}

func TestThePictureShowsThePlan(t *testing.T) {
	t.Parallel()
	p, plan := scene()
	svg := draw.SVG(p, plan, draw.Options{Clock: true})
	n := elements(t, svg)
	if n["svg"] != 1 || n["polyline"] != 2 || n["desc"] != 1 {
		t.Errorf("elements: %v", n)
	}
	for _, want := range []string{"van&lt;1&gt; 1", "farm: left behind", "07:00–07:05 unload eggs at mill &amp; co", "07:05–07:30 rest", "<title>bus</title>", ">06:00<"} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("%q is not shown", want)
		}
	}
}

func TestOddPlansCanBeDrawn(t *testing.T) {
	t.Parallel()
	p, _ := scene()
	elements(t, draw.SVG(p, &routing.Plan{}, draw.Options{}))
	p.Places = p.Places[:1] // everything at one place
	elements(t, draw.SVG(p, &routing.Plan{Routes: []routing.Route{{}}}, draw.Options{Width: 300}))
	p, plan := scene()
	plan.Routes[0].Return = plan.Routes[0].Depart
	elements(t, draw.SVG(p, plan, draw.Options{}))
}
