package jsonfile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tianbo/internal/supply/routing"
)

// parse reads one JSON value and refuses anything after it.
func parse(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if d.More() {
		return nil, fmt.Errorf("not JSON: there is more than one value")
	}
	return v, nil
}

// cursor is a value in a document with the path that leads to it. The first thing that is wrong stays in problem; what is
// read after it is worthless and never used.
type cursor struct {
	path    string
	value   any
	problem *error
	clock   *bool // set when a time of day was read as text
}

func (c cursor) fail(format string, args ...any) {
	if *c.problem == nil {
		path := c.path
		if path == "" {
			path = "document"
		}
		*c.problem = &routing.FieldError{Field: path, Problem: fmt.Sprintf(format, args...)}
	}
}

func (c cursor) missing() bool { return c.value == nil }

// fields makes sure the value is an object with known fields only.
func (c cursor) fields(known []string) {
	m, ok := c.value.(map[string]any)
	if !ok {
		c.fail("must be an object")
		return
	}
	for k := range m {
		if !slices.Contains(known, k) {
			c.at(k).fail("is not a known field; known are %s", strings.Join(known, ", "))
		}
	}
}

func (c cursor) at(key string) cursor {
	m, _ := c.value.(map[string]any)
	path := key
	if c.path != "" {
		path = c.path + "." + key
	}
	return cursor{path, m[key], c.problem, c.clock}
}

// items returns the entries of a list; a missing list is empty.
func (c cursor) items() []cursor {
	if c.missing() {
		return nil
	}
	l, ok := c.value.([]any)
	if !ok {
		c.fail("must be a list")
		return nil
	}
	out := make([]cursor, len(l))
	for i, v := range l {
		out[i] = cursor{c.path + "[" + strconv.Itoa(i) + "]", v, c.problem, c.clock}
	}
	return out
}

func (c cursor) text(otherwise string) string {
	if c.missing() {
		return otherwise
	}
	s, ok := c.value.(string)
	if !ok {
		c.fail("must be a text")
	}
	return s
}

func (c cursor) number(otherwise float64) float64 {
	if c.missing() {
		return otherwise
	}
	n, ok := c.value.(json.Number)
	if !ok {
		c.fail("must be a number")
		return otherwise
	}
	v, err := n.Float64()
	if err != nil || math.IsInf(v, 0) {
		c.fail("is not a usable number")
	}
	return v
}

func (c cursor) whole(otherwise int) int {
	v := c.number(float64(otherwise))
	if v != math.Trunc(v) || math.Abs(v) > 1<<40 {
		c.fail("must be a whole number")
		return otherwise
	}
	return int(v)
}

var clockTime = regexp.MustCompile(`^(\d{1,3}):([0-5]\d)(?::([0-5]\d(?:\.\d{1,3})?))?$`)

// instant reads a time: a number, or hh:mm, hh:mm:ss or hh:mm:ss.sss as seconds since midnight; hours may pass 24.
func (c cursor) instant(otherwise float64) float64 {
	s, ok := c.value.(string)
	if !ok {
		return c.number(otherwise)
	}
	m := clockTime.FindStringSubmatch(s)
	if m == nil {
		c.fail("must be a number, or a time of day like 06:30")
		return otherwise
	}
	*c.clock = true
	hours, _ := strconv.Atoi(m[1])
	minutes, _ := strconv.Atoi(m[2])
	seconds, _ := strconv.ParseFloat(cmp.Or(m[3], "0"), 64)
	return float64(hours*3600+minutes*60) + seconds
}

// span reads a length of time: a number, or like 45m or 1h30m as seconds; none is 0.
func (c cursor) span() float64 {
	s, ok := c.value.(string)
	if !ok {
		return c.number(0)
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		c.fail("must be a number, or a length of time like 45m or 1h30m")
		return 0
	}
	return d.Seconds()
}

// window reads [earliest, latest]; either may be null.
func (c cursor) window() routing.Window {
	w := routing.Always()
	if c.missing() {
		return w
	}
	l := c.items()
	if len(l) != 2 {
		c.fail("must be a list of two times")
		return w
	}
	return routing.Window{Earliest: l[0].instant(w.Earliest), Latest: l[1].instant(w.Latest)}
}

// quantities reads one number or a list of them.
func (c cursor) quantities() []int64 {
	if c.missing() {
		return nil
	}
	if _, ok := c.value.([]any); !ok {
		return []int64{int64(c.whole(0))}
	}
	var out []int64
	for _, i := range c.items() {
		out = append(out, int64(i.whole(0)))
	}
	return out
}
