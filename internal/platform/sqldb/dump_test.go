package sqldb_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/fstest"

	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

var everyType = []sqldb.Migrations{{Module: "kind", FS: fstest.MapFS{
	"migrations/00001_init.sql": {Data: []byte(`-- +goose Up
CREATE TABLE kind_row (
    about  JSONB,
    amount BIGINT,
    bytes  BYTEA,
    zkey   TEXT NOT NULL PRIMARY KEY,
    open   BOOLEAN NOT NULL DEFAULT TRUE,
    ratio  DOUBLE PRECISION
);
`)},
	"migrations/00002_more.sql": {Data: []byte(`-- +goose Up
ALTER TABLE kind_row ADD COLUMN later BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE kind_row ADD COLUMN tags JSONB NOT NULL DEFAULT '[]';
`)},
}}}

// Equal tables give equal bytes on both engines, and what was dumped on one
// loads into the other.
func TestDumpsAreTheSameOnBothEngines(t *testing.T) {
	t.Parallel()
	fill := func(ctx context.Context) error {
		for _, row := range [][]any{
			{`{"b": 1e3, "a": [1, 2.50, "<x>"], "n": null}`, int64(1) << 62, []byte{0, 255}, "b", true, 0.1, true, `["x"]`},
			{`null`, nil, nil, "a", false, nil, false, `{}`},
			{nil, int64(-1), []byte{}, "脐橙", true, 1e21, false, `"a text"`},
			{`{"a":{"z":1,"y":2}}`, nil, []byte("x"), "Z", true, -2.0, true, `5`},
		} {
			_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO kind_row (about, amount, bytes, zkey, open, ratio, later, tags)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, row...)
			if err != nil {
				return err
			}
		}
		return nil
	}
	dumps := map[sqldb.Dialect]string{}
	contexts := map[sqldb.Dialect]context.Context{}
	for _, dialect := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		ctx := sqldbtest.Open(t, dialect, everyType).Attach(t.Context())
		if err := sqldb.Write(ctx, fill); err != nil {
			t.Fatal(err)
		}
		dumps[dialect], contexts[dialect] = dump(t, ctx), ctx
	}
	if dumps[sqldb.SQLite] != dumps[sqldb.Postgres] {
		t.Fatalf("SQLite:\n%s\nPostgreSQL:\n%s", dumps[sqldb.SQLite], dumps[sqldb.Postgres])
	}
	for _, dialect := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		ctx := sqldbtest.Open(t, dialect, everyType).Attach(t.Context())
		load := func(ctx context.Context) error {
			n, err := sqldb.Load(ctx, "kind_row", bytes.NewReader([]byte(dumps[sqldb.SQLite])))
			if err == nil && n != 4 {
				t.Errorf("%d rows", n)
			}
			return err
		}
		if err := sqldb.Write(ctx, load); err != nil {
			t.Fatalf("%s: %v", dialect, err)
		}
		if got := dump(t, ctx); got != dumps[sqldb.SQLite] {
			t.Errorf("%s, loaded:\n%s", dialect, got)
		}
		if err := sqldb.Write(ctx, load); !errors.Is(err, sqldb.ErrNotEmpty) {
			t.Errorf("%s: a second time: %v", dialect, err)
		}
	}
}

func dump(t *testing.T, ctx context.Context) string {
	t.Helper()
	var out bytes.Buffer
	if n, err := sqldb.Dump(ctx, "kind_row", &out); err != nil || n != 4 {
		t.Fatalf("%d rows, %v", n, err)
	}
	return out.String()
}
