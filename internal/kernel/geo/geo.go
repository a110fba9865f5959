// Package geo holds places: administrative regions and points on the earth.
package geo

import (
	"errors"
	"math"
)

// Region is an administrative code (GB/T 2260 and its extension for towns and
// villages): 2 digits a province, 4 a prefecture, 6 a county, 9 a township,
// 12 a village. A longer code lies within each of its prefixes.
type Region string

// ErrRegion says that a code is not 2, 4, 6, 9 or 12 digits.
var ErrRegion = errors.New("region code must be 2, 4, 6, 9 or 12 digits")

// ParseRegion checks a code. The empty code stands for "everywhere".
func ParseRegion(s string) (Region, error) {
	switch len(s) {
	case 0, 2, 4, 6, 9, 12:
	default:
		return "", ErrRegion
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return "", ErrRegion
		}
	}
	return Region(s), nil
}

// Contains reports whether other lies in r or is r.
func (r Region) Contains(other Region) bool {
	return len(other) >= len(r) && other[:len(r)] == r
}

// County cuts a code to that level; a shorter one stays as it is.
func (r Region) County() Region { return r.cut(6) }

// Township cuts a code to that level; a shorter one stays as it is.
func (r Region) Township() Region { return r.cut(9) }

func (r Region) cut(n int) Region {
	if len(r) > n {
		return r[:n]
	}
	return r
}

// Point is a place in WGS-84 degrees.
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

const earthRadius = 6_371_008.8 // metres, IUGG mean

// Metres is the great-circle distance to q.
func (p Point) Metres(q Point) float64 {
	const rad = math.Pi / 180
	dLat, dLon := (q.Lat-p.Lat)*rad, (q.Lon-p.Lon)*rad
	h := hav(dLat) + math.Cos(p.Lat*rad)*math.Cos(q.Lat*rad)*hav(dLon)
	return 2 * earthRadius * math.Asin(math.Sqrt(min(1, h)))
}

func hav(x float64) float64 { s := math.Sin(x / 2); return s * s }
