package clip

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

// JobCut is the kind of the cutting job; its key is the clip.
const JobCut = "clip.cut"

// Wish is what the host asks to cut.
type Wish struct {
	Session  id.Session
	Product  id.Product
	Title    string
	From, To time.Duration
}

// Cut plans a clip of an ended or running broadcast; it is cut soon after.
func (m *Module) Cut(ctx context.Context, w Wish) (Clip, error) {
	s, err := m.Rooms.SessionByID(ctx, w.Session)
	if err != nil {
		return Clip{}, err
	}
	r, err := m.Rooms.ByID(ctx, s.Room)
	if err != nil {
		return Clip{}, err
	}
	if err := authz.Check(ctx, "clip.cut", r.Resource()); err != nil {
		return Clip{}, err
	}
	title := strings.Join(strings.Fields(w.Title), " ")
	if n := utf8.RuneCountInString(title); n < 2 || n > 40 {
		return Clip{}, ErrTitle
	}
	if !CanCut(w.From, w.To) {
		return Clip{}, ErrSpan
	}
	c := Clip{
		ID: id.New[id.Clip](), Session: s.ID, Room: s.Room, Product: w.Product, Title: title, From: w.From, To: w.To,
		State: Pending, By: authz.From(ctx).Account, At: m.Clock.Now(),
	}
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		if err := insert(ctx, c); err != nil {
			return err
		}
		return bus.Schedule(ctx, bus.Job{Kind: JobCut, Key: string(c.ID), Due: c.At})
	})
	return c, err
}

const (
	// tryAgain is how soon a cut is tried again when the recording or the store
	// is not there yet; after giveUp it has failed.
	tryAgain = 15 * time.Second
	giveUp   = time.Hour
)

// cut does the job. A fault is final and told to the host, except one that
// passes: a recording not yet stored, a store that is away.
func (m *Module) cut(ctx context.Context, j bus.Job) error {
	c, err := load(ctx, id.Clip(j.Key))
	if err != nil || c.State != Pending {
		return err
	}
	err = m.write(ctx, &c)
	now := m.Clock.Now()
	switch kind := fault.KindOf(err); {
	case err == nil:
		c.State = Ready
	case kind == fault.Unavailable && now.Before(c.At.Add(giveUp)):
		return sqldb.Write(ctx, func(ctx context.Context) error {
			return bus.Schedule(ctx, bus.Job{Kind: JobCut, Key: j.Key, Due: now.Add(tryAgain)})
		})
	case kind != fault.Internal:
		f, _ := fault.Of(err)
		c.State, c.Problem = Failed, f.Code()
	default:
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if err := finish(ctx, c); err != nil || c.State != Ready {
			return err
		}
		return bus.Emit(ctx, SubjectReady, string(c.Session), Fact{c.ID, c.Session, c.Product})
	})
}

// write cuts into a temporary file, whose size the store needs to know.
func (m *Module) write(ctx context.Context, c *Clip) error {
	f, err := os.CreateTemp("", "tianbo-clip-*.mp4")
	if err != nil {
		return fmt.Errorf("temporary file for a clip: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if c.Start, c.Length, err = m.Media.Cut(ctx, c.Session, c.From, c.To, f); err != nil {
		return err
	}
	if c.Size, err = f.Seek(0, io.SeekCurrent); err != nil {
		return fmt.Errorf("size of a clip: %w", err)
	}
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewinding a clip: %w", err)
	}
	return m.Files.Put(ctx, c.key(), f, c.Size, "video/mp4")
}
