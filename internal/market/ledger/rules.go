package ledger

import (
	"strings"

	"tianbo/internal/kernel/money"
)

// Class of an account.
type Class string

// The five classes. Assets and expenses grow by debits, the others by credits.
const (
	Asset     Class = "asset"
	Liability Class = "liability"
	Equity    Class = "equity"
	Income    Class = "income"
	Expense   Class = "expense"
)

// chart is the chart of accounts. `*` stands for one identifier. An account
// that is not `free` may never be overdrawn: it holds what somebody is owed.
var chart = []struct {
	path  string
	class Class
	free  bool
}{
	{"psp:*:clearing", Asset, true}, // money at a payment firm, or in hand for the manual one
	{"psp:fee", Expense, true},
	{"buyer:advance", Liability, false},    // paid, not yet earned
	{"buyer:refund_due", Liability, false}, // to be given back
	{"farmer:*:payable", Liability, false},
	{"farmer:*:receivable", Asset, false}, // netted only against later uplift, never pulled (R6)
	{"coop:*:payable", Liability, false},
	{"coop:*:reserve", Equity, false},
	{"host:*:commission", Liability, false},
	{"carrier:*:payable", Liability, false},
	{"platform:fee", Liability, false},
	{"fund:advance", Liability, true},
	{"suspense", Liability, true}, // money that no order explains yet
}

// ClassOf gives the class of an account and whether it may be overdrawn; ok is
// false for a path that the chart does not have.
func ClassOf(path string) (class Class, free, ok bool) {
	parts := strings.Split(path, ":")
	for _, a := range chart {
		if matches(strings.Split(a.path, ":"), parts) {
			return a.class, a.free, true
		}
	}
	return "", false, false
}

func matches(pattern, parts []string) bool {
	if len(pattern) != len(parts) {
		return false
	}
	for i, p := range pattern {
		if parts[i] == "" || (p != "*" && p != parts[i]) {
			return false
		}
	}
	return true
}

// Holds is what an account of the class holds, on its natural side.
func Holds(class Class, debit, credit money.Fen) (money.Fen, error) {
	if class == Asset || class == Expense {
		return debit.Sub(credit)
	}
	return credit.Sub(debit)
}

// Check is nil when the legs can be posted: there are at least two, all are
// positive, each names an account of the chart, and debits equal credits.
func Check(legs []Leg) error {
	if len(legs) < 2 {
		return ErrUnbalanced
	}
	var debit, credit money.Fen
	for _, l := range legs {
		if _, _, ok := ClassOf(l.Account); !ok {
			return ErrAccount.With("account", l.Account)
		}
		if l.Fen <= 0 {
			return ErrUnbalanced
		}
		sum := &debit
		switch l.Side {
		case Debit:
		case Credit:
			sum = &credit
		default:
			return ErrUnbalanced
		}
		var err error
		if *sum, err = sum.Add(l.Fen); err != nil {
			return err
		}
	}
	if debit != credit {
		return ErrUnbalanced
	}
	return nil
}

// Mirror gives the legs that take legs back.
func Mirror(legs []Leg) []Leg {
	out := make([]Leg, len(legs))
	for i, l := range legs {
		l.Side = map[Side]Side{Debit: Credit, Credit: Debit}[l.Side]
		out[i] = l
	}
	return out
}
