// Package sqldbtest runs store tests on both engines: every feature must work
// on SQLite and on PostgreSQL, so every test does.
package sqldbtest

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tianbo/internal/platform/sqldb"
)

// Each runs test twice, on an empty, migrated SQLite file and on an empty,
// migrated PostgreSQL schema. ctx carries the database. PostgreSQL is the one
// in TIANBO_TEST_POSTGRES, else one started for this process; it is an error,
// never a skip, when there is none to start.
func Each(t *testing.T, migrations []sqldb.Migrations, test func(t *testing.T, ctx context.Context, db *sqldb.DB)) {
	t.Helper()
	for _, dialect := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			db := Open(t, dialect, migrations)
			test(t, db.Attach(t.Context()), db)
		})
	}
}

// Open gives an empty, migrated database that ends with the test.
func Open(t testing.TB, dialect sqldb.Dialect, migrations []sqldb.Migrations) *sqldb.DB {
	t.Helper()
	dsn := DSN(t, dialect)
	ctx := context.Background()
	db, err := sqldb.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Migrate(ctx, migrations); err != nil {
		t.Fatal(err)
	}
	return db
}

var schemas atomic.Int64

// DSN is the address of an empty database that ends with the test, for tests
// that open it more than once.
func DSN(t testing.TB, dialect sqldb.Dialect) string {
	t.Helper()
	if dialect == sqldb.SQLite {
		return "sqlite:" + filepath.Join(t.TempDir(), "test.db") + "?sync=off"
	}
	server := postgres(t)
	schema := fmt.Sprintf("t%d_%d", time.Now().UnixNano(), schemas.Add(1))
	execute(t, server, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { execute(t, server, "DROP SCHEMA "+schema+" CASCADE") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func execute(t testing.TB, dsn, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	db, err := sqldb.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = sqldb.Write(db.Attach(ctx), func(ctx context.Context) error {
		_, err := sqldb.From(ctx).Exec(ctx, statement)
		return err
	})
	if err != nil && !strings.Contains(err.Error(), "does not exist") {
		t.Error(err)
	}
}
