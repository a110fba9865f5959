package room

import (
	"context"
	"encoding/json"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

// Kinds of timed work.
const (
	JobAway    = "room.away_over"    // key: session
	JobLongest = "room.longest_over" // key: session
	JobRemind  = "room.remind"       // key: session/last account told
	JobErase   = "room.erase"        // key: session
)

// Jobs are the module's timed work.
func (m *Module) Jobs() []bus.JobHandler {
	return []bus.JobHandler{
		{Kind: JobAway, Do: m.awayOver},
		{Kind: JobLongest, Do: m.longestOver},
		{Kind: JobErase, Do: m.erase},
		{Kind: JobRemind, Do: m.remindAll},
	}
}

// Handlers are what the module does on its own facts.
func (m *Module) Handlers() []bus.Handler {
	return []bus.Handler{{Name: "room.remind_on_started", Subject: SubjectStarted, Do: m.onStarted}}
}

// await schedules the end of the wait for a lost host.
func (m *Module) await(ctx context.Context, s Session) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		return bus.Schedule(ctx, bus.Job{Kind: JobAway, Key: string(s.ID), Due: s.AwaySince.Add(m.Away)})
	})
}

// awayOver ends a session whose host has not come back.
func (m *Module) awayOver(ctx context.Context, j bus.Job) error {
	s, err := loadSession(ctx, id.Session(j.Key))
	if err != nil {
		return err
	}
	if s.State != Away {
		return nil
	}
	if !AwayOver(m.Clock.Now(), s.AwaySince, m.Away) {
		return m.await(ctx, s) // the host was back and left again
	}
	_, err = m.finish(authz.AsSystem(ctx), s.ID, "host_lost")
	return err
}

// longestOver ends a session that has reached the longest time.
func (m *Module) longestOver(ctx context.Context, j bus.Job) error {
	s, err := loadSession(ctx, id.Session(j.Key))
	if err != nil || s.State == Ended {
		return err
	}
	_, err = m.finish(authz.AsSystem(ctx), s.ID, "too_long")
	return err
}

// onStarted plans the telling of followers.
func (*Module) onStarted(ctx context.Context, e bus.Event) error {
	var f Fact
	if err := json.Unmarshal(e.Payload, &f); err != nil {
		return err
	}
	return remindFrom(ctx, progress{Session: f.Session}, f.At)
}

const audiencePage = 200

// remindAll tells followers page by page; the place reached is in the job, so
// that a restart goes on instead of telling people twice.
func (m *Module) remindAll(ctx context.Context, j bus.Job) error {
	var at progress
	if err := json.Unmarshal(j.Payload, &at); err != nil {
		return err
	}
	s, err := loadSession(ctx, at.Session)
	if err != nil || !s.State.OnAir() {
		return err
	}
	to, err := audience(ctx, s.Room, s.ID, at.After, audiencePage)
	if err != nil || len(to) == 0 {
		return err
	}
	people, err := m.People.Names(ctx, []id.Account{s.Host})
	if err != nil {
		return err
	}
	if err := m.Reminder.RoomStarted(ctx, s.Room, s.ID, s.Title, people[s.Host], to); err != nil {
		return err
	}
	if len(to) < audiencePage {
		return nil
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		return remindFrom(ctx, progress{s.ID, to[len(to)-1]}, m.Clock.Now())
	})
}

// progress is how far the telling of followers has come.
type progress struct {
	Session id.Session `json:"session"`
	After   id.Account `json:"after"`
}

func remindFrom(ctx context.Context, p progress, due time.Time) error {
	payload, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return bus.Schedule(ctx, bus.Job{Kind: JobRemind, Key: string(p.Session) + "/" + string(p.After), Due: due, Payload: payload})
}
