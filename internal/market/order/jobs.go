package order

import (
	"context"
	"errors"
	"sync"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/bus"
)

// Kinds of timed work.
const (
	JobExpire   = "order.expire"   // key: the minute
	JobReceive  = "order.receive"  // key: the order
	JobComplete = "order.complete" // key: the order
	JobNote     = "order.note"     // key: the seller and the moment
)

// Jobs are the module's timed work.
func (m *Module) Jobs() []bus.JobHandler {
	return []bus.JobHandler{
		{Kind: JobExpire, Do: m.lapse}, {Kind: JobReceive, Do: m.receive}, {Kind: JobComplete, Do: m.complete}, {Kind: JobNote, Do: m.note},
	}
}

const lapsePage = 256

// lapse sends what is overdue to the writer, which expires it among the orders
// being placed: it races a payment on one conditional update.
func (m *Module) lapse(ctx context.Context, _ bus.Job) error {
	for {
		due, err := lapsed(ctx, m.Clock.Now(), lapsePage)
		if err != nil || len(due) == 0 {
			return err
		}
		errs := make([]error, len(due))
		var all sync.WaitGroup
		for i, order := range due {
			all.Go(func() {
				_, errs[i] = m.writer.submit(ctx, request{leave: &leave{order: order, to: Expired}})
				if isIllegal(errs[i]) {
					errs[i] = nil // paid or ended meanwhile
				}
			})
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
}

// receive takes a parcel nobody has spoken of as come.
func (m *Module) receive(ctx context.Context, j bus.Job) error {
	_, err := m.Receive(ctx, id.Order(j.Key))
	if isIllegal(err) {
		return nil // closed meanwhile
	}
	return err
}

// complete ends the claim window.
func (m *Module) complete(ctx context.Context, j bus.Job) error {
	_, err := m.move(ctx, id.Order(j.Key), "order.complete", Completed, func(ctx context.Context, o *Order) error {
		o.Ended = m.Clock.Now()
		if err := m.bookEarned(ctx, *o); err != nil {
			return err
		}
		// By hand the money is in the seller's own hand already; at a firm it is
		// in the seller's own account once the bill shows it.
		if f, byFirm, err := firmOf(ctx, o.ID); err != nil || byFirm && f.settled.IsZero() {
			return err
		}
		return m.bookPaidOut(ctx, *o)
	})
	if isIllegal(err) {
		return nil // closed meanwhile
	}
	return err
}

func isIllegal(err error) bool { return errors.Is(err, ErrIllegal) }
