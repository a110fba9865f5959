// Package benchfile reads published routing benchmarks as they are: Solomon and Gehring-Homberger text, Li and Lim
// text, CVRPLIB/VRPLIB files with their sections, and the two usual two-echelon texts. Formats are told apart by
// content; a section, a field or a type that this package does not know is an error, never ignored, because it may be a
// rule.
package benchfile

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"tianbo/internal/supply/routing"
)

// Rounding is the convention that turns coordinates into the distances that are minimised.
type Rounding string

// The conventions: unrounded, nearest integer (CVRPLIB), truncated to one decimal (the DIMACS challenge), and
// rounded to three decimals (peers that scale by a thousand).
const (
	None  Rounding = "none"
	Nint  Rounding = "nint"
	Trunc Rounding = "trunc1"
	Milli Rounding = "x1000"
)

// Apply rounds one distance.
func (r Rounding) Apply(d float64) float64 {
	switch r {
	case Nint:
		return math.Floor(d + 0.5)
	case Trunc:
		return math.Floor(d*10+1e-9) / 10
	case Milli:
		return math.Round(d*1000) / 1000
	}
	return d
}

// Instance is one benchmark file. Locations are numbered from 0 with depots (and satellites) first.
type Instance struct {
	Problem  *routing.Problem
	Kind     string
	exact    []float64 // unrounded explicit distances; nil: by coordinates
	Depots   int       // how many of the first locations are depots
	Location []int     // consignment → its customer's location
	Reload   bool      // routes may call at a depot between trips
	Pairs    bool      // consignments have a pick-up of their own
}

// Error says where a file cannot be read and why.
type Error struct {
	Line int
	What string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.What
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.What)
}

func fail(line int, format string, args ...any) error {
	return &Error{Line: line, What: fmt.Sprintf(format, args...)}
}

// maxLocations bounds what a hostile or broken header can make the reader allocate.
const maxLocations = 20000

// Read tells the format from the content and reads it.
func Read(text string, round Rounding) (*Instance, error) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(text, "\n")
	first := ""
	for _, l := range lines {
		if first = strings.TrimSpace(l); first != "" {
			break
		}
	}
	var in *Instance
	var err error
	switch {
	case first == "":
		return nil, fail(0, "the file is empty")
	case strings.HasPrefix(first, "!"):
		in, err = readTwoEchelon(lines, round)
	case strings.Contains(text, "CUSTOMER") && strings.Contains(text, "VEHICLE") && strings.Contains(text, "DUE"):
		in, err = readSolomon(lines, round)
	case isNumbers(first):
		in, err = readLiLim(lines, round)
	default:
		in, err = readVRPLIB(lines, round)
	}
	if err != nil {
		return nil, err
	}
	if err := in.Problem.Validate(); err != nil {
		return nil, fail(0, "%v", err)
	}
	return in, nil
}

func isNumbers(line string) bool {
	f := strings.Fields(line)
	for _, s := range f {
		if _, err := strconv.ParseFloat(s, 64); err != nil {
			return false
		}
	}
	return len(f) >= 2
}

// numbers reads every field of a line as a finite number.
func numbers(line string, at int) ([]float64, error) {
	fields := strings.Fields(line)
	out := make([]float64, len(fields))
	for i, s := range fields {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 1e15 {
			return nil, fail(at, "%q is not a usable number", s)
		}
		out[i] = v
	}
	return out, nil
}

// table is the neutral form every reader fills: one row a location, depots first.
type table struct {
	name     string
	x, y     []float64
	demand   []int64
	early    []float64
	late     []float64
	service  []float64
	release  []float64
	prize    []float64
	pickup   []int // location of the pick-up partner, 0 none
	deliver  []int
	depots   int
	windows  bool
	exact    []float64 // explicit weights; nil: Euclidean
	vehicles []routing.Vehicle
	reload   bool
	pairs    bool
}

func newTable(n int) *table {
	t := &table{
		x: make([]float64, n), y: make([]float64, n), demand: make([]int64, n), early: make([]float64, n),
		late: make([]float64, n), service: make([]float64, n), release: make([]float64, n), prize: make([]float64, n),
		pickup: make([]int, n), deliver: make([]int, n), depots: 1,
	}
	for i := range t.late {
		t.late[i] = routing.Never
	}
	return t
}

// instance turns the table into a problem with rounded distances.
func (t *table) instance(kind string, round Rounding) *Instance {
	n := len(t.x)
	p := &routing.Problem{Name: t.name, Vehicles: t.vehicles}
	p.Networks = []routing.Network{{Distance: t.distances(round)}}
	p.Places = make([]routing.Place, n)
	for i := range p.Places {
		p.Places[i] = routing.Place{ID: strconv.Itoa(i), X: t.x[i], Y: t.y[i]}
	}
	in := &Instance{Problem: p, Kind: kind, exact: t.exact, Depots: t.depots, Reload: t.reload, Pairs: t.pairs}
	for i := t.depots; i < n; i++ {
		c, ok := t.consignment(i)
		if !ok {
			continue
		}
		p.Consignments = append(p.Consignments, c)
		in.Location = append(in.Location, i)
	}
	return in
}

func (t *table) stop(i int) *routing.Stop {
	return &routing.Stop{Place: i, Window: routing.Window{Earliest: t.early[i], Latest: t.late[i]}, Service: t.service[i]}
}

// consignment makes the consignment delivered at location i; a pick-up location is told with its delivery.
func (t *table) consignment(i int) (routing.Consignment, bool) {
	c := routing.Consignment{ID: strconv.Itoa(i), Class: routing.NoClass, Delivery: t.stop(i), Penalty: t.prize[i]}
	c.Size = []int64{max(t.demand[i], -t.demand[i])}
	switch {
	case t.pairs:
		if t.pickup[i] == 0 {
			return c, false
		}
		c.Pickup = t.stop(t.pickup[i])
	case t.reload:
		depot := t.stop(0)
		depot.Window.Earliest = max(depot.Window.Earliest, t.release[i])
		c.Pickup = depot
	}
	return c, true
}

// distances makes the matrix that is minimised. With coordinates the rounded one is the only one that is kept.
func (t *table) distances(round Rounding) []float64 {
	n := len(t.x)
	if t.exact != nil && (round == None || round == "") {
		return t.exact
	}
	d := make([]float64, n*n)
	for i := range n {
		for j := range n {
			switch {
			case i == j:
			case t.exact != nil:
				d[i*n+j] = round.Apply(t.exact[i*n+j])
			case j < i:
				d[i*n+j] = round.Apply(math.Hypot(t.x[i]-t.x[j], t.y[i]-t.y[j]))
				d[j*n+i] = d[i*n+j]
			}
		}
	}
	return d
}

// unrounded is the distance between two places before rounding.
func (in *Instance) unrounded(i, j int) float64 {
	if in.exact != nil {
		return in.exact[i*len(in.Problem.Places)+j]
	}
	a, b := &in.Problem.Places[i], &in.Problem.Places[j]
	return math.Hypot(a.X-b.X, a.Y-b.Y)
}
