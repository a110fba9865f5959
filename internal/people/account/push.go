package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/notify"
	"tianbo/internal/platform/sqldb"
)

const (
	// JobPush sends one notice to some people; its key is the notice's.
	JobPush = "account.push"

	mostSubscriptions = 10
	pushAtOnce        = 16
	pushRounds        = 5
	purposePush       = "push"
)

// Words are a notice in one language.
type Words struct {
	Title string `json:"title"`
	Body  string `json:"body"`
}

// Notice is what people are told when they do not have Tianbo open.
type Notice struct {
	Kind   string        `json:"kind"` // "started", "orders"
	Zh     Words         `json:"zh"`
	En     Words         `json:"en"`
	Path   string        `json:"path"`  // where a tap leads
	Topic  string        `json:"topic"` // a later notice of it replaces an earlier one
	TTL    time.Duration `json:"ttl"`
	Urgent bool          `json:"urgent"`
}

// Subscription is a browser that may be pushed to.
type Subscription struct {
	ID      id.Subscription
	Account id.Account
	Device  id.Device
	Created time.Time
}

// sealedSubscription is one as stored.
type sealedSubscription struct {
	Subscription
	sealed []byte
}

func pushContext(s id.Subscription) string { return "account_push " + string(s) }

// Subscriptions are the actor's browsers that may be pushed to.
func (*Module) Subscriptions(ctx context.Context) ([]Subscription, error) {
	if err := authz.Check(ctx, "account.push", self(ctx)); err != nil {
		return nil, err
	}
	rows, err := subscriptionsOf(ctx, []id.Account{authz.From(ctx).Account})
	out := make([]Subscription, len(rows))
	for i, r := range rows {
		out[i] = r.Subscription
	}
	return out, err
}

// Subscribe lets this browser be pushed to. Asking for it is the consent to
// it, and is recorded as such. A browser that subscribes again, perhaps for
// another person, replaces what it gave before.
func (m *Module) Subscribe(ctx context.Context, to notify.Subscription) (Subscription, error) {
	if err := authz.Check(ctx, "account.push", self(ctx)); err != nil {
		return Subscription{}, err
	}
	if m.Push == nil {
		return Subscription{}, ErrPushOff
	}
	if _, err := to.Check(); err != nil {
		return Subscription{}, ErrSubscription.Wrap(err)
	}
	actor := authz.From(ctx)
	s := Subscription{ID: id.New[id.Subscription](), Account: actor.Account, Device: actor.Device, Created: m.Clock.Now()}
	text, err := json.Marshal(to)
	if err != nil {
		return s, fmt.Errorf("encoding a subscription: %w", err)
	}
	sealed, err := m.Sealer.Text(string(text), pushContext(s.ID))
	if err != nil {
		return s, err
	}
	return s, sqldb.Write(ctx, func(ctx context.Context) error {
		if err := replaceSubscription(ctx, sealedSubscription{s, sealed}, hashOf(to.Endpoint), mostSubscriptions); err != nil {
			return err
		}
		return m.consent(ctx, actor.Account, purposePush, true)
	})
}

// Unsubscribe takes a browser away; taking away none is no error.
func (*Module) Unsubscribe(ctx context.Context, s id.Subscription) error {
	if err := authz.Check(ctx, "account.push", self(ctx)); err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error { return deleteSubscription(ctx, authz.From(ctx).Account, s) })
}

// delivery is the payload of the job: who is still to be told.
type delivery struct {
	To     []id.Account `json:"to"`
	Notice Notice       `json:"notice"`
	Round  int          `json:"round"`
	// Only are the browsers of a later round, whose push service was busy.
	Only []id.Subscription `json:"only,omitempty"`
}

// Notify tells people, wherever they let their browsers be pushed to. key
// names the notice: the same one twice is sent once. It joins the running
// transaction if there is one.
func (m *Module) Notify(ctx context.Context, key string, to []id.Account, n Notice) error {
	if m.Push == nil || len(to) == 0 {
		return nil
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		return m.plan(ctx, key, delivery{To: to, Notice: n}, m.Clock.Now())
	})
}

func (*Module) plan(ctx context.Context, key string, d delivery, due time.Time) error {
	payload, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encoding a notice: %w", err)
	}
	return bus.Schedule(ctx, bus.Job{Kind: JobPush, Key: key, Due: due, Payload: payload})
}

// deliver sends a notice. Browsers that are gone are forgotten; those whose
// push service is busy are tried again later, alone.
func (m *Module) deliver(ctx context.Context, j bus.Job) error {
	var d delivery
	if err := json.Unmarshal(j.Payload, &d); err != nil {
		return err
	}
	if m.Push == nil {
		return nil
	}
	rows, err := subscriptionsOf(ctx, d.To)
	if d.Round > 0 {
		rows = slices.DeleteFunc(rows, func(r sealedSubscription) bool { return !slices.Contains(d.Only, r.ID) })
	}
	if err != nil || len(rows) == 0 {
		return err
	}
	people, err := m.ByIDs(ctx, d.To)
	if err != nil {
		return err
	}
	outcomes := make([]error, len(rows))
	slots := make(chan struct{}, pushAtOnce)
	var all sync.WaitGroup
	for i, r := range rows {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			outcomes[i] = m.push(ctx, r, d.Notice, people[r.Account].Lang)
		})
	}
	all.Wait()
	return m.settle(ctx, j, d, rows, outcomes)
}

func (m *Module) push(ctx context.Context, s sealedSubscription, n Notice, lang string) error {
	text, err := m.Sealer.OpenText(s.sealed, pushContext(s.ID))
	if err != nil {
		return err
	}
	var to notify.Subscription
	if err := json.Unmarshal([]byte(text), &to); err != nil {
		return fmt.Errorf("reading a subscription: %w", err)
	}
	words := n.Zh
	if lang == "en" {
		words = n.En
	}
	payload, err := json.Marshal(map[string]string{"kind": n.Kind, "title": words.Title, "body": words.Body, "url": n.Path, "tag": n.Topic})
	if err != nil {
		return fmt.Errorf("encoding a notice: %w", err)
	}
	return m.Push.Send(ctx, to, notify.Message{Payload: payload, TTL: n.TTL, Urgent: n.Urgent, Topic: n.Topic})
}

// settle forgets dead subscriptions and plans another round for busy ones.
func (m *Module) settle(ctx context.Context, j bus.Job, d delivery, rows []sealedSubscription, outcomes []error) error {
	people := map[id.Account]bool{}
	var busy []id.Subscription
	var wait time.Duration
	var dead []id.Subscription
	for i, err := range outcomes {
		var later *notify.PushLaterError
		switch {
		case errors.Is(err, notify.ErrPushGone), errors.Is(err, notify.ErrSubscription):
			dead = append(dead, rows[i].ID)
		case errors.As(err, &later):
			people[rows[i].Account] = true
			busy = append(busy, rows[i].ID)
			wait = max(wait, later.Wait)
		}
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		for _, s := range dead {
			if err := forgetSubscription(ctx, s); err != nil {
				return err
			}
		}
		if len(busy) == 0 || d.Round >= pushRounds {
			return nil
		}
		d.To, d.Only, d.Round = slices.Sorted(maps.Keys(people)), busy, d.Round+1
		due := m.Clock.Now().Add(max(wait, 15*time.Second<<d.Round))
		return m.plan(ctx, fmt.Sprintf("%s +%d", j.Key, d.Round), d, due)
	})
}
