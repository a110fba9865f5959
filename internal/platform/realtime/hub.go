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
// own. A room without news has neither goroutine nor timer.
package realtime

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
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
}

// Hub is this node's connections.
type Hub struct {
	Deps
	node *centrifuge.Node
	end  func()
	gate gate

	mu    sync.Mutex
	rooms map[string]*merge
}

// New makes a hub; Start lets it run.
func New(d Deps) (*Hub, error) {
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
	h := &Hub{Deps: d, node: node, rooms: map[string]*merge{}}
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
	return nil
}

// Stop closes all connections; clients come again by themselves, spread out.
func (h *Hub) Stop(ctx context.Context) error {
	if h.end != nil {
		h.end()
	}
	h.mu.Lock()
	for _, m := range h.rooms {
		m.stop()
	}
	h.mu.Unlock()
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
			h.room(room).counted()
		}
	})
	c.OnUnsubscribe(func(e centrifuge.UnsubscribeEvent) {
		if room, ok := lineRoom(e.Channel); ok {
			h.room(room).counted()
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
	Channel string          `json:"c,omitempty"` // of a recoverable frame
	Room    string          `json:"r,omitempty"`
	Data    json.RawMessage `json:"d,omitempty"`
	Lines   []Line          `json:"l,omitempty"`
	Likes   int64           `json:"k,omitempty"`
	Node    string          `json:"n,omitempty"` // whose viewers
	Viewers int64           `json:"v,omitempty"`
}

type frame struct {
	Kind string `json:"kind"`
	Data any    `json:"data"`
}

func (h *Hub) send(e envelope) error {
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
	if e.Channel != "" {
		// One goroutine of the subscription publishes, so frames of a channel
		// keep their order.
		if _, err := h.node.Publish(e.Channel, e.Data, centrifuge.WithHistory(ring, ringLife)); err != nil {
			h.Log.Error("realtime: a frame could not be published", "channel", e.Channel, "error", err)
		}
		return
	}
	h.room(e.Room).take(e)
}

// room is the merge of a room, made when first needed and dropped when idle.
func (h *Hub) room(room string) *merge {
	h.mu.Lock()
	defer h.mu.Unlock()
	m := h.rooms[room]
	if m == nil {
		m = &merge{hub: h, room: room, tick: tickShort, elsewhere: map[string]count{}}
		h.rooms[room] = m
	}
	return m
}
