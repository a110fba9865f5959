package account

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

const (
	actorLife  = 2 * time.Second
	actorsKept = 16384
)

// actors remembers for a moment whom a token stands for, so that a burst of
// requests does not ask the database the same thing again and again.
//
// Whatever changes a right on this server (a session ended, a grant taken
// back, a role given, a suspension) empties it with its commit, so that the
// next request sees the change. On other servers it is seen within actorLife.
type actors struct {
	clock clock.Clock

	mu      sync.RWMutex
	version uint64
	known   map[[sha256.Size]byte]knownActor
}

type knownActor struct {
	actor authz.Actor
	until time.Time
}

func newActors(c clock.Clock) *actors {
	return &actors{clock: c, known: map[[sha256.Size]byte]knownActor{}}
}

// find gives the actor of a token, and the version to put a fresh one under.
func (a *actors) find(token string) (authz.Actor, uint64, bool) {
	key := sha256.Sum256([]byte(token))
	a.mu.RLock()
	defer a.mu.RUnlock()
	k, ok := a.known[key]
	if !ok || !a.clock.Now().Before(k.until) {
		return authz.Actor{}, a.version, false
	}
	return k.actor, a.version, true
}

// put remembers an actor read while version was current: had anything changed
// since, it may be out of date and is not kept.
func (a *actors) put(token string, actor authz.Actor, latest time.Time, version uint64) {
	until := a.clock.Now().Add(actorLife)
	if !latest.IsZero() && latest.Before(until) {
		until = latest
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if version != a.version {
		return
	}
	if len(a.known) >= actorsKept {
		clear(a.known)
	}
	a.known[sha256.Sum256([]byte(token))] = knownActor{actor, until}
}

func (a *actors) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.version++
	clear(a.known)
}

// forget empties the memory of actors once the transaction has committed.
func (m *Module) forget(ctx context.Context) { sqldb.After(ctx, m.actors.clear) }
