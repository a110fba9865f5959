package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// heartbeat is how often an idle consumer hears from NATS; after two missed
// ones it asks anew.
const heartbeat = 4 * time.Second

// consume feeds one handler until ctx ends.
func (b *Bus) consume(ctx context.Context, h Handler) {
	for attempt := 0; ctx.Err() == nil; attempt++ {
		err := b.consumeSession(ctx, h, func() { attempt = 0 })
		if ctx.Err() != nil {
			return
		}
		b.opts.Log.WarnContext(ctx, "consumer was interrupted", "handler", h.Name, "error", err)
		pause(ctx, backoff(attempt))
	}
}

func (b *Bus) consumeSession(ctx context.Context, h Handler, healthy func()) error {
	consumer, err := b.nats.consumer(ctx, h)
	if err != nil {
		return err
	}
	// The heartbeat tells of a server that has come back without our consumer.
	messages, err := consumer.Messages(jetstream.PullMaxMessages(1), jetstream.PullExpiry(30*time.Second), jetstream.PullHeartbeat(heartbeat))
	if err != nil {
		return fmt.Errorf("pulling: %w", err)
	}
	defer messages.Stop()
	stop := context.AfterFunc(ctx, messages.Stop)
	defer stop()
	for {
		m, err := messages.Next()
		if err != nil {
			return fmt.Errorf("next message: %w", err)
		}
		healthy()
		if !b.deliver(ctx, h, m) {
			_ = m.Nak() // stopping: another node, or the next start, takes it
			return ctx.Err()
		}
		if err := m.Ack(); err != nil {
			return fmt.Errorf("acknowledging: %w", err)
		}
	}
}

// ackWait is how long NATS waits for word of a message before it gives it out
// again. It is short, because a crash of NATS may lose the last word and the
// next message waits for this one; hold keeps slow work from being given out
// twice.
const ackWait = 6 * time.Second

// hold tells NATS that a message is being worked on, until release is called.
// A lost word only means a repeat, which the inbox stops.
func hold(m jetstream.Msg) (release func()) {
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(ackWait / 3)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				_ = m.InProgress()
			}
		}
	}()
	return func() { close(done) }
}

// deliver handles one message to its end: done, or dead. False: stopped.
func (b *Bus) deliver(ctx context.Context, h Handler, m jetstream.Msg) bool {
	defer hold(m)()
	at, _ := time.Parse(time.RFC3339Nano, m.Headers().Get("Tianbo-At")) // informative only
	e := Event{
		ID: id.Event(m.Headers().Get("Tianbo-Event")), Subject: h.Subject, Key: m.Headers().Get("Tianbo-Key"),
		Payload: m.Data(), At: at,
	}
	for attempt := 1; ; attempt++ {
		err := b.handle(ctx, h, e)
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		b.opts.Log.WarnContext(ctx, "handler failed", "handler", h.Name, "event", e.ID, "attempt", attempt, "error", err)
		if attempt >= maxAttempts && !transient(err) && b.bury(ctx, h, e, err) {
			return true
		}
		if !pause(ctx, backoff(attempt)) {
			return false
		}
	}
}

// handle runs the handler and its inbox row in one transaction.
func (b *Bus) handle(ctx context.Context, h Handler, e Event) error {
	ctx = authz.AsSystem(ctx)
	return sqldb.Write(ctx, func(ctx context.Context) (err error) {
		fresh, err := record(ctx, e.ID, h.Name, clock.Micros(b.opts.Clock.Now()))
		if err != nil || !fresh {
			return err
		}
		defer func() {
			if cause := recover(); cause != nil {
				err = fmt.Errorf("handler %s panicked: %v", h.Name, cause)
			}
		}()
		return h.Do(ctx, e)
	})
}

// bury gives an event up for a handler, visibly.
func (b *Bus) bury(ctx context.Context, h Handler, e Event, cause error) bool {
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		at := clock.Micros(b.opts.Clock.Now())
		if _, err := record(ctx, e.ID, h.Name, at); err != nil {
			return err
		}
		return insertDead(ctx, e, h.Name, cause.Error(), at)
	})
	if err != nil {
		return false
	}
	b.opts.Log.ErrorContext(ctx, "event given up", "handler", h.Name, "event", e.ID, "subject", e.Subject, "error", cause)
	return true
}

// pause waits; false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
