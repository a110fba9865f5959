package chat

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/live/room"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// maxSlow is the longest pause that slow mode may ask for.
const maxSlow = 5 * time.Minute

// reportsHold is how many people must report a line before it is taken off
// until someone has looked.
const reportsHold = 3

func (m *Module) manage(ctx context.Context, room id.Room) (room.Room, error) {
	r, err := m.Rooms.ByID(ctx, room)
	if err != nil {
		return r, err
	}
	return r, authz.Check(ctx, "chat.manage", r.Resource())
}

func cleanReason(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if n := utf8.RuneCountInString(s); n < 2 || n > 60 {
		return "", ErrReason.At("body.reason")
	}
	return s, nil
}

// Retract takes a line off everyone's screen. The author may, and managers,
// who give a reason. It stays in the record.
func (m *Module) Retract(ctx context.Context, line id.Line, reason string) (Line, error) {
	l, err := loadLine(ctx, line)
	if err != nil {
		return l, err
	}
	r, err := m.Rooms.ByID(ctx, l.Room)
	if err != nil {
		return l, err
	}
	own := r.Resource()
	own.Owner = l.Account
	if err := authz.Check(ctx, "chat.retract", own); err != nil {
		if err := authz.Check(ctx, "chat.manage", r.Resource()); err != nil {
			return l, err
		}
		if reason, err = cleanReason(reason); err != nil {
			return l, err
		}
	}
	return m.setState(ctx, l, Retracted, reason)
}

// setState changes a line and tells the room. A line that another has changed
// meanwhile stays as it is.
func (m *Module) setState(ctx context.Context, l Line, to State, reason string) (Line, error) {
	from := l.State
	if from == to {
		return l, nil
	}
	if !from.CanBecome(to) {
		return l, ErrDecided
	}
	l.State, l.Reason = to, reason
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		changed, err := saveLine(ctx, l, from)
		if err != nil {
			return err
		}
		if !changed {
			return ErrDecided
		}
		if l.Question {
			if err := m.reask(ctx, l); err != nil {
				return err
			}
		}
		detached := context.WithoutCancel(ctx)
		sqldb.After(ctx, func() {
			if to == Shown {
				m.show(l)
				return
			}
			if from == Shown {
				_ = m.Frames.State(detached, l.Room, "retract", map[string][]id.Line{"lines": {l.ID}}) // players re-read on a gap
			}
			_ = m.Frames.Held(l.Room) // the desk reads its list anew
		})
		return nil
	})
	return l, err
}

// reask lets the question that a line is follow the line.
func (m *Module) reask(ctx context.Context, l Line) error {
	if l.State == Shown {
		return m.Questions.Asked(ctx, l.Room, l.Session, l.ID, l.Account, l.Name, l.Text, l.At)
	}
	return m.Questions.Withdrawn(ctx, l.ID)
}

// Report tells the managers of a bad line. Three people's reports take it off
// until one of them has looked.
func (m *Module) Report(ctx context.Context, line id.Line, reason string) error {
	l, err := loadLine(ctx, line)
	if err != nil {
		return err
	}
	r, err := m.Rooms.ByID(ctx, l.Room)
	if err != nil {
		return err
	}
	if err := authz.Check(ctx, "chat.report", r.Resource()); err != nil {
		return err
	}
	if reason, err = cleanReason(reason); err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		n, err := addReport(ctx, l.ID, authz.From(ctx).Subject(), reason, m.Clock.Now())
		if err != nil {
			return err
		}
		if l, err = loadLine(ctx, line); err != nil {
			return err
		}
		if n < reportsHold || l.State != Shown || l.Role != "viewer" {
			return nil
		}
		_, err = m.setState(ctx, l, Held, "reported")
		return err
	})
}

// Decide lets a held line through, or refuses it.
func (m *Module) Decide(ctx context.Context, line id.Line, show bool) (Line, error) {
	l, err := loadLine(ctx, line)
	if err != nil {
		return l, err
	}
	if _, err := m.manage(ctx, l.Room); err != nil {
		return l, err
	}
	if l.State == Shown && !show { // it was never held, or is let through already
		return l, ErrDecided
	}
	if !show {
		return m.setState(ctx, l, Refused, l.Reason)
	}
	err = sqldb.Write(ctx, func(ctx context.Context) (err error) {
		// What was reported has been looked at; new reports count from nothing.
		if err := settleReports(ctx, line, m.Clock.Now()); err != nil {
			return err
		}
		l.Reports = 0
		l, err = m.setState(ctx, l, Shown, "")
		return err
	})
	return l, err
}

