package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

type job struct {
	line     Line
	settings Settings
	done     chan result
}

type result struct {
	line  Line
	fresh bool // stored now, not by an earlier request
	err   error
}

// speaker is a person in a broadcast.
type speaker struct {
	session id.Session
	account id.Account
}

// said is the last thing a person said.
type said struct {
	text string
	at   time.Time
	key  string
}

// writer stores lines in batches: many speak at once, and each waits for one
// commit that it shares with the others. Lines pass it one by one, so that
// nobody outruns the pace by sending several at the same moment.
type writer struct {
	m      *Module
	in     chan job
	recent map[speaker]said // owned by run
}

var errStopped = errors.New("chat is stopping")

const (
	batch = 256
	// remembered bounds recent; what the longest slow mode no longer needs is
	// forgotten then.
	remembered = 20_000
)

func (w *writer) write(ctx context.Context, j job) (Line, error) {
	j.done = make(chan result, 1)
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
			w.store(ctx, w.paced(jobs))
		case <-ctx.Done():
			return
		}
	}
}

// paced answers those who are too fast, and gives the others.
func (w *writer) paced(jobs []job) []job {
	out := jobs[:0]
	for _, j := range jobs {
		who := speaker{j.line.Session, j.line.Account}
		before, spoke := w.recent[who]
		if spoke && j.line.Role == "viewer" {
			if err := pace(j.line, before, j.settings); err != nil {
				j.done <- result{err: err}
				continue
			}
		}
		w.recent[who] = said{j.line.Text, j.line.At, j.line.key}
		out = append(out, j)
	}
	if len(w.recent) > remembered {
		old := w.m.Clock.Now().Add(-maxSlow)
		for who, s := range w.recent {
			if s.at.Before(old) {
				delete(w.recent, who)
			}
		}
	}
	return out
}

func (w *writer) store(ctx context.Context, jobs []job) {
	results := make([]result, len(jobs))
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		for i, j := range jobs {
			var err error
			if results[i], err = w.insert(ctx, j.line); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && len(jobs) > 1 && ctx.Err() == nil {
		for _, j := range jobs { // one of them may be to blame for all
			w.store(ctx, []job{j})
		}
		return
	}
	for i, j := range jobs {
		r := results[i]
		if err != nil {
			r = result{err: failure(ctx, err)}
			delete(w.recent, speaker{j.line.Session, j.line.Account}) // it was not said
		}
		j.done <- r
		switch {
		case err != nil || !r.fresh:
		case r.line.State == Shown:
			w.m.show(r.line)
		default:
			_ = w.m.Frames.Held(r.line.Room) // the desk reads its list anew
		}
	}
}

func failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = errStopped
	}
	if _, known := fault.Of(err); known {
		return err
	}
	return fmt.Errorf("storing a line: %w", err)
}

func (w *writer) insert(ctx context.Context, l Line) (result, error) {
	fresh, err := insertLine(ctx, l)
	if err != nil {
		return result{}, err
	}
	if !fresh { // the same request got here twice at once
		earlier, _, err := lineByKey(ctx, l.Account, l.key)
		return result{line: earlier}, err
	}
	if l.Question && l.State == Shown {
		err = w.m.Questions.Asked(ctx, l.Room, l.Session, l.ID, l.Account, l.Name, l.Text, l.At)
	}
	return result{line: l, fresh: true}, err
}
