package order

import (
	"context"
	"errors"
	"time"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

const (
	batchMost = 512
	queueMost = 8192
)

// writer changes what is reserved, in groups: one transaction for all that
// wait. Group commit shares one disk flush between hundreds of buyers and
// takes the lock of a hot pack once for all of them.
type writer struct {
	m      *Module
	queue  chan request
	done   chan struct{}
	memory *memory
}

// request is one order to place or, with leave, one unpaid order to give up.
type request struct {
	order  Order
	leave  *leave
	answer chan<- result
}

// leave gives an unpaid order up: its buyer cancels it, or its time is over.
type leave struct {
	order  id.Order
	to     State
	reason string
	step   step
}

type result struct {
	order Order
	err   error
}

func newWriter(m *Module) *writer {
	return &writer{m: m, queue: make(chan request, queueMost), done: make(chan struct{}), memory: newMemory(m.Clock)}
}

// submit waits for the outcome. When the caller goes away first the work may
// still be done; a repeat with the same key tells.
func (w *writer) submit(ctx context.Context, r request) (Order, error) {
	if sqldb.InWrite(ctx) {
		return Order{}, errors.New("order: the writer was asked from within a transaction, for which it would wait for ever")
	}
	answer := make(chan result, 1)
	r.answer = answer
	select {
	case <-w.done:
		return Order{}, ErrStopped.RetryAfter(time.Second)
	case w.queue <- r:
	default:
		return Order{}, ErrBusy.RetryAfter(time.Second)
	}
	select {
	case r := <-answer:
		return r.order, r.err
	case <-ctx.Done():
		return Order{}, ctx.Err()
	case <-w.done:
		// The writer may have answered just before it stopped.
		select {
		case r := <-answer:
			return r.order, r.err
		default:
			return Order{}, ErrStopped.RetryAfter(time.Second)
		}
	}
}

// run writes until ctx ends; what is left is answered with ErrStopped.
func (w *writer) run(ctx context.Context) {
	defer close(w.done)
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-w.queue:
			w.write(ctx, w.gather(first))
		}
	}
}

// gather takes whatever waits already; it never waits for more.
func (w *writer) gather(first request) []request {
	batch := []request{first}
	for len(batch) < batchMost {
		select {
		case r := <-w.queue:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// write does a batch. When it fails as a whole its halves run by themselves,
// in order of arrival, down to the culprit, which alone fails: one bad member
// among 512 costs nine more transactions, not 511. A database that is away
// fails them all.
func (w *writer) write(ctx context.Context, batch []request) {
	results, err := w.commit(ctx, batch)
	switch {
	case errors.Is(err, sqldb.ErrOutcomeUnknown):
		results = w.lookUp(ctx, batch, err)
	case err != nil && len(batch) > 1 && fault.KindOf(err) != fault.Unavailable && ctx.Err() == nil:
		w.write(ctx, batch[:len(batch)/2])
		w.write(ctx, batch[len(batch)/2:])
		return
	case err != nil:
		results = make([]result, len(batch))
		for i := range results {
			results[i].err = err
		}
	}
	for i, r := range batch {
		if r.leave == nil && (results[i].err == nil || errors.Is(results[i].err, sqldb.ErrOutcomeUnknown)) {
			w.memory.remember(r.order.key)
		}
		r.answer <- results[i]
	}
}

// lookUp finds out, on a fresh connection, what became of a batch whose
// COMMIT broke: what is found there happened. What cannot be told stays
// unknown, and the person repeats with the same key.
func (w *writer) lookUp(ctx context.Context, batch []request, cause error) []result {
	out := make([]result, len(batch))
	var keys []string
	for i, r := range batch {
		out[i].err = cause
		if r.leave == nil {
			keys = append(keys, r.order.key)
			continue
		}
		if o, err := w.m.load(ctx, r.leave.order); err == nil && o.State == r.leave.to {
			out[i] = result{order: o}
		}
	}
	found, err := byKeys(ctx, keys)
	if err != nil {
		return out
	}
	for i, r := range batch {
		if o, ok := found[r.order.key]; ok && r.leave == nil && o.hash == r.order.hash {
			o.Lines = r.order.Lines
			out[i] = result{order: o}
		}
	}
	return w.withLines(ctx, out)
}
