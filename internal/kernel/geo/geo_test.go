package geo_test

import (
	"math"
	"testing"

	"tianbo/internal/kernel/geo"
)

func TestRegions(t *testing.T) {
	for _, bad := range []string{"1", "12345", "62992110", "62992a", "6299211042071"} {
		if _, err := geo.ParseRegion(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	village := geo.Region("629921104207")
	if village.County() != "629921" || village.Township() != "629921104" || geo.Region("62").County() != "62" {
		t.Error("levels are wrong")
	}
	if !village.County().Contains(village) || village.Contains(village.County()) || !geo.Region("").Contains(village) {
		t.Error("containment is wrong")
	}
}

func TestMetres(t *testing.T) {
	// Beijing to Shanghai, about 1067 km by great circle.
	d := geo.Point{Lat: 39.9042, Lon: 116.4074}.Metres(geo.Point{Lat: 31.2304, Lon: 121.4737})
	if math.Abs(d-1_067_000) > 3_000 {
		t.Errorf("got %.0f m", d)
	}
}
