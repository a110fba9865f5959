package matrix_test

import (
	"math"
	"testing"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/matrix"
)

func TestPlane(t *testing.T) {
	n := matrix.Plane([]routing.Place{{}, {X: 3, Y: 4}}, matrix.Profile{Winding: 2, Speed: 5})
	if d, s := n.Between(2, 0, 1); d != 10 || s != 2 {
		t.Errorf("got %v in %v, want 10 in 2", d, s)
	}
	if d, s := n.Between(2, 1, 1); d != 0 || s != 0 {
		t.Errorf("a place is %v in %v from itself", d, s)
	}
	plain := matrix.Plane([]routing.Place{{}, {X: 3, Y: 4}}, matrix.Profile{})
	if d, s := plain.Between(2, 1, 0); d != 5 || s != 5 {
		t.Errorf("without a profile: got %v in %v, want 5 in 5", d, s)
	}
}

func TestPointsOnEarth(t *testing.T) {
	a, b := geo.Point{Lat: 35, Lon: 104}, geo.Point{Lat: 35.1, Lon: 104}
	n := matrix.Points([]geo.Point{a, b}, matrix.Profile{Winding: matrix.Hills, Speed: 10})
	d, s := n.Between(2, 0, 1)
	if want := a.Metres(b) * 1.6; math.Abs(d-want) > 1e-9 || math.Abs(s-want/10) > 1e-9 {
		t.Errorf("got %v in %v, want %v", d, s, want)
	}
}
