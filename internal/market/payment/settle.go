package payment

import (
	"context"
	"errors"
	"net/http"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/pay"
	"tianbo/internal/platform/sqldb"
)

// Notice takes a call of a firm. What is not signed by it changes nothing.
func (m *Module) Notice(w http.ResponseWriter, r *http.Request) {
	firm := m.firms[r.PathValue("provider")]
	if firm == nil {
		http.NotFound(w, r)
		return
	}
	n, err := firm.Notice(r)
	if err == nil {
		err = m.take(r.Context(), firm.Name(), n)
	}
	if err != nil && !errors.Is(err, pay.ErrNotice) {
		m.Log.WarnContext(r.Context(), "a payment notice was not taken and will come again", "provider", firm.Name(), "error", err)
	}
	firm.Answer(w, err == nil)
}

// take settles a notice once; a copy is answered like the first.
func (m *Module) take(ctx context.Context, provider string, n pay.Notice) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		number := ""
		if n.Trade != nil {
			number = n.Trade.Number
		} else if n.Refund != nil {
			number = n.Refund.Number
		}
		fresh, err := insertNotice(ctx, provider, n.ID, number, m.Clock.Now())
		if err != nil || !fresh {
			return err
		}
		verdict := "nothing to do"
		switch {
		case n.Trade != nil && n.Trade.State == pay.Paid:
			verdict, err = m.settle(ctx, provider, *n.Trade)
		case n.Refund != nil:
			verdict, err = m.returned(ctx, *n.Refund)
		}
		if err != nil {
			return err
		}
		return setVerdict(ctx, provider, n.ID, verdict)
	})
}

// settle is the one place where the firm's word that a trade is paid becomes
// ours, from a notice or a query alike. It compares merchant, number and
// amount; what does not fit goes to suspense and changes no order.
func (m *Module) settle(ctx context.Context, provider string, said pay.Trade) (verdict string, err error) {
	t, known, err := tradeByNumber(ctx, said.Number)
	if err != nil {
		return "", err
	}
	if why := Misfit(t, known && t.Provider == provider, said); why != "" {
		return why, m.suspend(ctx, Suspense{Provider: provider, Merchant: said.Merchant, Number: said.Number, Firm: said.ID, Fen: said.Fen, Why: why})
	}
	if t.State == pay.Paid {
		if t.Firm != said.ID {
			return "paid_twice", m.suspend(ctx, Suspense{Provider: provider, Merchant: said.Merchant, Number: said.Number, Firm: said.ID, Fen: said.Fen, Why: "paid_twice"})
		}
		return "paid before", nil
	}
	t.Firm, t.Paid = said.ID, said.At
	if t.Paid.IsZero() {
		t.Paid = m.Clock.Now()
	}
	if done, err := setPaid(ctx, t); err != nil || !done {
		return "paid before", err
	}
	return "paid", bus.Emit(ctx, SubjectPaid, t.Ref, Fact{Ref: t.Ref, Trade: t.Number, Provider: provider, Fen: t.Fen, At: t.Paid})
}

// suspend keeps an amount for somebody to explain; saying it again changes
// nothing.
func (m *Module) suspend(ctx context.Context, s Suspense) error {
	now := m.Clock.Now()
	s.ID, s.Owner, s.At, s.Due = id.New[id.Suspense](), "platform_admin", now, now.AddDate(0, 0, suspenseDays)
	s.key = s.Provider + ":" + s.Why + ":" + s.Number + ":" + s.Firm
	return insertSuspense(ctx, s)
}

// look asks a firm about a trade that it has not spoken of, and closes it when
// its order wants no money any more.
func (m *Module) look(ctx context.Context, j bus.Job) error {
	t, known, err := tradeByNumber(ctx, j.Key)
	if err != nil || !known || t.State != pay.Open {
		return err
	}
	firm := m.firms[t.Provider]
	if firm == nil {
		return ErrProvider // the operator has taken the firm out; kept as a failed job
	}
	now := m.Clock.Now()
	if string(j.Payload) == `"close"` || now.After(t.Expires.Add(5*time.Minute)) {
		if err := firm.Close(ctx, t.Number, t.Merchant); err != nil && !errors.Is(err, pay.ErrRefused) && !errors.Is(err, pay.ErrUnknown) {
			return err
		}
	}
	said, err := firm.Query(ctx, t.Number, t.Merchant)
	if errors.Is(err, pay.ErrUnknown) {
		said, err = pay.Trade{Number: t.Number, State: pay.Open}, nil
		if now.After(t.Expires) {
			said.State = pay.Closed // nobody ever opened it there
		}
	}
	if err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		switch said.State {
		case pay.Paid:
			_, err := m.settle(ctx, t.Provider, said)
			return err
		case pay.Closed:
			return setClosed(ctx, t.Number)
		}
		at, again := NextLook(t.Created, t.Expires, now)
		if !again {
			return setClosed(ctx, t.Number)
		}
		return bus.Schedule(ctx, bus.Job{Kind: JobLook, Key: t.Number, Due: at, Payload: j.Payload})
	})
}
