package share

import (
	"math"
	"slices"

	"tianbo/internal/kernel/money"
)

// Part is one consignment's claim on the bill.
type Part struct {
	Marginal float64 // what leaving it out saves
	Alone    float64 // what going alone would cost: it never pays more
}

// Split divides a bill. The shares and what is left for the operator add up to the bill to the fen. Everybody pays first
// what leaving them out would save; what is common to several is then borne in proportion to what each one avoids by not
// going alone (alternative cost avoided, Tijs and Driessen 1986). So nobody pays more than alone, and nobody rides on the
// others for less than they cause. What no cap leaves room for is left over.
func Split(bill money.Fen, parts []Part) (shares []money.Fen, left money.Fen) {
	shares = make([]money.Fen, len(parts))
	if bill <= 0 {
		return shares, bill
	}
	caps := make([]float64, len(parts))
	room := 0.0
	for i, p := range parts {
		caps[i] = math.Floor(math.Min(math.Max(p.Alone, 0), float64(bill)))
		room += caps[i]
	}
	if room <= float64(bill) {
		for i := range parts {
			shares[i] = money.Fen(caps[i])
			left += shares[i]
		}
		return shares, bill - left
	}
	exact := fill(float64(bill), parts, caps)
	return whole(bill, exact, caps), 0
}

// fill pours the bill over the parts: the marginal costs, then the rest by the room up to the caps. Should the marginal
// costs alone pass the bill, it is shared in proportion to them.
func fill(bill float64, parts []Part, caps []float64) []float64 {
	out := make([]float64, len(parts))
	own := 0.0
	for i, p := range parts {
		out[i] = math.Min(math.Max(0, p.Marginal), caps[i])
		own += out[i]
	}
	if own > bill {
		clear(out)
		pour(bill, out, caps, func(i int) float64 { return math.Max(0, math.Min(parts[i].Marginal, parts[i].Alone)) })
		return out
	}
	pour(bill-own, out, caps, func(i int) float64 { return caps[i] - out[i] })
	return out
}

// pour adds up to amount in proportion to weights without passing a cap; what finds no place is left. In each turn
// those that would pass their cap are filled to it; the others share what remains.
func pour(amount float64, out, caps []float64, weight func(int) float64) {
	weights, most := make([]float64, len(out)), 0.0
	for i := range weights {
		weights[i] = weight(i)
		most = math.Max(most, weights[i])
	}
	for i, w := range weights {
		if w < most*1e-12 {
			weights[i] = 0 // beyond what a float can tell apart
		}
	}
	full := make([]bool, len(out))
	for {
		sum := 0.0
		for i, w := range weights {
			if !full[i] {
				sum += w
			}
		}
		if sum <= 0 || amount <= 0 {
			return
		}
		rate, capped := amount/sum, false
		for i, w := range weights {
			if gap := caps[i] - out[i]; !full[i] && w > 0 && w*rate >= gap {
				amount -= gap
				out[i], full[i], capped = caps[i], true, true
			}
		}
		if capped {
			continue
		}
		for i, w := range weights {
			if !full[i] {
				out[i] += w * rate
			}
		}
		return
	}
}

// whole rounds to fen by largest remainder within the caps.
func whole(bill money.Fen, exact, caps []float64) []money.Fen {
	out := make([]money.Fen, len(exact))
	order := make([]int, len(exact))
	rest := bill
	for i, x := range exact {
		out[i] = money.Fen(math.Floor(math.Min(x, caps[i])))
		rest -= out[i]
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := exact[a]-float64(out[a]), exact[b]-float64(out[b]); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	for rest > 0 {
		before := rest
		for _, i := range order {
			if rest > 0 && float64(out[i])+1 <= caps[i] {
				out[i]++
				rest--
			}
		}
		if rest == before {
			break
		}
	}
	for rest < 0 {
		for i := len(order) - 1; rest < 0 && i >= 0; i-- {
			if k := order[i]; out[k] > 0 {
				out[k]--
				rest++
			}
		}
	}
	return out
}
