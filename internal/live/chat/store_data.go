package chat

import (
	"context"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// Said is one line that a person wrote.
type Said struct {
	Room    id.Room    `json:"room"`
	Session id.Session `json:"session"`
	Text    string     `json:"text"`
	State   string     `json:"state"`
	At      time.Time  `json:"at"`
}

// Personal gathers a person's lines, for their copy of their data.
func (*Module) Personal(ctx context.Context, account id.Account) ([]Said, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT room, session, text, state, at FROM chat_line WHERE account = $1 ORDER BY id`, account)
	if err != nil {
		return nil, fmt.Errorf("listing lines of a person: %w", err)
	}
	defer rows.Close()
	out := []Said{}
	for rows.Next() {
		var s Said
		var at int64
		if err := rows.Scan(&s.Room, &s.Session, &s.Text, &s.State, &at); err != nil {
			return nil, fmt.Errorf("reading a line: %w", err)
		}
		s.At = clock.FromMicros(at)
		out = append(out, s)
	}
	return out, rows.Err()
}

// ForgetPerson takes the person's name off their lines, which stay for their
// legal term, and removes the rest.
func (*Module) ForgetPerson(ctx context.Context, account id.Account, name string) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE chat_line SET name = $2 WHERE account = $1`, account, name)
	if err == nil {
		_, err = sqldb.From(ctx).Exec(ctx, `DELETE FROM chat_mute WHERE account = $1`, account)
	}
	if err != nil {
		return fmt.Errorf("forgetting a person's name: %w", err)
	}
	return nil
}
