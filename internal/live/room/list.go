package room

import (
	"context"
	"math"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
)

const (
	lastID = "~" // sorts after every identifier
	// lateBy is how long an announced broadcast that has not begun is shown.
	lateBy = time.Hour
)

// Shelf is which rooms a list shows.
type Shelf string

// The shelves.
const (
	ShelfLive     Shelf = "live"
	ShelfPlanned  Shelf = "planned"
	ShelfFollowed Shelf = "followed"
	ShelfPatrol   Shelf = "patrol"
)

// List gives a page of rooms: those on air (newest first), announced (soonest
// first), followed by the actor, or on air and frozen for patrol. The order
// is the same for everyone.
func (m *Module) List(ctx context.Context, shelf Shelf, req page.Request) (page.Of[Room], error) {
	var none page.Of[Room]
	if err := authz.Check(ctx, "room.list", authz.Resource{Type: "Rooms"}); err != nil {
		return none, err
	}
	at, key := int64(math.MaxInt64), lastID
	if shelf == ShelfPlanned {
		at, key = clock.Micros(m.Clock.Now().Add(-lateBy)), ""
	}
	if err := page.Decode(req.Cursor, &at, &key); err != nil {
		return none, err
	}
	rows, err := m.shelf(ctx, shelf, at, key, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(r Room) string { return page.Encode(clock.Micros(r.SortAt), string(r.ID)) }), nil
}

func (m *Module) shelf(ctx context.Context, shelf Shelf, at int64, key string, limit int) ([]Room, error) {
	switch shelf {
	case ShelfPlanned:
		return listPlanned(ctx, at, key, limit)
	case ShelfFollowed:
		return listFollowed(ctx, authz.From(ctx).Subject(), at, key, limit)
	case ShelfPatrol:
		// Frozen rooms are few and wait for a decision: both lists in one.
		onAir, err := listRooms(ctx, [2]State{Live, Away}, at, key, limit)
		if err != nil {
			return nil, err
		}
		frozen, err := listRooms(ctx, [2]State{Frozen, Frozen}, at, key, limit)
		return mergeBySort(onAir, frozen, limit), err
	}
	return listRooms(ctx, [2]State{Live, Away}, at, key, limit)
}

// mergeBySort merges two lists in descending order of (SortAt, ID).
func mergeBySort(a, b []Room, limit int) []Room {
	out := make([]Room, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].SortAt.After(b[0].SortAt) || a[0].SortAt.Equal(b[0].SortAt) && a[0].ID > b[0].ID {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	out = append(append(out, a...), b...)
	return out[:min(len(out), limit)]
}

// Past lists the ended broadcasts of a room, the newest first; of every room
// when room is empty. Hidden ones are shown to those who manage the room.
func (m *Module) Past(ctx context.Context, room id.Room, req page.Request) (page.Of[Session], error) {
	var none page.Of[Session]
	if err := authz.Check(ctx, "room.replay", authz.Resource{Type: "Rooms"}); err != nil {
		return none, err
	}
	before := lastID
	if err := page.Decode(req.Cursor, &before); err != nil {
		return none, err
	}
	var rows []Session
	var err error
	if room == "" {
		rows, err = replays(ctx, before, req.Rows()+1)
	} else {
		var r Room
		if r, err = loadRoom(ctx, room); err != nil {
			return none, err
		}
		all := authz.Allows(ctx, "room.past", r.Resource())
		rows, err = endedSessions(ctx, room, before, all, req.Rows()+1)
	}
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(s Session) string { return page.Encode(string(s.ID)) }), nil
}

// Replay is a broadcast that the actor may read about: an ended one, unless
// the host has put it away.
func (m *Module) Replay(ctx context.Context, session id.Session) (Session, Room, error) {
	s, err := loadSession(ctx, session)
	if err != nil {
		return s, Room{}, err
	}
	r, err := m.own(ctx, s.Room, "room.replay")
	if err != nil {
		return s, r, err
	}
	if s.State == Ended && s.Hidden && !insider(ctx, r) {
		return s, r, ErrReplayHidden
	}
	return s, r, nil
}

// MayWatch is nil when the actor may watch the recording: everyone once the
// broadcast has ended, unless it was put away or ended frozen; before, and
// then, only those who run the room or answer for the platform.
func (m *Module) MayWatch(ctx context.Context, session id.Session) error {
	s, r, err := m.Replay(ctx, session)
	if err != nil || MayReplay(s) || insider(ctx, r) {
		return err
	}
	if s.State == Ended {
		return ErrReplayHidden
	}
	return ErrIllegal.With("state", string(s.State))
}

func insider(ctx context.Context, r Room) bool {
	return authz.Allows(ctx, "room.manage", r.Resource()) || authz.Allows(ctx, "room.patrol", r.Resource())
}
