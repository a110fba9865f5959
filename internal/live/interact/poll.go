package interact

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

const jobPoll = "interact.poll_closes" // key: the poll

// Poll is a question with choices.
type Poll struct {
	ID       id.Poll    `json:"id"`
	Room     id.Room    `json:"room"`
	Session  id.Session `json:"session"`
	Question string     `json:"question"`
	Options  []string   `json:"options"`
	Votes    []int64    `json:"votes" doc:"One number an option"`
	Opened   time.Time  `json:"opened"`
	Closes   time.Time  `json:"closes"`
	Closed   bool       `json:"closed"`
}

// Ask opens a poll.
func (m *Module) Ask(ctx context.Context, room id.Room, question string, options []string, open time.Duration) (Poll, error) {
	r, err := m.check(ctx, room, "interact.manage")
	if err != nil {
		return Poll{}, err
	}
	question = strings.TrimSpace(question)
	var clean []string
	for _, o := range options {
		o = strings.TrimSpace(o)
		if n := utf8.RuneCountInString(o); n < 1 || n > 20 || slices.Contains(clean, o) {
			return Poll{}, ErrPoll
		}
		clean = append(clean, o)
	}
	if n := utf8.RuneCountInString(question); n < 2 || n > 60 || len(clean) < 2 || len(clean) > 6 {
		return Poll{}, ErrPoll
	}
	if !r.State.OnAir() {
		return Poll{}, ErrNotOnAir
	}
	now := m.Clock.Now()
	p := Poll{ID: id.New[id.Poll](), Room: room, Session: r.Session, Question: question, Options: clean, Votes: make([]int64, len(clean)), Opened: now, Closes: now.Add(open)}
	return p, sqldb.Write(ctx, func(ctx context.Context) error {
		if err := insertPoll(ctx, p); err != nil {
			return err
		}
		m.tell(ctx, room, "poll", p)
		return bus.Schedule(ctx, bus.Job{Kind: jobPoll, Key: string(p.ID), Due: p.Closes})
	})
}

// Polls of a room, the newest first.
func (m *Module) Polls(ctx context.Context, room id.Room, req page.Request) (page.Of[Poll], error) {
	var none page.Of[Poll]
	if _, err := m.check(ctx, room, "interact.view"); err != nil {
		return none, err
	}
	before := "~"
	if err := page.Decode(req.Cursor, &before); err != nil {
		return none, err
	}
	rows, err := pollsOf(ctx, room, before, req.Rows()+1)
	return page.Cut(rows, req, func(p Poll) string { return page.Encode(string(p.ID)) }), err
}

// Vote counts the actor's choice; once a person, never changed.
func (m *Module) Vote(ctx context.Context, poll id.Poll, option int) (Poll, error) {
	var p Poll
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if p, err = loadPoll(ctx, poll); err != nil {
			return err
		}
		if _, err = m.check(ctx, p.Room, "interact.vote"); err != nil {
			return err
		}
		if p.Closed || !m.Clock.Now().Before(p.Closes) {
			return ErrPollClosed
		}
		if option < 0 || option >= len(p.Options) {
			return ErrOption
		}
		chosen, err := insertVote(ctx, poll, authz.From(ctx).Subject(), option)
		if err != nil {
			return err
		}
		if chosen != option {
			return ErrVoted
		}
		if p, err = loadPoll(ctx, poll); err != nil {
			return err
		}
		m.tellSoon(ctx, "poll/"+string(poll), func(ctx context.Context) { m.tellTotals(ctx, poll) })
		return nil
	})
	return p, err
}

func (m *Module) tellTotals(ctx context.Context, poll id.Poll) {
	if p, err := loadPoll(ctx, poll); err == nil {
		_ = m.Frames.State(ctx, p.Room, "poll", p) // the next vote or the close tells again
	}
}

// ClosePoll ends a poll before its time.
func (m *Module) ClosePoll(ctx context.Context, poll id.Poll) (Poll, error) {
	p, err := loadPoll(ctx, poll)
	if err != nil {
		return p, err
	}
	if _, err := m.check(ctx, p.Room, "interact.manage"); err != nil {
		return p, err
	}
	return m.closePoll(ctx, poll)
}

func (m *Module) closePoll(ctx context.Context, poll id.Poll) (Poll, error) {
	var p Poll
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if err := markPollClosed(ctx, poll); err != nil {
			return err
		}
		if p, err = loadPoll(ctx, poll); err != nil {
			return err
		}
		m.tell(ctx, p.Room, "poll", p)
		return nil
	})
	return p, err
}

func (m *Module) pollDue(ctx context.Context, j bus.Job) error {
	_, err := m.closePoll(ctx, id.Poll(j.Key))
	return err
}
