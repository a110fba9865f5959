package money_test

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tianbo/internal/kernel/money"
)

func TestCheckedSums(t *testing.T) {
	for _, c := range []struct {
		a, b money.Fen
		sum  money.Fen
		err  error
	}{
		{1, 2, 3, nil},
		{-5, 5, 0, nil},
		{math.MaxInt64, 0, math.MaxInt64, nil},
		{math.MaxInt64, 1, 0, money.ErrOverflow},
		{math.MinInt64, -1, 0, money.ErrOverflow},
		{math.MinInt64, math.MaxInt64, -1, nil},
	} {
		if got, err := c.a.Add(c.b); got != c.sum || !errors.Is(err, c.err) {
			t.Errorf("%d+%d = %d, %v", c.a, c.b, got, err)
		}
	}
	if _, err := money.Fen(math.MinInt64).Sub(1); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("smallest-1: %v", err)
	}
	if _, err := money.Fen(0).Sub(math.MinInt64); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("0-smallest: %v", err)
	}
}

func TestRoundingIsHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		a        money.Fen
		num, den int64
		want     money.Fen
	}{
		{1, 1, 2, 1},
		{-1, 1, 2, -1},
		{1, 1, 3, 0},
		{2, 1, 3, 1},
		{2980, 500, 2500, 596},
		{2983, 500, 2500, 597}, // 596.6
		{10_000, 625, 10_000, 625},
		{5_000_000, 2 * 90, 100 * 360, 25_000}, // the interest subsidy of the mission
	} {
		if got, err := c.a.MulDiv(c.num, c.den); err != nil || got != c.want {
			t.Errorf("%d×%d/%d = %d, %v; want %d", c.a, c.num, c.den, got, err, c.want)
		}
	}
	if _, err := money.Fen(math.MaxInt64).Times(2); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("overflow: %v", err)
	}
	if _, err := money.Fen(1).MulDiv(1, 0); err == nil {
		t.Error("division by zero was accepted")
	}
}

// MulDiv agrees with exact arithmetic on any input.
func TestMulDivIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, num := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "num")
		den := rapid.Int64Range(1, math.MaxInt64).Draw(t, "den")
		p := new(big.Int).Mul(big.NewInt(a), big.NewInt(num))
		negative := p.Sign() < 0
		p.Abs(p).Lsh(p, 1).Add(p, big.NewInt(den))
		p.Div(p, new(big.Int).Lsh(big.NewInt(den), 1))
		if negative {
			p.Neg(p)
		}
		got, err := money.Fen(a).MulDiv(num, den)
		if !p.IsInt64() || p.Int64() == math.MinInt64 {
			if !errors.Is(err, money.ErrOverflow) {
				t.Fatalf("want overflow, got %d, %v", got, err)
			}
			return
		}
		if err != nil || int64(got) != p.Int64() {
			t.Fatalf("got %d, %v; want %s", got, err, p)
		}
	})
}

func TestAllocateExamples(t *testing.T) {
	got, err := money.Allocate(500, []int64{1999, 2999, 990})
	if err != nil || !slices.Equal(got, []money.Fen{167, 250, 83}) {
		t.Errorf("coupon of the design: %v, %v", got, err)
	}
	got, err = money.Allocate(1, []int64{1, 1})
	if err != nil || !slices.Equal(got, []money.Fen{1, 0}) {
		t.Errorf("tie goes to the earlier: %v, %v", got, err)
	}
	if _, err := money.Allocate(5, []int64{0, 0}); !errors.Is(err, money.ErrNoWeight) {
		t.Errorf("no weight: %v", err)
	}
	if _, err := money.Allocate(5, []int64{1, -1}); err == nil {
		t.Error("negative weight was accepted")
	}
}

// The parts sum to the whole, each is within one fen of its exact share, and
// a heavier weight never gets less.
func TestAllocateProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(-1<<60, 1<<60).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 20).Draw(t, "weights")
		weights = append(weights, rapid.Int64Range(1, 1<<40).Draw(t, "positive"))
		parts, err := money.Allocate(money.Fen(total), weights)
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := money.Sum(parts...); err != nil || int64(sum) != total {
			t.Fatalf("sum %d, %v", sum, err)
		}
		all := new(big.Int)
		for _, w := range weights {
			all.Add(all, big.NewInt(w))
		}
		for i, p := range parts {
			// |p×Σw − total×w| < Σw
			d := new(big.Int).Mul(big.NewInt(int64(p)), all)
			d.Sub(d, new(big.Int).Mul(big.NewInt(total), big.NewInt(weights[i])))
			if d.CmpAbs(all) >= 0 {
				t.Fatalf("part %d is more than a fen off", i)
			}
			for j := range parts {
				if total > 0 && weights[i] > weights[j] && parts[i] < parts[j] {
					t.Fatalf("weight %d got %d, weight %d got %d", weights[i], parts[i], weights[j], parts[j])
				}
			}
		}
	})
}

func TestString(t *testing.T) {
	for fen, want := range map[money.Fen]string{0: "0.00", 5: "0.05", 2980: "29.80", -105: "-1.05", math.MinInt64: "-92233720368547758.08"} {
		if got := fen.String(); got != want {
			t.Errorf("%d is %q, want %q", int64(fen), got, want)
		}
	}
}

func TestParseYuan(t *testing.T) {
	for text, want := range map[string]money.Fen{"0": 0, "29": 2900, "29.8": 2980, "29.80": 2980, "-0.05": -5, "9999999999999999.99": 999999999999999999} {
		if got, err := money.ParseYuan(text); err != nil || got != want {
			t.Errorf("%q is %d %v, want %d", text, int64(got), err, int64(want))
		}
	}
	for _, bad := range []string{"", ".", "1.", ".5", "1.234", "1,000", "１", "--1", "+1", "1e3", "99999999999999999"} {
		if got, err := money.ParseYuan(bad); err == nil {
			t.Errorf("%q was read as %d", bad, int64(got))
		}
	}
}

func FuzzParseYuan(f *testing.F) {
	f.Add("29.80")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := money.ParseYuan(s)
		if err != nil {
			return
		}
		if again, err := money.ParseYuan(v.String()); err != nil || again != v {
			t.Errorf("%q is %v, which is read as %v %v", s, v, again, err)
		}
	})
}
