package bus

import (
	"context"
	"errors"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// ErrRetry: the work failed once more, and stays among the failures.
var ErrRetry = fault.Define(fault.Conflict, "retry_failed", "又没有做成：{cause}", "It failed once more: {cause}")

// Count is the state of the bus for an operator.
func Count(ctx context.Context) (Counts, error) { return counts(ctx) }

// Failures are the events and jobs that were given up, the newest first.
func Failures(ctx context.Context, limit int) ([]Failure, error) { return failures(ctx, limit) }

// RetryJob makes a given-up job due at once. One that is not there needs
// nothing.
func RetryJob(ctx context.Context, kind, key string) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		wake(ctx, func(b *Bus) chan struct{} { return b.wakeJobs }, wakeJob)
		return reviveJob(ctx, kind, key, now(ctx))
	})
}

// RetryEvent hands a given-up event to its handler again and waits for it: it
// is done afterwards, or still among the failures. One that is not there
// needs nothing.
func RetryEvent(ctx context.Context, event id.Event, handler string) error {
	b, ok := ctx.Value(busKey{}).(*Bus)
	if !ok {
		return errors.New("bus: RetryEvent without a bus")
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		e, there, err := reviveEvent(ctx, event, handler)
		if err != nil || !there {
			return err
		}
		for _, h := range b.handlers[e.Subject] {
			if h.Name != handler {
				continue
			}
			if err := b.handle(ctx, h, e); err != nil {
				return ErrRetry.With("cause", err.Error()).Wrap(err)
			}
			return nil
		}
		return ErrRetry.With("cause", "no handler "+handler)
	})
}
