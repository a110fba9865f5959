package benchfile_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/benchfile"
	"tianbo/internal/supply/routing/check"
	"tianbo/internal/supply/routing/solve"
)

func text(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func read(t testing.TB, file string, round benchfile.Rounding) *benchfile.Instance {
	t.Helper()
	in, err := benchfile.Read(text(t, file), round)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return in
}

// Every family is told by its content, solved, written, read back and passed by the checker at the cost known by hand.
func TestEveryFamily(t *testing.T) {
	t.Parallel()
	for file, c := range map[string]struct {
		kind string
		cost float64
	}{
		"windows.txt": {"VRPTW", 20 + 40}, // 1 and 2 on one way, 3 and 4 on another
		"pairs.txt":   {"PDPTW", 5 + math.Hypot(3, 6) + 10 + math.Hypot(6, 12) + 10},
		"collect.vrp": {"PDPTW", 5 + math.Hypot(3, 6) + 10 + math.Hypot(6, 12) + 10},
		"plain.vrp":   {"CVRP", 20 + 2*math.Hypot(0, 10)*0 + 10 + math.Hypot(1, 11) + math.Hypot(1, 21)},
		"matrix.vrp":  {"CVRP", 5 + 5 + 4 + 12},
		"depots.vrp":  {"MDVRPTW", 40 + 20},
		"fleet.vrp":   {"HFVRP", 10 + 1.2*(20+math.Hypot(20, 10)+10)},
		"trips.vrp":   {"MTVRPTWR", 20 + 20 + math.Hypot(20, 10) + 10},
		"prizes.vrp":  {"PCVRPTW", 20 + 30},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			in := read(t, file, benchfile.None)
			if in.Kind != c.kind {
				t.Fatalf("read as %s, want %s", in.Kind, c.kind)
			}
			plan, _, err := solve.Solve(context.Background(), in.Problem, solve.Options{Seed: 1, Iterations: 300})
			if err != nil {
				t.Fatal(err)
			}
			judge(t, in, plan, c.cost)
			json, err := in.WriteJSON(plan)
			if err != nil {
				t.Fatal(err)
			}
			back, err := in.ReadSolution(string(json))
			if err != nil {
				t.Fatal(err)
			}
			judge(t, in, back, c.cost)
			if back, err = in.ReadSolution(in.WriteSolution(plan, plan.Cost)); err != nil {
				t.Fatal(err)
			}
			judge(t, in, back, c.cost)
		})
	}
}

// Both two-echelon texts of one problem are read alike; the plan is known to be the best.
func TestTwoEchelons(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"stores.dat", "satellites.dat"} {
		in := read(t, file, benchfile.None)
		plan, err := in.ReadSolution(`{"cost": 94.14213562373095, "distance": 94.14213562373095,
			"supply": [{"satellites": ["1", "2"], "amounts": [6, 6], "distance": 34.14213562373095}],
			"routes": [
				{"vehicle": "1", "depart": 0, "return": 40, "cost": 40, "visits": [
					{"act": "unload", "consignment": "3", "place": "3", "arrive": 10, "start": 10, "leave": 10},
					{"act": "unload", "consignment": "4", "place": "4", "arrive": 20, "start": 20, "leave": 20}]},
				{"vehicle": "2", "depart": 0, "return": 20, "cost": 20, "visits": [
					{"act": "unload", "consignment": "5", "place": "5", "arrive": 10, "start": 10, "leave": 10}]}]}`)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		judge(t, in, plan, 94.14213562373095)
		if got := in.Length(plan); math.Abs(got-94.14213562373095) > 1e-9 {
			t.Errorf("%s: length %v", file, got)
		}
		e := in.Problem.Echelon
		if in.Kind != "2E-CVRP" || e.Trucks != 2 || e.Capacity != 15 || e.Second != 3 || len(e.Satellites) != 2 {
			t.Errorf("%s: %+v", file, e)
		}
	}
}

func judge(t *testing.T, in *benchfile.Instance, plan *routing.Plan, cost float64) {
	t.Helper()
	r, err := check.Verify(in.Problem, plan)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Feasible() || math.Abs(r.Cost-cost) > 1e-6 {
		t.Errorf("feasible %v, cost %v, want %v: %v", r.Feasible(), r.Cost, cost, r.Violations)
	}
}

