package clock_test

import (
	"testing"
	"time"

	"tianbo/internal/kernel/clock"
)

func TestMicros(t *testing.T) {
	at := time.Date(2026, 11, 24, 1, 2, 3, 4_005_000, time.UTC)
	if got := clock.FromMicros(clock.Micros(at)); !got.Equal(at) {
		t.Errorf("got %v", got)
	}
	if clock.Micros(time.Time{}) != 0 || !clock.FromMicros(0).IsZero() {
		t.Error("zero must stay zero")
	}
}

func TestDayIsShanghai(t *testing.T) {
	// 17:00 UTC is already the next day in Shanghai.
	d := clock.Day(time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC))
	if d.Format(time.RFC3339) != "2026-11-25T00:00:00+08:00" {
		t.Errorf("got %s", d.Format(time.RFC3339))
	}
}
