package ledger

import (
	"context"
	"slices"
	"strings"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/authz"
)

// Part is one share of what a buyer paid.
type Part struct {
	// Account whose share it is: `farmer:org_…:payable`, `platform:fee`,
	// `buyer:refund_due`; `buyer:advance` is what waits for the claim window.
	Account string
	Party   string
	Fen     money.Fen // may be negative: a receivable
	// Journals that it opens to.
	Journals []id.Journal
}

// Breakdown is where each fen of an order went (一斤钱去哪了).
type Breakdown struct {
	Paid  money.Fen
	Parts []Part // they sum to Paid exactly
	// Provisional: a part still waits in the buyer's advance.
	Provisional bool
}

// shares are the kinds of journal that decide whose the money is; handing it
// over (paid_out) changes nobody's share.
var shares = []Kind{Paid, Earned, Refunded, Reversed}

// Split sums journals of one order into its parts.
func Split(journals []Journal) (Breakdown, error) {
	var b Breakdown
	index := map[string]int{}
	for _, j := range journals {
		if !slices.Contains(shares, j.Kind) {
			continue
		}
		for _, l := range j.Legs {
			fen := l.Fen
			if l.Side == Debit {
				fen = -fen
			}
			var err error
			if strings.HasPrefix(l.Account, "psp:") && strings.HasSuffix(l.Account, ":clearing") {
				if b.Paid, err = b.Paid.Sub(fen); err != nil {
					return b, err
				}
				continue
			}
			i, ok := index[l.Account]
			if !ok {
				i = len(b.Parts)
				index[l.Account], b.Parts = i, append(b.Parts, Part{Account: l.Account, Party: l.Party})
			}
			p := &b.Parts[i]
			if p.Fen, err = p.Fen.Add(fen); err != nil {
				return b, err
			}
			if !slices.Contains(p.Journals, j.ID) {
				p.Journals = append(p.Journals, j.ID)
			}
		}
	}
	b.Parts = slices.DeleteFunc(b.Parts, func(p Part) bool { return p.Fen == 0 })
	b.Provisional = slices.ContainsFunc(b.Parts, func(p Part) bool { return p.Account == "buyer:advance" })
	return b, nil
}

// Breakdown tells buyer and seller of an order where its money went.
func (m *Module) Breakdown(ctx context.Context, order id.Order) (Breakdown, error) {
	res, err := m.Orders.Resource(ctx, string(order))
	if err != nil {
		return Breakdown{}, err
	}
	if err := authz.Check(ctx, "ledger.breakdown", res); err != nil {
		return Breakdown{}, err
	}
	rows, err := about(ctx, string(order))
	if err != nil {
		return Breakdown{}, err
	}
	journals := make([]Journal, len(rows))
	for i, r := range rows {
		journals[i] = r.Journal
	}
	return Split(journals)
}
