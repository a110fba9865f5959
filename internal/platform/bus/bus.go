package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// Event is one fact as a handler sees it.
type Event struct {
	ID      id.Event
	Subject string
	Key     string // what it is about; events of one key keep their order
	Payload json.RawMessage
	At      time.Time
}

// Handler reacts to events of one subject. Do runs in a transaction with the
// inbox row; it must be free of effects outside the database, except through
// sqldb.After.
type Handler struct {
	Name    string // unique and stable: "room.remind_on_started"
	Subject string // exact: "tianbo.room.started.v1"
	Do      func(ctx context.Context, e Event) error
}

// Job is timed work to be done once at or after Due. Kind and Key name it:
// scheduling the same one again moves Due and replaces the payload.
type Job struct {
	Kind    string
	Key     string
	Due     time.Time // the zero time means now
	Payload json.RawMessage
	Attempt int // 1 on the first run; only set when run
}

// JobHandler does the jobs of one kind. Do runs outside a transaction and may
// run again after a crash, so it must be idempotent.
type JobHandler struct {
	Kind string
	Do   func(ctx context.Context, j Job) error
}

// Options chooses the transport.
type Options struct {
	DB    *sqldb.DB
	Clock clock.Clock
	// URL of an external NATS; empty starts a server inside the process with
	// its store under Dir.
	URL string
	Dir string
	// MQTT is the address of the inside server's MQTT port; empty: none.
	MQTT string
	Log  *slog.Logger
}

// Bus is the running transport.
type Bus struct {
	opts     Options
	node     string
	handlers map[string][]Handler // by subject
	jobs     map[string]JobHandler
	nats     *connection
	wakeOut  chan struct{}
	wakeJobs chan struct{}
	running  sync.WaitGroup
}

type busKey struct{}

// New makes a bus for the handlers and jobs. Two of one name panic.
func New(o Options, handlers []Handler, jobs []JobHandler) *Bus {
	b := &Bus{
		opts: o, node: string(id.New[id.Event]()), handlers: map[string][]Handler{}, jobs: map[string]JobHandler{},
		wakeOut: make(chan struct{}, 1), wakeJobs: make(chan struct{}, 1),
	}
	names := map[string]bool{}
	for _, h := range handlers {
		if names[h.Name] {
			panic("bus: two handlers named " + h.Name)
		}
		names[h.Name] = true
		b.handlers[h.Subject] = append(b.handlers[h.Subject], h)
	}
	for _, j := range jobs {
		if _, twice := b.jobs[j.Kind]; twice {
			panic("bus: two handlers of job kind " + j.Kind)
		}
		b.jobs[j.Kind] = j
	}
	if b.opts.Log == nil {
		b.opts.Log = slog.Default()
	}
	return b
}

// Attach lets Emit and Schedule under ctx wake this bus. Without it rows are
// written all the same and found at the next look.
func (b *Bus) Attach(ctx context.Context) context.Context {
	return context.WithValue(ctx, busKey{}, b)
}

// Migrations are the bus's own tables.
func Migrations() sqldb.Migrations { return sqldb.Migrations{Module: "bus", FS: migrations} }

// Emit writes a fact into the outbox of the running transaction.
func Emit(ctx context.Context, subject, key string, payload any) error {
	return EmitAll(ctx, []Emission{{subject, key, payload}})
}

// Emission is one fact to be written.
type Emission struct {
	Subject, Key string
	Payload      any
}

// EmitAll writes many facts, in order, in few statements.
func EmitAll(ctx context.Context, facts []Emission) error {
	if !sqldb.InWrite(ctx) {
		return errors.New("bus: Emit outside a writing transaction")
	}
	events := make([]Event, len(facts))
	at := now(ctx)
	for i, f := range facts {
		text, err := json.Marshal(f.Payload)
		if err != nil {
			return fmt.Errorf("encoding %s: %w", f.Subject, err)
		}
		events[i] = Event{ID: id.New[id.Event](), Subject: f.Subject, Key: f.Key, Payload: text, At: at}
	}
	if err := insertEvents(ctx, events); err != nil {
		return err
	}
	wake(ctx, func(b *Bus) chan struct{} { return b.wakeOut }, wakeOutbox)
	return nil
}

// Schedule writes a job in the running transaction, or moves the one of the
// same kind and key.
func Schedule(ctx context.Context, j Job) error {
	if !sqldb.InWrite(ctx) {
		return errors.New("bus: Schedule outside a writing transaction")
	}
	if j.Due.IsZero() {
		j.Due = now(ctx)
	}
	if len(j.Payload) == 0 {
		j.Payload = json.RawMessage("null")
	}
	if err := upsertJob(ctx, j); err != nil {
		return err
	}
	wake(ctx, func(b *Bus) chan struct{} { return b.wakeJobs }, wakeJob)
	return nil
}

// Cancel removes a job that has not run; removing none is no error.
func Cancel(ctx context.Context, kind, key string) error { return deleteJob(ctx, kind, key) }

func now(ctx context.Context) time.Time {
	if b, ok := ctx.Value(busKey{}).(*Bus); ok {
		return b.opts.Clock.Now()
	}
	return clock.System.Now()
}

// wake tells this node's loop, and the other nodes' by NATS, once the
// transaction has committed.
func wake(ctx context.Context, which func(*Bus) chan struct{}, subject string) {
	b, ok := ctx.Value(busKey{}).(*Bus)
	if !ok {
		return
	}
	sqldb.After(ctx, func() {
		nudge(which(b))
		if b.opts.URL != "" && b.nats != nil {
			_ = b.nats.conn.Publish(subject, nil) // the others look by themselves as well
		}
	})
}

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
