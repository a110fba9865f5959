package interact

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

func insertPoll(ctx context.Context, p Poll) error {
	options, err := json.Marshal(p.Options)
	if err != nil {
		return fmt.Errorf("packing options: %w", err)
	}
	return exec(ctx, "inserting a poll", `INSERT INTO interact_poll (id, room, session, question, options, opened, closes, closed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE)`, p.ID, p.Room, p.Session, p.Question, string(options), clock.Micros(p.Opened), clock.Micros(p.Closes))
}

func scanPoll(row interface{ Scan(...any) error }) (Poll, error) {
	var p Poll
	var options []byte
	var opened, closes int64
	if err := row.Scan(&p.ID, &p.Room, &p.Session, &p.Question, &options, &opened, &closes, &p.Closed); err != nil {
		return p, err
	}
	p.Opened, p.Closes = clock.FromMicros(opened), clock.FromMicros(closes)
	err := json.Unmarshal(options, &p.Options)
	p.Votes = make([]int64, len(p.Options))
	return p, err
}

const pollColumns = `id, room, session, question, options, opened, closes, closed`

func loadPoll(ctx context.Context, poll id.Poll) (Poll, error) {
	p, err := scanPoll(sqldb.From(ctx).QueryRow(ctx, `SELECT `+pollColumns+` FROM interact_poll WHERE id = $1`, poll))
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNoPoll
	}
	if err != nil {
		return p, fmt.Errorf("reading a poll: %w", err)
	}
	return p, countVotes(ctx, &p)
}

func countVotes(ctx context.Context, p *Poll) error {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT choice, COUNT(*) FROM interact_vote WHERE poll = $1 GROUP BY choice ORDER BY choice`, p.ID)
	_, err = collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var choice, n int64
		err := r.Scan(&choice, &n)
		if err == nil && choice >= 0 && choice < int64(len(p.Votes)) {
			p.Votes[choice] = n
		}
		return struct{}{}, err
	})
	return err
}

func pollsOf(ctx context.Context, room id.Room, before string, limit int) ([]Poll, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+pollColumns+` FROM interact_poll WHERE room = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, room, before, limit)
	all, err := collect(rows, err, func(r *sql.Rows) (Poll, error) { return scanPoll(r) })
	for i := range all {
		if err == nil {
			err = countVotes(ctx, &all[i])
		}
	}
	return all, err
}

// insertVote gives the person's choice, which is the earlier one if there was.
func insertVote(ctx context.Context, poll id.Poll, account id.Account, choice int) (chosen int, err error) {
	if err := exec(ctx, "voting", `INSERT INTO interact_vote (poll, account, choice) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, poll, account, choice); err != nil {
		return 0, err
	}
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT choice FROM interact_vote WHERE poll = $1 AND account = $2`, poll, account).Scan(&chosen)
	if err != nil {
		err = fmt.Errorf("reading a vote: %w", err)
	}
	return chosen, err
}

func markPollClosed(ctx context.Context, poll id.Poll) error {
	return exec(ctx, "closing a poll", `UPDATE interact_poll SET closed = TRUE WHERE id = $1`, poll)
}

func insertDraw(ctx context.Context, d Draw) error {
	return exec(ctx, "inserting a draw", `INSERT INTO interact_draw (id, room, session, title, prize, winners, opened, closes, seed, seed_hash, list_hash, drawn)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 0)`,
		d.ID, d.Room, d.Session, d.Title, d.PrizeFen, d.Winners, clock.Micros(d.Opened), clock.Micros(d.Closes), d.sealed, d.SeedHash)
}

const drawColumns = `id, room, session, title, prize, winners, opened, closes, seed, seed_hash, list_hash, drawn,
	(SELECT COUNT(*) FROM interact_entry e WHERE e.draw = interact_draw.id)`

func scanDraw(row interface{ Scan(...any) error }) (Draw, error) {
	d := Draw{Won: []Entry{}}
	var opened, closes, drawn int64
	err := row.Scan(&d.ID, &d.Room, &d.Session, &d.Title, &d.PrizeFen, &d.Winners, &opened, &closes, &d.sealed, &d.SeedHash, &d.ListHash, &drawn, &d.Entries)
	d.Opened, d.Closes, d.Drawn = clock.FromMicros(opened), clock.FromMicros(closes), clock.FromMicros(drawn)
	if !d.Drawn.IsZero() {
		d.Seed = hex.EncodeToString(d.sealed) // open by then
	}
	return d, err
}

