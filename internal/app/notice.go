package app

import (
	"context"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/people/account"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/notify"
	"tianbo/internal/platform/realtime"
)

// pusher is web push as configured; nil when it is off.
func pusher(c *conf.Config) (account.Push, string, error) {
	if c.Push.Contact == "" {
		return nil, "", nil
	}
	key, err := notify.LoadVAPID(keyFolder(c))
	if err != nil {
		return nil, "", err
	}
	return &notify.WebPush{Key: key, Contact: c.Push.Contact, Client: notify.OutsideClient(), Clock: clock.System}, key.Public(), nil
}

// reminder tells followers that a broadcast begins: at once where they have
// Tianbo open, by push elsewhere.
type reminder struct {
	m   *modules
	hub *realtime.Hub
}

// RoomStarted tells each follower.
func (r reminder) RoomStarted(ctx context.Context, room id.Room, session id.Session, title, host string, to []id.Account) error {
	for _, one := range to {
		if err := r.hub.Person(string(one), "started", map[string]any{"room": room, "session": session, "title": title, "host": host}); err != nil {
			return err
		}
	}
	if len(to) == 0 {
		return nil
	}
	return r.m.accounts.Notify(ctx, "started "+string(session)+" "+string(to[0]), to, account.Notice{
		Kind: "started", Path: "/room/" + string(room), Topic: topic(string(room)), TTL: time.Hour, Urgent: true,
		Zh: account.Words{Title: host + " 开播了", Body: title},
		En: account.Words{Title: host + " is live", Body: title},
	})
}

// SellerNote reaches a seller's people by push, where they agreed to it.
func (t teller) SellerNote(ctx context.Context, seller id.Org, open int64) error {
	to, err := t.people(ctx, seller)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("orders %s %d", seller, time.Now().Unix())
	return t.m.accounts.Notify(ctx, key, to, account.Notice{
		Kind: "orders", Path: "/farm/orders", Topic: topic(string(seller)), TTL: 12 * time.Hour, Urgent: true,
		Zh: account.Words{Title: "有新订单", Body: fmt.Sprintf("现有 %d 单等您处理", open)},
		En: account.Words{Title: "New orders", Body: fmt.Sprintf("%d orders wait for you", open)},
	})
}

// topic is an identifier as a push topic, which has 32 characters at most.
func topic(s string) string { return s[max(0, len(s)-32):] }
