package bus

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	streamName = "TIANBO"
	eventsRoot = "tianbo.event."
	wakeOutbox = "tianbo.wake.outbox"
	wakeJob    = "tianbo.wake.job"
)

// connection is a connected NATS, with its server when that is inside.
type connection struct {
	server *server.Server
	conn   *nats.Conn
	js     jetstream.JetStream
}

func connect(ctx context.Context, o Options) (*connection, error) {
	c := &connection{}
	options := []nats.Option{nats.Name("tianbo"), nats.MaxReconnects(-1), nats.ReconnectWait(500 * time.Millisecond), nats.RetryOnFailedConnect(false)}
	address := o.URL
	if o.URL == "" {
		var err error
		if c.server, err = startServer(o); err != nil {
			return nil, err
		}
		options = append(options, nats.InProcessServer(c.server))
	}
	var err error
	if c.conn, err = nats.Connect(address, options...); err != nil {
		c.close()
		return nil, fmt.Errorf("connecting to NATS: %w", err)
	}
	if c.js, err = jetstream.New(c.conn); err != nil {
		c.close()
		return nil, fmt.Errorf("JetStream: %w", err)
	}
	if err := c.ensureStream(ctx); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func startServer(o Options) (*server.Server, error) {
	options := &server.Options{
		ServerName: "tianbo", DontListen: true, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: filepath.Join(o.Dir, "nats"),
		JetStreamMaxMemory: 32 << 20, JetStreamMaxStore: 4 << 30,
	}
	if o.MQTT != "" {
		host, port, err := net.SplitHostPort(o.MQTT)
		if err != nil {
			return nil, fmt.Errorf("nats.mqtt: %w", err)
		}
		if options.MQTT.Port, err = strconv.Atoi(port); err != nil {
			return nil, fmt.Errorf("nats.mqtt: %w", err)
		}
		options.MQTT.Host = host
	}
	s, err := server.NewServer(options)
	if err != nil {
		return nil, fmt.Errorf("NATS inside: %w", err)
	}
	s.Start()
	if !s.ReadyForConnections(15 * time.Second) {
		s.Shutdown()
		return nil, errors.New("NATS inside did not start; is its store folder writable?")
	}
	return s, nil
}

// ensureStream makes the stream of events. A day is kept: what is older and
// unhandled comes from the outbox again.
func (c *connection) ensureStream(ctx context.Context) error {
	_, err := c.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: streamName, Subjects: []string{eventsRoot + ">"}, Storage: jetstream.FileStorage,
		MaxAge: 24 * time.Hour, Duplicates: 2 * time.Minute, Discard: jetstream.DiscardOld, MaxBytes: 1 << 30,
	})
	if err != nil {
		return fmt.Errorf("making the event stream: %w", err)
	}
	return nil
}

// consumer is the durable consumer of one handler. One message is in flight
// at a time, on all nodes together, so that order holds.
func (c *connection) consumer(ctx context.Context, h Handler) (jetstream.Consumer, error) {
	if err := c.ensureStream(ctx); err != nil {
		return nil, err
	}
	consumer, err := c.js.CreateOrUpdateConsumer(ctx, streamName, jetstream.ConsumerConfig{
		Durable: strings.NewReplacer(".", "-", " ", "-").Replace(h.Name), FilterSubject: eventsRoot + h.Subject,
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: 1, MaxDeliver: -1,
		DeliverPolicy: jetstream.DeliverAllPolicy,
	})
	if err != nil {
		return nil, fmt.Errorf("making the consumer of %s: %w", h.Name, err)
	}
	return consumer, nil
}

func (c *connection) close() {
	if c.conn != nil {
		c.conn.Close()
	}
	if c.server != nil {
		c.server.Shutdown()
		c.server.WaitForShutdown()
	}
}

// Publish sends a message that may be lost to every node, this one included.
// It serves the fan-out to browsers; facts go through Emit.
func (b *Bus) Publish(subject string, data []byte) error {
	if err := b.nats.conn.Publish("tianbo.lossy."+subject, data); err != nil {
		return fmt.Errorf("publishing: %w", err)
	}
	return nil
}

// Subscribe receives what any node publishes. Call the returned function to
// end it.
func (b *Bus) Subscribe(subject string, fn func(data []byte)) (func(), error) {
	sub, err := b.nats.conn.Subscribe("tianbo.lossy."+subject, func(m *nats.Msg) { fn(m.Data) })
	if err != nil {
		return nil, fmt.Errorf("subscribing: %w", err)
	}
	return func() { _ = sub.Unsubscribe() }, nil // ends anyhow with the connection
}
