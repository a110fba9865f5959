// Package realtime reaches browsers at once: centrifuge carries the
// connections, an aggregator of our own stands before it.
//
// Frames are of two classes. Recoverable ones (state of a room, one person's
// orders) are numbered per channel and kept in a ring of a hundred, so that a
// client that lost its network gets what it missed or is told to read anew.
// Lossy ones (chat lines, counters) are merged: one frame a tick, at most two
// lines in it, the weightier first; the frame says how many were left out.
//
// Every node publishes over the bus and every node with viewers merges for its
// own. The bus may lose frames: each carries its sender's number, and a node
// that sees a number missing begins its numbering anew, so that its clients
// read the truth from the API. A room without news has neither goroutine nor
// timer.
package realtime

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"

	"tianbo/internal/platform/authz"
)

const (
	// ring is how many recoverable frames a channel keeps, and for how long.
	ring     = 100
	ringLife = 10 * time.Minute
	// patience is how long a client may take to answer a ping: nodes and phones
	// that are short of time must not be cut.
	pingEvery = 35 * time.Second
	patience  = 30 * time.Second
	// backlog bounds the bytes waiting for a stuck client.
	backlog = 128 << 10
	subject = "frames"
)

// Transport carries frames between nodes; it may lose some.
type Transport interface {
	Publish(subject string, data []byte) error
	Subscribe(subject string, fn func(data []byte)) (func(), error)
}

// Deps is what the hub stands on.
type Deps struct {
	Transport Transport
	// MayDesk reports whether the actor of ctx may read a room's desk channel.
	MayDesk func(ctx context.Context, room string) bool
	Log     *slog.Logger
	// LinesPerTick is how many lines a viewer gets in one tick; 0: 2, which is
	// ten a second.
	LinesPerTick int
}

// Hub is this node's connections.
type Hub struct {
	Deps
	node   *centrifuge.Node
	broker *broker
	gate   gate
	end    func() // stops listening to other nodes
	quit   chan struct{}
	census sync.WaitGroup

	sending sync.Mutex // frames leave in the order of their numbers
	sent    uint64
	heard   map[string]uint64 // last number of each node; of the one receiver

	mu    sync.Mutex
	rooms map[string]*merge
}

// New makes a hub; Start lets it run.
func New(d Deps) (*Hub, error) {
	if d.LinesPerTick == 0 {
		d.LinesPerTick = perTick
	}
	node, err := centrifuge.New(centrifuge.Config{
		LogLevel: centrifuge.LogLevelWarn, LogHandler: func(e centrifuge.LogEntry) {
			d.Log.Warn("realtime", "what", e.Message, "fields", fmt.Sprint(e.Fields))
		},
		ClientQueueMaxSize: backlog, ClientChannelLimit: 16, ChannelMaxLength: 96,
		UserConnectionLimit: 0, ClientStaleCloseDelay: 25 * time.Second,
		HistoryMetaTTL: 24 * time.Hour,
	})
	if err != nil {
		return nil, fmt.Errorf("realtime: %w", err)
	}
	h := &Hub{Deps: d, node: node, rooms: map[string]*merge{}, heard: map[string]uint64{}, quit: make(chan struct{})}
	if h.broker, err = newBroker(node); err != nil {
		return nil, fmt.Errorf("realtime: %w", err)
	}
	node.SetBroker(h.broker)
	node.OnConnecting(h.connecting)
	node.OnConnect(h.connect)
	return h, nil
}

// Start begins to serve and to listen to other nodes.
func (h *Hub) Start() error {
	if err := h.node.Run(); err != nil {
		return fmt.Errorf("realtime: %w", err)
	}
	end, err := h.Transport.Subscribe(subject, h.receive)
	if err != nil {
		return err
	}
	h.end = end
	h.census.Go(h.count)
	return nil
}

// Stop closes all connections; clients come again by themselves, spread out.
func (h *Hub) Stop(ctx context.Context) error {
	if h.end != nil {
		h.end()
	}
	close(h.quit)
	h.census.Wait()
	for _, m := range h.merges() {
		m.stop()
	}
	return h.node.Shutdown(ctx)
}

// Connections is how many clients this node serves.
func (h *Hub) Connections() int { return h.node.Hub().NumClients() }

func (h *Hub) connecting(ctx context.Context, _ centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
	return centrifuge.ConnectReply{
		Credentials: &centrifuge.Credentials{UserID: string(authz.From(ctx).Account)},
	}, nil
}

func (h *Hub) connect(c *centrifuge.Client) {
	ctx := c.Context()
	c.OnSubscribe(func(e centrifuge.SubscribeEvent, reply centrifuge.SubscribeCallback) {
		recoverable, ok := h.permits(ctx, c.UserID(), e.Channel)
		if !ok {
			reply(centrifuge.SubscribeReply{}, centrifuge.ErrorPermissionDenied)
			return
		}
		reply(centrifuge.SubscribeReply{Options: centrifuge.SubscribeOptions{
			EnablePositioning: recoverable, EnableRecovery: recoverable,
		}}, nil)
		if room, ok := lineRoom(e.Channel); ok {
			h.with(room, (*merge).counted)
		}
	})
	c.OnUnsubscribe(func(e centrifuge.UnsubscribeEvent) {
		if room, ok := lineRoom(e.Channel); ok {
			h.with(room, (*merge).counted)
		}
	})
}

