package room

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

// move takes a session to another state by the table, inside a transaction:
// it sets what the change alone decides, keeps the room's copy in step, and
// writes the event. change may adjust the session further. Moving to the
// state it is in is no error and does nothing, so that retries are safe.
func (m *Module) move(ctx context.Context, session id.Session, to State, subject string, change func(*Session)) (Session, error) {
	var s Session
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if s, err = loadSession(ctx, session); err != nil || s.State == to {
			return err
		}
		from := s.State
		if !from.CanBecome(to) {
			if from == Frozen {
				return ErrFrozen.With("reason", s.Freeze)
			}
			return ErrIllegal.With("state", string(from))
		}
		now := m.Clock.Now()
		s.State = to
		if change != nil {
			change(&s)
		}
		m.stamp(&s, from, now)
		saved, err := saveSession(ctx, s, from)
		if err != nil {
			return err
		}
		if !saved {
			return ErrIllegal.With("state", string(from))
		}
		r, err := loadRoom(ctx, s.Room)
		if err != nil {
			return err
		}
		if err := setRoomState(ctx, r.ID, to, s.ID, sortTime(s)); err != nil {
			return err
		}
		return m.tell(ctx, r, s, subject, now)
	})
	return s, err
}

// stamp sets the times that follow from entering a state.
func (m *Module) stamp(s *Session, from State, now time.Time) {
	switch s.State {
	case Live:
		if s.Started.IsZero() {
			s.Started = now
		}
		s.AwaySince = time.Time{}
		s.Freeze = ""
	case Away:
		s.AwaySince = now
		if from == Frozen {
			s.Freeze = ""
		}
	case Ended:
		s.EndedAt = now
		s.AwaySince = time.Time{}
		s.KeepUntil = KeepUntil(now, m.Retention)
	}
}

func sortTime(s Session) time.Time {
	switch {
	case s.State == Planned:
		return s.Planned
	case s.State == Ended:
		return s.EndedAt
	}
	return s.Started
}

// frame is what the room's viewers are told of a state.
type frame struct {
	Session   id.Session `json:"session"`
	State     State      `json:"state"`
	Reason    string     `json:"reason,omitempty"`
	AwaySince time.Time  `json:"awaySince,omitzero"`
	At        time.Time  `json:"at"`
}

// tell writes the event and, once committed, the frame.
func (m *Module) tell(ctx context.Context, r Room, s Session, subject string, now time.Time) error {
	reason := s.EndReason
	if s.State == Frozen {
		reason = s.Freeze
	}
	if subject != "" {
		fact := Fact{Room: r.ID, Session: s.ID, Org: r.Org, Host: r.Host, Title: s.Title, Reason: reason, At: now, Planned: s.Planned}
		if err := bus.Emit(ctx, subject, string(r.ID), fact); err != nil {
			return err
		}
	}
	detached := context.WithoutCancel(ctx)
	sqldb.After(ctx, func() {
		_ = m.Frames.State(detached, r.ID, "state", frame{s.ID, s.State, reason, s.AwaySince, now}) // viewers re-read the room on a gap
	})
	return nil
}
