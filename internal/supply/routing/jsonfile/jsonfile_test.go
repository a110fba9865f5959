package jsonfile_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/jsonfile"
)

// full uses every field of a problem.
const full = `{
  "name": "two valleys", "classes": ["chilled", "frozen"],
  "places": [
    {"id": "hub", "x": 0, "y": 0, "setup": "5m", "decay": {"chilled": 0.5}},
    {"id": "mill", "x": 3, "y": 4}, {"id": "town", "x": 6, "y": 8}
  ],
  "networks": [{"id": "road", "winding": 1.5, "speed": 0.01}, {"id": "path", "distance": [[0,5,10],[5,0,5],[10,5,0]], "duration": [[0,"10m",1200],[600,0,600],[1200,600,0]]}],
  "vehicles": [
    {"id": "van", "count": 2, "start": "hub", "capacity": [100, 8], "fixed": 30, "perDistance": 2, "perTime": 0.01, "shift": ["06:00", "18:00"], "maxDuration": "10h", "maxDistance": 90,
     "skills": ["ramp"], "breaks": [{"window": ["11:00", "13:00"], "duration": "30m", "maxLoad": 50}], "decay": {"chilled": 2}},
    {"id": "reefer", "start": "hub", "end": "anywhere", "network": "path", "capacity": [80, 6], "compartments": [{"class": "frozen", "capacity": 20}]},
    {"id": "cart", "start": "mill", "end": "hub", "capacity": 9}
  ],
  "lines": [{"id": "bus 7", "stops": [{"place": "hub", "depart": "08:00"}, {"place": "mill", "arrive": "08:20", "depart": "08:25"}, {"place": "town", "arrive": "08:50"}], "capacity": 40, "skills": ["ramp"], "classes": ["chilled"], "decay": {"frozen": 3}, "cutOff": "10m", "handling": 300, "fee": 4, "feeUnit": 0.5}],
  "hubs": [{"id": "sorting", "place": "hub", "dwell": "45m", "window": ["05:00", null], "fee": 1, "feeUnit": 0.1}],
  "consignments": [
    {"id": "apples", "pickup": {"place": "hub", "window": ["06:00", "07:30"], "service": "10m"}, "delivery": {"place": "town", "window": [null, "12:00:30"]}, "size": [20, 2], "skills": ["ramp", "gentle"], "class": "chilled", "quality": "4h", "penalty": 9, "priority": 3,
     "itineraries": [{"rides": [{"line": "bus 7", "board": "hub", "alight": 2}]}, {"rides": [{"hub": "sorting"}, {"line": "bus 7", "board": 0, "alight": "mill"}]}]},
    {"id": "post", "delivery": {"place": "mill"}},
    {"id": "wool", "pickup": {"place": "mill"}, "delivery": {"place": "hub"}, "size": 3}
  ],
  "previous": {"now": "07:00", "frozen": [1], "committed": ["apples"], "changePenalty": 5, "plan": {
    "cost": 12, "distance": 3, "routes": [{"vehicle": "van", "unit": 2, "depart": "06:30", "return": "09:00", "cost": 1, "visits": [
      {"act": "unload", "consignment": "post", "place": "mill", "arrive": 24000, "start": "06:50", "leave": "06:55"},
      {"act": "load", "consignment": "apples", "leg": 1, "place": "hub", "arrive": 1, "start": 2, "leave": 3},
      {"act": "rest", "break": 1, "place": "hub", "arrive": "11:00", "start": "11:00", "leave": "11:30"}]}],
    "rides": [{"consignment": "apples", "fee": 14, "rides": [{"line": "bus 7", "board": 0, "alight": 2}]}],
    "unserved": [{"consignment": "wool", "reason": "window", "by": 3, "vehicle": "van", "extra": 8}]}}
}`

