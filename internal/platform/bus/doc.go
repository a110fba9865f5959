// Package bus carries facts between modules and runs timed work.
//
// A fact is a row of the outbox, written in the transaction that made it
// true. The dispatcher publishes rows to NATS JetStream; each handler has a
// durable consumer of its own and runs in a transaction together with its
// inbox row, so that its effect happens exactly once however often a message
// is delivered. The database is the truth and NATS is transport: a row counts
// as done only when every handler has recorded it, and a sweeper publishes
// again what was lost, so that NATS may lose its store without losing a fact.
//
// Events of one transaction, and of one key, reach a handler in the order of
// their rows. A handler that fails is tried again in place with growing
// pauses; when it keeps failing for a reason of its own, the event goes to
// bus_dead, where an operator sees it, and the next one proceeds.
//
// Timed work (jobs) are rows too: claimed by a conditional update with a
// lease, retried with jitter, kept when finally failed.
//
// Tables: bus_outbox, bus_inbox, bus_dead, bus_job, bus_lease.
package bus
