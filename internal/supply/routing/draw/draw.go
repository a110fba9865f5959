// Package draw makes a picture of a plan: the map with every route in its own colour, and below it the day of every
// vehicle. The SVG stands alone, prints in black and white (routes differ in dashes too) and tells its content to
// readers that do not see it.
package draw

import (
	"bytes"
	"fmt"
	"html"
	"math"

	"tianbo/internal/supply/routing"
)

// Options change how a plan is drawn.
type Options struct {
	Clock bool // times are seconds since midnight
	Width int  // in pixels; 0 means 1200
}

// The colours tell apart for most forms of colour blindness (Okabe and Ito); the dashes tell routes of one colour apart.
var (
	colours = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#8c510a"}
	dashes  = []string{"", "7 3", "2 3", "9 3 2 3"}
)

type canvas struct {
	b      bytes.Buffer
	p      *routing.Problem
	plan   *routing.Plan
	opt    Options
	width  float64
	left   float64 // of the map
	scale  float64
	minX   float64
	maxY   float64
	height float64 // of the map
}

const (
	margin    = 24.0
	rowHeight = 22.0
	labels    = 150.0 // width of the names beside the timelines
	head      = 74.0  // height above the map
	fewPlaces = 40    // up to so many all names stand on the map
)

// SVG draws a plan.
func SVG(p *routing.Problem, plan *routing.Plan, opt Options) []byte {
	if opt.Width <= 0 {
		opt.Width = 1200
	}
	c := &canvas{p: p, plan: plan, opt: opt, width: float64(opt.Width)}
	c.fit()
	total := c.height + 3*margin + rowHeight*float64(len(plan.Routes)+1) + 40
	fmt.Fprintf(&c.b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" font-family="system-ui, 'Noto Sans CJK SC', sans-serif" font-size="12">`+"\n", c.width, total, c.width, total)
	fmt.Fprintf(&c.b, `<rect width="100%%" height="100%%" fill="#fcfbf7"/>`+"\n")
	c.about()
	c.lines()
	c.roads()
	c.places()
	c.days(c.height + 2*margin + 20)
	c.b.WriteString("</svg>\n")
	return c.b.Bytes()
}

// about tells in words what the picture shows.
func (c *canvas) about() {
	name := c.p.Name
	if name == "" {
		name = "Plan"
	}
	sum := fmt.Sprintf("%d vehicles, distance %.1f, cost %.2f, %d rides on lines or hubs, %d left behind", len(c.plan.Routes), c.plan.Distance, c.plan.Cost, len(c.plan.Rides), len(c.plan.Unserved))
	fmt.Fprintf(&c.b, "<title>%s</title>\n<desc>%s</desc>\n", html.EscapeString(name), sum)
	fmt.Fprintf(&c.b, `<text x="%.0f" y="20" font-size="15" font-weight="600" fill="#222">%s</text><text x="%.0f" y="38" fill="#555">%s</text>`+"\n", margin, html.EscapeString(name), margin, sum)
}

// fit finds the scale at which all places are on the map.
func (c *canvas) fit() {
	minX, minY, maxX, maxY := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i := range c.p.Places {
		at := &c.p.Places[i]
		minX, maxX = math.Min(minX, at.X), math.Max(maxX, at.X)
		minY, maxY = math.Min(minY, at.Y), math.Max(maxY, at.Y)
	}
	wide, high := math.Max(maxX-minX, 1e-9), math.Max(maxY-minY, 1e-9)
	c.scale = math.Min((c.width-2*margin)/wide, 760/high)
	if !(c.scale > 0) || math.IsInf(c.scale, 0) {
		c.scale = 1
	}
	c.minX, c.maxY = minX, maxY
	c.height = high*c.scale + head - margin + 10
	c.left = (c.width - wide*c.scale) / 2
}

func (c *canvas) at(place int) (x, y float64) {
	p := &c.p.Places[place]
	return c.left + (p.X-c.minX)*c.scale, head + (c.maxY-p.Y)*c.scale
}

// lines draws every line that carries something as a wide pale band.
func (c *canvas) lines() {
	used := map[int]bool{}
	for _, b := range c.plan.Rides {
		for _, r := range c.p.Consignments[b.Consignment].Itineraries[b.Itinerary].Rides {
			if r.Line != routing.AtHub {
				used[r.Line] = true
			}
		}
	}
	for i := range c.p.Lines {
		if !used[i] {
			continue
		}
		fmt.Fprintf(&c.b, `<polyline fill="none" stroke="#d9d4c3" stroke-width="7" stroke-linejoin="round" stroke-linecap="round" points="`)
		for _, s := range c.p.Lines[i].Stops {
			x, y := c.at(s.Place)
			fmt.Fprintf(&c.b, "%.1f,%.1f ", x, y)
		}
		fmt.Fprintf(&c.b, `"><title>%s</title></polyline>`+"\n", html.EscapeString(c.p.Lines[i].ID))
	}
}

func style(i int) (colour, dash string) {
	return colours[i%len(colours)], dashes[i/len(colours)%len(dashes)]
}

func (c *canvas) routeName(i int) string {
	r := &c.plan.Routes[i]
	return fmt.Sprintf("%s %d", c.p.Vehicles[r.Vehicle].ID, r.Unit+1)
}

// roads draws the routes; those that share a road are set a little apart.
func (c *canvas) roads() {
	for _, s := range c.plan.Supply {
		c.path(append(append([]int{c.p.Echelon.Depot}, s.Satellites...), c.p.Echelon.Depot), "#444", "1 4", 0, "first level")
	}
	for i := range c.plan.Routes {
		r := &c.plan.Routes[i]
		v := &c.p.Vehicles[r.Vehicle]
		stops := []int{v.Start}
		for k := range r.Visits {
			if at := r.Visits[k].Place; at != stops[len(stops)-1] {
				stops = append(stops, at)
			}
		}
		if v.End != routing.Anywhere && v.End != stops[len(stops)-1] {
			stops = append(stops, v.End)
		}
		colour, dash := style(i)
		c.path(stops, colour, dash, (float64(i%5)-2)*1.3, fmt.Sprintf("%s, %d stops", c.routeName(i), len(r.Visits)))
	}
}

func (c *canvas) path(stops []int, colour, dash string, shift float64, title string) {
	fmt.Fprintf(&c.b, `<polyline fill="none" stroke="%s" stroke-width="1.8" stroke-opacity="0.85" stroke-linejoin="round"`, colour)
	if dash != "" {
		fmt.Fprintf(&c.b, ` stroke-dasharray="%s"`, dash)
	}
	c.b.WriteString(` points="`)
	for _, s := range stops {
		x, y := c.at(s)
		fmt.Fprintf(&c.b, "%.1f,%.1f ", x+shift, y+shift)
	}
	fmt.Fprintf(&c.b, `"><title>%s</title></polyline>`+"\n", html.EscapeString(title))
}

// places draws where vehicles start as squares, served places as dots, and places of goods left behind as open rings.
func (c *canvas) places() {
	starts, served, left := map[int]bool{}, map[int]bool{}, map[int]bool{}
	for i := range c.p.Vehicles {
		starts[c.p.Vehicles[i].Start] = true
	}
	for i := range c.plan.Routes {
		for _, v := range c.plan.Routes[i].Visits {
			served[v.Place] = true
		}
	}
	for _, u := range c.plan.Unserved {
		for _, s := range []*routing.Stop{c.p.Consignments[u.Consignment].Pickup, c.p.Consignments[u.Consignment].Delivery} {
			if s != nil {
				left[s.Place] = true
			}
		}
	}
	for i := range c.p.Places {
		x, y := c.at(i)
		id := html.EscapeString(c.p.Places[i].ID)
		if len(c.p.Places) <= fewPlaces && !starts[i] {
			anchor, dx := "start", 8.0
			if x > c.width*0.8 {
				anchor, dx = "end", -8
			}
			fmt.Fprintf(&c.b, `<text x="%.1f" y="%.1f" font-size="11" text-anchor="%s" fill="#555">%s</text>`+"\n", x+dx, y-6, anchor, id)
		}
		switch {
		case starts[i]:
			fmt.Fprintf(&c.b, `<rect x="%.1f" y="%.1f" width="12" height="12" fill="#222"><title>%s</title></rect><text x="%.1f" y="%.1f" font-weight="600" fill="#222">%s</text>`+"\n", x-6, y-6, id, x+9, y-7, id)
		case left[i]:
			fmt.Fprintf(&c.b, `<circle cx="%.1f" cy="%.1f" r="5" fill="none" stroke="#b00020" stroke-width="2"><title>%s: left behind</title></circle>`+"\n", x, y, id)
		case served[i]:
			fmt.Fprintf(&c.b, `<circle cx="%.1f" cy="%.1f" r="3" fill="#fff" stroke="#222"><title>%s</title></circle>`+"\n", x, y, id)
		default:
			fmt.Fprintf(&c.b, `<circle cx="%.1f" cy="%.1f" r="2" fill="#bbb"><title>%s</title></circle>`+"\n", x, y, id)
		}
	}
}
