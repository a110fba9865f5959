package solve

import (
	"context"
	"math"
)

// pace tells a worker how far its search is: by counting steps, or by the share of time the caller reports.
type pace struct {
	ctx   context.Context //nolint:containedctx // a pace lives as long as one call of Solve
	total int
	share func() float64
	from  float64 // share at which the present cooling begins
	to    float64 // and ends
	hot   float64
	cold  float64
}

// every how many steps the temperature is renewed and the caller asked whether to go on.
const pulse = 32

// at returns the share of the search that is done after so many steps.
func (p *pace) at(done int) float64 {
	if p.ctx.Err() != nil {
		return 1
	}
	if p.share != nil {
		return math.Min(1, math.Max(0, p.share()))
	}
	return math.Min(1, float64(done)/float64(max(1, p.total)))
}

// heat is the temperature at a share: exponential cooling.
func (p *pace) heat(share float64) float64 {
	x := math.Min(1, math.Max(0, (share-p.from)/(p.to-p.from)))
	return p.hot * math.Pow(p.cold/p.hot, x)
}