func read(t *testing.T, text string) *jsonfile.File {
	t.Helper()
	f, err := jsonfile.ReadProblem([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestReadsEveryField(t *testing.T) {
	t.Parallel()
	f := read(t, full)
	p := f.Problem
	if d, s := p.Networks[0].Between(3, 0, 1); d != 7.5 || s != 750 {
		t.Errorf("winding and speed: %v in %v", d, s)
	}
	if _, s := p.Networks[1].Between(3, 0, 1); s != 600 {
		t.Errorf("matrix entry as a length of time: %v", s)
	}
	van, reefer := p.Vehicles[0], p.Vehicles[1]
	if van.Count != 2 || van.End != van.Start || van.Shift != (routing.Window{Earliest: 21600, Latest: 64800}) || van.MaxDuration != 36000 || van.Breaks[0].MaxLoad != 50 || van.Decay[0] != 2 || van.Decay[1] != 1 {
		t.Errorf("van: %+v", van)
	}
	if reefer.End != routing.Anywhere || reefer.Network != 1 || reefer.Compartments[0] != (routing.Compartment{Class: 1, Capacity: 20}) || reefer.PerDistance != 1 {
		t.Errorf("reefer: %+v", reefer)
	}
	apples := p.Consignments[0]
	if apples.Skills != 3 || apples.Class != 0 || apples.Quality != 14400 || apples.Itineraries[0].Rides[0] != (routing.Ride{Line: 0, Board: 0, Alight: 2}) || apples.Itineraries[1].Rides[0] != routing.Stay(0) {
		t.Errorf("apples: %+v", apples)
	}
	if w := apples.Delivery.Window; w.Earliest != 0 || w.Latest != 43230 {
		t.Errorf("window: %+v", w)
	}
	if p.Consignments[1].Pickup != nil || p.Consignments[1].Class != routing.NoClass || !slices.Equal(f.Seek, []int{2}) {
		t.Errorf("defaults: %+v, to find: %v", p.Consignments[1], f.Seek)
	}
	if prev := p.Previous; prev.Now != 25200 || prev.Plan.Routes[0].Unit != 1 || prev.Plan.Routes[0].Visits[2].Break != 0 || prev.Committed[0] != 0 {
		t.Errorf("previous: %+v", prev)
	}
}

func TestWritingAndReadingBackChangesNothing(t *testing.T) {
	t.Parallel()
	f := read(t, full)
	once, err := f.WriteProblem()
	if err != nil {
		t.Fatal(err)
	}
	g := read(t, string(once))
	twice, err := g.WriteProblem()
	if err != nil {
		t.Fatal(err)
	}
	if string(once) != string(twice) {
		t.Errorf("not stable:\n%s\n%s", once, twice)
	}
	a, _ := json.Marshal(f.Problem)
	b, _ := json.Marshal(g.Problem)
	if string(a) != string(b) {
		t.Errorf("not the same problem:\n%s\n%s", a, b)
	}
}

func TestPlansOfferTheirOwnItineraries(t *testing.T) {
	t.Parallel()
	f := read(t, full)
	plan, err := f.ReadPlan([]byte(`{"routes": [], "rides": [{"consignment": "wool", "rides": [{"hub": "sorting"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if b := plan.Rides[0]; b.Consignment != 2 || f.Problem.Consignments[2].Itineraries[b.Itinerary].Rides[0] != routing.Stay(0) {
		t.Errorf("booking: %+v", b)
	}
}

func TestErrorsNameTheField(t *testing.T) {
	t.Parallel()
	const head = `{"places": [{"id": "a"}, {"id": "b", "x": 1}], "vehicles": [{"id": "v", "start": "a", "capacity": 1}], `
	for _, c := range []struct{ text, field string }{
		{`{"places": [{"id": "a", "colour": 1}]}`, "places[0].colour"},
		{`{"places": []}`, "places"},
		{`{"places": [{"id": "a"}, {"id": "a"}], "vehicles": []}`, "places[1].id"},
		{`{"places": [{"id": "a", "lat": 1, "lon": 2}, {"id": "b", "x": 3}]}`, "places"},
		{`{"places": [{"id": "a"}], "networks": [{"distance": [[0, 1]]}]}`, "networks[0].distance[0]"},
		{`{"places": [{"id": "a"}], "vehicles": [{"id": "v", "start": "b", "capacity": 1}]}`, "vehicles[0].start"},
		{`{"places": [{"id": "a"}], "vehicles": [{"id": "v", "start": "a"}]}`, "vehicles[0].capacity"},
		{`{"places": [{"id": "a"}], "vehicles": [{"id": "v", "start": "a", "capacity": 1.5}]}`, "vehicles[0].capacity"},
		{`{"places": [{"id": "a"}], "vehicles": [{"id": "v", "start": "a", "capacity": 1, "shift": ["25:99", null]}]}`, "vehicles[0].shift[0]"},
		{`{"places": [{"id": "a"}], "vehicles": [{"id": "v", "start": "a", "capacity": 1, "shift": [5, 4]}]}`, "vehicles[0].shift"},
		{`{"places": [{"id": "a"}], "vehicles": [{"id": "v", "start": "a", "capacity": 1, "fixed": -1}]}`, "vehicles[0].fixed"},
		{`{"places": [{"id": "a"}], "vehicles": [{"id": "v", "start": "a", "capacity": 1, "decay": {"warm": 2}}]}`, "vehicles[0].decay.warm"},
		{head + `"consignments": [{"id": "c"}]}`, "consignments[0]"},
		{head + `"consignments": [{"id": "c", "delivery": {"place": "c"}}]}`, "consignments[0].delivery.place"},
		{head + `"consignments": [{"id": "c", "delivery": {"place": "b", "service": "soon"}}]}`, "consignments[0].delivery.service"},
		{head + `"consignments": [{"id": "c", "delivery": {"place": "b"}, "class": "cold"}]}`, "consignments[0].class"},
		{head + `"consignments": [{"id": "c", "delivery": {"place": "b"}, "priority": 5000}]}`, "consignments[0].priority"},
		{head + `"consignments": [{"id": "c", "delivery": {"place": "b"}, "size": [1, 2, 3, 4, 5]}]}`, "consignments"},
		{head + `"lines": [{"id": "l", "stops": [{"place": "a", "depart": 5}, {"place": "b", "arrive": 4}]}]}`, "lines[0].stops[1]"},
		{head + `"lines": [{"id": "l", "stops": [{"place": "a", "depart": 5}, {"place": "b", "arrive": 6}]}], "consignments": [{"id": "c", "pickup": {"place": "b"}, "delivery": {"place": "a"}, "itineraries": [{"rides": [{"line": "l", "board": "b", "alight": "a"}]}]}]}`, "consignments[0].itineraries[0].rides[0].alight"},
		{head + `"hubs": [{"id": "h", "place": "z"}]}`, "hubs[0].place"},
		{head + `"previous": {"now": 1, "plan": {"routes": [{"vehicle": "v", "unit": 2, "visits": []}]}}}`, "previous.plan.routes[0]"},
		{head + `"previous": {"now": 1, "plan": {"routes": [{"vehicle": "v", "visits": [{"act": "sleep", "place": "a"}]}]}}}`, "previous.plan.routes[0].visits[0].act"},
		{head + `"echelon": {"depot": "a", "satellites": ["b", "b"], "trucks": 1, "capacity": 5}}`, "echelon.satellites[1]"},
	} {
		_, err := jsonfile.ReadProblem([]byte(c.text))
		var fe *routing.FieldError
		if !errors.As(err, &fe) {
			t.Errorf("%s: got %v, want an error about %s", c.text, err, c.field)
			continue
		}
		if fe.Field != c.field {
			t.Errorf("%s: the error is about %s (%s), want %s", c.text, fe.Field, fe.Problem, c.field)
		}
	}
	for _, text := range []string{"", "[", "{} {}", "7"} {
		if _, err := jsonfile.ReadProblem([]byte(text)); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestSchemaKnowsTheSameFields(t *testing.T) {
	t.Parallel()
	type object struct {
		Properties map[string]any    `json:"properties"`
		Required   []string          `json:"required"`
		Defs       map[string]object `json:"$defs"`
	}
	var schema object
	if err := json.Unmarshal(jsonfile.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	schema.Defs[""] = schema
	for name, known := range jsonfile.Fields {
		described := slices.Sorted(maps.Keys(schema.Defs[name].Properties))
		if !slices.Equal(described, slices.Sorted(slices.Values(known))) {
			t.Errorf("%q: the schema describes %v, the reader knows %v", name, described, known)
		}
		for _, r := range schema.Defs[name].Required {
			if !slices.Contains(known, r) {
				t.Errorf("%q requires %s, which is not a field", name, r)
			}
		}
	}
	for name, o := range schema.Defs {
		if len(o.Properties) > 0 && jsonfile.Fields[name] == nil {
			t.Errorf("the schema describes %q, which is never read", name)
		}
	}
}

func FuzzReadProblem(f *testing.F) {
	f.Add(full)
	f.Add(`{"places": [{"id": "a"}], "lines": [{"id": "l"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		file, err := jsonfile.ReadProblem([]byte(text))
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("an error says nothing")
			}
			return
		}
		once, err := file.WriteProblem()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jsonfile.ReadProblem(once); err != nil {
			t.Errorf("what was written cannot be read: %v\n%s", err, once)
		}
	})
}
