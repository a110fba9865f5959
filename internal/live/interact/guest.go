package interact

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

const guestMax = 3

// Guest is a second picture in the room (连麦).
type Guest struct {
	Slot string    `json:"slot"`
	Name string    `json:"name"`
	WHEP string    `json:"whepUrl"`
	At   time.Time `json:"at"`

	session id.Session
	room    id.Room
}

// Invitation lets a guest publish.
type Invitation struct {
	Guest
	Token string `json:"token" doc:"Shown once; give it to the guest"`
	WHIP  string `json:"whipUrl"`
}

func guestAddress(room id.Room, slot, end string) string {
	return "/live/" + string(room) + "/guest/" + slot + "/" + end
}

// Invite opens a place for a guest. The host answers for what the guest does.
func (m *Module) Invite(ctx context.Context, room id.Room, name string) (Invitation, error) {
	r, err := m.check(ctx, room, "interact.manage")
	if err != nil {
		return Invitation{}, err
	}
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n < 1 || n > 20 {
		return Invitation{}, ErrGuest.At("body.name")
	}
	if !r.State.OnAir() {
		return Invitation{}, ErrNotOnAir
	}
	var out Invitation
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		taken, err := guestsOf(ctx, r.Session)
		if err != nil {
			return err
		}
		slot := ""
		for i := 1; i <= guestMax && slot == ""; i++ {
			free := fmt.Sprintf("guest%d", i)
			for _, g := range taken {
				if g.Slot == free {
					free = ""
				}
			}
			slot = free
		}
		if slot == "" {
			return ErrSlots
		}
		p, err := m.Rooms.GuestToken(ctx, room, authz.From(ctx).Subject(), slot)
		if err != nil {
			return err
		}
		out = Invitation{
			Guest: Guest{Slot: slot, Name: name, WHEP: guestAddress(room, slot, "whep"), At: m.Clock.Now(), session: r.Session, room: room},
			Token: p.Token, WHIP: guestAddress(room, slot, "whip"),
		}
		m.tell(ctx, room, "guest", map[string]any{"slot": slot, "name": name, "state": "invited", "whepUrl": out.WHEP})
		return insertGuest(ctx, out.Guest)
	})
	return out, err
}

// Guests of the running broadcast.
func (m *Module) Guests(ctx context.Context, room id.Room) ([]Guest, error) {
	r, err := m.check(ctx, room, "interact.view")
	if err != nil || !r.State.OnAir() {
		return []Guest{}, err
	}
	return guestsOf(ctx, r.Session)
}

// Dismiss ends a guest's part.
func (m *Module) Dismiss(ctx context.Context, room id.Room, slot string) error {
	r, err := m.check(ctx, room, "interact.manage")
	if err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if err := m.Rooms.RevokeGuest(ctx, r.Session, slot); err != nil {
			return err
		}
		m.tell(ctx, room, "guest", map[string]any{"slot": slot, "state": "gone"})
		sqldb.After(ctx, func() { _ = m.Media.KickGuest(sqldb.Detached(ctx), room, slot) }) // the token is worth nothing either
		return deleteGuest(ctx, r.Session, slot)
	})
}
