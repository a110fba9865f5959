package media

import (
	"sync"
	"time"

	"tianbo/internal/kernel/fault"
)

type presence int

const (
	unknown presence = iota
	live
	away
)

// reporter tells the room whether its host is there. It never holds up the
// media: the newest state is told, again and again until it is taken.
type reporter struct {
	c    *channel
	mu   sync.Mutex
	want presence
	told presence
	busy bool
	done bool
	wg   sync.WaitGroup
}

func newReporter(c *channel) *reporter { return &reporter{c: c} }

func (r *reporter) set(p presence) {
	if r.c.slot != SlotHost {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if p == away && r.want == unknown {
		return // never was there
	}
	r.want = p
	if !r.busy && !r.done && r.want != r.told {
		r.busy = true
		r.wg.Go(r.run)
	}
}

// hush makes the present state known without telling.
func (r *reporter) hush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.want, r.told = away, away
}

func (r *reporter) stop() {
	r.mu.Lock()
	r.done = true
	r.mu.Unlock()
	r.wg.Wait()
}

func (r *reporter) run() {
	for pause := 100 * time.Millisecond; ; {
		r.mu.Lock()
		p := r.want
		if p == r.told || r.done {
			r.busy = false
			r.mu.Unlock()
			return
		}
		r.mu.Unlock()
		tell := r.c.engine.Events.Live
		if p == away {
			tell = r.c.engine.Events.Away
		}
		err := tell(r.c.engine.ctx, r.c.session)
		if kind := fault.KindOf(err); err == nil || kind != fault.Internal && kind != fault.Unavailable {
			r.mu.Lock()
			if r.want == p {
				r.told = p
			}
			r.mu.Unlock()
			pause = 100 * time.Millisecond
			continue
		}
		r.c.engine.Log.Warn("the room could not be told of its host", "session", r.c.session, "error", err)
		select {
		case <-time.After(pause):
			pause = min(2*pause, 5*time.Second)
		case <-r.c.engine.ctx.Done():
			return
		}
	}
}
