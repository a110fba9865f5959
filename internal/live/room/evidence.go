package room

import (
	"context"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

// Hide takes a replay off the shelf, or puts it back. Owners hide; they never
// delete. Somebody who answers for the platform gives a reason.
func (m *Module) Hide(ctx context.Context, session id.Session, hidden bool, reason string) (Session, error) {
	var s Session
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if s, err = loadSession(ctx, session); err != nil {
			return err
		}
		r, err := m.own(ctx, s.Room, "room.hide")
		if err != nil {
			return err
		}
		if !authz.Allows(ctx, "room.manage", r.Resource()) {
			if _, err := cleanReason(reason); err != nil {
				return err
			}
		}
		s.Hidden = hidden
		_, err = saveSession(ctx, s, s.State)
		return err
	})
	return s, err
}

// Evidence is what keeps a recording, and who has asked to delete it.
type Evidence struct {
	Session  Session
	Holds    []Hold    // in force, the oldest first
	Deletion *Deletion // asked for, or done
}

// EvidenceOf tells those who may put recordings on hold how one stands.
func (m *Module) EvidenceOf(ctx context.Context, session id.Session) (Evidence, error) {
	s, err := loadSession(ctx, session)
	if err != nil {
		return Evidence{}, err
	}
	if _, err := m.own(ctx, s.Room, "room.hold"); err != nil {
		return Evidence{}, err
	}
	e := Evidence{Session: s}
	if e.Holds, err = openHolds(ctx, session); err != nil {
		return e, err
	}
	d, asked, err := loadDeletion(ctx, session)
	if asked {
		e.Deletion = &d
	}
	return e, err
}

// Counts are the rooms that patrol looks at.
type Counts struct{ Live, Away, Frozen, Deletions int64 }

// Count counts rooms on air and frozen, and deletions that wait for a second
// person.
func (m *Module) Count(ctx context.Context) (Counts, error) {
	if err := may(ctx, "room.patrol"); err != nil {
		return Counts{}, err
	}
	return countRooms(ctx)
}

// HoldFor puts a recording under legal hold for a case.
func (m *Module) HoldFor(ctx context.Context, session id.Session, casefile, reason string) (Hold, error) {
	reason, err := cleanReason(reason)
	if err != nil {
		return Hold{}, err
	}
	h := Hold{
		ID: id.New[id.Hold](), Session: session, Case: casefile, Reason: reason,
		By: authz.From(ctx).Account, At: m.Clock.Now(),
	}
	return h, sqldb.Write(ctx, func(ctx context.Context) error {
		s, err := loadSession(ctx, session)
		if err != nil {
			return err
		}
		if _, err := m.own(ctx, s.Room, "room.hold"); err != nil {
			return err
		}
		return insertHold(ctx, h)
	})
}

// Release ends a legal hold.
func (m *Module) Release(ctx context.Context, hold id.Hold) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		session, err := releaseHold(ctx, hold, authz.From(ctx).Account, m.Clock.Now())
		if err != nil {
			return err
		}
		s, err := loadSession(ctx, session)
		if err != nil {
			return err
		}
		_, err = m.own(ctx, s.Room, "room.hold")
		return err
	})
}

// Expired lists recordings that the law no longer asks for and no case holds,
// the longest expired first.
func (m *Module) Expired(ctx context.Context, req page.Request) (page.Of[Session], error) {
	var none page.Of[Session]
	if err := may(ctx, "room.erase"); err != nil {
		return none, err
	}
	var at int64
	key := ""
	if err := page.Decode(req.Cursor, &at, &key); err != nil {
		return none, err
	}
	rows, err := expiredSessions(ctx, m.Clock.Now(), at, key, req.Rows()+1)
	return page.Cut(rows, req, func(s Session) string { return page.Encode(clock.Micros(s.KeepUntil), string(s.ID)) }), err
}

// Delete removes a recording that the law no longer asks for. The first call
// records who asks and why; a second one, by another person, lets it be done.
// The files go by a job, which looks again whether a case holds them.
func (m *Module) Delete(ctx context.Context, session id.Session, reason string) (Deletion, error) {
	var d Deletion
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		s, err := loadSession(ctx, session)
		if err != nil {
			return err
		}
		if _, err := m.own(ctx, s.Room, "room.erase"); err != nil {
			return err
		}
		if err := m.deletable(ctx, s); err != nil {
			return err
		}
		if d, err = m.step(ctx, s, reason); err != nil || d.DoneAt.IsZero() {
			return err
		}
		return bus.Schedule(ctx, bus.Job{Kind: JobErase, Key: string(s.ID)})
	})
	return d, err
}

// erase deletes the files of a recording whose deletion two persons want.
// Running it again is no error.
func (m *Module) erase(ctx context.Context, j bus.Job) error {
	ctx = authz.AsSystem(ctx)
	s, err := loadSession(ctx, id.Session(j.Key))
	if err != nil {
		return err
	}
	d, asked, err := loadDeletion(ctx, s.ID)
	if err != nil || !asked || d.DoneAt.IsZero() {
		return err
	}
	if err := m.deletable(ctx, s); fault.KindOf(err) == fault.Conflict {
		return nil // a case came first; once it is over somebody has to ask again
	} else if err != nil {
		return err
	}
	if err := m.Recordings.Erase(ctx, s.ID); err != nil {
		return err
	}
	if s.Thumb != "" {
		if err := m.Thumbs.Delete(ctx, s.Thumb); err != nil {
			return err
		}
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		fresh, err := markErased(ctx, s.ID, m.Clock.Now())
		if err != nil || !fresh {
			return err
		}
		r, err := loadRoom(ctx, s.Room)
		if err != nil {
			return err
		}
		return bus.Emit(ctx, SubjectErased, string(r.ID), Fact{Room: r.ID, Session: s.ID, Org: r.Org, Host: s.Host, Title: s.Title, At: m.Clock.Now()})
	})
}

func (m *Module) deletable(ctx context.Context, s Session) error {
	holds, err := openHolds(ctx, s.ID)
	switch {
	case err != nil:
		return err
	case len(holds) > 0:
		return ErrHeld.With("case", holds[0].Case)
	case s.State != Ended:
		return ErrIllegal.With("state", string(s.State))
	case !CanDelete(s, m.Clock.Now(), len(holds) > 0):
		return ErrKept.With("until", s.KeepUntil.In(clock.Shanghai).Format("2006-01-02"))
	}
	return nil
}

// step is the first or the second half of a deletion.
func (m *Module) step(ctx context.Context, s Session, reason string) (Deletion, error) {
	actor := authz.From(ctx).Account
	d, asked, err := loadDeletion(ctx, s.ID)
	if err != nil || (asked && !d.DoneAt.IsZero()) {
		return d, err
	}
	if !asked {
		if reason, err = cleanReason(reason); err != nil {
			return d, err
		}
		d = Deletion{ID: id.New[id.Deletion](), Session: s.ID, AskedBy: actor, Reason: reason, AskedAt: m.Clock.Now()}
		return d, insertDeletion(ctx, d)
	}
	if d.AskedBy == actor {
		return d, ErrSamePerson
	}
	d.DoneBy, d.DoneAt = actor, m.Clock.Now()
	return d, finishDeletion(ctx, d)
}
