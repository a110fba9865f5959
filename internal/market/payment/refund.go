package payment

import (
	"context"
	"errors"
	"time"

	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/pay"
	"tianbo/internal/platform/sqldb"
)

// GiveBack refunds fen of an order's payments, in the caller's transaction; the
// firm is asked afterwards, again and again until it has answered. key makes it
// one refund. It returns what could be asked for: less than fen when part of it
// was paid outside the firms.
func (m *Module) GiveBack(ctx context.Context, ref, key string, fen money.Fen, reason string) (money.Fen, error) {
	var asked money.Fen
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		asked = 0
		all, err := tradesOf(ctx, ref)
		if err != nil {
			return err
		}
		for _, t := range all {
			if t.State != pay.Paid || asked == fen {
				continue
			}
			part, err := m.giveBack(ctx, t, key, fen-asked, reason)
			if err != nil {
				return err
			}
			asked += part
		}
		return nil
	})
	return asked, err
}

// GiveBackTrade refunds the whole of one trade, for an order that was paid
// twice. It joins the caller's transaction.
func (m *Module) GiveBackTrade(ctx context.Context, trade, key, reason string) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		t, known, err := tradeByNumber(ctx, trade)
		if err != nil || !known {
			return errors.Join(err, ErrNoTrade)
		}
		_, err = m.giveBack(ctx, t, key, t.Fen, reason)
		return err
	})
}

func (m *Module) giveBack(ctx context.Context, t Trade, key string, fen money.Fen, reason string) (money.Fen, error) {
	number := "R" + t.Number[1:] + key // one refund of a trade a key
	if r, known, err := refundByNumber(ctx, number); err != nil || known {
		return r.Fen, err
	}
	if err := lockTrade(ctx, t.Number); err != nil {
		return 0, err
	}
	spent, err := refundedOf(ctx, t.Number)
	if err != nil {
		return 0, err
	}
	part := min(fen, t.Fen-spent)
	if part <= 0 {
		return 0, nil
	}
	r := Refund{Number: number, Trade: t.Number, Ref: t.Ref, Fen: part, Reason: reason, State: pay.RefundPending, Made: m.Clock.Now()}
	if err := insertRefund(ctx, r); err != nil {
		return 0, err
	}
	return part, bus.Schedule(ctx, bus.Job{Kind: JobRefund, Key: number})
}

// refund asks the firm, under the same number every time.
func (m *Module) refund(ctx context.Context, j bus.Job) error {
	r, known, err := refundByNumber(ctx, j.Key)
	if err != nil || !known || r.State != pay.RefundPending {
		return err
	}
	t, known, err := tradeByNumber(ctx, r.Trade)
	if err != nil || !known {
		return errors.Join(err, ErrNoTrade)
	}
	firm := m.firms[t.Provider]
	if firm == nil {
		return ErrProvider
	}
	said, err := firm.Refund(ctx, pay.RefundAsk{
		Number: r.Number, Trade: t.Number, Merchant: t.Merchant, Fen: r.Fen, Total: t.Fen, Reason: r.Reason, NotifyURL: m.notifyURL(t.Provider),
	})
	if errors.Is(err, pay.ErrRefused) {
		said, err = pay.Refund{Number: r.Number, State: pay.RefundFailed}, nil
	}
	if err != nil {
		return err // asked again later
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if said.State == pay.RefundPending {
			return bus.Schedule(ctx, bus.Job{Kind: JobRefund, Key: r.Number, Due: m.Clock.Now().Add(5 * time.Minute)})
		}
		_, err := m.returned(ctx, said)
		return err
	})
}

// returned takes the firm's word about a refund. A failed one goes to suspense:
// the buyer is still owed the money, and a person must see to it.
func (m *Module) returned(ctx context.Context, said pay.Refund) (verdict string, err error) {
	r, known, err := refundByNumber(ctx, said.Number)
	if err != nil {
		return "", err
	}
	if !known {
		return "unknown_refund", m.suspend(ctx, Suspense{Number: said.Number, Firm: said.ID, Fen: said.Fen, Why: "unknown_refund"})
	}
	t, _, err := tradeByNumber(ctx, r.Trade)
	if err != nil {
		return "", err
	}
	r.State, r.Firm, r.Done = said.State, said.ID, m.Clock.Now()
	if said.State == pay.RefundPending {
		return "pending", nil
	}
	if done, err := setRefunded(ctx, r); err != nil || !done {
		return "answered before", err
	}
	if said.State == pay.RefundFailed {
		return "refund_failed", m.suspend(ctx, Suspense{Provider: t.Provider, Merchant: t.Merchant, Number: r.Number, Firm: said.ID, Fen: r.Fen, Why: "refund_failed"})
	}
	return "refunded", bus.Emit(ctx, SubjectRefunded, r.Ref, Fact{Ref: r.Ref, Trade: r.Trade, Refund: r.Number, Provider: t.Provider, Fen: r.Fen, At: r.Done})
}
