package media

import (
	"sync"

	"tianbo/internal/live/media/av"
)

// item is one thing for a sink to do.
type item struct {
	epoch *av.Epoch
	unit  *av.Unit
	pause bool
	clear bool // forget what can still be seen
}

// queue is a bounded line before a sink. Units beyond the bound are left out
// up to the next keyframe, so that what the sink gets can always be decoded;
// control items are always kept.
type queue struct {
	mu       sync.Mutex
	items    []item
	bound    int
	lost     func() // told when a unit is left out; may be nil
	skipping bool
	closed   bool
	wake     chan struct{}
}

func newQueue(bound int, lost func()) *queue {
	return &queue{bound: bound, lost: lost, wake: make(chan struct{}, 1)}
}

// push adds an item; it reports false when a unit was left out.
func (q *queue) push(it item) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return true
	}
	if it.unit != nil {
		if q.skipping && it.unit.Kind == av.Video && it.unit.Key && len(q.items) < q.bound/2 {
			q.skipping = false
		}
		if len(q.items) >= q.bound {
			q.skipping = true
		}
		if q.skipping {
			if q.lost != nil {
				q.lost()
			}
			return false
		}
	}
	q.items = append(q.items, it)
	q.signal()
	return true
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// close lets run return once it has done what waits.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.signal()
}

// run hands items to do, in order, until the queue is closed and empty.
func (q *queue) run(do func(item)) {
	for range q.wake {
		for {
			q.mu.Lock()
			items, closed := q.items, q.closed
			q.items = nil
			q.mu.Unlock()
			for _, it := range items {
				do(it)
			}
			if len(items) == 0 {
				if closed {
					return
				}
				break
			}
		}
	}
}
