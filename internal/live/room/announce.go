package room

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// Announce plans the next broadcast, or moves the one already planned.
func (m *Module) Announce(ctx context.Context, room id.Room, title string, at time.Time) (Session, error) {
	var s Session
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		r, err := m.own(ctx, room, "room.announce")
		if err != nil {
			return err
		}
		clean, ok := CleanTitle(title)
		if !ok {
			return ErrTitle
		}
		now := m.Clock.Now()
		if !CanPlan(now, at) {
			return ErrPlannedAt
		}
		if s, err = m.planned(ctx, r, clean); err != nil {
			return err
		}
		s.Title, s.Planned = clean, at
		if _, err := saveSession(ctx, s, Planned); err != nil {
			return err
		}
		if err := setRoomState(ctx, r.ID, Planned, s.ID, at); err != nil {
			return err
		}
		if err := m.index(ctx, r, clean); err != nil {
			return err
		}
		return m.tell(ctx, r, s, SubjectAnnounced, now)
	})
	return s, err
}

// planned is the room's planned session, made when there is none.
func (m *Module) planned(ctx context.Context, r Room, title string) (Session, error) {
	switch r.State {
	case Planned:
		return loadSession(ctx, r.Session)
	case Live, Away:
		return Session{}, ErrOnAir
	case Frozen:
		s, err := loadSession(ctx, r.Session)
		if err == nil {
			err = ErrFrozen.With("reason", s.Freeze)
		}
		return Session{}, err
	}
	// Until it is announced it has no time, and no list shows it.
	s := Session{ID: id.New[id.Session](), Room: r.ID, Host: r.Host, State: Planned, Title: title}
	if err := insertSession(ctx, s); err != nil {
		return s, err
	}
	return s, setRoomState(ctx, r.ID, Planned, s.ID, s.Planned)
}

// Remind asks to be told when the planned session begins; on is whether.
func (m *Module) Remind(ctx context.Context, session id.Session, on bool) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		s, err := loadSession(ctx, session)
		if err != nil {
			return err
		}
		if err := authz.Check(ctx, "room.remind", authz.Resource{Type: "Session", ID: string(s.ID)}); err != nil {
			return err
		}
		return setRemind(ctx, s.ID, authz.From(ctx).Subject(), on, m.Clock.Now())
	})
}

// Follow makes the actor a follower of the room, or no longer one.
func (m *Module) Follow(ctx context.Context, room id.Room, on bool) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		r, err := m.own(ctx, room, "room.follow")
		if err != nil {
			return err
		}
		return setFollow(ctx, r.ID, authz.From(ctx).Subject(), on, m.Clock.Now())
	})
}
