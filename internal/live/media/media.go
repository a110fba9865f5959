package media

import (
	"context"
	"embed"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// SlotHost is the slot of the host's picture; guests have others.
const SlotHost = "host"

// Publisher is what a publish token proves.
type Publisher struct {
	Room    id.Room
	Session id.Session
	Account id.Account
	Slot    string
}

// Gate decides who publishes and who watches a recording.
type Gate interface {
	Authorize(ctx context.Context, secret string) (Publisher, error)
	MayReplay(ctx context.Context, session id.Session) error
}

// Events is told what happens to the host's picture. Both may be called again
// for the same state.
type Events interface {
	Live(ctx context.Context, session id.Session) error
	Away(ctx context.Context, session id.Session) error
}

// Deps is what the engine stands on.
type Deps struct {
	Gate   Gate
	Events Events
	Store  blob.Store
	Clock  clock.Clock
	Log    *slog.Logger
	// Dir keeps recordings until they are stored.
	Dir string
	// UDP is the address of the one media port; TCP uses the same number.
	UDP string
	// RTMP is the address for encoders; empty: none.
	RTMP string
	// Hosts are public addresses announced instead of the machine's own.
	Hosts []string
	// Viewers bounds the WebRTC viewers of this node.
	Viewers int
	// MaxBitrate ends a publisher that sends more, bits a second over ten
	// seconds; 0: 5 Mbit/s.
	MaxBitrate int64
}

// Engine carries all channels of the node.
type Engine struct {
	Deps
	ctx      context.Context
	rtc      *rtc
	rtmp     net.Listener
	store    *storer
	wg       sync.WaitGroup
	viewers  atomic.Int64
	mu       sync.Mutex
	channels map[address]*channel
	peers    map[string]*peer
	stopped  bool
}

// address is where viewers find a channel.
type address struct {
	room id.Room
	slot string
}

// New makes an engine; Start opens its ports.
func New(d Deps) *Engine {
	if d.MaxBitrate == 0 {
		d.MaxBitrate = 5_000_000
	}
	return &Engine{Deps: d, channels: map[address]*channel{}, peers: map[string]*peer{}}
}

// Migrations are the module's tables.
func (*Engine) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "media", FS: migrations}
}

// Start opens the ports and takes in what an earlier process has left unsaved.
// ctx must carry the database; it ends the engine.
func (e *Engine) Start(ctx context.Context) error {
	e.ctx = authz.AsSystem(ctx)
	var err error
	if e.rtc, err = newRTC(e.UDP, e.Hosts); err != nil {
		return err
	}
	if e.store, err = newStorer(e); err != nil {
		return err
	}
	e.wg.Go(func() { e.store.run(e.ctx) })
	if e.RTMP != "" {
		if e.rtmp, err = net.Listen("tcp", e.RTMP); err != nil {
			return err
		}
		e.wg.Go(e.serveRTMP)
	}
	return nil
}

// RTMPAddr is where encoders connect, empty when nowhere.
func (e *Engine) RTMPAddr() string {
	if e.rtmp == nil {
		return ""
	}
	return e.rtmp.Addr().String()
}

// Stop closes every connection, finishes the files and stores them.
func (e *Engine) Stop() {
	e.mu.Lock()
	e.stopped = true
	channels := make([]*channel, 0, len(e.channels))
	for _, c := range e.channels {
		channels = append(channels, c)
	}
	peers := make([]*peer, 0, len(e.peers))
	for _, p := range e.peers {
		peers = append(peers, p)
	}
	e.mu.Unlock()
	if e.rtmp != nil {
		_ = e.rtmp.Close()
	}
	for _, c := range channels {
		c.close(false)
	}
	for _, p := range peers {
		p.close()
	}
	if e.store != nil {
		e.store.stop()
	}
	e.wg.Wait()
	if e.rtc != nil {
		e.rtc.close()
	}
}

// Open makes a session's channel, for which the publisher is awaited.
func (e *Engine) Open(_ context.Context, room id.Room, session id.Session) error {
	e.open(Publisher{Room: room, Session: session, Slot: SlotHost})
	for _, c := range e.of(session) {
		c.dark.Store(false)
	}
	return nil
}

func (e *Engine) open(p Publisher) *channel {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := address{p.Room, p.Slot}
	c := e.channels[at]
	if c != nil && c.session == p.Session {
		return c
	}
	if c != nil {
		go c.close(true)
	}
	c = newChannel(e, p)
	e.channels[at] = c
	return c
}

// find is the channel of a room's slot, or nil.
func (e *Engine) find(room id.Room, slot string) *channel {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.channels[address{room, slot}]
}

// linger is how long an ended playlist stays, for players to read its end.
const linger = time.Minute

// End closes the channels of a session and finishes its recording.
func (e *Engine) End(_ context.Context, session id.Session, _ string) error {
	for _, c := range e.of(session) {
		c.close(true)
		time.AfterFunc(linger, func() {
			e.mu.Lock()
			defer e.mu.Unlock()
			if at := (address{c.room, c.slot}); e.channels[at] == c {
				delete(e.channels, at)
			}
		})
	}
	return nil
}

// Kick takes a session off the air: its publishers are cut and nothing of it is
// shown until Open. Channels and recording stay.
func (e *Engine) Kick(_ context.Context, session id.Session) error {
	for _, c := range e.of(session) {
		c.darken()
	}
	return nil
}

// KickGuest cuts and closes a guest's channel.
func (e *Engine) KickGuest(_ context.Context, room id.Room, slot string) error {
	if c := e.find(room, slot); c != nil && slot != SlotHost {
		c.close(true)
		e.mu.Lock()
		delete(e.channels, address{room, slot})
		e.mu.Unlock()
	}
	return nil
}

func (e *Engine) of(session id.Session) []*channel {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []*channel
	for _, c := range e.channels {
		if c.session == session {
			out = append(out, c)
		}
	}
	return out
}

// Stats are for operators.
type Stats struct {
	Channels   int   // open
	Publishers int   // sending now
	Viewers    int64 // by WebRTC
	Dropped    int64 // units left out by lagging sinks of open channels
	Unsaved    int   // recorded files that are not yet in the store
}

// Stats counts.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := Stats{Channels: len(e.channels), Viewers: e.viewers.Load()}
	for _, c := range e.channels {
		if c.sending() {
			s.Publishers++
		}
		s.Dropped += c.dropped.Load()
	}
	if e.store != nil {
		s.Unsaved = e.store.waiting()
	}
	return s
}

// OnAir are the rooms whose host is sending now.
func (e *Engine) OnAir() []id.Room {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []id.Room
	for at, c := range e.channels {
		if at.slot == SlotHost && c.sending() {
			out = append(out, at.room)
		}
	}
	return out
}
