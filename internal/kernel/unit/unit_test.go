package unit_test

import (
	"testing"

	"tianbo/internal/kernel/unit"
)

func TestPerJin(t *testing.T) {
	if p, err := unit.PerJin(2980, 2500); err != nil || p != 596 {
		t.Errorf("29.80 yuan for 5 jin is %d fen a jin, %v", p, err)
	}
	if _, err := unit.PerJin(1, 0); err == nil {
		t.Error("a pack of no weight has no unit price")
	}
}
