// Package jsonfile reads and writes routing problems and plans as JSON. References are names instead of numbers, times
// may be written as a clock shows them, and every error names the field it is about. The form is described by Schema
// and in docs/guides/routing.md.
package jsonfile

import (
	_ "embed"

	"tianbo/internal/supply/routing"
)

// Schema is the JSON Schema of a problem, with that of a plan among its definitions.
//
//go:embed schema.json
var Schema []byte

// File is a problem with the names its numbers stand for.
type File struct {
	Problem *routing.Problem
	Classes []string // names of temperature classes, in the order of their numbers
	Skills  []string // names of skills, in the order of their bits
	Clock   bool     // times are seconds since midnight, written as hh:mm:ss
	// Seek lists the consignments that leave it to the planner to find their itineraries.
	Seek []int
}

// names resolves the names of one list to its indices.
type names map[string]int

func (n names) add(c cursor, id string, at int) {
	if id == "" {
		c.fail("must not be empty")
	}
	if _, ok := n[id]; ok {
		c.fail("%q is used twice", id)
	}
	n[id] = at
}

func (n names) find(c cursor, what string) int {
	id := c.text("")
	i, ok := n[id]
	if !ok {
		c.fail("%q is not a known %s", id, what)
	}
	return i
}

// reader holds the names while a document is read.
type reader struct {
	f                          *File
	p                          *routing.Problem
	places, networks, vehicles names
	lines, hubs, goods         names
	classes, skills            names
}

func newReader(f *File) *reader {
	r := &reader{
		f: f, p: f.Problem, places: names{}, networks: names{}, vehicles: names{}, lines: names{}, hubs: names{}, goods: names{},
		classes: names{}, skills: names{},
	}
	for i, c := range f.Classes {
		r.classes[c] = i
	}
	for i, s := range f.Skills {
		r.skills[s] = i
	}
	return r
}

// indexed returns a reader that knows the names of a complete problem.
func (f *File) indexed() *reader {
	r := newReader(f)
	for i := range f.Problem.Places {
		r.places[f.Problem.Places[i].ID] = i
	}
	for i := range f.Problem.Vehicles {
		r.vehicles[f.Problem.Vehicles[i].ID] = i
	}
	for i := range f.Problem.Lines {
		r.lines[f.Problem.Lines[i].ID] = i
	}
	for i := range f.Problem.Hubs {
		r.hubs[f.Problem.Hubs[i].ID] = i
	}
	for i := range f.Problem.Consignments {
		r.goods[f.Problem.Consignments[i].ID] = i
	}
	return r
}
