package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommandProcess is the command itself when the test binary is started as one.
func TestCommandProcess(t *testing.T) {
	if os.Getenv("TIANBO_AS_COMMAND") == "" {
		t.Skip("runs only as a child of the tests below")
	}
	for i, a := range os.Args {
		if a == "--" {
			os.Args = append([]string{"tianbo"}, os.Args[i+1:]...)
			break
		}
	}
	main()
	os.Exit(0)
}

type ran struct {
	out, err string
	code     int
}

// tianbo runs the command with the exit code a shell would see.
func tianbo(t *testing.T, args ...string) ran {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-test.run=^TestCommandProcess$", "--"}, args...)...)
	cmd.Env = append(os.Environ(), "TIANBO_AS_COMMAND=1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ran{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

const valley = "testdata/route/valley.json"

func (r ran) want(t *testing.T, code int, texts ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d\n%s%s", r.code, code, r.out, r.err)
	}
	for _, s := range texts {
		if !strings.Contains(r.out+r.err, s) {
			t.Errorf("%q is not said in\n%s%s", s, r.out, r.err)
		}
	}
}

func TestRouteSolveCheckDrawShare(t *testing.T) {
	t.Parallel()
	plan := filepath.Join(t.TempDir(), "plan.json")
	tianbo(t, "route", "solve", valley, "--iterations", "300", "-o", plan).want(t, 0, "feasible true", "unserved: seed for the meadow")
	text, err := os.ReadFile(plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{`"line":"bus to town"`, `"consignment":"goat milk"`, `"start":"08:00"`} {
		if !strings.Contains(string(text), s) {
			t.Errorf("the plan lacks %s:\n%s", s, text)
		}
	}
	tianbo(t, "route", "check", valley, plan).want(t, 0, "feasible true", "unserved 1")

	again := tianbo(t, "route", "solve", valley, "--iterations", "300")
	if again.out != string(text) {
		t.Error("equal seed and iterations gave another plan")
	}
	tianbo(t, "route", "solve", valley, "--iterations", "100", "--start", plan, "--progress", "-o", os.DevNull).want(t, 0, "iterations")

	svg := tianbo(t, "route", "draw", valley, plan)
	svg.want(t, 0, "<svg", "van 1", "far meadow: left behind")

	bill := tianbo(t, "route", "share", valley, plan)
	bill.want(t, 0, "pears\t680\t680\t680\t680", "# bill")
}

func TestRouteCheckRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plan := filepath.Join(dir, "plan.json")
	if r := tianbo(t, "route", "solve", valley, "--iterations", "200", "-o", plan); r.code != 0 {
		t.Fatal(r.err)
	}
	text, err := os.ReadFile(plan)
	if err != nil {
		t.Fatal(err)
	}
	spoil := func(name, old, new string) string {
		changed := strings.Replace(string(text), old, new, 1)
		if changed == string(text) {
			t.Fatalf("%q is not in the plan", old)
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	tianbo(t, "route", "check", valley, spoil("early.json", `"start":"08:00"`, `"start":"07:40"`)).want(t, 1, "broken: window")
	tianbo(t, "route", "check", valley, spoil("cost.json", `"cost": `, `"cost": 1`)).want(t, 1, "broken: cost")
	tianbo(t, "route", "check", valley, spoil("lost.json", `"consignment":"goat milk"`, `"consignment":"gold"`)).want(t, 2, "gold", "is not a known consignment")
	tianbo(t, "route", "share", valley, filepath.Join(dir, "cost.json")).want(t, 1, "only a plan that holds")
}

func TestRouteExitCodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	tianbo(t, "route", "solve", filepath.Join(dir, "none.json")).want(t, 2, "none.json")
	tianbo(t, "route", "solve", put("bad.json", `{"places": [{"id": "a", "colour": 3}]}`)).want(t, 2, "places[0].colour")
	tianbo(t, "route", "solve", put("broken.json", `{`)).want(t, 2, "not JSON")
	tianbo(t, "route", "county", "--reefers", "99").want(t, 2, "reefers")
	impossible := put("impossible.json", `{"places": [{"id": "a"}, {"id": "b", "x": 100}], "vehicles": [{"id": "v", "start": "a", "capacity": 1, "shift": [0, 50]}],
		"consignments": [{"id": "c", "delivery": {"place": "b"}, "size": 1}]}`)
	tianbo(t, "route", "solve", impossible, "--iterations", "50").want(t, 1, "must be served", "unserved: c")
}

func TestRouteCountyAndSchema(t *testing.T) {
	t.Parallel()
	small := []string{"--townships", "3", "--villages", "12", "--buses", "2", "--post-vans", "1", "--trucks", "4", "--reefers", "1", "--consignments", "16"}
	problem := filepath.Join(t.TempDir(), "county.json")
	tianbo(t, append([]string{"route", "county", "-o", problem}, small...)...).want(t, 0)
	tianbo(t, "route", "solve", problem, "--iterations", "60", "-o", os.DevNull).want(t, 0, "feasible true")
	tianbo(t, append([]string{"route", "county", "--compare", "--iterations", "60"}, small...)...).want(t, 0, "shared, without lines", "co-op alone", "saving")
	r := tianbo(t, "route", "schema")
	var schema map[string]any
	if err := json.Unmarshal([]byte(r.out), &schema); r.code != 0 || err != nil || schema["$defs"] == nil {
		t.Errorf("schema: code %d, %v", r.code, err)
	}
}

func TestRouteBenchAsItsUserSeesIt(t *testing.T) {
	t.Parallel()
	const bench = "../../internal/supply/routing/benchfile/testdata/"
	dir := t.TempDir()
	sol, times := filepath.Join(dir, "plain.sol"), filepath.Join(dir, "plain.json")
	tianbo(t, "route", "bench", bench+"plain.vrp", "--iterations", "200", "--round", "nint", "--routes", sol).want(t, 0, "feasible true", "vehicles 2", "cost 62.000000", "rounded 62")
	tianbo(t, "route", "bench", bench+"plain.vrp", "--round", "nint", "--check", sol).want(t, 0, "feasible true", "cost 62.000000")
	tianbo(t, "route", "bench", bench+"plain.vrp", "--iterations", "200", "--routes", times).want(t, 0)
	tianbo(t, "route", "bench", bench+"plain.vrp", "--check", times).want(t, 0, "feasible true")
	tianbo(t, "route", "bench", bench+"windows.txt", bench+"pairs.txt", "--iterations", "100", "--format", "tsv").want(t, 0, "windows\tVRPTW", "pairs\tPDPTW", "# files 2 feasible 2")
	if err := os.WriteFile(sol, []byte("Route #1: 1 2 3\nCost 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tianbo(t, "route", "bench", bench+"plain.vrp", "--check", sol).want(t, 1, "feasible false")
	tianbo(t, "route", "bench", filepath.Join(dir, "none.vrp")).want(t, 2, "none.vrp")
}
