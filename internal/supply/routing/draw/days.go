package draw

import (
	"fmt"
	"html"
	"math"

	"tianbo/internal/supply/routing"
)

// days draws one row a vehicle: a thin line while it drives or waits, blocks while it works, hatched blocks while it
// rests.
func (c *canvas) days(top float64) {
	if len(c.plan.Routes) == 0 {
		return
	}
	from, to := math.Inf(1), math.Inf(-1)
	for i := range c.plan.Routes {
		from, to = math.Min(from, c.plan.Routes[i].Depart), math.Max(to, c.plan.Routes[i].Return)
	}
	step := c.step(to - from)
	from, to = math.Floor(from/step)*step, math.Ceil(to/step)*step
	if to <= from {
		to = from + step
	}
	x := func(t float64) float64 { return margin + labels + (t-from)/(to-from)*(c.width-2*margin-labels) }
	bottom := top + rowHeight*float64(len(c.plan.Routes))
	for t := from; t <= to+step/2; t += step {
		fmt.Fprintf(&c.b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#e4e0d4"/><text x="%.1f" y="%.1f" font-size="11" text-anchor="middle" fill="#777">%s</text>`+"\n", x(t), top, x(t), bottom, x(t), bottom+14, c.clock(t))
	}
	for i := range c.plan.Routes {
		c.day(i, top+rowHeight*float64(i), x)
	}
}

func (c *canvas) day(i int, y float64, x func(float64) float64) {
	r := &c.plan.Routes[i]
	colour, dash := style(i)
	mid := y + rowHeight/2
	fmt.Fprintf(&c.b, `<text x="%.0f" y="%.1f" fill="#222">%s</text>`+"\n", margin, mid+4, html.EscapeString(c.routeName(i)))
	fmt.Fprintf(&c.b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="2"`, x(r.Depart), mid, x(r.Return), mid, colour)
	if dash != "" {
		fmt.Fprintf(&c.b, ` stroke-dasharray="%s"`, dash)
	}
	c.b.WriteString("/>\n")
	for k := range r.Visits {
		v := &r.Visits[k]
		wide := math.Max(2, x(v.Leave)-x(v.Start))
		what := fmt.Sprintf("%s–%s %s", c.clock(v.Start), c.clock(v.Leave), v.Act)
		if v.Act == routing.Rest {
			fmt.Fprintf(&c.b, `<rect x="%.1f" y="%.1f" width="%.1f" height="6" fill="#fcfbf7" stroke="%s"><title>%s</title></rect>`+"\n", x(v.Start), mid-3, wide, colour, what)
			continue
		}
		what += " " + c.p.Consignments[v.Consignment].ID + " at " + c.p.Places[v.Place].ID
		fill, height := colour, 12.0
		if v.Act == routing.Unload {
			fill, height = "#222", 8
		}
		fmt.Fprintf(&c.b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.0f" fill="%s" fill-opacity="0.85"><title>%s</title></rect>`+"\n", x(v.Start), mid-height/2, wide, height, fill, html.EscapeString(what))
	}
}

// step is the distance of the marks on the time axis: about ten of them, at round times.
func (c *canvas) step(span float64) float64 {
	if !(span > 0) || math.IsInf(span, 0) {
		return 1
	}
	if c.opt.Clock {
		for _, s := range []float64{300, 600, 900, 1800, 3600, 7200, 14400, 21600} {
			if span/s <= 14 {
				return s
			}
		}
		return math.Ceil(span/14/86400) * 86400
	}
	unit := math.Pow(10, math.Floor(math.Log10(span/10)))
	for _, k := range []float64{1, 2, 5} {
		if span/(k*unit) <= 12 {
			return k * unit
		}
	}
	return 10 * unit
}

// clock writes a time as the plan counts it.
func (c *canvas) clock(t float64) string {
	if !c.opt.Clock {
		return fmt.Sprintf("%.6g", t)
	}
	m := int(math.Round(t / 60))
	return fmt.Sprintf("%02d:%02d", m/60, m%60)
}