// Waiting are the held lines of a room, the oldest first.
func (m *Module) Waiting(ctx context.Context, room id.Room, req page.Request) (page.Of[Line], error) {
	var none page.Of[Line]
	if _, err := m.manage(ctx, room); err != nil {
		return none, err
	}
	after := ""
	if err := page.Decode(req.Cursor, &after); err != nil {
		return none, err
	}
	rows, err := heldLines(ctx, room, after, req.Rows()+1)
	return page.Cut(rows, req, func(l Line) string { return page.Encode(string(l.ID)) }), err
}

// Log is what was said in a broadcast, in order, from an instant on.
func (m *Module) Log(ctx context.Context, session id.Session, from, to time.Time, req page.Request) (page.Of[Line], error) {
	var none page.Of[Line]
	s, err := m.Rooms.SessionByID(ctx, session)
	if err != nil {
		return none, err
	}
	r, err := m.Rooms.ByID(ctx, s.Room)
	if err != nil {
		return none, err
	}
	if err := authz.Check(ctx, "chat.read", r.Resource()); err != nil {
		return none, err
	}
	if s.Hidden && !authz.Allows(ctx, "chat.manage", r.Resource()) {
		return page.Cut(nil, req, func(Line) string { return "" }), nil
	}
	at, key := from, ""
	if err := page.Decode(req.Cursor, &at, &key); err != nil {
		return none, err
	}
	rows, err := shownLines(ctx, session, at, key, to, req.Rows()+1)
	return page.Cut(rows, req, func(l Line) string { return page.Encode(l.At, string(l.ID)) }), err
}

// Silence mutes a person in a room.
func (m *Module) Silence(ctx context.Context, room id.Room, account id.Account, d time.Duration, reason string) (Mute, error) {
	r, err := m.manage(ctx, room)
	if err != nil {
		return Mute{}, err
	}
	if account == r.Host {
		return Mute{}, ErrMuteTarget
	}
	if reason, err = cleanReason(reason); err != nil {
		return Mute{}, err
	}
	now := m.Clock.Now()
	mute := Mute{Room: room, Account: account, Until: now.Add(d), Reason: reason, By: authz.From(ctx).Account, At: now}
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		sqldb.After(ctx, func() {
			_ = m.Frames.Person(account, "muted", map[string]any{"room": room, "until": mute.Until}) // said again at the next line
		})
		return saveMute(ctx, mute)
	})
	return mute, err
}

// Unmute lets a person speak again.
func (m *Module) Unmute(ctx context.Context, room id.Room, account id.Account) error {
	if _, err := m.manage(ctx, room); err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error { return deleteMute(ctx, room, account) })
}

// Mutes are the mutes of a room that still hold.
func (m *Module) Mutes(ctx context.Context, room id.Room, req page.Request) (page.Of[Mute], error) {
	var none page.Of[Mute]
	if _, err := m.manage(ctx, room); err != nil {
		return none, err
	}
	after := ""
	if err := page.Decode(req.Cursor, &after); err != nil {
		return none, err
	}
	rows, err := listMutes(ctx, room, m.Clock.Now(), after, req.Rows()+1)
	return page.Cut(rows, req, func(x Mute) string { return page.Encode(string(x.Account)) }), err
}

// SettingsOf are a room's rules; managers see them.
func (m *Module) SettingsOf(ctx context.Context, room id.Room) (Settings, error) {
	if _, err := m.manage(ctx, room); err != nil {
		return Settings{}, err
	}
	return loadSettings(ctx, room)
}

// Set changes a room's rules.
func (m *Module) Set(ctx context.Context, room id.Room, s Settings) (Settings, error) {
	if _, err := m.manage(ctx, room); err != nil {
		return s, err
	}
	for i, w := range s.Words {
		s.Words[i] = strings.TrimSpace(w)
	}
	bad := func(w string) bool { n := utf8.RuneCountInString(w); return n < 1 || n > 20 }
	if s.SlowSeconds < 0 || s.SlowSeconds > int64(maxSlow/time.Second) || len(s.Words) > 200 || slices.ContainsFunc(s.Words, bad) {
		return s, ErrSettings
	}
	if s.FirstTimers != Held {
		s.FirstTimers = Shown
	}
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		detached := context.WithoutCancel(ctx)
		sqldb.After(ctx, func() {
			_ = m.Frames.State(detached, room, "settings", map[string]int64{"slowSeconds": s.SlowSeconds}) // told again when someone is too fast
		})
		return saveSettings(ctx, room, s)
	})
	return s, err
}
