package realtime

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/centrifugal/centrifuge-go"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"tianbo/internal/platform/authz"
)

// centrifuge's own workers end within a second of the hub's end.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/centrifugal/centrifuge/internal/dissolve.(*Dissolver).runWorker"))
}

// natsWire is core NATS, with a connection for each hub.
type natsWire struct{ conn *nats.Conn }

func (w natsWire) Publish(s string, data []byte) error { return w.conn.Publish(s, data) }

func (w natsWire) Subscribe(s string, fn func([]byte)) (func(), error) {
	sub, err := w.conn.Subscribe(s, func(m *nats.Msg) { fn(m.Data) })
	if err != nil {
		return nil, err
	}
	return func() { _ = sub.Unsubscribe() }, w.conn.Flush()
}

// cluster is n hubs joined through NATS.
func cluster(t *testing.T, n int) (hubs []*Hub, webs []*httptest.Server) {
	t.Helper()
	s, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	for range n {
		conn, err := nats.Connect("", nats.InProcessServer(s))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conn.Close)
		h, web := serve(t, natsWire{conn})
		hubs, webs = append(hubs, h), append(webs, web)
	}
	return hubs, webs
}

// viewer is a real centrifuge client, as the web app's.
type viewer struct {
	*centrifuge.Client
	mu    sync.Mutex
	got   map[string][]frame
	subs  []centrifuge.SubscribedEvent
	moved chan struct{}
}

