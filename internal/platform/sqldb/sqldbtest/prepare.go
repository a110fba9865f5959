package sqldbtest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"tianbo/internal/platform/sqldb"
)

// Preparer answers whether the engine takes a statement, without running it.
type Preparer struct{ pool *sql.DB }

// NewPreparer reaches the database that the DSN names, beside whatever else
// has it open.
func NewPreparer(t testing.TB, dialect sqldb.Dialect, dsn string) Preparer {
	t.Helper()
	driver := "pgx"
	if dialect == sqldb.SQLite {
		path, _, _ := strings.Cut(strings.TrimPrefix(dsn, "sqlite:"), "?")
		driver, dsn = "sqlite", "file:"+path
	}
	pool, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return Preparer{pool}
}

// Prepare has the engine read one statement.
func (p Preparer) Prepare(ctx context.Context, statement string) error {
	s, err := p.pool.PrepareContext(ctx, statement)
	if err != nil {
		return fmt.Errorf("preparing: %w", err)
	}
	defer func() { _ = s.Close() }() // it was read: nothing more is asked of it
	return nil
}
