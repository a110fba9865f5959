package sqldb_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/fstest"

	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

var tables = []sqldb.Migrations{{Module: "shop", FS: fstest.MapFS{
	"migrations/00001_init.sql": {Data: []byte(`-- +goose Up
CREATE TABLE shop_item (
    id     TEXT    NOT NULL PRIMARY KEY,
    stock  BIGINT  NOT NULL,
    open   BOOLEAN NOT NULL DEFAULT FALSE,
    facts  JSONB   NOT NULL,
    photo  BYTEA   NOT NULL,
    weight DOUBLE PRECISION NOT NULL
);
`)},
}}}

func put(ctx context.Context, id string, stock int64) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO shop_item (id, stock, open, facts, photo, weight) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, stock, true, `{"a":1}`, []byte{}, 1.5)
	return err
}

func stock(ctx context.Context, id string) (n int64, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT stock FROM shop_item WHERE id = $1`, id).Scan(&n)
	return n, err
}

func TestWriteCommitsOrLeavesNothing(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		boom := errors.New("boom")
		ran := false
		err := sqldb.Write(ctx, func(ctx context.Context) error {
			sqldb.After(ctx, func() { ran = true })
			if err := put(ctx, "a", 1); err != nil {
				return err
			}
			return sqldb.Write(ctx, func(context.Context) error { return boom })
		})
		if !errors.Is(err, boom) || ran {
			t.Fatalf("error %v, after ran: %v", err, ran)
		}
		if _, err := stock(ctx, "a"); err == nil {
			t.Fatal("a rolled back row is there")
		}
		err = sqldb.Write(ctx, func(ctx context.Context) error {
			sqldb.After(ctx, func() { ran = true })
			return sqldb.Write(ctx, func(ctx context.Context) error { return put(ctx, "a", 3) })
		})
		if n, readErr := stock(ctx, "a"); err != nil || !ran || readErr != nil || n != 3 {
			t.Fatalf("write %v, after ran: %v, read %d %v", err, ran, n, readErr)
		}
	})
}

func TestWriteOutsideWriteFails(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		if err := put(ctx, "a", 1); err == nil {
			t.Error("a write outside Write was taken")
		}
		if err := sqldb.Read(ctx, func(ctx context.Context) error { return put(ctx, "a", 1) }); err == nil {
			t.Error("a write inside Read was taken")
		}
		if err := sqldb.Read(ctx, func(ctx context.Context) error {
			return sqldb.Write(ctx, func(context.Context) error { return nil })
		}); err == nil {
			t.Error("Write inside Read was taken")
		}
	})
}

// Many writers decrease one counter by a conditional update: it never goes
// below zero and none of the successes is lost.
func TestConditionalUpdateNeverOversells(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		if err := sqldb.Write(ctx, func(ctx context.Context) error { return put(ctx, "a", 10) }); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		sold := 0
		for range 30 {
			wg.Go(func() {
				err := sqldb.Write(ctx, func(ctx context.Context) error {
					var left int64
					return sqldb.From(ctx).QueryRow(ctx, `UPDATE shop_item SET stock = stock - 1 WHERE id = $1 AND stock > 0 RETURNING stock`, "a").Scan(&left)
				})
				if err == nil {
					mu.Lock()
					sold++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if n, err := stock(ctx, "a"); sold != 10 || n != 0 || err != nil {
			t.Errorf("sold %d, left %d, %v", sold, n, err)
		}
	})
}

func TestTypesRoundTrip(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		if err := sqldb.Write(ctx, func(ctx context.Context) error { return put(ctx, "a", 1<<62) }); err != nil {
			t.Fatal(err)
		}
		var open bool
		var facts string
		var photo []byte
		var weight float64
		var n int64
		err := sqldb.From(ctx).QueryRow(ctx, `SELECT stock, open, facts, photo, weight FROM shop_item WHERE id = $2 AND stock = $1`, int64(1<<62), "a").
			Scan(&n, &open, &facts, &photo, &weight)
		if err != nil || n != 1<<62 || !open || facts == "" || len(photo) != 0 || weight != 1.5 {
			t.Errorf("%d %v %q %v %v %v", n, open, facts, photo, weight, err)
		}
		if pending, err := db.Pending(ctx, tables); err != nil || len(pending) != 0 {
			t.Errorf("pending %v %v", pending, err)
		}
	})
}

func TestInJSON(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, _ *sqldb.DB) {
		err := sqldb.Write(ctx, func(ctx context.Context) error {
			return errors.Join(put(ctx, "a", 1), put(ctx, "b", 2), put(ctx, "c", 3))
		})
		if err != nil {
			t.Fatal(err)
		}
		for list, want := range map[string]int{`["a","c","none"]`: 2, `["a"]`: 1, `["a","a"]`: 1, `[]`: 0, `null`: 0, `["' OR 1=1 --"]`: 0} {
			var n int
			err := sqldb.From(ctx).QueryRow(ctx, `SELECT COUNT(*) FROM shop_item WHERE id IN `+sqldb.InJSON(ctx, "$1"), list).Scan(&n)
			if err != nil || n != want {
				t.Errorf("%s: %d %v, want %d", list, n, err, want)
			}
		}
	})
}

func TestTwoProcessesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	dsn := sqldbtest.DSN(t, sqldb.Postgres)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			db, err := sqldb.Open(t.Context(), dsn)
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if err := db.Migrate(t.Context(), tables); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestUnreachableIsUnavailable(t *testing.T) {
	t.Parallel()
	_, err := sqldb.Open(t.Context(), "postgres://nobody@127.0.0.1:1/none?connect_timeout=2")
	if !errors.Is(err, sqldb.ErrAway) {
		t.Errorf("got %v", err)
	}
}
