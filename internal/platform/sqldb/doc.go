// Package sqldb is the database: one SQL text for SQLite and PostgreSQL,
// transactions carried by the context, migrations for both.
//
// A store holds no handle. It asks From(ctx), which answers with the running
// transaction or, outside one, with read-only connections: a write outside
// Write fails on both engines. Write joins a transaction that already runs,
// so that calls between modules commit or fail together. Inside a transaction
// an error must never be caught and passed over: PostgreSQL has aborted it;
// use ON CONFLICT or a condition instead.
//
// Write runs its function again, from the start, when the engine asks for it
// (deadlock, serialisation, busy), so the function must have no effect
// outside the database; After is for those. When the connection breaks while
// COMMIT is under way the outcome is unknown and ErrOutcomeUnknown says so.
package sqldb
