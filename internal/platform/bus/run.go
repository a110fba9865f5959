package bus

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/fault"
	"tianbo/internal/platform/sqldb"
)

const (
	dispatchBatch = 256
	leaseLife     = 10 * time.Second
	lookInterval  = 5 * time.Second // for rows whose wake was lost
	resendAfter   = time.Minute
	keepHandled   = 7 * 24 * time.Hour
	maxAttempts   = 8
)

// Connect starts or reaches NATS. Publish and Subscribe work from here on.
func (b *Bus) Connect(ctx context.Context) (err error) {
	b.nats, err = connect(ctx, b.opts)
	return err
}

// Run dispatches, handles and works until ctx ends, then stops in order and
// returns. Connect must have been called; ctx must carry the database.
func (b *Bus) Run(ctx context.Context) error {
	ctx = b.Attach(ctx)
	subs, err := b.listenForWakes()
	if err != nil {
		return err
	}
	for _, handlers := range b.handlers {
		for _, h := range handlers {
			b.running.Go(func() { b.consume(ctx, h) })
		}
	}
	b.running.Go(func() { b.dispatch(ctx) })
	b.running.Go(func() { b.work(ctx) })
	b.running.Wait()
	for _, s := range subs {
		_ = s.Unsubscribe() // the connection closes next
	}
	detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := sqldb.Write(detached, func(ctx context.Context) error { return dropLeases(ctx, b.node) }); err != nil {
		b.opts.Log.WarnContext(ctx, "leases were not dropped", "error", err)
	}
	return nil
}

// Close ends the connection and the server inside.
func (b *Bus) Close() {
	if b.nats != nil {
		b.nats.close()
	}
}

func (b *Bus) listenForWakes() ([]*nats.Subscription, error) {
	var out []*nats.Subscription
	for subject, c := range map[string]chan struct{}{wakeOutbox: b.wakeOut, wakeJob: b.wakeJobs} {
		sub, err := b.nats.conn.Subscribe(subject, func(*nats.Msg) { nudge(c) })
		if err != nil {
			return nil, fmt.Errorf("subscribing: %w", err)
		}
		out = append(out, sub)
	}
	return out, nil
}

// dispatch publishes unsent rows, while this node holds the lease.
func (b *Bus) dispatch(ctx context.Context) {
	look := time.NewTicker(lookInterval)
	defer look.Stop()
	var swept time.Time
	for {
		if err := b.publishUnsent(ctx); err != nil && ctx.Err() == nil {
			b.opts.Log.WarnContext(ctx, "events were not published", "error", err)
		}
		if now := b.opts.Clock.Now(); now.Sub(swept) > resendAfter/2 {
			swept = now
			if err := b.sweep(ctx, now); err != nil && ctx.Err() == nil {
				b.opts.Log.WarnContext(ctx, "events were not swept", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-b.wakeOut:
		case <-look.C:
		}
	}
}

func (b *Bus) leads(ctx context.Context) (mine bool, err error) {
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		now := b.opts.Clock.Now()
		mine, err = takeLease(ctx, "dispatcher", b.node, now, now.Add(leaseLife))
		return err
	})
	return mine, err
}

func (b *Bus) publishUnsent(ctx context.Context) error {
	for {
		rows, err := unsent(ctx, dispatchBatch)
		if err != nil || len(rows) == 0 {
			return err
		}
		// A single process needs no lease: nobody else can dispatch.
		if b.opts.URL != "" {
			if mine, err := b.leads(ctx); err != nil || !mine {
				return err
			}
		}
		if err := b.publish(ctx, rows, ""); err != nil {
			return err
		}
		sent := clock.Micros(b.opts.Clock.Now())
		err = sqldb.Write(ctx, func(ctx context.Context) error {
			for _, e := range rows {
				if err := setPending(ctx, e.ID, len(b.handlers[e.Subject]), sent); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// publish waits for JetStream to have all the rows. suffix tells a repeat
// apart from the first sending, which JetStream would drop as a duplicate.
func (b *Bus) publish(ctx context.Context, rows []Event, suffix string) error {
	var acks []jetstream.PubAckFuture
	for _, e := range rows {
		if len(b.handlers[e.Subject]) == 0 {
			continue
		}
		m := nats.NewMsg(eventsRoot + e.Subject)
		m.Data = e.Payload
		m.Header.Set(nats.MsgIdHdr, string(e.ID)+suffix)
		m.Header.Set("Tianbo-Event", string(e.ID))
		m.Header.Set("Tianbo-Key", e.Key)
		m.Header.Set("Tianbo-At", e.At.Format(time.RFC3339Nano))
		ack, err := b.nats.js.PublishMsgAsync(m)
		if err != nil {
			return fmt.Errorf("publishing %s: %w", e.Subject, err)
		}
		acks = append(acks, ack)
	}
	for _, ack := range acks {
		select {
		case <-ack.Ok():
		case err := <-ack.Err():
			if errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, nats.ErrNoResponders) {
				if again := b.nats.ensureStream(ctx); again != nil {
					return again
				}
			}
			return fmt.Errorf("publishing: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// sweep publishes again what some handler never recorded, and forgets what is
// long done.
func (b *Bus) sweep(ctx context.Context, now time.Time) error {
	if b.opts.URL != "" {
		if mine, err := b.leads(ctx); err != nil || !mine {
			return err
		}
	}
	rows, err := unhandled(ctx, clock.Micros(now.Add(-resendAfter)), dispatchBatch)
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		if err := b.publish(ctx, rows, now.Format("-150405")); err != nil {
			return err
		}
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		for _, e := range rows {
			if err := touchSent(ctx, e.ID, clock.Micros(now)); err != nil {
				return err
			}
		}
		return purge(ctx, clock.Micros(now.Add(-keepHandled)))
	})
}

// Counts is the state of the bus for an operator.
func (b *Bus) Counts(ctx context.Context) (Counts, error) { return counts(ctx) }

// transient errors are never the event's fault.
func transient(err error) bool {
	return fault.KindOf(sqldb.Explain(err)) == fault.Unavailable || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// backoff grows from 50 ms to 30 s, with jitter.
func backoff(attempt int) time.Duration {
	top := min(50*time.Millisecond<<min(attempt, 20), 30*time.Second)
	return top/2 + rand.N(top/2+1)
}
