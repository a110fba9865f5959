package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

func waitingLines(ctx context.Context, wait Wait, room id.Room, after string, limit int) ([]Line, error) {
	if wait == WaitReported {
		return scanLines(sqldb.From(ctx).Query(ctx, `SELECT `+columns+` FROM chat_line
			WHERE reports > 0 AND state = 'shown' AND (CAST($1 AS TEXT) = '' OR room = $1) AND id > $2 ORDER BY id LIMIT $3`, room, after, limit))
	}
	return scanLines(sqldb.From(ctx).Query(ctx, `SELECT `+columns+` FROM chat_line
		WHERE state = 'held' AND (CAST($1 AS TEXT) = '' OR room = $1) AND id > $2 ORDER BY id LIMIT $3`, room, after, limit))
}

func countWaiting(ctx context.Context) (c Counts, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT
		(SELECT COUNT(*) FROM chat_line WHERE state = 'held'),
		(SELECT COUNT(*) FROM chat_line WHERE reports > 0 AND state = 'shown')`).Scan(&c.Held, &c.Reported)
	if err != nil {
		return c, fmt.Errorf("counting waiting lines: %w", err)
	}
	return c, nil
}

// openReports are the reasons of the reports that nobody has settled.
func openReports(ctx context.Context, lines []Line) (map[id.Line][]string, error) {
	ids := make([]id.Line, len(lines))
	for i, l := range lines {
		ids[i] = l.ID
	}
	text, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT line, reason FROM chat_report
		WHERE settled = 0 AND line IN `+sqldb.InJSON(ctx, "$1")+` ORDER BY line, at LIMIT 1000`, string(text))
	if err != nil {
		return nil, fmt.Errorf("listing reports: %w", err)
	}
	defer rows.Close()
	out := map[id.Line][]string{}
	for rows.Next() {
		var line id.Line
		var reason string
		if err := rows.Scan(&line, &reason); err != nil {
			return nil, fmt.Errorf("reading a report: %w", err)
		}
		out[line] = append(out[line], reason)
	}
	return out, rows.Err()
}

func settleReports(ctx context.Context, line id.Line, now time.Time) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE chat_report SET settled = $2 WHERE line = $1 AND settled = 0`, line, clock.Micros(now))
	if err == nil {
		_, err = sqldb.From(ctx).Exec(ctx, `UPDATE chat_line SET reports = 0 WHERE id = $1`, line)
	}
	if err != nil {
		return fmt.Errorf("settling reports: %w", err)
	}
	return nil
}
