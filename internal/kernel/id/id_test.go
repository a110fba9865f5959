package id_test

import (
	"errors"
	"strings"
	"testing"

	"tianbo/internal/kernel/id"
)

func TestNewIsIncreasingAndParses(t *testing.T) {
	last := id.Room("")
	for range 10_000 {
		r := id.New[id.Room]()
		if r <= last {
			t.Fatalf("%s after %s", r, last)
		}
		if _, err := id.Parse[id.Room](string(r)); err != nil {
			t.Fatal(err)
		}
		last = r
	}
}

func TestParseRefuses(t *testing.T) {
	good := string(id.New[id.Room]())
	for name, s := range map[string]string{
		"empty": "", "other kind": "ses_" + good[5:], "short": good[:20], "long": good + "0",
		"upper case": strings.ToUpper(good), "letter l": good[:10] + "l" + good[11:], "beyond 128 bits": "room_8" + good[6:],
	} {
		if _, err := id.Parse[id.Room](s); !errors.Is(err, id.ErrMalformed) {
			t.Errorf("%s: %q gave %v", name, s, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string(id.New[id.Order]()))
	f.Fuzz(func(t *testing.T, s string) {
		v, err := id.Parse[id.Order](s)
		if err == nil && (string(v) != s || !id.Valid(v)) {
			t.Errorf("%q parsed as %q", s, v)
		}
	})
}
