package order

import (
	"context"
	"hash/maphash"
	"sync"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
)

const (
	soldOutLife = 2 * time.Second // another server may have restocked
	keysKept    = 65536           // twice: the latest and those before
)

// memory lets the refusals after a sell-out run without the database. It
// knows which packs were empty a moment ago and which keys have placed an
// order, for a repeat of those must get its first answer and not "sold out".
type memory struct {
	clock clock.Clock
	seed  maphash.Seed

	mu   sync.RWMutex
	gone map[id.Pack]soldOut
	keys [2]map[uint64]struct{}
}

type soldOut struct {
	title string
	until time.Time
}

func newMemory(c clock.Clock) *memory {
	return &memory{clock: c, seed: maphash.MakeSeed(), gone: map[id.Pack]soldOut{}, keys: [2]map[uint64]struct{}{{}, {}}}
}

// recall learns the keys of the latest orders, after a start.
func (m *memory) recall(ctx context.Context) error {
	keys, err := latestKeys(ctx, keysKept)
	if err != nil {
		return err
	}
	for _, key := range keys {
		m.remember(key)
	}
	return nil
}

// emptied notes packs that a committed batch has left empty.
func (m *memory) emptied(packs map[id.Pack]string) {
	if len(packs) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	until := m.clock.Now().Add(soldOutLife)
	for pack, title := range packs {
		m.gone[pack] = soldOut{title, until}
	}
}

// restocked forgets that a pack was empty.
func (m *memory) restocked(pack id.Pack) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.gone, pack)
}

// soldOut answers whether a pack was empty a moment ago. The flag outlives its
// time by one asker, who looks at the database; the others need not wait.
func (m *memory) soldOut(pack id.Pack) (title string, gone bool) {
	m.mu.RLock()
	s, ok := m.gone[pack]
	m.mu.RUnlock()
	if !ok {
		return "", false
	}
	if now := m.clock.Now(); now.After(s.until) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if s, ok = m.gone[pack]; ok && now.After(s.until) {
			s.until = now.Add(soldOutLife)
			m.gone[pack] = s
			return "", false
		}
	}
	return s.title, ok
}

// known reports whether a key may have placed an order; a wrong yes only
// costs a look at the database.
func (m *memory) known(key string) bool {
	h := maphash.String(m.seed, key)
	m.mu.RLock()
	defer m.mu.RUnlock()
	_, latest := m.keys[0][h]
	_, before := m.keys[1][h]
	return latest || before
}

func (m *memory) remember(key string) {
	h := maphash.String(m.seed, key)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.keys[0]) >= keysKept {
		m.keys[0], m.keys[1] = map[uint64]struct{}{}, m.keys[0]
	}
	m.keys[0][h] = struct{}{}
}
