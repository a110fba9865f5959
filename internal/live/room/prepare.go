package room

import (
	"context"
	"crypto/rand"
	"crypto/sha256"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// Slots of publishers in a session.
const (
	SlotHost = "host"
)

// Preparation is what a host's device needs to go on air.
type Preparation struct {
	Session id.Session
	Token   string // shown once; proves the right to publish this session
}

// Prepare makes a session ready for its publisher and hands out the publish
// token. It refuses a host who may not go on air (K03). Called again it gives
// a new token for the same session; earlier ones stay valid, so that a retry
// or a page reload does not cut the broadcast.
func (m *Module) Prepare(ctx context.Context, room id.Room, title string, list Checklist) (Preparation, error) {
	var p Preparation
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		r, err := m.own(ctx, room, "room.prepare")
		if err != nil {
			return err
		}
		if err := m.People.MayHost(ctx, r.Host); err != nil {
			return err
		}
		s, err := m.current(ctx, r, title)
		if err != nil {
			return err
		}
		from := s.State
		s.Checklist = list
		if title, ok := CleanTitle(title); ok {
			s.Title = title
		}
		if _, err := saveSession(ctx, s, from); err != nil {
			return err
		}
		p.Session = s.ID
		p.Token, err = m.mint(ctx, r, s.ID, authz.From(ctx).Account, SlotHost)
		return err
	})
	if err != nil {
		return p, err
	}
	return p, m.Media.Open(ctx, room, p.Session)
}

// current is the session that a publisher of r would feed: the one on air,
// else the planned one, made when there is none.
func (m *Module) current(ctx context.Context, r Room, title string) (Session, error) {
	if r.State.OnAir() {
		return loadSession(ctx, r.Session)
	}
	if clean, ok := CleanTitle(title); ok {
		return m.planned(ctx, r, clean)
	}
	return m.planned(ctx, r, r.Title)
}

// mint stores a fresh token's hash and returns the token.
func (m *Module) mint(ctx context.Context, r Room, session id.Session, account id.Account, slot string) (string, error) {
	secret := rand.Text()
	return secret, insertToken(ctx, token{
		Hash: sha256.Sum256([]byte(secret)), Room: r.ID, Session: session, Account: account, Slot: slot,
		Expires: m.Clock.Now().Add(maxSession),
	})
}

// GuestToken lets a guest of the live session publish beside the host. The
// caller has authorised the invitation.
func (m *Module) GuestToken(ctx context.Context, room id.Room, account id.Account, slot string) (Preparation, error) {
	var p Preparation
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		r, err := loadRoom(ctx, room)
		if err != nil {
			return err
		}
		if !r.State.OnAir() {
			return ErrIllegal.With("state", string(r.State))
		}
		if err := m.People.MayHost(ctx, account); err != nil {
			return err
		}
		p.Session = r.Session
		p.Token, err = m.mint(ctx, r, r.Session, account, slot)
		return err
	})
	return p, err
}

// RevokeGuest ends a guest's right to publish.
func (m *Module) RevokeGuest(ctx context.Context, session id.Session, slot string) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		return revokeTokens(ctx, session, slot, m.Clock.Now())
	})
}

// RotateKey gives the room a new encoder key (RTMP stream key), shown once,
// and ends the old one.
func (m *Module) RotateKey(ctx context.Context, room id.Room) (string, error) {
	key := rand.Text()
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		r, err := m.own(ctx, room, "room.key")
		if err != nil {
			return err
		}
		hash := sha256.Sum256([]byte(key))
		return setKey(ctx, r.ID, hash[:])
	})
	return key, err
}

// Publisher is what a publish token or stream key proves.
type Publisher struct {
	Room    id.Room
	Session id.Session
	Account id.Account
	Slot    string
}

// Authorize resolves a publish token or an encoder's stream key. A stream key
// opens the room's session itself, under the same checks as Prepare.
func (m *Module) Authorize(ctx context.Context, secret string) (Publisher, error) {
	hash := sha256.Sum256([]byte(secret))
	t, err := loadToken(ctx, hash, m.Clock.Now())
	if err == nil {
		return Publisher{t.Room, t.Session, t.Account, t.Slot}, m.publishable(ctx, t.Session)
	}
	r, err := roomByKey(ctx, hash)
	if err != nil {
		return Publisher{}, err
	}
	asHost := authz.With(ctx, authz.Actor{Account: r.Host})
	if err := m.People.MayHost(asHost, r.Host); err != nil {
		return Publisher{}, err
	}
	var s Session
	err = sqldb.Write(asHost, func(ctx context.Context) (err error) {
		if r, err = loadRoom(ctx, r.ID); err != nil {
			return err
		}
		s, err = m.current(ctx, r, r.Title)
		return err
	})
	if err != nil {
		return Publisher{}, err
	}
	return Publisher{r.ID, s.ID, r.Host, SlotHost}, m.Media.Open(ctx, r.ID, s.ID)
}

// publishable refuses sessions that are over or frozen.
func (m *Module) publishable(ctx context.Context, session id.Session) error {
	s, err := loadSession(ctx, session)
	if err != nil {
		return err
	}
	switch s.State {
	case Ended:
		return ErrIllegal.With("state", string(Ended))
	case Frozen:
		return ErrFrozen.With("reason", s.Freeze)
	}
	return nil
}
