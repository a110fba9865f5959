package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/centrifugal/centrifuge"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/realtime"
)

// chatServer serves one room: as Tianbo does ("tick", at most ten lines a
// second to a viewer), with the same tick but every line in it ("all"), or the
// library alone, one frame a line ("plain").
func chatServer(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("chat-server", flag.ExitOnError)
	mode := flags.String("mode", "tick", "tick, all or plain")
	listen := flags.String("listen", "127.0.0.1:9190", "address")
	if err := flags.Parse(args); err != nil {
		return err
	}
	mux := http.NewServeMux()
	var say func() error
	var err error
	if *mode == "plain" {
		say, err = plainRoom(mux)
	} else {
		say, err = tickRoom(mux, *mode == "all")
	}
	if err != nil {
		return err
	}
	mux.HandleFunc("POST /start", func(_ http.ResponseWriter, r *http.Request) {
		rate, err := strconv.Atoi(r.URL.Query().Get("rate"))
		if err != nil || rate <= 0 {
			return
		}
		go func() {
			begin := time.Now()
			for n := 0; ctx.Err() == nil; n++ {
				time.Sleep(time.Until(begin.Add(time.Duration(n) * time.Second / time.Duration(rate))))
				if err := say(); err != nil {
					slog.Error("a line was not said", "error", err)
				}
			}
		}()
	})
	web := &http.Server{Addr: *listen, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = web.Close() })
	defer stop()
	if err := web.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// wire is core NATS inside the process, as a server of Tianbo has it.
type wire struct{ conn *nats.Conn }

func (w wire) Publish(subject string, data []byte) error { return w.conn.Publish(subject, data) }

func (w wire) Subscribe(subject string, fn func([]byte)) (func(), error) {
	sub, err := w.conn.Subscribe(subject, func(m *nats.Msg) { fn(m.Data) })
	if err != nil {
		return nil, err
	}
	return func() { _ = sub.Unsubscribe() }, nil
}

type nobody struct{}

func (nobody) Authenticate(context.Context, *http.Request) (authz.Actor, error) {
	return authz.Actor{}, nil
}

func tickRoom(mux *http.ServeMux, all bool) (func() error, error) {
	s, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true, NoLog: true})
	if err != nil {
		return nil, err
	}
	s.Start()
	conn, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		return nil, err
	}
	d := realtime.Deps{Transport: wire{conn}, MayDesk: func(context.Context, string) bool { return false }, Log: slog.Default()}
	if all {
		d.LinesPerTick = 10_000
	}
	h, err := realtime.New(d)
	if err != nil {
		return nil, err
	}
	if err := h.Start(); err != nil {
		return nil, err
	}
	policies, err := authz.Load(nil)
	if err != nil {
		return nil, err
	}
	api := httpapi.New(httpapi.Deps{
		Auth: nobody{}, Policies: policies, Attach: func(c context.Context) context.Context { return c }, Clock: clock.System, RateFactor: 100,
	})
	h.Routes(api)
	mux.Handle("/", api.Handler(http.NotFoundHandler()))
	return func() error { return h.Offer("r", 0, newBody()) }, nil
}

func plainRoom(mux *http.ServeMux) (func() error, error) {
	node, err := centrifuge.New(centrifuge.Config{ClientQueueMaxSize: 128 << 10, ClientStaleCloseDelay: 25 * time.Second})
	if err != nil {
		return nil, err
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{Credentials: &centrifuge.Credentials{}}, nil
	})
	node.OnConnect(func(c *centrifuge.Client) {
		c.OnSubscribe(func(_ centrifuge.SubscribeEvent, reply centrifuge.SubscribeCallback) {
			reply(centrifuge.SubscribeReply{}, nil)
		})
	})
	if err := node.Run(); err != nil {
		return nil, err
	}
	mux.Handle("/api/connect/websocket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{
		ReadBufferSize: 512, UseWriteBufferPool: true, MessageSizeLimit: 16 << 10,
		PingPongConfig: centrifuge.PingPongConfig{PingInterval: 35 * time.Second, PongTimeout: 30 * time.Second},
	}))
	return func() error {
		data, err := json.Marshal(newBody())
		if err == nil {
			_, err = node.Publish("room:r:line", data)
		}
		return err
	}, nil
}
