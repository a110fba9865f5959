package interact

import (
	"context"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// Personal is what a person did in rooms.
type Personal struct {
	Questions []Did `json:"questions"`
	Votes     []Did `json:"votes"`
	Draws     []Did `json:"draws"`
}

// Did is one thing done: in what, and what.
type Did struct {
	In   string    `json:"in"`
	What string    `json:"what"`
	At   time.Time `json:"at,omitzero"`
}

// Personal gathers a person's share, for their copy of their data.
func (*Module) Personal(ctx context.Context, account id.Account) (p Personal, err error) {
	if p.Questions, err = did(ctx, `SELECT room, text, at FROM interact_question WHERE account = $1 ORDER BY id`, account); err != nil {
		return p, err
	}
	if p.Votes, err = did(ctx, `SELECT poll, CAST(choice AS TEXT), 0 FROM interact_vote WHERE account = $1 ORDER BY poll`, account); err != nil {
		return p, err
	}
	p.Draws, err = did(ctx, `SELECT draw, CAST(place AS TEXT), at FROM interact_entry WHERE account = $1 ORDER BY id`, account)
	return p, err
}

func did(ctx context.Context, query string, account id.Account) ([]Did, error) {
	rows, err := sqldb.From(ctx).Query(ctx, query, account)
	if err != nil {
		return nil, fmt.Errorf("listing what a person did: %w", err)
	}
	defer rows.Close()
	var out []Did
	for rows.Next() {
		var d Did
		var at int64
		if err := rows.Scan(&d.In, &d.What, &at); err != nil {
			return nil, fmt.Errorf("reading what a person did: %w", err)
		}
		d.At = clock.FromMicros(at)
		out = append(out, d)
	}
	return out, rows.Err()
}

// ForgetPerson takes the person's name off what stays (questions for their
// legal term, entries of draws as their log) and removes the rest.
func (*Module) ForgetPerson(ctx context.Context, account id.Account, name string) error {
	for _, query := range []string{
		`UPDATE interact_question SET name = $2 WHERE account = $1`,
		`UPDATE interact_entry SET name = $2 WHERE account = $1`,
	} {
		if _, err := sqldb.From(ctx).Exec(ctx, query, account, name); err != nil {
			return fmt.Errorf("forgetting a person's name: %w", err)
		}
	}
	if _, err := sqldb.From(ctx).Exec(ctx, `DELETE FROM interact_upvote WHERE account = $1`, account); err != nil {
		return fmt.Errorf("forgetting a person's votes: %w", err)
	}
	return nil
}