// permits decides who may hear a channel, and whether its frames are kept.
func (h *Hub) permits(ctx context.Context, account, channel string) (recoverable, ok bool) {
	if who, isPerson := strings.CutPrefix(channel, "me:"); isPerson {
		return true, account != "" && who == account
	}
	rest, ok := strings.CutPrefix(channel, "room:")
	if !ok {
		return false, false
	}
	room, part, _ := strings.Cut(rest, ":")
	if room == "" {
		return false, false
	}
	switch part {
	case "line":
		return false, true
	case "state":
		return true, true
	case "desk":
		return false, h.MayDesk(ctx, room)
	}
	return false, false
}

func lineRoom(channel string) (string, bool) {
	rest, ok := strings.CutPrefix(channel, "room:")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, ":line")
}

// Line is one accepted chat line.
type Line struct {
	// Weight decides who is heard when too many speak.
	Weight int             `json:"w"`
	Body   json.RawMessage `json:"b"`
}

// envelope is what travels between nodes.
type envelope struct {
	Channel string           `json:"c,omitempty"` // of a recoverable frame
	Room    string           `json:"r,omitempty"`
	Data    json.RawMessage  `json:"d,omitempty"`
	Lines   []Line           `json:"l,omitempty"`
	Likes   int64            `json:"k,omitempty"`
	Held    bool             `json:"h,omitempty"` // lines wait at the desk
	Viewers map[string]int64 `json:"v,omitempty"` // of the sender, by room
	Node    string           `json:"n"`           // who sends
	Number  uint64           `json:"i"`           // rises by one for each that the node sends
}

type frame struct {
	Kind string `json:"kind"`
	Data any    `json:"data"`
}

func (h *Hub) send(e envelope) error {
	h.sending.Lock()
	defer h.sending.Unlock()
	h.sent++
	e.Node, e.Number = h.node.ID(), h.sent
	data, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("realtime: %w", err)
	}
	return h.Transport.Publish(subject, data)
}

// State publishes a recoverable frame to everyone in a room.
func (h *Hub) State(room, kind string, payload any) error {
	return h.publish("room:"+room+":state", kind, payload)
}

// Person publishes a recoverable frame to one person's devices.
func (h *Hub) Person(account, kind string, payload any) error {
	return h.publish("me:"+account, kind, payload)
}

func (h *Hub) publish(channel, kind string, payload any) error {
	data, err := json.Marshal(frame{kind, payload})
	if err != nil {
		return fmt.Errorf("realtime: %w", err)
	}
	return h.send(envelope{Channel: channel, Data: data})
}

// Offer gives a chat line to a room. weight decides who is heard when too
// many speak at once.
func (h *Hub) Offer(room string, weight int, line any) error {
	body, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("realtime: %w", err)
	}
	return h.send(envelope{Room: room, Lines: []Line{{weight, body}}})
}

// Held tells the desk of a room that a line waits there for a person.
func (h *Hub) Held(room string) error { return h.send(envelope{Room: room, Held: true}) }

// Like adds to a room's likes.
func (h *Hub) Like(room string, n int64) error { return h.send(envelope{Room: room, Likes: n}) }

// Viewers is how many watch a room now, on all nodes.
func (h *Hub) Viewers(room string) int64 {
	h.mu.Lock()
	m := h.rooms[room]
	h.mu.Unlock()
	if m == nil {
		return 0
	}
	return m.viewers()
}

// receive takes what any node has published, this one included.
func (h *Hub) receive(data []byte) {
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		h.Log.Error("realtime: a frame could not be read", "error", err)
		return
	}
	h.follow(e)
	if e.Channel != "" {
		// One goroutine of the subscription publishes, so frames of a channel
		// keep their order.
		if _, err := h.node.Publish(e.Channel, e.Data, centrifuge.WithHistory(ring, ringLife)); err != nil {
			h.Log.Error("realtime: a frame could not be published", "channel", e.Channel, "error", err)
		}
		return
	}
	for room, n := range e.Viewers {
		if e.Node == h.node.ID() {
			break // known here
		}
		h.with(room, func(m *merge) bool { return m.noted(e.Node, n) })
	}
	if e.Room != "" {
		h.with(e.Room, func(m *merge) bool { return m.take(e) })
	}
}

// follow notices frames that the bus has lost.
func (h *Hub) follow(e envelope) {
	last, known := h.heard[e.Node]
	h.heard[e.Node] = e.Number
	if known && e.Number != last+1 {
		h.Log.Warn("realtime: frames were lost between nodes; clients read anew", "node", e.Node, "after", last, "now", e.Number)
		h.broker.renew()
	}
}

// count tells the other nodes every now and then whom this one serves, in one
// message, and forgets rooms that nobody is in any more.
func (h *Hub) count() {
	tick := time.NewTicker(tellNodes)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-h.quit:
			return
		}
		here := map[string]int64{}
		for _, m := range h.merges() {
			if n := m.local(); n > 0 {
				here[m.room] = n
			} else {
				m.retire()
			}
		}
		if len(here) > 0 {
			_ = h.send(envelope{Viewers: here}) // told again soon
		}
	}
}

func (h *Hub) merges() []*merge {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Values(h.rooms))
}

// with gives f the merge of a room, made when first needed. f answers false
// when the merge has been dropped as idle meanwhile.
func (h *Hub) with(room string, f func(*merge) bool) {
	for {
		h.mu.Lock()
		m := h.rooms[room]
		if m == nil {
			m = &merge{hub: h, room: room, tick: tickShort, elsewhere: map[string]count{}}
			h.rooms[room] = m
		}
		h.mu.Unlock()
		if f(m) {
			return
		}
	}
}
