package interact

import (
	"context"
	"crypto/rand"
	"strings"
	"time"
	"unicode/utf8"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

const (
	jobDraw = "interact.draw_closes" // key: the draw
	// prizeMax is the most one prize may be worth (规范促销行为暂行规定 17:
	// 50,000 yuan), in fen.
	prizeMax = 5_000_000
)

// Draw is a lucky bag (福袋). Its rules and the hash of its seed are fixed
// when it opens.
type Draw struct {
	ID       id.Draw    `json:"id"`
	Room     id.Room    `json:"room"`
	Session  id.Session `json:"session"`
	Title    string     `json:"title"`
	PrizeFen int64      `json:"prizeFen" doc:"Worth of one prize"`
	Winners  int        `json:"winners" doc:"Number of prizes"`
	Opened   time.Time  `json:"opened"`
	Closes   time.Time  `json:"closes"`
	SeedHash string     `json:"seedHash" doc:"SHA-256 of the seed, hex, published before anyone enters"`
	Seed     string     `json:"seed" doc:"Hex; empty until drawn"`
	ListHash string     `json:"listHash" doc:"SHA-256 over the sorted entry ids, each followed by a newline; empty until drawn"`
	Entries  int64      `json:"entries"`
	Won      []Entry    `json:"won" doc:"The winners in order; empty until drawn"`
	Drawn    time.Time  `json:"drawn,omitzero"`
	sealed   []byte
}

// Entry is one person's part in a draw.
type Entry struct {
	ID      id.Entry `json:"id"`
	Name    string   `json:"name"`
	Place   int64    `json:"place" doc:"1 for the first winner; 0 when not won or not drawn"`
	account id.Account
	at      time.Time
}

// OpenDraw publishes a draw.
func (m *Module) OpenDraw(ctx context.Context, room id.Room, title string, prizeFen int64, winners int, open time.Duration) (Draw, error) {
	r, err := m.check(ctx, room, "interact.manage")
	if err != nil {
		return Draw{}, err
	}
	title = strings.TrimSpace(title)
	if n := utf8.RuneCountInString(title); n < 2 || n > 40 || winners < 1 || winners > 100 || prizeFen < 1 || prizeFen > prizeMax {
		return Draw{}, ErrDraw
	}
	if !r.State.OnAir() {
		return Draw{}, ErrNotOnAir
	}
	seed := make([]byte, 32)
	rand.Read(seed)
	now := m.Clock.Now()
	d := Draw{
		ID: id.New[id.Draw](), Room: room, Session: r.Session, Title: title, PrizeFen: prizeFen, Winners: winners,
		Opened: now, Closes: now.Add(open), SeedHash: SeedHash(seed), Won: []Entry{},
	}
	if d.sealed, err = m.Sealer.Seal(seed, []byte(d.ID)); err != nil {
		return d, err
	}
	return d, sqldb.Write(ctx, func(ctx context.Context) error {
		if err := insertDraw(ctx, d); err != nil {
			return err
		}
		m.tell(ctx, room, "draw", d)
		return bus.Schedule(ctx, bus.Job{Kind: jobDraw, Key: string(d.ID), Due: d.Closes})
	})
}

// DrawByID is a draw as anyone sees it.
func (m *Module) DrawByID(ctx context.Context, draw id.Draw) (Draw, error) {
	d, err := loadDraw(ctx, draw)
	if err != nil {
		return d, err
	}
	_, err = m.check(ctx, d.Room, "interact.view")
	return d, err
}

// Draws of a room, the newest first.
func (m *Module) Draws(ctx context.Context, room id.Room, req page.Request) (page.Of[Draw], error) {
	var none page.Of[Draw]
	if _, err := m.check(ctx, room, "interact.view"); err != nil {
		return none, err
	}
	before := "~"
	if err := page.Decode(req.Cursor, &before); err != nil {
		return none, err
	}
	rows, err := drawsOf(ctx, room, before, req.Rows()+1)
	return page.Cut(rows, req, func(d Draw) string { return page.Encode(string(d.ID)) }), err
}

// Entries of a draw by id: with the seed, all it takes to repeat it.
func (m *Module) Entries(ctx context.Context, draw id.Draw, req page.Request) (page.Of[Entry], error) {
	var none page.Of[Entry]
	if _, err := m.DrawByID(ctx, draw); err != nil {
		return none, err
	}
	after := ""
	if err := page.Decode(req.Cursor, &after); err != nil {
		return none, err
	}
	rows, err := entriesOf(ctx, draw, after, req.Rows()+1)
	return page.Cut(rows, req, func(e Entry) string { return page.Encode(string(e.ID)) }), err
}

// Enter takes part, once a person.
func (m *Module) Enter(ctx context.Context, draw id.Draw) (Entry, error) {
	d, err := loadDraw(ctx, draw)
	if err != nil {
		return Entry{}, err
	}
	if _, err := m.check(ctx, d.Room, "interact.enter"); err != nil {
		return Entry{}, err
	}
	account := authz.From(ctx).Account
	names, err := m.People.Names(ctx, []id.Account{account})
	if err != nil {
		return Entry{}, err
	}
	var e Entry
	err = sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if d, err = loadDraw(ctx, draw); err != nil {
			return err
		}
		now := m.Clock.Now()
		if !d.Drawn.IsZero() || !now.Before(d.Closes) {
			return ErrDrawClosed
		}
		e, err = insertEntry(ctx, draw, Entry{ID: id.New[id.Entry](), Name: names[account], account: account, at: now})
		return err
	})
	return e, err
}

// Run draws, once the draw has closed.
func (m *Module) Run(ctx context.Context, draw id.Draw) (Draw, error) {
	d, err := loadDraw(ctx, draw)
	if err != nil {
		return d, err
	}
	if _, err := m.check(ctx, d.Room, "interact.manage"); err != nil {
		return d, err
	}
	return m.run(ctx, draw)
}

func (m *Module) drawDue(ctx context.Context, j bus.Job) error {
	_, err := m.run(ctx, id.Draw(j.Key))
	return err
}

// run draws; drawing again gives the same.
func (m *Module) run(ctx context.Context, draw id.Draw) (Draw, error) {
	var d Draw
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if d, err = loadDraw(ctx, draw); err != nil || !d.Drawn.IsZero() {
			return err
		}
		now := m.Clock.Now()
		if now.Before(d.Closes) {
			return ErrDrawEarly
		}
		seed, err := m.Sealer.Open(d.sealed, []byte(d.ID))
		if err != nil {
			return err
		}
		entries, err := entryIDs(ctx, draw)
		if err != nil {
			return err
		}
		for i, e := range Winners(seed, entries, d.Winners) {
			if err := setPlace(ctx, e, i+1); err != nil {
				return err
			}
		}
		if err := finishDraw(ctx, draw, seed, ListHash(entries), now); err != nil {
			return err
		}
		if d, err = loadDraw(ctx, draw); err != nil {
			return err
		}
		m.tell(ctx, d.Room, "draw", d)
		return nil
	})
	return d, err
}
