package room

import (
	"context"
	"strings"
	"unicode/utf8"

	"tianbo/internal/kernel/id"
)

// Freeze takes a broadcast off the air with a reason that host and viewers
// see (K04). The publisher is cut and cannot return until it is lifted.
func (m *Module) Freeze(ctx context.Context, room id.Room, reason string) (Session, error) {
	r, err := m.own(ctx, room, "room.freeze")
	if err != nil {
		return Session{}, err
	}
	reason, err = cleanReason(reason)
	if err != nil {
		return Session{}, err
	}
	if r.Session == "" {
		return Session{}, ErrSessionNotFound
	}
	s, err := m.move(ctx, r.Session, Frozen, SubjectFrozen, func(s *Session) { s.Freeze = reason })
	if err != nil {
		return s, err
	}
	return s, m.Media.Kick(context.WithoutCancel(ctx), s.ID)
}

// Unfreeze lets the host return; the session is away until then.
func (m *Module) Unfreeze(ctx context.Context, room id.Room) (Session, error) {
	r, err := m.own(ctx, room, "room.unfreeze")
	if err != nil {
		return Session{}, err
	}
	if r.State != Frozen {
		return Session{}, ErrIllegal.With("state", string(r.State))
	}
	s, err := m.move(ctx, r.Session, Away, SubjectUnfrozen, nil)
	if err != nil {
		return s, err
	}
	if err := m.Media.Open(ctx, r.ID, s.ID); err != nil {
		return s, err
	}
	return s, m.await(ctx, s)
}

func cleanReason(s string) (string, error) {
	s = strings.TrimSpace(s)
	if n := utf8.RuneCountInString(s); n < 5 || n > 200 {
		return "", ErrReason
	}
	return s, nil
}
