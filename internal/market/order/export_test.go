package order

// Queued is how many wait for the writer, for tests that need a full batch.
func (m *Module) Queued() int { return len(m.writer.queue) }

// QueueLimit is how many may wait.
func (*Module) QueueLimit() int { return queueMost }