func TestRounding(t *testing.T) {
	t.Parallel()
	for round, want := range map[benchfile.Rounding]float64{benchfile.None: math.Sqrt2, benchfile.Nint: 1, benchfile.Trunc: 1.4, benchfile.Milli: 1.414} {
		if got := round.Apply(math.Sqrt2); got != want {
			t.Errorf("%s: %v, want %v", round, got, want)
		}
	}
	if benchfile.Nint.Apply(2.5) != 3 || benchfile.Trunc.Apply(0.3) != 0.3 {
		t.Error("halves round up, and a tenth that a float just misses is not cut")
	}
	in := read(t, "plain.vrp", benchfile.Nint)
	plan, err := in.ReadSolution("Route #1: 1 2\nRoute #2: 3 4\nCost: 61\n")
	if err != nil {
		t.Fatal(err)
	}
	judge(t, in, plan, 20+10+11+21)
	if got, want := in.Length(plan), 20+10+math.Hypot(1, 11)+math.Hypot(1, 21); math.Abs(got-want) > 1e-9 {
		t.Errorf("unrounded %v, want %v", got, want)
	}
}

func TestMatrixFormats(t *testing.T) {
	t.Parallel()
	// The same distances 1-2: 5, 1-3: 10, 2-3: 7 in every layout.
	for format, cells := range map[string]string{
		"FULL_MATRIX": "0 5 10 5 0 7 10 7 0", "UPPER_ROW": "5 10 7", "LOWER_ROW": "5 10 7", "UPPER_DIAG_ROW": "0 5 10 0 7 0",
		"LOWER_DIAG_ROW": "0 5 0 10 7 0", "UPPER_COL": "5 10 7", "LOWER_COL": "5 10 7", "UPPER_DIAG_COL": "0 5 0 10 7 0", "LOWER_DIAG_COL": "0 5 10 0 7 0",
	} {
		in, err := benchfile.Read("TYPE: CVRP\nDIMENSION: 3\nCAPACITY: 5\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: "+format+"\nEDGE_WEIGHT_SECTION\n"+cells+"\nEOF\n", benchfile.None)
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		for _, c := range []struct {
			i, j int
			d    float64
		}{{0, 1, 5}, {1, 0, 5}, {0, 2, 10}, {2, 0, 10}, {1, 2, 7}, {2, 1, 7}, {1, 1, 0}} {
			if d, _ := in.Problem.Networks[0].Between(3, c.i, c.j); d != c.d {
				t.Errorf("%s: %d to %d is %v, want %v", format, c.i, c.j, d, c.d)
			}
		}
	}
}

