// Package matrix makes travel matrices when nobody has measured the roads: great circles, or straight lines on a plan,
// lengthened by how much the roads of a region wind.
package matrix

import (
	"math"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/supply/routing"
)

// Winding factors found to hold for county roads: the road is so much longer than the straight line.
const (
	Plain = 1.35
	Hills = 1.6
)

// Profile is how a class of vehicles travels: the winding of its roads and its mean speed in distance units a unit of
// time (metres a second for points on earth).
type Profile struct{ Winding, Speed float64 }

// Points makes the network between points on earth, in metres and seconds.
func Points(points []geo.Point, p Profile) routing.Network {
	return build(len(points), p, func(i, j int) float64 { return points[i].Metres(points[j]) })
}

// Plane makes the network between the places of a plan by their x and y.
func Plane(places []routing.Place, p Profile) routing.Network {
	return build(len(places), p, func(i, j int) float64 {
		return math.Hypot(places[i].X-places[j].X, places[i].Y-places[j].Y)
	})
}

func build(n int, p Profile, straight func(i, j int) float64) routing.Network {
	winding, speed := p.Winding, p.Speed
	if winding <= 0 {
		winding = 1
	}
	if speed <= 0 {
		speed = 1
	}
	out := routing.Network{Distance: make([]float64, n*n), Duration: make([]float64, n*n)}
	for i := range n {
		for j := range i {
			d := straight(i, j) * winding
			out.Distance[i*n+j], out.Distance[j*n+i] = d, d
			out.Duration[i*n+j], out.Duration[j*n+i] = d/speed, d/speed
		}
	}
	return out
}
