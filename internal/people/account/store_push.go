package account

import (
	"context"
	"encoding/json"
	"fmt"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// replaceSubscription keeps a browser's subscription, and of a person's the
// newest few only.
func replaceSubscription(ctx context.Context, s sealedSubscription, endpoint []byte, most int) error {
	if err := exec(ctx, "replacing a subscription", `DELETE FROM account_push WHERE endpoint = $1`, endpoint); err != nil {
		return err
	}
	err := exec(ctx, "inserting a subscription", `INSERT INTO account_push (id, account, device, endpoint, sealed, created) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.ID, s.Account, s.Device, endpoint, s.sealed, clock.Micros(s.Created))
	if err != nil {
		return err
	}
	return exec(ctx, "dropping old subscriptions", `DELETE FROM account_push WHERE account = $1
		AND id NOT IN (SELECT id FROM account_push WHERE account = $1 ORDER BY id DESC LIMIT $2)`, s.Account, most)
}

func deleteSubscription(ctx context.Context, account id.Account, s id.Subscription) error {
	return exec(ctx, "removing a subscription", `DELETE FROM account_push WHERE account = $1 AND id = $2`, account, s)
}

func forgetSubscription(ctx context.Context, s id.Subscription) error {
	return exec(ctx, "forgetting a subscription", `DELETE FROM account_push WHERE id = $1`, s)
}

// dropDevice forgets the subscriptions of a device signed out.
func dropDevice(ctx context.Context, account id.Account, device id.Device) error {
	return exec(ctx, "forgetting a device", `DELETE FROM account_push WHERE account = $1 AND device = $2`, account, device)
}

func dropSubscriptions(ctx context.Context, account id.Account) error {
	return exec(ctx, "forgetting subscriptions", `DELETE FROM account_push WHERE account = $1`, account)
}

// subscriptionsOf gives the browsers of some people.
func subscriptionsOf(ctx context.Context, accounts []id.Account) ([]sealedSubscription, error) {
	text, err := json.Marshal(accounts)
	if err != nil {
		return nil, err
	}
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id, account, device, sealed, created FROM account_push
		WHERE account IN `+sqldb.InJSON(ctx, "$1")+` ORDER BY account, id`, string(text))
	if err != nil {
		return nil, fmt.Errorf("listing subscriptions: %w", err)
	}
	defer rows.Close()
	var out []sealedSubscription
	for rows.Next() {
		var s sealedSubscription
		var created int64
		if err := rows.Scan(&s.ID, &s.Account, &s.Device, &s.sealed, &created); err != nil {
			return nil, fmt.Errorf("reading a subscription: %w", err)
		}
		s.Created = clock.FromMicros(created)
		out = append(out, s)
	}
	return out, rows.Err()
}
