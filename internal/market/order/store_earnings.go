package order

import (
	"context"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// takings sums what was paid to a seller since a Shanghai midnight, by the
// Unix second of each day's own midnight. Whole days are counted from that
// midnight, as Shanghai has no summer time.
func takings(ctx context.Context, org id.Org, first time.Time) (map[int64]DayTakings, error) {
	const day = int64(24 * time.Hour / time.Microsecond)
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT (paid - $2) / $3, COUNT(*), SUM(total) FROM order_order
		WHERE org = $1 AND paid >= $2 AND state <> 'closed' GROUP BY 1`, org, clock.Micros(first), day)
	if err != nil {
		return nil, fmt.Errorf("summing takings: %w", err)
	}
	defer rows.Close()
	out := map[int64]DayTakings{}
	for rows.Next() {
		var n int64
		var t DayTakings
		if err := rows.Scan(&n, &t.Orders, &t.Fen); err != nil {
			return nil, fmt.Errorf("reading takings: %w", err)
		}
		out[first.AddDate(0, 0, int(n)).Unix()] = t
	}
	return out, rows.Err()
}

func soldIn(ctx context.Context, org id.Org, session id.Session) (BroadcastSales, error) {
	var s BroadcastSales
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT
		COALESCE(SUM(CASE WHEN state NOT IN ('expired', 'cancelled', 'closed') THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN paid > 0 AND state <> 'closed' THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN paid > 0 AND state <> 'closed' THEN total ELSE 0 END), 0)
		FROM order_order WHERE session = $1 AND org = $2`, session, org).Scan(&s.Orders, &s.Paid, &s.Fen)
	if err != nil {
		return s, fmt.Errorf("summing the sales of a broadcast: %w", err)
	}
	return s, nil
}