func loadDraw(ctx context.Context, draw id.Draw) (Draw, error) {
	d, err := scanDraw(sqldb.From(ctx).QueryRow(ctx, `SELECT `+drawColumns+` FROM interact_draw WHERE id = $1`, draw))
	if errors.Is(err, sql.ErrNoRows) {
		return d, ErrNoDraw
	}
	if err != nil {
		return d, fmt.Errorf("reading a draw: %w", err)
	}
	return d, loadWinners(ctx, &d)
}

func loadWinners(ctx context.Context, d *Draw) error {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id, name, place FROM interact_entry WHERE draw = $1 AND place > 0 ORDER BY place`, d.ID)
	d.Won, err = collect(rows, err, scanEntry)
	return err
}

func scanEntry(r *sql.Rows) (e Entry, err error) { return e, r.Scan(&e.ID, &e.Name, &e.Place) }

func drawsOf(ctx context.Context, room id.Room, before string, limit int) ([]Draw, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+drawColumns+` FROM interact_draw WHERE room = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, room, before, limit)
	all, err := collect(rows, err, func(r *sql.Rows) (Draw, error) { return scanDraw(r) })
	for i := range all {
		if err == nil {
			err = loadWinners(ctx, &all[i])
		}
	}
	return all, err
}

// insertEntry gives the person's entry, which is the earlier one if there was.
func insertEntry(ctx context.Context, draw id.Draw, e Entry) (Entry, error) {
	err := exec(ctx, "entering a draw", `INSERT INTO interact_entry (id, draw, account, name, place, at) VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT DO NOTHING`,
		e.ID, draw, e.account, e.Name, clock.Micros(e.at))
	if err != nil {
		return e, err
	}
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT id, name, place FROM interact_entry WHERE draw = $1 AND account = $2`, draw, e.account).Scan(&e.ID, &e.Name, &e.Place)
	if err != nil {
		err = fmt.Errorf("reading an entry: %w", err)
	}
	return e, err
}

func entriesOf(ctx context.Context, draw id.Draw, after string, limit int) ([]Entry, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id, name, place FROM interact_entry WHERE draw = $1 AND id > $2 ORDER BY id LIMIT $3`, draw, after, limit)
	return collect(rows, err, scanEntry)
}

func entryIDs(ctx context.Context, draw id.Draw) ([]id.Entry, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id FROM interact_entry WHERE draw = $1 ORDER BY id`, draw)
	return collect(rows, err, func(r *sql.Rows) (e id.Entry, err error) { return e, r.Scan(&e) })
}

func setPlace(ctx context.Context, entry id.Entry, place int) error {
	return exec(ctx, "noting a winner", `UPDATE interact_entry SET place = $2 WHERE id = $1`, entry, place)
}

func finishDraw(ctx context.Context, draw id.Draw, seed []byte, listHash string, now time.Time) error {
	return exec(ctx, "finishing a draw", `UPDATE interact_draw SET seed = $2, list_hash = $3, drawn = $4 WHERE id = $1`, draw, seed, listHash, clock.Micros(now))
}

func insertGuest(ctx context.Context, g Guest) error {
	return exec(ctx, "inviting a guest", `INSERT INTO interact_guest (room, session, slot, name, at) VALUES ($1, $2, $3, $4, $5)`,
		g.room, g.session, g.Slot, g.Name, clock.Micros(g.At))
}

func deleteGuest(ctx context.Context, session id.Session, slot string) error {
	return exec(ctx, "dismissing a guest", `DELETE FROM interact_guest WHERE session = $1 AND slot = $2`, session, slot)
}

func guestsOf(ctx context.Context, session id.Session) ([]Guest, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT room, slot, name, at FROM interact_guest WHERE session = $1 ORDER BY slot`, session)
	return collect(rows, err, func(r *sql.Rows) (Guest, error) {
		g := Guest{session: session}
		var at int64
		err := r.Scan(&g.room, &g.Slot, &g.Name, &at)
		g.At, g.WHEP = clock.FromMicros(at), guestAddress(g.room, g.Slot, "whep")
		return g, err
	})
}
