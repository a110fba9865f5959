package room

import (
	"context"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

func setFollow(ctx context.Context, room id.Room, account id.Account, on bool, now time.Time) error {
	query := `DELETE FROM room_follow WHERE room = $1 AND account = $2`
	args := []any{room, account}
	if on {
		query = `INSERT INTO room_follow (room, account, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
		args = append(args, clock.Micros(now))
	}
	if _, err := sqldb.From(ctx).Exec(ctx, query, args...); err != nil {
		return fmt.Errorf("following a room: %w", err)
	}
	return nil
}

func setRemind(ctx context.Context, session id.Session, account id.Account, on bool, now time.Time) error {
	query := `DELETE FROM room_remind WHERE session = $1 AND account = $2`
	args := []any{session, account}
	if on {
		query = `INSERT INTO room_remind (session, account, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
		args = append(args, clock.Micros(now))
	}
	if _, err := sqldb.From(ctx).Exec(ctx, query, args...); err != nil {
		return fmt.Errorf("asking for a reminder: %w", err)
	}
	return nil
}

// ties are how an account stands to a room.
type ties struct {
	Followers int64
	Following bool
	Reminded  bool
}

func loadTies(ctx context.Context, room id.Room, session id.Session, account id.Account) (ties, error) {
	var t ties
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT
		(SELECT COUNT(*) FROM room_follow WHERE room = $1),
		EXISTS (SELECT 1 FROM room_follow WHERE room = $1 AND account = $3),
		EXISTS (SELECT 1 FROM room_remind WHERE session = $2 AND account = $3)`, room, session, account).
		Scan(&t.Followers, &t.Following, &t.Reminded)
	if err != nil {
		return t, fmt.Errorf("reading followers: %w", err)
	}
	return t, nil
}

// audience gives, a page at a time by account, who follows the room or asked
// to be reminded of the session.
func audience(ctx context.Context, room id.Room, session id.Session, after id.Account, limit int) ([]id.Account, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT account FROM room_follow WHERE room = $1 AND account > $3
		UNION SELECT account FROM room_remind WHERE session = $2 AND account > $3
		ORDER BY account LIMIT $4`, room, session, after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing an audience: %w", err)
	}
	defer rows.Close()
	var out []id.Account
	for rows.Next() {
		var a id.Account
		if err := rows.Scan(&a); err != nil {
			return nil, fmt.Errorf("reading an audience: %w", err)
		}
		out = append(out, a)
	}
	return out, rows.Err()
}
