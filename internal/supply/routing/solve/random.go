package solve

import (
	"math"
	"math/rand/v2"
)

// random is one worker's stream. Equal seeds give equal streams on every machine.
type random struct{ pcg *rand.PCG }

func newRandom(seed uint64, stream uint64) random {
	return random{rand.NewPCG(seed*0x9e3779b97f4a7c15+1, stream*0xbf58476d1ce4e5b9+7)}
}

// below returns a number from 0 to n-1. The bias of the multiply-shift is below 2⁻³² for any route planning n.
func (r random) below(n int) int {
	return int((r.pcg.Uint64() >> 32) * uint64(n) >> 32)
}

// unit returns a number in [0, 1).
func (r random) unit() float64 { return float64(r.pcg.Uint64()>>11) * (1.0 / (1 << 53)) }

// exp returns an exponentially distributed number with mean 1, never infinite.
func (r random) exp() float64 { return -math.Log(1 - r.unit()) }

// skip returns how many positions pass until the next blink: it draws once where blinking draws for every position.
func (r random) skip() int { return 1 + int(r.exp()/-math.Log1p(-blinkRate)) }
