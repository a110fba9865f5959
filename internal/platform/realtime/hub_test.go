package realtime

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/httpapi"
)

// wire joins hubs as core NATS would: each hears all, in order.
type wire struct {
	mu  sync.Mutex
	fns []func([]byte)
}

func (w *wire) Publish(_ string, data []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, fn := range w.fns {
		fn(data)
	}
	return nil
}

func (w *wire) Subscribe(_ string, fn func([]byte)) (func(), error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ordered := make(chan []byte, 10_000)
	go func() {
		for d := range ordered {
			fn(d)
		}
	}()
	i := len(w.fns)
	w.fns = append(w.fns, func(d []byte) { ordered <- d })
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.fns[i] = func([]byte) {}
		close(ordered)
	}, nil
}

// header names the person, for tests.
type header struct{}

func (header) Authenticate(_ context.Context, r *http.Request) (authz.Actor, error) {
	return authz.Actor{Account: id.Account(r.Header.Get("X-Account"))}, nil
}

func serve(t *testing.T, w Transport) (*Hub, *httptest.Server) {
	t.Helper()
	h, err := New(Deps{Transport: w, MayDesk: func(ctx context.Context, _ string) bool { return authz.From(ctx).Account == "host" }, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(routes(t, h))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close(); _ = h.Stop(context.Background()) })
	return h, s
}

var quiet = slog.New(slog.DiscardHandler)

func routes(t testing.TB, h *Hub) http.Handler {
	t.Helper()
	policies, err := authz.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	api := httpapi.New(httpapi.Deps{Auth: header{}, Policies: policies, Attach: func(c context.Context) context.Context { return c }, Clock: clock.System})
	h.Routes(api)
	return api.Handler(http.NotFoundHandler())
}

// client is a centrifuge client over HTTP streaming.
type client struct {
	t       *testing.T
	url     string
	account string
	session string
	node    string
	in      *bufio.Scanner
}

type reply struct {
	ID    int                             `json:"id"`
	Error *struct{ Code int }             `json:"error"`
	Conn  *struct{ Session, Node string } `json:"connect"`
	Sub   *struct {
		Offset       uint64
		Epoch        string
		Recovered    bool
		Publications []struct{ Data frame }
	} `json:"subscribe"`
	Push *struct {
		Channel string
		Pub     struct {
			Data   json.RawMessage
			Offset uint64
		}
	} `json:"push"`
}

func dial(t *testing.T, url, account string) *client {
	t.Helper()
	c := &client{t: t, url: url, account: account}
	req, _ := http.NewRequest("POST", url+"/api/connect/http_stream", strings.NewReader(`{"id":1,"connect":{}}`))
	req.Header.Set("X-Account", account)
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("connect: %v %v", res, err)
	}
	t.Cleanup(func() { res.Body.Close() })
	c.in = bufio.NewScanner(res.Body)
	r := c.next(func(r reply) bool { return r.Conn != nil })
	c.session, c.node = r.Conn.Session, r.Conn.Node
	return c
}

func (c *client) next(want func(reply) bool) reply {
	c.t.Helper()
	for c.in.Scan() {
		var r reply
		if err := json.Unmarshal(c.in.Bytes(), &r); err != nil {
			c.t.Fatalf("%s: %v", c.in.Bytes(), err)
		}
		if want(r) {
			return r
		}
	}
	c.t.Fatal("the stream ended")
	return reply{}
}

func (c *client) subscribe(channel, more string) reply {
	c.t.Helper()
	command := fmt.Sprintf(`{"id":2,"subscribe":{"channel":%q%s}}`, channel, more)
	body, _ := json.Marshal(map[string]string{"session": c.session, "node": c.node, "data": command})
	req, _ := http.NewRequest("POST", c.url+"/api/connect/emulation", strings.NewReader(string(body)))
	req.Header.Set("X-Account", c.account)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	res.Body.Close()
	return c.next(func(r reply) bool { return r.ID == 2 })
}

func (c *client) push(channel string) (json.RawMessage, uint64) {
	c.t.Helper()
	r := c.next(func(r reply) bool { return r.Push != nil && r.Push.Channel == channel })
	return r.Push.Pub.Data, r.Push.Pub.Offset
}

func TestWhoMayHearWhat(t *testing.T) {
	t.Parallel()
	_, s := serve(t, &wire{})
	for _, c := range []struct {
		account, channel string
		ok               bool
	}{
		{"", "room:r:line", true},
		{"", "room:r:state", true},
		{"", "room:r:desk", false},
		{"host", "room:r:desk", true},
		{"anna", "me:anna", true},
		{"anna", "me:host", false},
		{"", "me:", false},
		{"anna", "room:r", false},
		{"anna", "room::line", false},
		{"anna", "else", false},
		{"anna", "room:r:other", false},
	} {
		r := dial(t, s.URL, c.account).subscribe(c.channel, "")
		if ok := r.Error == nil; ok != c.ok {
			t.Errorf("%q on %q: %v", c.account, c.channel, ok)
		}
	}
}

