package room

import (
	"context"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// Personal is what rooms know about a person.
type Personal struct {
	Follows    []Followed      `json:"follows"`
	Reminders  []Followed      `json:"reminders"`
	Rooms      []Hosted        `json:"rooms"`
	Broadcasts []HostedSession `json:"broadcasts"`
}

// Followed is a room or session that a person asked to hear of.
type Followed struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// Hosted is a room of one's own.
type Hosted struct {
	ID      id.Room   `json:"id"`
	Title   string    `json:"title"`
	Created time.Time `json:"created"`
}

// HostedSession is a broadcast of the person.
type HostedSession struct {
	ID      id.Session `json:"id"`
	Title   string     `json:"title"`
	Started time.Time  `json:"started,omitzero"`
	Ended   time.Time  `json:"ended,omitzero"`
}

// Personal gathers a person's share, for their copy of their data.
func (*Module) Personal(ctx context.Context, account id.Account) (p Personal, err error) {
	if p.Follows, err = followed(ctx, `SELECT room, at FROM room_follow WHERE account = $1 ORDER BY at`, account); err != nil {
		return p, err
	}
	if p.Reminders, err = followed(ctx, `SELECT session, at FROM room_remind WHERE account = $1 ORDER BY at`, account); err != nil {
		return p, err
	}
	rooms, err := roomsByHost(ctx, account)
	if err != nil {
		return p, err
	}
	for _, r := range rooms {
		p.Rooms = append(p.Rooms, Hosted{r.ID, r.Title, r.Created})
	}
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id, title, started, ended FROM room_session WHERE host = $1 ORDER BY id`, account)
	if err != nil {
		return p, fmt.Errorf("listing broadcasts of a person: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var b HostedSession
		var started, ended int64
		if err := rows.Scan(&b.ID, &b.Title, &started, &ended); err != nil {
			return p, fmt.Errorf("reading a broadcast: %w", err)
		}
		b.Started, b.Ended = clock.FromMicros(started), clock.FromMicros(ended)
		p.Broadcasts = append(p.Broadcasts, b)
	}
	return p, rows.Err()
}

func followed(ctx context.Context, query string, account id.Account) ([]Followed, error) {
	rows, err := sqldb.From(ctx).Query(ctx, query, account)
	if err != nil {
		return nil, fmt.Errorf("listing what a person follows: %w", err)
	}
	defer rows.Close()
	var out []Followed
	for rows.Next() {
		var f Followed
		var at int64
		if err := rows.Scan(&f.ID, &at); err != nil {
			return nil, fmt.Errorf("reading what a person follows: %w", err)
		}
		f.At = clock.FromMicros(at)
		out = append(out, f)
	}
	return out, rows.Err()
}

// ForgetPerson removes what the law does not ask to keep: whom they follow.
// Broadcasts and recordings stay for their term.
func (*Module) ForgetPerson(ctx context.Context, account id.Account) error {
	for _, query := range []string{`DELETE FROM room_follow WHERE account = $1`, `DELETE FROM room_remind WHERE account = $1`} {
		if _, err := sqldb.From(ctx).Exec(ctx, query, account); err != nil {
			return fmt.Errorf("forgetting what a person follows: %w", err)
		}
	}
	return nil
}
