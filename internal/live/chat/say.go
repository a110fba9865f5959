package chat

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/live/room"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
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
	return m.writer.write(ctx, l)
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
	last, at, found, err := lastOf(ctx, l.Session, l.Account)
	if err != nil || !found {
		return err
	}
	if wait := at.Add(time.Duration(s.SlowSeconds) * time.Second).Sub(l.At); wait > 0 {
		return ErrSlow.With("seconds", int(math.Ceil(wait.Seconds()))).RetryAfter(wait)
	}
	if last == l.Text && l.At.Sub(at) < sameWithin {
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

// said tells the room of a line that is now shown.
func (m *Module) said(l Line) {
	_ = m.Frames.Say(l.Room, Weight(l.Role, l.Question, l.first), shapeOf(l)) // a lost line is in the record
}

type job struct {
	line Line
	done chan result
}

type result struct {
	line Line
	err  error
}

// writer stores lines in batches: many speak at once, and each waits for one
// commit that it shares with the others.
type writer struct {
	m  *Module
	in chan job
}

var errStopped = errors.New("chat is stopping")

const batch = 256

func (w *writer) write(ctx context.Context, l Line) (Line, error) {
	j := job{l, make(chan result, 1)}
	select {
	case w.in <- j:
	case <-ctx.Done():
		return Line{}, ctx.Err()
	}
	select {
	case r := <-j.done:
		return r.line, r.err
	case <-ctx.Done():
		return Line{}, ctx.Err()
	}
}

func (w *writer) run(ctx context.Context) {
	for {
		select {
		case j := <-w.in:
			jobs := []job{j}
		gather:
			for len(jobs) < batch {
				select {
				case j := <-w.in:
					jobs = append(jobs, j)
				default:
					break gather
				}
			}
			w.store(ctx, jobs)
		case <-ctx.Done():
			return
		}
	}
}

func (w *writer) store(ctx context.Context, jobs []job) {
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		for _, j := range jobs {
			fresh, err := insertLine(ctx, j.line)
			if err != nil {
				return err
			}
			if l := j.line; fresh && l.Question && l.State == Shown {
				if err := w.m.Questions.Asked(ctx, l.Room, l.Session, l.ID, l.Account, l.Name, l.Text, l.At); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for _, j := range jobs {
		if err != nil {
			if ctx.Err() != nil {
				err = errStopped
			}
			j.done <- result{err: fmt.Errorf("storing a line: %w", err)}
			continue
		}
		j.done <- result{line: j.line}
		if j.line.State == Shown {
			w.m.said(j.line)
		} else {
			_ = w.m.Frames.State(ctx, j.line.Room, "held", struct{}{}) // the desk reads its list anew
		}
	}
}
