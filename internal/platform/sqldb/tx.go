package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

type ctxKey struct{}

// scope is what a context carries: the database, and the transaction if one
// runs.
type scope struct {
	db    *DB
	tx    *sql.Tx
	write bool
	after []func()
}

// Attach makes db the database of the context.
func (db *DB) Attach(ctx context.Context) context.Context {
	return context.WithValue(ctx, ctxKey{}, &scope{db: db})
}

// Detached carries the context's database and values without its transaction
// and its end, for work that goes on after the caller has returned.
func Detached(ctx context.Context) context.Context {
	return scopeOf(ctx).db.Attach(context.WithoutCancel(ctx))
}

func scopeOf(ctx context.Context) *scope {
	s, ok := ctx.Value(ctxKey{}).(*scope)
	if !ok {
		panic("sqldb: the context carries no database; Attach it first")
	}
	return s
}

// DialectOf is the engine of the context's database.
func DialectOf(ctx context.Context) Dialect { return scopeOf(ctx).db.dialect }

// Querier runs statements in the context's transaction or on the readers.
type Querier struct{ s *scope }

// From is how stores reach the database.
func From(ctx context.Context) Querier { return Querier{scopeOf(ctx)} }

// Exec runs a statement that returns no rows.
func (q Querier) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	var res sql.Result
	var err error
	if q.s.tx != nil {
		res, err = q.s.tx.ExecContext(ctx, query, args...)
	} else {
		res, err = q.s.db.reader.ExecContext(ctx, query, args...)
	}
	return res, q.s.db.hear(err)
}

// Query runs a statement that returns rows. The caller closes them.
func (q Querier) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	var rows *sql.Rows
	var err error
	if q.s.tx != nil {
		rows, err = q.s.tx.QueryContext(ctx, query, args...)
	} else {
		rows, err = q.s.db.reader.QueryContext(ctx, query, args...)
	}
	return rows, q.s.db.hear(err)
}

// Row is the answer of QueryRow.
type Row struct {
	db  *DB
	row *sql.Row
}

// Scan reads the row; sql.ErrNoRows when there is none.
func (r Row) Scan(into ...any) error { return r.db.hear(r.row.Scan(into...)) }

// QueryRow runs a statement that returns at most one row.
func (q Querier) QueryRow(ctx context.Context, query string, args ...any) Row {
	if q.s.tx != nil {
		return Row{q.s.db, q.s.tx.QueryRowContext(ctx, query, args...)}
	}
	return Row{q.s.db, q.s.db.reader.QueryRowContext(ctx, query, args...)}
}

// InWrite reports whether the context is in a writing transaction.
func InWrite(ctx context.Context) bool {
	s, ok := ctx.Value(ctxKey{}).(*scope)
	return ok && s.tx != nil && s.write
}

const attempts = 6

// Write runs fn in a transaction, or within the one that runs already. fn may
// run more than once. Nothing is kept when fn or the commit fails.
func Write(ctx context.Context, fn func(context.Context) error) error {
	outer := scopeOf(ctx)
	if outer.tx != nil {
		if !outer.write {
			return errors.New("sqldb: Write inside Read")
		}
		return fn(ctx)
	}
	for attempt := 1; ; attempt++ {
		after, err := outer.db.once(ctx, true, fn)
		if err == nil {
			for _, f := range after {
				f()
			}
			return nil
		}
		if attempt == attempts || !retryable(err) {
			return err
		}
		pause := time.Duration(rand.IntN(1<<attempt)+1) * 5 * time.Millisecond
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// Read runs fn against one snapshot of the database.
func Read(ctx context.Context, fn func(context.Context) error) error {
	outer := scopeOf(ctx)
	if outer.tx != nil {
		return fn(ctx)
	}
	_, err := outer.db.once(ctx, false, fn)
	return err
}

// After runs f once the transaction has committed; at once outside one. f
// must not fail in a way that matters: the fact is committed already.
func After(ctx context.Context, f func()) {
	s := scopeOf(ctx)
	if s.tx == nil {
		f()
		return
	}
	s.after = append(s.after, f)
}

func (db *DB) once(ctx context.Context, write bool, fn func(context.Context) error) ([]func(), error) {
	pool, options := db.writer, &sql.TxOptions{}
	if !write {
		pool = db.reader
		if db.dialect == Postgres {
			options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
		}
	}
	tx, err := pool.BeginTx(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("beginning a transaction: %w", db.hear(err))
	}
	committed := false
	defer func() {
		if !committed {
			_ = tx.Rollback() // the error that brought us here is the one to tell
		}
	}()
	s := &scope{db: db, tx: tx, write: write}
	if err := fn(context.WithValue(ctx, ctxKey{}, s)); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	committed = true
	if err := tx.Commit(); err != nil {
		return nil, commitError(db.dialect, err)
	}
	return s.after, nil
}
