package order

import "context"

// Queued is how many wait for the writer, for tests that need a full batch.
func (m *Module) Queued() int { return len(m.writer.queue) }

// QueueLimit is how many may wait.
func (*Module) QueueLimit() int { return queueMost }

// PlaceAlone places an order in a transaction of its own, past the queue: the
// yardstick of group commit.
func (m *Module) PlaceAlone(ctx context.Context, key string, w Wish) (Order, error) {
	o, err := m.draft(ctx, w)
	if err != nil {
		return o, err
	}
	o.key, o.hash = string(o.Buyer)+":"+key, hashOf(w)
	out, err := m.writer.commit(ctx, []request{{order: o}})
	if err != nil {
		return o, err
	}
	return out[0].order, out[0].err
}
