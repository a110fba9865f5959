package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

type chatBench struct {
	viewers, rate, rounds int
	length, warm          time.Duration
	port                  int
	dir                   string
}

func benchChat(ctx context.Context, args []string) (err error) {
	b := &chatBench{}
	flags := flag.NewFlagSet("chat", flag.ExitOnError)
	flags.IntVar(&b.viewers, "viewers", 2000, "viewers of one room")
	flags.IntVar(&b.rate, "rate", 150, "lines a second")
	flags.IntVar(&b.rounds, "rounds", 5, "rounds of each side")
	flags.DurationVar(&b.length, "length", 10*time.Second, "what is measured of a round")
	flags.DurationVar(&b.warm, "warm", 3*time.Second, "what comes before it")
	flags.IntVar(&b.port, "port", 9190, "port of the server under measurement")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "tianbo-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	fmt.Printf("%d viewers, %d lines of 120 bytes a second, %d rounds of %s\n", b.viewers, b.rate, b.rounds, b.length)
	sides := []struct {
		name, mode string
		rate       int
	}{{"tick, all lines", "all", b.rate}, {"no tick", "plain", b.rate}, {"tick, 10 lines/s a viewer", "tick", b.rate}, {"tick, ten times the lines", "tick", 10 * b.rate}}
	all := make([]figures, len(sides))
	for i := range all {
		all[i] = figures{}
	}
	for round := range b.rounds {
		for k := range sides {
			i := (k + round) % len(sides)
			if err := b.round(ctx, sides[i].mode, sides[i].rate, all[i]); err != nil {
				return fmt.Errorf("%s: %w", sides[i].name, err)
			}
		}
	}
	names := []string{"CPU %", "CPU µs a delivered line", "lines delivered a viewer and second", "line delay p50 ms", "line delay p99 ms", "RSS KB a connection", "viewers cut"}
	fmt.Print("\nThe same library with the room tick and without, every line delivered:\n")
	table(names, []string{sides[0].name, sides[1].name}, all[:2])
	fmt.Print("\nAs it runs, and at ten times the rate:\n")
	table(names, []string{sides[3].name, sides[2].name}, []figures{all[3], all[2]})
	return nil
}

// crowd counts what its viewers get.
type crowd struct {
	lines, cut atomic.Int64
	mu         sync.Mutex
	delays     []float64
	measuring  atomic.Bool
}

func (b *chatBench) round(ctx context.Context, mode string, rate int, f figures) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	address := fmt.Sprintf("127.0.0.1:%d", b.port)
	p, err := start(b.dir, "chat", exec.Command(self, "chat-server", "-mode", mode, "-listen", address))
	if err != nil {
		return err
	}
	defer p.stop()
	if err := reachable(ctx, address); err != nil {
		return err
	}
	empty, err := p.rss()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	c := &crowd{}
	for i := range b.viewers {
		conn, err := join(ctx, address)
		if err != nil {
			return fmt.Errorf("viewer %d: %w", i, err)
		}
		wg.Go(func() { c.read(ctx, conn, i < 40) })
	}
	full, err := p.rss()
	if err != nil {
		return err
	}
	res, err := http.Post(fmt.Sprintf("http://%s/start?rate=%d", address, rate), "", nil)
	if err != nil {
		return err
	}
	res.Body.Close()
	if !sleep(ctx, b.warm) {
		return ctx.Err()
	}
	before, err := p.cpu()
	if err != nil {
		return err
	}
	c.measuring.Store(true)
	begin := time.Now()
	if !sleep(ctx, b.length) {
		return ctx.Err()
	}
	c.measuring.Store(false)
	after, err := p.cpu()
	if err != nil {
		return err
	}
	took := time.Since(begin).Seconds()
	c.mu.Lock()
	delays := slices.Sorted(slices.Values(c.delays))
	c.mu.Unlock()
	// Forty viewers count for all: reading for 2,000 is the bench's own load.
	a := float64(c.lines.Load()) / 40 / took
	f.add("CPU %", 100*(after-before).Seconds()/took)
	f.add("CPU µs a delivered line", (after-before).Seconds()*1e6/(a*took*float64(b.viewers)))
	f.add("lines delivered a viewer and second", a)
	f.add("line delay p50 ms", quantile(delays, 0.5))
	f.add("line delay p99 ms", quantile(delays, 0.99))
	f.add("RSS KB a connection", (full-empty)/1024/float64(b.viewers))
	f.add("viewers cut", float64(c.cut.Load()))
	return nil
}

func join(ctx context.Context, address string) (*websocket.Conn, error) {
	dialer := websocket.Dialer{ReadBufferSize: 4096, WriteBufferSize: 256}
	conn, res, err := dialer.DialContext(ctx, "ws://"+address+"/api/connect/websocket", nil)
	if err != nil {
		return nil, err
	}
	res.Body.Close()
	for _, command := range []string{`{"id":1,"connect":{}}`, `{"id":2,"subscribe":{"channel":"room:r:line"}}`} {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(command)); err != nil {
			return nil, err
		}
		if _, _, err := conn.ReadMessage(); err != nil {
			return nil, err
		}
	}
	return conn, nil
}

// read takes what comes; some look into it.
func (c *crowd) read(ctx context.Context, conn *websocket.Conn, look bool) {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer func() {
		if stop() {
			conn.Close()
		}
	}()
	for {
		_, data, err := conn.ReadMessage()
		if err != nil {
			if ctx.Err() == nil {
				c.cut.Add(1)
				slog.Debug("cut", "error", err)
			}
			return
		}
		now := time.Now()
		if len(data) < 4 { // a ping
			_ = conn.WriteMessage(websocket.TextMessage, []byte("{}"))
			continue
		}
		if look && c.measuring.Load() {
			c.look(data, now)
		}
	}
}

// body is a line of the size that people write.
type body struct {
	At   int64  `json:"at"` // ns
	Text string `json:"text"`
}

var padding = strings.Repeat("x", 84)

func newBody() body { return body{time.Now().UnixNano(), padding} }

func (c *crowd) look(data []byte, now time.Time) {
	for row := range strings.SplitSeq(string(data), "\n") {
		var reply struct {
			Push struct {
				Pub struct{ Data json.RawMessage }
			}
		}
		if json.Unmarshal([]byte(row), &reply) != nil {
			continue
		}
		var tick struct{ Data struct{ Lines []body } }
		lines := tick.Data.Lines
		if json.Unmarshal(reply.Push.Pub.Data, &tick) == nil && tick.Data.Lines != nil {
			lines = tick.Data.Lines
		} else {
			var one body
			if json.Unmarshal(reply.Push.Pub.Data, &one) == nil && one.At > 0 {
				lines = []body{one}
			}
		}
		c.mu.Lock()
		for _, l := range lines {
			c.delays = append(c.delays, now.Sub(time.Unix(0, l.At)).Seconds()*1000)
		}
		c.mu.Unlock()
		c.lines.Add(int64(len(lines)))
	}
}
