package order

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

// announcer tells buyers and sellers on their screens, out of the way of the
// writer. It is best effort: what it leaves out is in the list of orders.
type announcer struct {
	mu      sync.Mutex
	waiting []Order
	wake    chan struct{}
}

const announceMost = 8192

func newAnnouncer() *announcer { return &announcer{wake: make(chan struct{}, 1)} }

func (a *announcer) add(orders []Order) {
	a.mu.Lock()
	a.waiting = append(a.waiting, orders...)
	if over := len(a.waiting) - announceMost; over > 0 {
		a.waiting = a.waiting[over:]
	}
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

func (a *announcer) take() []Order {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := a.waiting
	a.waiting = nil
	return out
}

func (a *announcer) run(ctx context.Context, t Teller) {
	for {
		select {
		case <-a.wake:
			t.OrdersChanged(ctx, a.take())
		case <-ctx.Done():
			t.OrdersChanged(context.WithoutCancel(ctx), a.take())
			return
		}
	}
}

// tellAfter shows orders to both sides once the transaction has committed.
func (m *Module) tellAfter(ctx context.Context, orders []Order) {
	if len(orders) > 0 {
		sqldb.After(ctx, func() { m.announcer.add(orders) })
	}
}

// noteEvery is how often a seller's people are sent a note of new orders at
// most: a burst is one note, not a thousand.
const noteEvery = 3 * time.Second

// planNote sends the seller's people a note of new orders, wherever they are.
func (m *Module) planNote(ctx context.Context, seller id.Org) error {
	due := m.Clock.Now().Truncate(noteEvery).Add(noteEvery)
	payload, err := json.Marshal(seller)
	if err != nil {
		return err
	}
	return bus.Schedule(ctx, bus.Job{Kind: JobNote, Key: string(seller) + " " + due.UTC().Format("060102150405"), Due: due, Payload: payload})
}

// note does the sending.
func (m *Module) note(ctx context.Context, j bus.Job) error {
	var seller id.Org
	if err := json.Unmarshal(j.Payload, &seller); err != nil {
		return err
	}
	open, err := countOpen(ctx, seller)
	if err != nil || open == 0 {
		return err
	}
	return m.Teller.SellerNote(ctx, seller, open)
}