func watch(t *testing.T, url, account string, channels ...string) *viewer {
	t.Helper()
	v := &viewer{got: map[string][]frame{}, moved: make(chan struct{}, 1)}
	v.Client = centrifuge.NewJsonClient("ws"+strings.TrimPrefix(url, "http")+"/api/connect/websocket", centrifuge.Config{
		Header: http.Header{"X-Account": {account}}, MinReconnectDelay: time.Millisecond, MaxReconnectDelay: 20 * time.Millisecond,
	})
	t.Cleanup(v.Close)
	for _, channel := range channels {
		sub, err := v.NewSubscription(channel, centrifuge.SubscriptionConfig{Recoverable: !strings.HasSuffix(channel, ":line"), MinResubscribeDelay: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		sub.OnPublication(func(e centrifuge.PublicationEvent) {
			var f frame
			if err := json.Unmarshal(e.Data, &f); err != nil {
				t.Error(err)
			}
			v.note(func() { v.got[channel] = append(v.got[channel], f) })
		})
		sub.OnSubscribed(func(e centrifuge.SubscribedEvent) { v.note(func() { v.subs = append(v.subs, e) }) })
		if err := sub.Subscribe(); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.Connect(); err != nil {
		t.Fatal(err)
	}
	v.until(t, "subscribed", func() bool { return len(v.subs) >= len(channels) })
	return v
}

func (v *viewer) note(f func()) {
	v.mu.Lock()
	f()
	v.mu.Unlock()
	select {
	case v.moved <- struct{}{}:
	default:
	}
}

// until waits for ok, which is asked under the lock after each event.
func (v *viewer) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	end := time.After(40 * time.Second)
	for {
		v.mu.Lock()
		done := ok()
		v.mu.Unlock()
		if done {
			return
		}
		select {
		case <-v.moved:
		case <-end:
			t.Fatalf("never happened: %s", what)
		}
	}
}

// A flood of lines, two nodes, and a network that is cut again and again: each
// viewer gets at most a frame a tick of at most two lines, and every price in
// order.
func TestAFloodAndACutLoseNoPrice(t *testing.T) {
	hubs, webs := cluster(t, 2)
	const prices, cuts = 60, 3
	begin := time.Now()
	viewers := []*viewer{watch(t, webs[0].URL, "", "room:r:line", "room:r:state"), watch(t, webs[1].URL, "", "room:r:line", "room:r:state")}
	for i := range prices {
		for k := range 25 { // 25 lines every 50 ms are 500 a second
			if err := hubs[k%2].Offer("r", 0, map[string]int{"n": i*25 + k}); err != nil {
				t.Fatal(err)
			}
		}
		if err := hubs[0].State("r", "price", i); err != nil {
			t.Fatal(err)
		}
		if i%(prices/cuts) == prices/cuts/2 {
			webs[0].CloseClientConnections()
			webs[1].CloseClientConnections()
		}
		time.Sleep(50 * time.Millisecond) // the pace of the flood
	}
	for _, v := range viewers {
		v.until(t, "all prices", func() bool { return len(v.got["room:r:state"]) >= prices })
		ticks := int(time.Since(begin)/tickShort) + 1
		v.mu.Lock()
		for i, f := range v.got["room:r:state"] {
			if f.Kind != "price" || f.Data != float64(i) {
				t.Errorf("price %d is %+v", i, f)
			}
		}
		for _, s := range v.subs {
			if s.WasRecovering && s.Recoverable && !s.Recovered {
				t.Error("a short cut was not bridged")
			}
		}
		if n := len(v.got["room:r:line"]); n == 0 || n > ticks {
			t.Errorf("%d frames in %d ticks", n, ticks)
		}
		for _, f := range v.got["room:r:line"] {
			if lines := f.Data.(map[string]any)["lines"].([]any); len(lines) > perTick {
				t.Errorf("%d lines in a frame", len(lines))
			}
		}
		v.mu.Unlock()
	}
}

// holed loses one frame on the way to its subscriber.
type holed struct {
	Transport
	lose atomic.Bool
}

func (w *holed) Subscribe(s string, fn func([]byte)) (func(), error) {
	return w.Transport.Subscribe(s, func(data []byte) {
		if !w.lose.CompareAndSwap(true, false) {
			fn(data)
		}
	})
}

// When the bus loses a frame nobody knows what was in it: clients that would
// believe they have everything are told that they have not.
func TestALostFrameMakesClientsReadAnew(t *testing.T) {
	w := &holed{Transport: &wire{}}
	h, web := serve(t, w)
	v := watch(t, web.URL, "", "room:r:state")
	if err := h.State("r", "price", 1); err != nil {
		t.Fatal(err)
	}
	v.until(t, "the first price", func() bool { return len(v.got["room:r:state"]) == 1 })
	w.lose.Store(true)
	_ = h.State("r", "price", 2) // lost
	_ = h.State("r", "price", 3)
	v.until(t, "told of the gap", func() bool {
		last := v.subs[len(v.subs)-1]
		return len(v.subs) > 1 && last.WasRecovering && !last.Recovered
	})
	_ = h.State("r", "price", 4)
	v.until(t, "going on", func() bool {
		got := v.got["room:r:state"]
		return got[len(got)-1].Data == 4.0
	})
}

// A client that stops reading is cut; others do not notice.
func TestAStuckViewerIsCut(t *testing.T) {
	h, web := serve(t, &wire{})
	healthy := watch(t, web.URL, "", "room:r:state")
	// Raw, so that nothing reads: it subscribes and stands still.
	req, err := http.NewRequest("POST", web.URL+"/api/connect/http_stream", strings.NewReader(`{"id":1,"connect":{}}`+"\n"+`{"id":2,"subscribe":{"channel":"room:r:state"}}`))
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{ReadBufferSize: 1024}
	defer transport.CloseIdleConnections()
	res, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil || res.StatusCode != 200 {
		t.Fatal(res, err)
	}
	defer res.Body.Close()
	if h.Connections() != 2 {
		t.Fatalf("%d connections", h.Connections())
	}
	bulk, sent := strings.Repeat("x", 48<<10), 0
	for end := time.Now().Add(40 * time.Second); h.Connections() == 2 && time.Now().Before(end); sent++ {
		if err := h.State("r", "bulk", bulk); err != nil {
			t.Fatal(err)
		}
		healthy.until(t, "the healthy one keeps up", func() bool { return len(healthy.got["room:r:state"]) == sent+1 })
	}
	if h.Connections() != 1 {
		t.Fatalf("%d connections", h.Connections())
	}
}

// A room that everyone has left, or in which nothing happens, costs nothing.
func TestIdleRoomsHoldNothing(t *testing.T) {
	hubs, webs := cluster(t, 2)
	v := watch(t, webs[0].URL, "", "room:r:line", "room:q:line")
	if err := hubs[1].Offer("r", 0, "hello"); err != nil {
		t.Fatal(err)
	}
	v.until(t, "the line", func() bool {
		for _, f := range v.got["room:r:line"] {
			if len(f.Data.(map[string]any)["lines"].([]any)) == 1 {
				return true
			}
		}
		return false
	})
	timers := func(h *Hub) (n int) {
		for _, m := range h.merges() {
			m.mu.Lock()
			if m.timer != nil {
				n++
			}
			m.mu.Unlock()
		}
		return n
	}
	settled := func(what string, ok func() bool) {
		t.Helper()
		for end := time.Now().Add(40 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("never happened: %s", what)
			}
		}
	}
	settled("a quiet room with a viewer has no timer", func() bool { return timers(hubs[0]) == 0 && timers(hubs[1]) == 0 && hubs[1].Viewers("r") == 1 })
	v.Close()
	settled("an empty room is forgotten", func() bool { return len(hubs[0].merges()) == 0 && len(hubs[1].merges()) == 0 })
}

// After a fall everyone comes at once: those beyond what the node can take are
// asked to wait.
func TestTheGateAdmitsABoundedNumber(t *testing.T) {
	var g gate
	now := time.Unix(1_000_000, 0)
	n := 0
	for range 100_000 {
		if g.admits(now) {
			n++
		}
	}
	if n == 0 || n == 100_000 {
		t.Fatalf("%d admitted in one second", n)
	}
	if !g.admits(now.Add(time.Second)) {
		t.Fatal("the next second is closed too")
	}
}

// No command that a client can send brings the hub down.
func FuzzCommands(f *testing.F) {
	h, err := New(Deps{Transport: &wire{}, MayDesk: func(context.Context, string) bool { return true }, Log: quiet})
	if err != nil {
		f.Fatal(err)
	}
	if err := h.Start(); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = h.Stop(context.Background()) })
	for _, seed := range []string{
		`{"id":1,"connect":{}}`, `{"id":2,"subscribe":{"channel":"room:r:line"}}`, `{"id":3,"subscribe":{"channel":"room:r:state","recover":true,"offset":9,"epoch":"x"}}`,
		`{"id":4,"publish":{"channel":"room:r:state","data":{}}}`, `{"id":5,"history":{"channel":"room:r:state"}}`, `{"id":6,"presence":{"channel":"room:r:line"}}`,
		`{"id":7,"rpc":{"data":{}}}`, `{}`, "\x00", `{"id":1,"connect":{"subs":{"room:r:desk":{}}}}`,
	} {
		f.Add(seed)
	}
	web := httptest.NewServer(routes(f, h))
	f.Cleanup(func() { web.CloseClientConnections(); web.Close() })
	f.Fuzz(func(t *testing.T, command string) {
		// The stream of a client that was accepted stays open: it is left.
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		for _, path := range []string{"/api/connect/http_stream", "/api/connect/emulation"} {
			req, err := http.NewRequestWithContext(ctx, "POST", web.URL+path, strings.NewReader(command))
			if err != nil {
				t.Fatal(err)
			}
			if res, err := http.DefaultClient.Do(req); err == nil {
				if res.StatusCode >= 500 {
					t.Errorf("%s answers %d to %q", path, res.StatusCode, command)
				}
				res.Body.Close()
			}
		}
		if _, ok := h.permits(authz.With(ctx, authz.Actor{}), "", command); ok && !strings.HasPrefix(command, "room:") {
			t.Errorf("anyone may hear %q", command)
		}
		h.receive([]byte(command)) // another node's bytes
	})
}