// Five hundred lines at once reach a viewer as one frame of two lines that
// says how many were left out; the desk gets all; nobody's order is mixed.
func TestAFloodIsMerged(t *testing.T) {
	t.Parallel()
	h, s := serve(t, &wire{})
	viewer, desk := dial(t, s.URL, ""), dial(t, s.URL, "host")
	viewer.subscribe("room:r:line", "")
	desk.subscribe("room:r:desk", "")
	var lines []Line
	for i := range 500 {
		w := 0
		if i == 250 {
			w = 3
		}
		lines = append(lines, Line{Weight: w, Body: json.RawMessage(fmt.Sprint(i))})
	}
	if err := h.send(envelope{Room: "r", Lines: lines}); err != nil {
		t.Fatal(err)
	}
	var f struct {
		Kind string
		Data tickFrame
	}
	for len(f.Data.Lines) == 0 {
		data, _ := viewer.push("room:r:line")
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatal(err)
		}
	}
	heavy := false
	for _, l := range f.Data.Lines {
		heavy = heavy || string(l) == "250"
	}
	if len(f.Data.Lines) != perTick || f.Data.Dropped != 498 || !heavy {
		t.Fatalf("%+v", f)
	}
	var all struct{ Data []int }
	data, _ := desk.push("room:r:desk")
	if err := json.Unmarshal(data, &all); err != nil || len(all.Data) != 500 || all.Data[499] != 499 {
		t.Fatalf("the desk got %d: %v", len(all.Data), err)
	}
}

func TestStateFramesAreRecoveredInOrder(t *testing.T) {
	t.Parallel()
	h, s := serve(t, &wire{})
	first := dial(t, s.URL, "").subscribe("room:r:state", "")
	for i := range 20 {
		if err := h.State("r", "price", i); err != nil {
			t.Fatal(err)
		}
	}
	again := dial(t, s.URL, "")
	var got reply
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && (got.Sub == nil || len(got.Sub.Publications) < 20); {
		again = dial(t, s.URL, "")
		got = again.subscribe("room:r:state", fmt.Sprintf(`,"recover":true,"offset":%d,"epoch":%q`, first.Sub.Offset, first.Sub.Epoch))
	}
	if !got.Sub.Recovered || len(got.Sub.Publications) != 20 {
		t.Fatalf("%+v", got.Sub)
	}
	for i, p := range got.Sub.Publications {
		if p.Data.Kind != "price" || p.Data.Data != float64(i) {
			t.Fatalf("frame %d is %+v", i, p.Data)
		}
	}
	// Beyond the ring a client is told that it must read anew.
	for i := range ring + 10 {
		_ = h.State("r", "price", i)
	}
	h.State("r", "last", 0)
	again.next(func(r reply) bool { return r.Push != nil && strings.Contains(string(r.Push.Pub.Data), "last") })
	late := dial(t, s.URL, "").subscribe("room:r:state", fmt.Sprintf(`,"recover":true,"offset":%d,"epoch":%q`, first.Sub.Offset, first.Sub.Epoch))
	if late.Sub.Recovered {
		t.Fatal("a client past the ring believes it has everything")
	}
}

func TestCountersSumOverNodes(t *testing.T) {
	t.Parallel()
	w := &wire{}
	one, a := serve(t, w)
	_, b := serve(t, w)
	x, y := dial(t, a.URL, ""), dial(t, b.URL, "")
	x.subscribe("room:r:line", "")
	y.subscribe("room:r:line", "")
	_ = one.Like("r", 3)
	_ = one.Like("r", 4)
	for _, c := range []*client{x, y} {
		likes := int64(0)
		for viewers := int64(0); viewers != 2 || likes != 7; {
			data, _ := c.push("room:r:line")
			var f struct{ Data tickFrame }
			if err := json.Unmarshal(data, &f); err != nil {
				t.Fatal(err)
			}
			viewers, likes = f.Data.Viewers, likes+f.Data.Likes
		}
	}
	if n := one.Viewers("r"); n != 2 {
		t.Fatalf("%d viewers", n)
	}
}

func TestTheWeightiestAreKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 50).Draw(t, "weights")
		var kept []Line
		for i, w := range weights {
			kept = choose(kept, Line{Weight: w, Body: json.RawMessage(fmt.Sprint(i))}, perTick, i+1, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "r") })
		}
		if len(kept) != min(perTick, len(weights)) {
			t.Fatalf("%d kept", len(kept))
		}
		lightest := kept[0].Weight
		for _, k := range kept {
			lightest = min(lightest, k.Weight)
		}
		heavier := 0
		for _, w := range weights {
			if w > lightest {
				heavier++
			}
		}
		if heavier >= perTick && len(weights) > perTick {
			t.Fatalf("weight %d was kept though %d lines are heavier: %v", lightest, heavier, weights)
		}
	})
}
