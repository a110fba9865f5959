// Package money counts in fen, the hundredth part of a yuan, in int64.
//
// Nothing near money is a float. Arithmetic is checked: a result that does
// not fit is an error, never a wrapped number. Products are taken in 128
// bits. The rounding rules R1–R4 of the settlement design live here.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"sort"
	"strings"
)

// Fen is an amount in hundredths of a yuan. It may be negative.
type Fen int64

// ErrOverflow says that an amount does not fit 64 bits.
var ErrOverflow = errors.New("amount overflows")

// ErrNoWeight says that a pool cannot be shared because no weight is positive.
var ErrNoWeight = errors.New("no positive weight to share by")

// Add is a+b.
func (a Fen) Add(b Fen) (Fen, error) {
	c := a + b
	if (c > a) != (b > 0) && b != 0 {
		return 0, ErrOverflow
	}
	return c, nil
}

// Sub is a-b.
func (a Fen) Sub(b Fen) (Fen, error) {
	c := a - b
	if (c < a) != (b > 0) && b != 0 {
		return 0, ErrOverflow
	}
	return c, nil
}

// Times is a×n.
func (a Fen) Times(n int64) (Fen, error) { return a.MulDiv(n, 1) }

// Sum adds all amounts.
func Sum(amounts ...Fen) (Fen, error) {
	var total Fen
	var err error
	for _, a := range amounts {
		if total, err = total.Add(a); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// MulDiv is round(a×num/den) half away from zero (rule R1), exact in between.
// den must be positive.
func (a Fen) MulDiv(num, den int64) (Fen, error) {
	if den <= 0 {
		return 0, fmt.Errorf("money: divisor %d is not positive", den)
	}
	negative := (a < 0) != (num < 0)
	hi, lo := bits.Mul64(magnitude(int64(a)), magnitude(num))
	lo, carry := bits.Add64(lo, uint64(den)/2, 0)
	hi += carry
	if hi >= uint64(den) {
		return 0, ErrOverflow
	}
	q, _ := bits.Div64(hi, lo, uint64(den))
	if q > math.MaxInt64 {
		return 0, ErrOverflow
	}
	if negative {
		return -Fen(q), nil
	}
	return Fen(q), nil
}

// Rate is round(a×basisPoints/10000) (rule R1).
func (a Fen) Rate(basisPoints int64) (Fen, error) { return a.MulDiv(basisPoints, 10_000) }

// Allocate shares total by weight so that the parts sum to it exactly (rule
// R3): each gets the whole fen of its share, and the fen left over go to the
// largest remainders; ties to the larger weight, then to the earlier place.
// Weights must not be negative and one must be positive. A negative total is
// the mirror image of its positive.
func Allocate(total Fen, weights []int64) ([]Fen, error) {
	var sum uint64
	for _, w := range weights {
		if w < 0 {
			return nil, fmt.Errorf("money: weight %d is negative", w)
		}
		sum += uint64(w)
		if sum > math.MaxInt64 {
			return nil, ErrOverflow
		}
	}
	if sum == 0 {
		return nil, ErrNoWeight
	}
	pool := magnitude(int64(total))
	parts := make([]Fen, len(weights))
	remainders := make([]uint64, len(weights))
	order := make([]int, len(weights))
	left := pool
	for i, w := range weights {
		hi, lo := bits.Mul64(pool, uint64(w))
		q, r := bits.Div64(hi, lo, sum)
		parts[i], remainders[i], order[i] = Fen(q), r, i
		left -= q
	}
	sort.SliceStable(order, func(x, y int) bool {
		i, j := order[x], order[y]
		if remainders[i] != remainders[j] {
			return remainders[i] > remainders[j]
		}
		return weights[i] > weights[j]
	})
	for i := range left {
		parts[order[i]]++
	}
	if total < 0 {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return parts, nil
}

// String is the amount in yuan with two decimals: "29.80", "-0.05".
func (a Fen) String() string {
	m := magnitude(int64(a))
	sign := ""
	if a < 0 {
		sign = "-"
	}
	return fmt.Sprintf("%s%d.%02d", sign, m/100, m%100)
}

// ErrYuan says that a text is not an amount of yuan with at most two decimals.
var ErrYuan = errors.New("not an amount in yuan")

// ParseYuan reads what String writes, and shorter forms: "29.80", "29.8", "29".
func ParseYuan(s string) (Fen, error) {
	digits, negative := strings.CutPrefix(s, "-")
	yuan, cents, dotted := strings.Cut(digits, ".")
	if len(yuan) == 0 || len(yuan) > 16 || (dotted && (len(cents) == 0 || len(cents) > 2)) {
		return 0, ErrYuan
	}
	var v Fen
	for _, c := range yuan + (cents + "00")[:2] {
		if c < '0' || c > '9' {
			return 0, ErrYuan
		}
		v = v*10 + Fen(c-'0')
	}
	if negative {
		v = -v
	}
	return v, nil
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}
