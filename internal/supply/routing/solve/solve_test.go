package solve_test

import (
	"testing"
)

func TestEveryPlanPassesTheChecker(t *testing.T) {
	t.Parallel()
	for seed := range uint64(16) {
		plan(t, rich(seed, 6+int(seed)%20), budget(300))
		if t.Failed() {
			t.Fatalf("rich problem %d", seed)
		}
	}
	for seed := range uint64(5) {
		_, r := plan(t, rounds(seed, 20, seed%2 == 0), budget(300))
		if r.Mandatory > 0 {
			t.Errorf("rounds %d: %d left behind", seed, r.Mandatory)
		}
		plan(t, hauls(seed, 12), budget(300))
		if t.Failed() {
			t.Fatalf("problem %d", seed)
		}
	}
}