func TestOddButPublishedForms(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]string{
		"carriage returns": strings.ReplaceAll(text(t, "windows.txt"), "\n", "\r\n"),
		"tabs and blanks":  strings.ReplaceAll(text(t, "pairs.txt"), "\t", "   \t "),
		"colons set apart": strings.ReplaceAll(text(t, "depots.vrp"), ":", " : "),
		"no end mark":      strings.ReplaceAll(text(t, "plain.vrp"), "EOF\n", ""),
		"decimals":         strings.ReplaceAll(text(t, "fleet.vrp"), "2 10 0", "2 1.0e1 0.00"),
	} {
		if _, err := benchfile.Read(s, benchfile.None); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file that means something this package does not know is refused, and the message says where.
func TestRefusals(t *testing.T) {
	t.Parallel()
	replace := func(file, old, new string) string { return strings.Replace(text(t, file), old, new, 1) }
	for name, c := range map[string]struct{ text, says string }{
		"empty":                    {" \n\n", "empty"},
		"an unknown section":       {replace("plain.vrp", "DEPOT_SECTION", "BACKHAUL_SECTION\n1\nDEPOT_SECTION"), "BACKHAUL_SECTION"},
		"an unknown field":         {replace("plain.vrp", "CAPACITY :", "HEIGHT : 3\nCAPACITY :"), "HEIGHT"},
		"an unknown type":          {replace("plain.vrp", "CVRP", "OVRP"), "OVRP"},
		"an unknown metric":        {replace("plain.vrp", "EUC_2D", "GEO"), "GEO"},
		"a section twice":          {replace("plain.vrp", "DEPOT_SECTION", "DEMAND_SECTION\n1 0\nDEPOT_SECTION"), "twice"},
		"a missing row":            {replace("plain.vrp", "5\t3\n", ""), "rows"},
		"a word for a number":      {replace("plain.vrp", "3\t4", "3\tfour"), "four"},
		"half a parcel":            {replace("plain.vrp", "5\t3\nDEPOT", "5\t3.5\nDEPOT"), "whole number"},
		"a negative demand":        {replace("plain.vrp", "5\t3\nDEPOT", "5\t-3\nDEPOT"), "below 0"},
		"a huge dimension":         {replace("plain.vrp", "DIMENSION : 5", "DIMENSION : 2000000000"), "DIMENSION"},
		"a short matrix":           {replace("matrix.vrp", "12 7 4", "12 7"), "entries"},
		"depots at the end":        {replace("depots.vrp", "DEPOT_SECTION\n1\n2", "DEPOT_SECTION\n4\n5"), "first locations"},
		"a depot too many":         {replace("depots.vrp", "3 2\nDEPOT", "3 4\nDEPOT"), "depot 4"},
		"a stranger's pair":        {replace("pairs.txt", "5\t1\t0", "5\t3\t0"), "name"},
		"a short row":              {replace("windows.txt", "    4      0         20          3         50        120          5", "    4  0 20"), "7 numbers"},
		"no freighters":            {"!Trucks\n2,15,1,0\n", "freighters"},
		"a window that ends first": {replace("windows.txt", "3         50        120", "3        150        120"), "window"},
	} {
		_, err := benchfile.Read(c.text, benchfile.None)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want something about %q", name, err, c.says)
		}
	}
}

func TestSolutionsThatAreRefused(t *testing.T) {
	t.Parallel()
	in := read(t, "plain.vrp", benchfile.None)
	for name, s := range map[string]string{
		"an unknown location": "Route #1: 1 9\n", "the depot as a customer": "Route #1: 0 1\n", "no colon": "Route 1 2\n", "a word": "Route #1: one\n",
		"broken JSON": "{", "JSON of something else": `{"routes": [{"vehicle": "boat", "visits": []}]}`,
	} {
		if _, err := in.ReadSolution(s); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	plan, err := in.ReadSolution("Route #1: 1 2 3 4\nRoute #2: 4\nCost 10\n")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := check.Verify(in.Problem, plan); err != nil || r.Feasible() {
		t.Errorf("an overloaded route and a customer served twice pass: %v", err)
	}
	short, _ := in.ReadSolution("Route #1: 1\n")
	if len(short.Unserved) != 3 {
		t.Errorf("unserved: %v", short.Unserved)
	}
	if _, err := read(t, "stores.dat", benchfile.None).ReadSolution("Route #1: 3\n"); err == nil {
		t.Error("a two-echelon solution as text was accepted")
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) < 10 {
		f.Fatalf("the corpus is missing: %v", err)
	}
	for _, file := range files {
		f.Add(text(f, filepath.Base(file)))
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4096 {
			return
		}
		in, err := benchfile.Read(s, benchfile.Trunc)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("an error says nothing")
			}
			return
		}
		if err := in.Problem.Validate(); err != nil {
			t.Errorf("a problem was read that cannot be used: %v", err)
		}
	})
}

func FuzzReadSolution(f *testing.F) {
	files := []string{"plain.vrp", "trips.vrp", "pairs.txt", "fleet.vrp"}
	for _, s := range []string{"Route #1: 1 2\nRoute #2: 3 4\nCost 61\n", "Route #1:\nCost: 0", "route 1 : 4 0 3", `{"routes": []}`} {
		for i := range files {
			f.Add(uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, s string) {
		if len(s) > 2048 {
			return
		}
		in := read(t, files[int(which)%len(files)], benchfile.None)
		plan, err := in.ReadSolution(s)
		if err != nil {
			return
		}
		if _, err := check.Verify(in.Problem, plan); err != nil {
			t.Error(err)
		}
		in.Length(plan)
	})
}
