package jsonfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"tianbo/internal/supply/routing"
)

// object keeps the order of its fields and leaves out those that are nil.
type object []field

type field struct {
	name  string
	value any
}

// MarshalJSON writes the fields in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for _, f := range o {
		if f.value == nil {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		text, err := json.Marshal(f.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		fmt.Fprintf(&b, "%q:%s", f.name, text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// document writes a top-level object with one entry of its lists a line: small enough to read, and a change shows as the
// lines it touches.
func document(o object) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("{")
	first := true
	for _, f := range o {
		if f.value == nil {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		fmt.Fprintf(&b, "\n  %q: ", f.name)
		list, ok := f.value.([]object)
		if !ok {
			text, err := json.Marshal(f.value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.name, err)
			}
			b.Write(text)
			continue
		}
		b.WriteByte('[')
		for i, e := range list {
			if i > 0 {
				b.WriteByte(',')
			}
			text, err := json.Marshal(e)
			if err != nil {
				return nil, fmt.Errorf("%s[%d]: %w", f.name, i, err)
			}
			b.WriteString("\n    ")
			b.Write(text)
		}
		b.WriteString("\n  ]")
	}
	b.WriteString("\n}\n")
	return b.Bytes(), nil
}

// unless returns the value, or nil when it is the one that a missing field means.
func unless[T comparable](value, missing T) any {
	if value == missing {
		return nil
	}
	return value
}

// instant writes a time as the file does: to the minute, the second or the thousandth of one.
func (f *File) instant(t float64) any {
	ms := math.Round(t * 1000)
	if !f.Clock || t < 0 || ms >= 999*3600*1000 {
		return t
	}
	n := int64(ms)
	out := fmt.Sprintf("%02d:%02d", n/3600000, n/60000%60)
	if n%60000 != 0 {
		out += fmt.Sprintf(":%02d", n/1000%60)
	}
	if n%1000 != 0 {
		out += strings.TrimRight(fmt.Sprintf(".%03d", n%1000), "0")
	}
	return out
}

func (f *File) window(w routing.Window) any {
	if w == routing.Always() {
		return nil
	}
	out := [2]any{f.instant(w.Earliest), f.instant(w.Latest)}
	if w.Earliest == 0 {
		out[0] = nil
	}
	if w.Latest >= routing.Never {
		out[1] = nil
	}
	return out
}

func quantities(q []int64) any {
	switch len(q) {
	case 0:
		return nil
	case 1:
		return q[0]
	}
	return q
}

func (f *File) rates(d []float64) any {
	var out object
	for i, x := range d {
		if i < len(f.Classes) && x != 1 {
			out = append(out, field{f.Classes[i], x})
		}
	}
	if out == nil {
		return nil
	}
	return out
}

func (f *File) skills(set uint64) any {
	var out []string
	for i, s := range f.Skills {
		if set&(1<<uint(i)) != 0 {
			out = append(out, s)
		}
	}
	if out == nil {
		return nil
	}
	return out
}

func (f *File) class(c int) any {
	if c < 0 || c >= len(f.Classes) {
		return nil
	}
	return f.Classes[c]
}

func list(o []object) any {
	if len(o) == 0 {
		return nil
	}
	return o
}

// WriteProblem writes the problem so that reading it back gives the same one.
func (f *File) WriteProblem() ([]byte, error) {
	p := f.Problem
	var places, networks, vehicles, lines, hubs, goods []object
	for i := range p.Places {
		at := &p.Places[i]
		places = append(places, object{{"id", at.ID}, {"x", at.X}, {"y", at.Y}, {"setup", unless(at.Setup, 0)}, {"decay", f.rates(at.Decay)}})
	}
	for i := range p.Networks {
		n := &p.Networks[i]
		networks = append(networks, object{{"id", networkID(i)}, {"distance", rows(n.Distance, len(p.Places))}, {"duration", rows(n.Duration, len(p.Places))}})
	}
	for i := range p.Vehicles {
		vehicles = append(vehicles, f.vehicle(&p.Vehicles[i]))
	}
	for i := range p.Lines {
		lines = append(lines, f.line(&p.Lines[i]))
	}
	for i := range p.Hubs {
		h := &p.Hubs[i]
		hubs = append(hubs, object{{"id", h.ID}, {"place", p.Places[h.Place].ID}, {"dwell", unless(h.Dwell, 0)}, {"window", f.window(h.Window)}, {"fee", unless(h.Fee, 0)}, {"feeUnit", unless(h.FeeUnit, 0)}})
	}
	seek := map[int]bool{}
	for _, i := range f.Seek {
		seek[i] = true
	}
	for i := range p.Consignments {
		goods = append(goods, f.consignment(&p.Consignments[i], seek[i]))
	}
	var classes any
	if len(f.Classes) > 0 {
		classes = f.Classes
	}
	out := object{
		{"name", unless(p.Name, "")},
		{"classes", classes},
		{"places", list(places)},
		{"networks", list(networks)},
		{"vehicles", list(vehicles)},
		{"lines", list(lines)},
		{"hubs", list(hubs)},
		{"consignments", list(goods)},
		{"echelon", f.echelon()},
		{"previous", f.previous()},
	}
	return document(out)
}

func networkID(i int) string {
	if i == 0 {
		return "road"
	}
	return fmt.Sprintf("road-%d", i+1)
}

func rows(cells []float64, n int) any {
	if cells == nil {
		return nil
	}
	out := make([][]float64, n)
	for i := range out {
		out[i] = cells[i*n : (i+1)*n]
	}
	return out
}

func (f *File) vehicle(v *routing.Vehicle) object {
	p := f.Problem
	var end, network any
	if v.End == routing.Anywhere {
		end = "anywhere"
	} else if v.End != v.Start {
		end = p.Places[v.End].ID
	}
	if v.Network > 0 {
		network = networkID(v.Network)
	}
	var compartments, breaks []object
	for _, c := range v.Compartments {
		compartments = append(compartments, object{{"class", f.class(c.Class)}, {"capacity", c.Capacity}})
	}
	for _, b := range v.Breaks {
		breaks = append(breaks, object{{"window", f.window(b.Window)}, {"duration", b.Duration}, {"maxLoad", unless(b.MaxLoad, -1)}})
	}
	return object{
		{"id", v.ID},
		{"count", unless(v.Count, 1)},
		{"start", p.Places[v.Start].ID},
		{"end", end},
		{"network", network},
		{"capacity", quantities(v.Capacity)},
		{"compartments", list(compartments)},
		{"fixed", unless(v.Fixed, 0)},
		{"perDistance", unless(v.PerDistance, 1)},
		{"perTime", unless(v.PerTime, 0)},
		{"shift", f.window(v.Shift)},
		{"maxDuration", unless(v.MaxDuration, 0)},
		{"maxDistance", unless(v.MaxDistance, 0)},
		{"skills", f.skills(v.Skills)},
		{"breaks", list(breaks)},
		{"decay", f.rates(v.Decay)},
	}
}

func (f *File) line(l *routing.Line) object {
	var stops []object
	for _, s := range l.Stops {
		var arrive any
		if s.Arrive != s.Depart {
			arrive = f.instant(s.Arrive)
		}
		stops = append(stops, object{{"place", f.Problem.Places[s.Place].ID}, {"arrive", arrive}, {"depart", f.instant(s.Depart)}})
	}
	var classes any
	var carried []string
	for i, c := range f.Classes {
		if l.Classes&(1<<uint(i)) != 0 {
			carried = append(carried, c)
		}
	}
	if carried != nil {
		classes = carried
	}
	return object{
		{"id", l.ID},
		{"stops", list(stops)},
		{"capacity", quantities(l.Capacity)},
		{"skills", f.skills(l.Skills)},
		{"classes", classes},
		{"decay", f.rates(l.Decay)},
		{"cutOff", unless(l.CutOff, 0)},
		{"handling", unless(l.Handling, 0)},
		{"fee", unless(l.Fee, 0)},
		{"feeUnit", unless(l.FeeUnit, 0)},
	}
}

func (f *File) stop(s *routing.Stop) any {
	if s == nil {
		return nil
	}
	return object{{"place", f.Problem.Places[s.Place].ID}, {"window", f.window(s.Window)}, {"service", unless(s.Service, 0)}}
}

func (f *File) consignment(c *routing.Consignment, seek bool) object {
	var itineraries any
	ways := []object{}
	for _, it := range c.Itineraries {
		ways = append(ways, object{{"rides", f.rides(it.Rides)}})
	}
	if !seek && c.Pickup != nil && c.Delivery != nil {
		itineraries = ways
	}
	return object{
		{"id", c.ID},
		{"pickup", f.stop(c.Pickup)},
		{"delivery", f.stop(c.Delivery)},
		{"size", quantities(c.Size)},
		{"skills", f.skills(c.Skills)},
		{"class", f.class(c.Class)},
		{"quality", unless(c.Quality, 0)},
		{"penalty", unless(c.Penalty, 0)},
		{"priority", unless(c.Priority, 0)},
		{"itineraries", itineraries},
	}
}

func (f *File) rides(rides []routing.Ride) []object {
	var out []object
	for _, r := range rides {
		if r.Line == routing.AtHub {
			out = append(out, object{{"hub", f.Problem.Hubs[r.Board].ID}})
			continue
		}
		out = append(out, object{{"line", f.Problem.Lines[r.Line].ID}, {"board", r.Board}, {"alight", r.Alight}})
	}
	return out
}

func (f *File) echelon() any {
	e := f.Problem.Echelon
	if e == nil {
		return nil
	}
	var satellites []string
	for _, s := range e.Satellites {
		satellites = append(satellites, f.Problem.Places[s].ID)
	}
	var limit any
	if e.Limit != nil {
		limit = e.Limit
	}
	return object{
		{"depot", f.Problem.Places[e.Depot].ID},
		{"satellites", satellites},
		{"trucks", e.Trucks},
		{"capacity", e.Capacity},
		{"perDistance", unless(e.PerUnit, 1)},
		{"fixed", unless(e.Fixed, 0)},
		{"second", unless(e.Second, 0)},
		{"perStation", unless(e.PerStation, 0)},
		{"limit", limit},
	}
}

func (f *File) previous() any {
	prev := f.Problem.Previous
	if prev == nil {
		return nil
	}
	var committed any
	var under []string
	for _, c := range prev.Committed {
		under = append(under, f.Problem.Consignments[c].ID)
	}
	if under != nil {
		committed = under
	}
	return object{
		{"now", f.instant(prev.Now)}, {"frozen", prev.Frozen}, {"committed", committed}, {"changePenalty", unless(prev.ChangePenalty, 0)}, {"plan", f.plan(&prev.Plan)},
	}
}
