package app

import (
	"context"
	"sync"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
)

const (
	nameLife  = 5 * time.Second
	namesKept = 16384
)

// nameMemory remembers how things are called for a few seconds: a burst of
// orders names the same seller again and again.
type nameMemory[K comparable] struct {
	clock clock.Clock
	read  func(ctx context.Context, keys []K) (map[K]string, error)

	mu    sync.Mutex
	known map[K]knownName
}

type knownName struct {
	name  string
	until time.Time
}

func (n *nameMemory[K]) names(ctx context.Context, keys []K) (map[K]string, error) {
	out := make(map[K]string, len(keys))
	var missing []K
	now := n.clock.Now()
	n.mu.Lock()
	for _, key := range keys {
		if k, ok := n.known[key]; ok && now.Before(k.until) {
			out[key] = k.name
		} else {
			missing = append(missing, key)
		}
	}
	n.mu.Unlock()
	if len(missing) == 0 {
		return out, nil
	}
	found, err := n.read(ctx, missing)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= namesKept {
		n.known = map[K]knownName{}
	}
	for key, name := range found {
		out[key] = name
		n.known[key] = knownName{name, now.Add(nameLife)}
	}
	return out, nil
}

// names serves orders.
type names struct {
	people nameMemory[id.Account]
	orgs   nameMemory[id.Org]
}

func newNames(m *modules, c clock.Clock) *names {
	n := &names{}
	n.people.clock, n.people.read = c, m.accounts.Names
	n.orgs.clock, n.orgs.read = c, orgNames{m.orgs}.Names
	return n
}

// Accounts are the names of persons.
func (n *names) Accounts(ctx context.Context, ids []id.Account) (map[id.Account]string, error) {
	return n.people.names(ctx, ids)
}

// Orgs are the names of organisations.
func (n *names) Orgs(ctx context.Context, ids []id.Org) (map[id.Org]string, error) {
	return n.orgs.names(ctx, ids)
}
