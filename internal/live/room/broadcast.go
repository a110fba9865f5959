package room

import (
	"context"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

// Started: the first picture of the host has arrived. The longest time is a
// row, so that it ends a broadcast that nobody ends, restarts or not.
func (m *Module) Started(ctx context.Context, session id.Session) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		s, err := m.seen(ctx, session, Live, SubjectStarted)
		if err != nil {
			return err
		}
		return bus.Schedule(ctx, bus.Job{Kind: JobLongest, Key: string(s.ID), Due: s.Started.Add(maxSession)})
	})
}

// Lost: nothing has come from the host for two seconds. The wait for the host
// is a row, so that it ends on time even if the server restarts.
func (m *Module) Lost(ctx context.Context, session id.Session) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		s, err := m.seen(ctx, session, Away, SubjectAway)
		if err != nil {
			return err
		}
		return m.await(ctx, s)
	})
}

// Back: the host sends again.
func (m *Module) Back(ctx context.Context, session id.Session) error {
	_, err := m.seen(ctx, session, Live, SubjectBack)
	return err
}

// seen moves a session by what the media sees of its publisher. That lifts no
// freeze, however late it is told.
func (m *Module) seen(ctx context.Context, session id.Session, to State, subject string) (Session, error) {
	var s Session
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if s, err = loadSession(ctx, session); err != nil {
			return err
		}
		if s.State == Frozen {
			return ErrFrozen.With("reason", s.Freeze)
		}
		s, err = m.move(ctx, session, to, subject, nil)
		return err
	})
	return s, err
}

// End finishes a broadcast at the host's (or a manager's) word.
func (m *Module) End(ctx context.Context, room id.Room) (Session, error) {
	r, err := m.own(ctx, room, "room.end")
	if err != nil {
		return Session{}, err
	}
	if r.Session == "" {
		return Session{}, ErrSessionNotFound
	}
	return m.finish(ctx, r.Session, "host")
}

// finish ends the session first in the record, then in the media: should the
// server die in between, Resume closes the media.
func (m *Module) finish(ctx context.Context, session id.Session, reason string) (Session, error) {
	var s Session
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if s, err = m.move(ctx, session, Ended, SubjectEnded, func(s *Session) { s.EndReason = reason }); err != nil {
			return err
		}
		return revokeTokens(ctx, session, "", m.Clock.Now())
	})
	if err != nil {
		return s, err
	}
	return s, m.Media.End(context.WithoutCancel(ctx), session, reason)
}

// Resume brings back what was on air when the server stopped: each such
// session is away until its publisher returns. The wait begins anew, for the
// server was not there to return to.
func (m *Module) Resume(ctx context.Context) error {
	ctx = authz.AsSystem(ctx)
	onAir, err := sessionsIn(ctx, Live, Away)
	if err != nil {
		return err
	}
	for _, s := range onAir {
		if err := m.Media.Open(ctx, s.Room, s.ID); err != nil {
			return err
		}
		err := sqldb.Write(ctx, func(ctx context.Context) error {
			if err := m.Lost(ctx, s.ID); err != nil {
				return err
			}
			return m.waitAnew(ctx, s.ID)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// waitAnew lets the wait for a lost host begin now.
func (m *Module) waitAnew(ctx context.Context, session id.Session) error {
	s, err := loadSession(ctx, session)
	if err != nil || s.State != Away {
		return err
	}
	s.AwaySince = m.Clock.Now()
	if _, err := saveSession(ctx, s, Away); err != nil {
		return err
	}
	return m.await(ctx, s)
}

// Seen records the most viewers a session has had at once.
func (m *Module) Seen(ctx context.Context, room id.Room) error {
	r, err := loadRoom(ctx, room)
	if err != nil || !r.State.OnAir() {
		return err
	}
	viewers := m.Frames.Viewers(room)
	return sqldb.Write(ctx, func(ctx context.Context) error { return raisePeak(ctx, r.Session, viewers) })
}
