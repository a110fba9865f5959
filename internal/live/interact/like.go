package interact

import (
	"context"
	"maps"
	"slices"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// likesEvery is how often likes are stored. They are a mood, not a fact: those
// of the last seconds may be lost with the server.
const likesEvery = 5 * time.Second

// Like counts likes of a room.
func (m *Module) Like(ctx context.Context, room id.Room, n int64) error {
	r, err := m.check(ctx, room, "interact.like")
	if err != nil {
		return err
	}
	if !r.State.OnAir() {
		return ErrNotOnAir
	}
	m.mu.Lock()
	_, waiting := m.likes[r.Session]
	m.likes[r.Session] += n
	m.mu.Unlock()
	if !waiting {
		detached := sqldb.Detached(ctx)
		time.AfterFunc(likesEvery, func() { m.storeLikes(detached, r.Session) })
	}
	return m.Frames.Like(room, n)
}

func (m *Module) storeLikes(ctx context.Context, session id.Session) {
	m.mu.Lock()
	n := m.likes[session]
	delete(m.likes, session)
	m.mu.Unlock()
	if n > 0 {
		_ = sqldb.Write(ctx, func(ctx context.Context) error { return addLikes(ctx, session, n) }) // see likesEvery
	}
}

// Flush stores the likes that are counted but not yet kept, at the end of the
// server.
func (m *Module) Flush(ctx context.Context) {
	m.mu.Lock()
	sessions := slices.Collect(maps.Keys(m.likes))
	m.mu.Unlock()
	for _, s := range sessions {
		m.storeLikes(ctx, s)
	}
}

// Counters are a room's likes and viewers.
func (m *Module) Counters(ctx context.Context, room id.Room) (likes, viewers int64, err error) {
	r, err := m.check(ctx, room, "interact.view")
	if err != nil || r.Session == "" {
		return 0, 0, err
	}
	likes, err = loadLikes(ctx, r.Session)
	m.mu.Lock()
	likes += m.likes[r.Session]
	m.mu.Unlock()
	return likes, m.Frames.Viewers(room), err
}
