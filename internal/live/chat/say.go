package chat

import (
	"context"
	"math"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/live/room"
	"tianbo/internal/platform/authz"
)

// Say accepts a line. It returns once the line is stored; key names the
// request, so that a repeat is the same line.
func (m *Module) Say(ctx context.Context, room id.Room, text string, question bool, key string) (Line, error) {
	r, err := m.Rooms.ByID(ctx, room)
	if err != nil {
		return Line{}, err
	}
	if err := authz.Check(ctx, "chat.say", r.Resource()); err != nil {
		return Line{}, err
	}
	text, ok := Clean(text)
	if !ok {
		return Line{}, ErrEmpty.At("body.text")
	}
	if !r.State.OnAir() {
		return Line{}, ErrQuiet
	}
	account := authz.From(ctx).Subject()
	l := Line{
		ID: id.New[id.Line](), Room: room, Session: r.Session, Account: account, Role: role(ctx, r, account),
		Text: text, Question: question, At: m.Clock.Now(), key: key,
	}
	if l.key == "" {
		l.key = string(l.ID)
	}
	// A repeat is answered as the first was, whatever has changed since.
	if earlier, found, err := lineByKey(ctx, account, l.key); err != nil || found {
		return earlier, err
	}
	settings, err := loadSettings(ctx, room)
	if err != nil {
		return Line{}, err
	}
	if l.Role == "viewer" {
		if err := m.permit(ctx, l, settings); err != nil {
			return Line{}, err
		}
	}
	names, err := m.People.Names(ctx, []id.Account{account})
	if err != nil {
		return Line{}, err
	}
	l.Name = names[account]
	if l.first, err = isFirst(ctx, room, account); err != nil {
		return Line{}, err
	}
	l.State, l.Reason = Judge(l.Text, l.first, l.Role != "viewer", settings)
	return m.writer.write(ctx, job{line: l, settings: settings})
}

func role(ctx context.Context, r room.Room, account id.Account) string {
	switch {
	case account == r.Host:
		return "host"
	case authz.Allows(ctx, "chat.manage", r.Resource()):
		return "staff"
	}
	return "viewer"
}

// permit applies mutes, the pace and the double tap.
func (m *Module) permit(ctx context.Context, l Line, s Settings) error {
	mute, muted, err := loadMute(ctx, l.Room, l.Account, l.At)
	if err != nil {
		return err
	}
	if muted {
		return ErrMuted.With("until", mute.Until.In(clock.Shanghai).Format("2006-01-02 15:04")).With("reason", mute.Reason)
	}
	before, found, err := lastOf(ctx, l.Session, l.Account)
	if err != nil || !found {
		return err
	}
	return pace(l, before, s)
}

// pace is the fault of a line that comes too soon after the one before. The
// same request again is no line after itself.
func pace(l Line, before said, s Settings) error {
	if before.key == l.key {
		return nil
	}
	if wait := TooSoon(l.At, before.at, s); wait > 0 {
		return ErrSlow.With("seconds", int(math.Ceil(wait.Seconds()))).RetryAfter(wait)
	}
	if Repeats(l.At, before.at, l.Text, before.text) {
		return ErrSame
	}
	return nil
}

// shape is how a line looks in frames and answers.
type shape struct {
	ID       id.Line    `json:"id"`
	Session  id.Session `json:"session"`
	Account  id.Account `json:"account"`
	Name     string     `json:"name"`
	Role     string     `json:"role" enum:"host,staff,viewer"`
	Text     string     `json:"text"`
	Question bool       `json:"question"`
	State    State      `json:"state" enum:"shown,held,refused,retracted"`
	Reason   string     `json:"reason" doc:"Why it is held or gone: contact, word, room_word, first, reported, or words of the one who decided"`
	Reports  int64      `json:"reports"`
	At       time.Time  `json:"at"`
}

func shapeOf(l Line) shape {
	return shape{l.ID, l.Session, l.Account, l.Name, l.Role, l.Text, l.Question, l.State, l.Reason, l.Reports, l.At}
}

// show tells the room of a line that is now shown.
func (m *Module) show(l Line) {
	_ = m.Frames.Say(l.Room, Weight(l.Role, l.Question, l.first), shapeOf(l)) // a lost line is in the record
}
