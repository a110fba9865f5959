package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
	"tianbo/test/peer"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("tianbo/internal/platform/sqldb/sqldbtest.(*Server).Start.func1"))
}

const fact = "tianbo.test.happened.v1"

var tables = []sqldb.Migrations{bus.Migrations(), {Module: "effect", FS: fstest.MapFS{
	"migrations/00001_init.sql": {Data: []byte("-- +goose Up\nCREATE TABLE effect_row (\n  id TEXT NOT NULL PRIMARY KEY,\n  n BIGINT NOT NULL\n);\n")},
}}}

// bump counts an effect of an event; it fails when the same one comes twice.
func bump(ctx context.Context, e bus.Event) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO effect_row (id, n) VALUES ($1, 1)`, e.ID)
	return err
}

func effects(t *testing.T, ctx context.Context) (n int) {
	t.Helper()
	if err := sqldb.From(ctx).QueryRow(ctx, `SELECT COUNT(*) FROM effect_row`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func emit(t *testing.T, ctx context.Context, n int) {
	t.Helper()
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		for i := range n {
			if err := bus.Emit(ctx, fact, "k", i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// start runs a bus until the returned function is called.
func start(t *testing.T, ctx context.Context, o bus.Options, handlers []bus.Handler, jobs []bus.JobHandler) (*bus.Bus, context.Context, func()) {
	t.Helper()
	if o.Clock == nil {
		o.Clock = clock.System
	}
	b := bus.New(o, handlers, jobs)
	if err := b.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	running, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- b.Run(running) }()
	return b, b.Attach(ctx), sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		b.Close()
	})
}

// each runs a test on both engines, and on each with NATS inside the process
// and outside it: what is in o.
func each(t *testing.T, test func(t *testing.T, ctx context.Context, o bus.Options)) {
	t.Helper()
	t.Parallel()
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		test(t, ctx, bus.Options{DB: db, Dir: t.TempDir()})
	})
	t.Run("outside", func(t *testing.T) {
		sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
			test(t, ctx, bus.Options{DB: db, URL: peer.StartNATS(t).URL})
		})
	})
}

func TestFactsReachHandlersOnceAndInOrder(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, o bus.Options) {
		const n = 40
		got := make(chan int, n)
		failures := 3
		ordered := bus.Handler{Name: "test.ordered", Subject: fact, Do: func(ctx context.Context, e bus.Event) error {
			var i int
			if err := json.Unmarshal(e.Payload, &i); err != nil {
				return err
			}
			if i == 7 && failures > 0 {
				failures-- // runs in one goroutine: one message is in flight at a time
				return errors.New("not yet")
			}
			if err := bump(ctx, e); err != nil {
				return err
			}
			sqldb.After(ctx, func() { got <- i })
			return nil
		}}
		_, ctx, stop := start(t, ctx, o, []bus.Handler{ordered}, nil)
		defer stop()
		emit(t, ctx, n)
		for want := range n {
			select {
			case i := <-got:
				if i != want {
					t.Fatalf("got %d, want %d", i, want)
				}
			case <-time.After(30 * time.Second):
				t.Fatalf("event %d did not come", want)
			}
		}
		if effects(t, ctx) != n {
			t.Errorf("%d effects", effects(t, ctx))
		}
	})
}

// A rolled back transaction sends nothing.
func TestRolledBackFactsAreNotSent(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		b := bus.New(bus.Options{DB: db, Clock: clock.System}, []bus.Handler{{Name: "test.h", Subject: fact, Do: bump}}, nil)
		boom := errors.New("boom")
		err := sqldb.Write(ctx, func(ctx context.Context) error {
			if err := bus.Emit(ctx, fact, "k", 1); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if err := b.Drain(ctx); err != nil || effects(t, ctx) != 0 {
			t.Errorf("%d effects, %v", effects(t, ctx), err)
		}
		if bus.Emit(ctx, fact, "k", 1) == nil {
			t.Error("Emit outside a transaction was taken")
		}
	})
}

// NATS loses its store after a fact was published but before it was handled:
// the sweeper brings it again, and what was handled is not done twice.
func TestLostStoreLosesNothing(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		fake := clock.NewFake(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		dir := t.TempDir()
		blocked := bus.Handler{Name: "test.h", Subject: fact, Do: func(context.Context, bus.Event) error {
			return sqldb.ErrAway // as if the handler's database were away
		}}
		b, busCtx, stop := start(t, ctx, bus.Options{DB: db, Dir: dir, Clock: fake}, []bus.Handler{blocked}, nil)
		emit(t, busCtx, 5)
		waitFor(t, func() bool { c, err := b.Counts(ctx); return err == nil && c.Unsent == 0 && c.Pending == 5 })
		stop()
		if err := os.RemoveAll(filepath.Join(dir, "nats")); err != nil {
			t.Fatal(err)
		}
		fake.Advance(10 * time.Minute)
		_, _, stop = start(t, ctx, bus.Options{DB: db, Dir: dir, Clock: fake}, []bus.Handler{{Name: "test.h", Subject: fact, Do: bump}}, nil)
		defer stop()
		waitFor(t, func() bool { return effects(t, ctx) == 5 })
	})
}

func TestHopelessEventIsBuriedVisibly(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, o bus.Options) {
		h := bus.Handler{Name: "test.h", Subject: fact, Do: func(_ context.Context, e bus.Event) error {
			if string(e.Payload) == "0" {
				panic("cannot be handled")
			}
			return nil
		}}
		b, ctx, stop := start(t, ctx, o, []bus.Handler{h}, nil)
		defer stop()
		emit(t, ctx, 2)
		waitFor(t, func() bool { c, err := b.Counts(ctx); return err == nil && c.Dead == 1 && c.Pending == 0 })
	})
}

func TestJobsRunWhenDueAndOnce(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		fake := clock.NewFake(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		var ran []string
		b := bus.New(bus.Options{DB: db, Clock: fake}, nil, []bus.JobHandler{{Kind: "test.job", Do: func(_ context.Context, j bus.Job) error {
			ran = append(ran, j.Key+string(j.Payload))
			return nil
		}}})
		plan := func(key, payload string, in time.Duration) {
			t.Helper()
			err := sqldb.Write(b.Attach(ctx), func(ctx context.Context) error {
				return bus.Schedule(ctx, bus.Job{Kind: "test.job", Key: key, Due: fake.Now().Add(in), Payload: json.RawMessage(payload)})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		drain := func(want ...string) {
			t.Helper()
			ran = nil
			if err := b.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			if len(ran) != len(want) {
				t.Fatalf("ran %v, want %v", ran, want)
			}
			for i := range want {
				if ran[i] != want[i] {
					t.Fatalf("ran %v, want %v", ran, want)
				}
			}
		}
		plan("a", "1", time.Minute)
		plan("b", "1", time.Hour)
		plan("a", "2", 2*time.Minute) // moves it
		drain()
		fake.Advance(time.Minute)
		drain()
		fake.Advance(time.Minute)
		drain("a2")
		drain()
		if err := sqldb.Write(ctx, func(ctx context.Context) error { return bus.Cancel(ctx, "test.job", "b") }); err != nil {
			t.Fatal(err)
		}
		fake.Advance(2 * time.Hour)
		drain()
	})
}

// A job that fails is tried again; one rescheduled while it runs is not lost.
func TestJobsAreRetried(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, o bus.Options) {
		runs := make(chan int, 10)
		jobs := []bus.JobHandler{{Kind: "test.job", Do: func(ctx context.Context, j bus.Job) error {
			runs <- j.Attempt
			if j.Attempt < 3 {
				return errors.New("not yet")
			}
			return nil
		}}}
		_, ctx, stop := start(t, ctx, o, nil, jobs)
		defer stop()
		err := sqldb.Write(ctx, func(ctx context.Context) error { return bus.Schedule(ctx, bus.Job{Kind: "test.job", Key: "a"}) })
		if err != nil {
			t.Fatal(err)
		}
		for want := 1; want <= 3; want++ {
			select {
			case got := <-runs:
				if got != want {
					t.Fatalf("attempt %d, want %d", got, want)
				}
			case <-time.After(30 * time.Second):
				t.Fatal("no retry")
			}
		}
	})
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	deadline := time.NewTimer(60 * time.Second)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !done() {
		select {
		case <-look.C:
		case <-deadline.C:
			t.Fatal("it did not happen")
		}
	}
}

// NATS outside is restarted, and then loses its store: events emitted while it
// is away, and those it lost, are handled once it is back, each once.
func TestNATSRestartLosesNothing(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		server := peer.StartNATS(t)
		_, ctx, stop := start(t, ctx, bus.Options{DB: db, URL: server.URL}, []bus.Handler{{Name: "test.h", Subject: fact, Do: bump}}, nil)
		defer stop()
		emit(t, ctx, 3)
		waitFor(t, func() bool { return effects(t, ctx) == 3 })
		server.Kill()
		emit(t, ctx, 4)
		server.Start()
		waitFor(t, func() bool { return effects(t, ctx) == 7 })
		server.Kill()
		server.Forget()
		emit(t, ctx, 5)
		server.Start()
		waitFor(t, func() bool { return effects(t, ctx) == 12 })
	})
}

// Two nodes on one database and one NATS share the work: every event is
// handled once, whichever of them emits it.
func TestTwoNodesShareTheWork(t *testing.T) {
	t.Parallel()
	db := sqldbtest.Open(t, sqldb.Postgres, tables)
	ctx := db.Attach(t.Context())
	server := peer.StartNATS(t)
	handlers := []bus.Handler{{Name: "test.h", Subject: fact, Do: bump}}
	ran := make(chan string, 100)
	jobs := []bus.JobHandler{{Kind: "test.job", Do: func(_ context.Context, j bus.Job) error { ran <- j.Key; return nil }}}
	_, one, stopOne := start(t, ctx, bus.Options{DB: db, URL: server.URL}, handlers, jobs)
	defer stopOne()
	_, two, stopTwo := start(t, ctx, bus.Options{DB: db, URL: server.URL}, handlers, jobs)
	defer stopTwo()
	emit(t, one, 20)
	emit(t, two, 20)
	for _, key := range []string{"a", "b", "c"} {
		err := sqldb.Write(one, func(ctx context.Context) error { return bus.Schedule(ctx, bus.Job{Kind: "test.job", Key: key}) })
		if err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, func() bool { return effects(t, ctx) == 40 })
	seen := map[string]bool{}
	for range 3 {
		seen[<-ran] = true
	}
	if len(seen) != 3 {
		t.Errorf("ran %v", seen)
	}
	// One goes away; the other carries on with what both had to do.
	stopOne()
	emit(t, two, 5)
	waitFor(t, func() bool { return effects(t, ctx) == 45 })
}
