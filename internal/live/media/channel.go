package media

import (
	"crypto/sha256"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/live/media/av"
	"tianbo/internal/live/media/hls"
)

const (
	// silence is how long nothing may come before the host is away.
	silence = 2 * time.Second
	// queueBound is about ten seconds of units.
	queueBound = 1024
	// recorderBound is minutes: the recorder leaves nothing out while the
	// disk works at all.
	recorderBound = 1 << 15
)

// channel is one picture of a session.
type channel struct {
	engine  *Engine
	room    id.Room
	session id.Session
	slot    string
	dropped atomic.Int64
	dark    atomic.Bool // nothing is shown: the session was taken off the air
	muxer   atomic.Pointer[hls.Muxer]
	out     *rtpOut
	report  *reporter

	mu     sync.Mutex
	feed   *feed
	origin time.Time
	queues []*queue // hls, recorder, rtp; empty until the first publisher
	sinks  sync.WaitGroup
	done   chan struct{} // closed with the channel
	closed bool
}

func newChannel(e *Engine, p Publisher) *channel {
	c := &channel{engine: e, room: p.Room, session: p.Session, slot: p.Slot, out: newRTPOut(e), done: make(chan struct{})}
	c.report = newReporter(c)
	return c
}

// attach makes a publisher the channel's. The same secret takes over at once;
// another must wait until the present one has fallen silent.
func (c *channel) attach(secret string, hang func()) (*feed, error) {
	key := sha256.Sum256([]byte(secret))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrNoChannel
	}
	if old := c.feed; old != nil {
		if old.key != key && !old.silent() {
			return nil, ErrTaken
		}
		c.detach(old)
		go old.hang()
	}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	f := newFeed(c, key, hang)
	c.feed = f
	return f, nil
}

// prepare starts the sinks with the first publisher.
func (c *channel) prepare() error {
	if len(c.queues) > 0 {
		return nil
	}
	row, err := loadChannel(c.engine.ctx, c.session, c.slot)
	if fault.KindOf(err) == fault.NotFound {
		row = channelRow{Session: c.session, Slot: c.slot, Room: c.room, Origin: c.engine.Clock.Now()}
		err = insertChannel(c.engine.ctx, row)
	}
	if err != nil {
		return err
	}
	c.origin = row.Origin
	name := strings.ToLower(string(c.session))
	prefix := name[max(0, len(name)-12):]
	// Segments last a second at least, so a number beyond the seconds gone by
	// is beyond any that an earlier process of this session has used.
	m := hls.New(prefix, row.Origin, c.now()/1_000_000, row.Epoch)
	c.muxer.Store(m)
	rec := newRecorder(c.engine.store, c.session, c.slot, c.engine.Log)
	c.start(newQueue(queueBound, nil), m.Pause, m)
	c.start(newQueue(recorderBound, rec.lost), rec.Pause, rec)
	c.start(newQueue(queueBound, nil), func() {}, c.out)
	c.sinks.Go(c.watch)
	return nil
}

// start runs a sink behind a queue of its own. A sink that panics is silenced;
// the room goes on with the others.
func (c *channel) start(q *queue, pause func(), sink av.Sink) {
	c.queues = append(c.queues, q)
	c.sinks.Go(func() {
		broken := false
		q.run(func(it item) {
			defer func() {
				if r := recover(); r != nil {
					broken = true
					c.engine.Log.Error("a media sink failed", "session", c.session, "sink", fmt.Sprintf("%T", sink), "panic", r, "stack", string(debug.Stack()))
				}
			}()
			switch {
			case broken:
			case it.epoch != nil:
				sink.Begin(*it.epoch)
			case it.pause:
				pause()
			case it.clear:
				if m, ok := sink.(*hls.Muxer); ok {
					m.Clear()
				}
			default:
				sink.Write(it.unit)
			}
		})
		pause()
	})
}

// now is the present on the channel's timeline, µs.
func (c *channel) now() int64 { return c.engine.Clock.Now().Sub(c.origin).Microseconds() }

func (c *channel) send(it item) {
	for _, q := range c.queues {
		if !q.push(it) {
			c.dropped.Add(1)
		}
	}
}

// detach takes a feed off; the caller holds the lock.
func (c *channel) detach(f *feed) {
	if c.feed != f {
		return
	}
	c.feed = nil
	f.ended.Store(true)
	c.send(item{pause: true})
}

// leave is called when a publisher's connection has ended.
func (c *channel) leave(f *feed) {
	c.mu.Lock()
	current := c.feed == f
	c.detach(f)
	c.mu.Unlock()
	if current {
		c.report.set(away)
	}
}

// kick cuts the publisher without calling the host away.
func (c *channel) kick() {
	c.mu.Lock()
	f := c.feed
	if f != nil {
		c.detach(f)
	}
	c.mu.Unlock()
	c.report.hush()
	if f != nil {
		f.hang()
	}
}

// close ends the channel. With final, its playlist ends too: the session is
// over; without, the process stops and players shall come again.
func (c *channel) close(final bool) {
	c.kick()
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.closed = true
	close(c.done)
	for _, q := range c.queues {
		q.close()
	}
	c.mu.Unlock()
	c.sinks.Wait()
	c.report.stop()
	c.out.close()
	if m := c.muxer.Load(); m != nil && final {
		m.Close()
	}
}

// darken takes the channel off the air: players get nothing, not even what was
// just shown.
func (c *channel) darken() {
	c.dark.Store(true)
	c.kick()
	c.out.empty()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queues) > 0 && !c.closed {
		c.queues[0].push(item{clear: true})
	}
}

func (c *channel) over() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

func (c *channel) sending() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.feed != nil && !c.feed.silent()
}

// current is the feed, or nil.
func (c *channel) current() *feed {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.feed
}

// watch notices silence and floods.
func (c *channel) watch() {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-tick.C:
		case <-c.done:
			return
		}
		f := c.current()
		if f == nil {
			continue
		}
		if f.silent() && f.rest() {
			c.mu.Lock()
			if c.feed == f {
				c.send(item{pause: true})
				c.report.set(away)
			}
			c.mu.Unlock()
		}
		if n%20 == 0 && f.bytes.Swap(0)*8/10 > c.engine.MaxBitrate {
			c.engine.Log.Warn("a publisher sends more than allowed", "session", c.session, "limit", c.engine.MaxBitrate)
			c.leave(f)
			f.hang()
		}
	}
}
