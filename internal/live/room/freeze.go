package room

import (
	"context"
	"strings"
	"unicode/utf8"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// Freeze takes a broadcast off the air with a reason that host and viewers
// see (K04). The publisher is cut and cannot return until it is lifted: publish
// tokens and the encoder's key end, so that what was handed around is worth
// nothing afterwards either.
func (m *Module) Freeze(ctx context.Context, room id.Room, reason string) (Session, error) {
	var s Session
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		r, err := m.own(ctx, room, "room.freeze")
		if err != nil {
			return err
		}
		if reason, err = cleanReason(reason); err != nil {
			return err
		}
		if r.Session == "" {
			return ErrSessionNotFound
		}
		if s, err = m.move(ctx, r.Session, Frozen, SubjectFrozen, func(s *Session) { s.Freeze = reason }); err != nil {
			return err
		}
		if err := revokeTokens(ctx, s.ID, "", m.Clock.Now()); err != nil {
			return err
		}
		return setKey(ctx, room, []byte{})
	})
	if err != nil {
		return s, err
	}
	return s, m.Media.Kick(context.WithoutCancel(ctx), s.ID)
}

// Unfreeze lets the host return; the session is away until then.
func (m *Module) Unfreeze(ctx context.Context, room id.Room) (Session, error) {
	var s Session
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		r, err := m.own(ctx, room, "room.unfreeze")
		if err != nil {
			return err
		}
		if r.State != Frozen {
			return ErrIllegal.With("state", string(r.State))
		}
		if s, err = m.move(ctx, r.Session, Away, SubjectUnfrozen, nil); err != nil {
			return err
		}
		return m.await(ctx, s)
	})
	if err != nil {
		return s, err
	}
	return s, m.Media.Open(context.WithoutCancel(ctx), s.Room, s.ID)
}

func cleanReason(s string) (string, error) {
	s = strings.TrimSpace(s)
	if n := utf8.RuneCountInString(s); n < 5 || n > 200 {
		return "", ErrReason
	}
	return s, nil
}
