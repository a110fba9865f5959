package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

// What was given up is listed with its cause, and runs again when somebody
// asks for it: once mended it has its effect once, until then it stays listed.
func TestWhatWasGivenUpRunsAgain(t *testing.T) {
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		broken := true
		h := bus.Handler{Name: "test.h", Subject: fact, Do: func(ctx context.Context, e bus.Event) error {
			if broken {
				return errors.New("the other side is wrong")
			}
			return bump(ctx, e)
		}}
		b, ctx, stop := start(t, ctx, bus.Options{DB: db, Dir: t.TempDir()}, []bus.Handler{h}, nil)
		defer stop()
		emit(t, ctx, 1)
		waitFor(t, func() bool { c, err := b.Counts(ctx); return err == nil && c.Dead == 1 })
		stop()
		gone, err := bus.Failures(ctx, 10)
		if err != nil || len(gone) != 1 || gone[0].Kind != "event" || gone[0].By != "test.h" || gone[0].Error != "the other side is wrong" {
			t.Fatalf("%+v %v", gone, err)
		}
		event := id.Event(gone[0].Key)
		if err := bus.RetryEvent(ctx, event, "test.h"); !errors.Is(err, bus.ErrRetry) {
			t.Fatalf("it failed again and said %v", err)
		}
		if c, _ := bus.Count(ctx); c.Dead != 1 || effects(t, ctx) != 0 {
			t.Fatalf("a failed retry left %+v", c)
		}
		broken = false
		for range 2 { // a second press finds nothing to do
			if err := bus.RetryEvent(ctx, event, "test.h"); err != nil {
				t.Fatal(err)
			}
		}
		if c, _ := bus.Count(ctx); c.Dead != 0 || c.Pending != 0 || effects(t, ctx) != 1 {
			t.Fatalf("after the retry: %+v, %d effects", c, effects(t, ctx))
		}
	})
}

func TestAJobGivenUpRunsAgain(t *testing.T) {
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		fake := clock.NewFake(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		done := 0
		b := bus.New(bus.Options{DB: db, Clock: fake}, nil, []bus.JobHandler{{Kind: "test.job", Do: func(context.Context, bus.Job) error {
			done++
			return nil
		}}})
		ctx = b.Attach(ctx)
		err := sqldb.Write(ctx, func(ctx context.Context) error {
			err := bus.Schedule(ctx, bus.Job{Kind: "test.job", Key: "k", Payload: json.RawMessage("1")})
			if err != nil {
				return err
			}
			// As after the last attempt, which is hours away.
			_, err = sqldb.From(ctx).Exec(ctx, `UPDATE bus_job SET failed = $1, attempts = 15, error = 'not yet'`, clock.Micros(fake.Now()))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Drain(ctx); err != nil || done != 0 {
			t.Fatalf("a job given up ran by itself: %v", err)
		}
		gone, err := bus.Failures(ctx, 10)
		if err != nil || len(gone) != 1 || gone[0].Kind != "job" || gone[0].Name != "test.job" || gone[0].Key != "k" || gone[0].Error != "not yet" {
			t.Fatalf("%+v %v", gone, err)
		}
		for range 2 { // a second press finds nothing to do
			if err := bus.RetryJob(ctx, "test.job", "k"); err != nil {
				t.Fatal(err)
			}
			if err := b.Drain(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if c, _ := bus.Count(ctx); c.JobsFailed != 0 || done != 1 {
			t.Fatalf("%+v, done %d times", c, done)
		}
	})
}
