package payment

import (
	"context"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/pay"
	"tianbo/internal/platform/sqldb"
)

// billsReady is when firms have yesterday's bill: ten in the morning.
const billsReady = 10*time.Hour + 30*time.Minute

// ScheduleBills makes sure that the next morning's comparison will come.
func (m *Module) ScheduleBills(ctx context.Context) error {
	today := clock.Day(m.Clock.Now())
	due := today.Add(billsReady)
	if m.Clock.Now().After(due) {
		today = today.AddDate(0, 0, 1)
		due = today.Add(billsReady)
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		return bus.Schedule(ctx, bus.Job{Kind: JobBills, Key: today.AddDate(0, 0, -1).Format(time.DateOnly), Due: due})
	})
}

// bills compares a day for every merchant of every firm. One firm that does not
// answer keeps no other from being compared; the job comes again for it.
func (m *Module) bills(ctx context.Context, j bus.Job) error {
	day, err := time.ParseInLocation(time.DateOnly, j.Key, clock.Shanghai)
	if err != nil {
		return err
	}
	all, err := merchantsAll(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, v := range all {
		if m.firms[v.Provider] == nil {
			continue
		}
		if _, err := m.Compare(ctx, v.Provider, v.Merchant, day); err != nil {
			failed = err
		}
	}
	if failed != nil {
		return failed
	}
	return m.ScheduleBills(ctx)
}

// Compare holds one day's bill of a firm against our trades and refunds. What
// is equal is settled; what differs goes to suspense. Comparing again finds the
// same.
func (m *Module) Compare(ctx context.Context, provider, merchant string, day time.Time) (Bill, error) {
	firm := m.firms[provider]
	if firm == nil {
		return Bill{}, ErrProvider
	}
	lines, err := firm.Bill(ctx, merchant, day)
	if err != nil {
		return Bill{}, err
	}
	b := Bill{Provider: provider, Merchant: merchant, Day: day.Format(time.DateOnly), Lines: int64(len(lines)), At: m.Clock.Now()}
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		b.Matched, b.Differ = 0, 0
		seen := map[string]bool{}
		for _, l := range lines {
			why, err := m.match(ctx, provider, merchant, l)
			if err != nil {
				return err
			}
			seen[l.Number+l.Refund] = true
			if why == "" {
				b.Matched++
				continue
			}
			b.Differ++
			if err := m.suspend(ctx, Suspense{Provider: provider, Merchant: merchant, Number: l.Number + l.Refund, Firm: l.ID, Fen: l.Fen, Why: why}); err != nil {
				return err
			}
		}
		ours, err := paidOn(ctx, provider, merchant, day, day.AddDate(0, 0, 1))
		if err != nil {
			return err
		}
		for _, t := range ours {
			if seen[t.Number] {
				continue
			}
			b.Differ++
			if err := m.suspend(ctx, Suspense{Provider: provider, Merchant: merchant, Number: t.Number, Firm: t.Firm, Fen: t.Fen, Why: "not_on_bill"}); err != nil {
				return err
			}
		}
		return saveBill(ctx, b)
	})
	return b, err
}

// match settles the trade or refund that a line of a bill stands for, or says
// how it differs. A payment that the firm never told us of is believed now: a
// bill is as good as a notice.
func (m *Module) match(ctx context.Context, provider, merchant string, l pay.BillLine) (why string, err error) {
	if l.Refund != "" {
		r, known, err := refundByNumber(ctx, l.Refund)
		switch {
		case err != nil:
			return "", err
		case !known:
			return "only_on_bill", nil
		case r.Fen != l.Fen:
			return "bill_amount", nil
		}
		return "", settleRefund(ctx, r.Number, m.Clock.Now())
	}
	t, known, err := tradeByNumber(ctx, l.Number)
	switch {
	case err != nil:
		return "", err
	case !known || t.Provider != provider || t.Merchant != merchant:
		return "only_on_bill", nil
	case t.Fen != l.Fen:
		return "bill_amount", nil
	}
	if t.State != pay.Paid {
		if _, err := m.settle(ctx, provider, pay.Trade{Number: t.Number, Merchant: merchant, ID: l.ID, State: pay.Paid, Fen: l.Fen, At: l.At}); err != nil {
			return "", err
		}
	}
	fresh, err := settleTrade(ctx, t.Number, m.Clock.Now())
	if err != nil || !fresh {
		return "", err
	}
	return "", bus.Emit(ctx, SubjectSettled, t.Ref, Fact{Ref: t.Ref, Trade: t.Number, Provider: provider, Fen: t.Fen, At: l.At})
}
