package bus

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

const (
	workers     = 4
	jobLease    = time.Minute
	jobAttempts = 15
	farAhead    = time.Minute // look at least so often, for other nodes' jobs
)

// work runs due jobs, a few at a time, and sleeps until the next is due.
func (b *Bus) work(ctx context.Context) {
	slots := make(chan struct{}, workers)
	var busy sync.WaitGroup
	defer busy.Wait()
	for ctx.Err() == nil {
		slots <- struct{}{}
		c, found, err := b.claim(ctx)
		if err != nil || !found {
			<-slots
			if err != nil && ctx.Err() == nil {
				b.opts.Log.WarnContext(ctx, "jobs were not claimed", "error", err)
			}
			b.sleepUntilDue(ctx, err != nil)
			continue
		}
		busy.Go(func() {
			defer func() { <-slots; nudge(b.wakeJobs) }()
			b.runJob(ctx, c)
		})
	}
}

func (b *Bus) sleepUntilDue(ctx context.Context, troubled bool) {
	wait := farAhead
	if troubled {
		wait = time.Second
	} else if due, err := nextDue(ctx); err == nil && !due.IsZero() {
		wait = max(5*time.Millisecond, min(wait, due.Sub(b.opts.Clock.Now())))
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-b.wakeJobs:
	}
}

func (b *Bus) claim(ctx context.Context) (c claimed, found bool, err error) {
	now := b.opts.Clock.Now()
	if due, err := nextDue(ctx); err != nil || due.IsZero() || due.After(now) {
		return c, false, err // looking needs no writing transaction
	}
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		c, found, err = claimJob(ctx, now, now.Add(jobLease))
		return err
	})
	return c, found, err
}

func (b *Bus) runJob(ctx context.Context, c claimed) {
	err := b.do(ctx, c)
	if ctx.Err() != nil && err != nil {
		return // stopping: the lease runs out and the job runs again
	}
	record := func(ctx context.Context) error { return finishJob(ctx, c) }
	if err != nil {
		b.opts.Log.WarnContext(ctx, "job failed", "kind", c.Kind, "attempt", c.Attempt, "error", err)
		now := b.opts.Clock.Now()
		var failed int64
		if c.Attempt >= jobAttempts && !transient(err) {
			failed = clock.Micros(now)
			b.opts.Log.ErrorContext(ctx, "job given up", "kind", c.Kind, "key", c.Key, "error", err)
		}
		record = func(ctx context.Context) error {
			return retryJob(ctx, c, now.Add(backoff(c.Attempt)), failed, err.Error())
		}
	}
	if err := sqldb.Write(context.WithoutCancel(ctx), record); err != nil {
		b.opts.Log.WarnContext(ctx, "job outcome was not recorded", "kind", c.Kind, "error", err)
	}
}

// do runs the handler, extending the lease while it works.
func (b *Bus) do(ctx context.Context, c claimed) (err error) {
	h, ok := b.jobs[c.Kind]
	if !ok {
		return fmt.Errorf("no handler for job kind %s", c.Kind)
	}
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("job %s panicked: %v", c.Kind, cause)
		}
	}()
	ctx, done := context.WithCancel(authz.AsSystem(ctx))
	defer done()
	var keeper sync.WaitGroup
	defer keeper.Wait()
	defer done()
	keeper.Go(func() {
		for pause(ctx, jobLease/3) {
			_ = sqldb.Write(ctx, func(ctx context.Context) error { // a missed one leaves two more tries
				return extendJob(ctx, c, b.opts.Clock.Now().Add(jobLease))
			})
		}
	})
	return h.Do(ctx, c.Job)
}

// Drain handles, in this goroutine and without NATS, every event waiting and
// every job due, and whatever they cause. It serves tests and commands that
// run without a server; it returns the first error.
func (b *Bus) Drain(ctx context.Context) error {
	ctx = b.Attach(ctx)
	for {
		events, err := unsent(ctx, dispatchBatch)
		if err != nil {
			return err
		}
		for _, e := range events {
			for _, h := range b.handlers[e.Subject] {
				if err := b.handle(ctx, h, e); err != nil {
					return fmt.Errorf("%s: %w", h.Name, err)
				}
			}
			at := clock.Micros(b.opts.Clock.Now())
			if err := sqldb.Write(ctx, func(ctx context.Context) error { return setPending(ctx, e.ID, len(b.handlers[e.Subject]), at) }); err != nil {
				return err
			}
		}
		c, found, err := b.claim(ctx)
		if err != nil {
			return err
		}
		if !found && len(events) == 0 {
			return nil
		}
		if found {
			if err := b.do(ctx, c); err != nil {
				return fmt.Errorf("job %s: %w", c.Kind, err)
			}
			if err := sqldb.Write(ctx, func(ctx context.Context) error { return finishJob(ctx, c) }); err != nil {
				return err
			}
		}
	}
}
