// Package app puts the parts of Tianbo together and runs them: it knows every
// module, and no rule of any.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/live/media"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/notify"
	"tianbo/internal/platform/obs"
	"tianbo/internal/platform/realtime"
	"tianbo/internal/platform/seal"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/tlscert"
)

// App is one running server.
type App struct {
	*modules
	config    *conf.Config
	version   string
	log       *slog.Logger
	db        *sqldb.DB
	bus       *bus.Bus
	policies  *authz.Policies
	api       *httpapi.API
	telemetry *obs.Telemetry
	firms     firms
	listener  net.Listener
	server    *http.Server
	redirect  *http.Server
	ready     chan struct{}
}

// DatabaseDSN is where the configuration keeps the database.
func DatabaseDSN(c *conf.Config) string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.Data, "tianbo.db")
}

// OpenDatabase opens the database of the configuration.
func OpenDatabase(ctx context.Context, c *conf.Config) (*sqldb.DB, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	return sqldb.Open(ctx, DatabaseDSN(c))
}

// Migrate brings the database up to date.
func Migrate(ctx context.Context, db *sqldb.DB) error { return db.Migrate(ctx, migrations()) }

func keyFolder(c *conf.Config) string {
	if c.Seal.Keyset != "" {
		return c.Seal.Keyset
	}
	return filepath.Join(c.Data, "keys")
}

func openStore(ctx context.Context, c *conf.Config) (blob.Store, error) {
	if c.S3.Endpoint == "" {
		return blob.NewDisk(filepath.Join(c.Data, "files")), nil
	}
	return blob.NewS3(ctx, blob.S3Options{
		Endpoint: c.S3.Endpoint, Bucket: c.S3.Bucket, Region: c.S3.Region, Key: c.S3.Key, Secret: c.S3.Secret, Insecure: c.S3.Insecure,
	})
}

func secure(c *conf.Config) bool {
	return c.TLS.SelfSigned || c.TLS.Cert != "" || c.TLS.ACME != "" || strings.HasPrefix(c.URL, "https://")
}

// New makes a server: it opens the database and brings it up to date, but
// takes no port yet.
func New(ctx context.Context, c *conf.Config, version string, log *slog.Logger) (*App, error) {
	a := &App{config: c, version: version, log: log, ready: make(chan struct{})}
	var err error
	if a.db, err = OpenDatabase(ctx, c); err != nil {
		return nil, err
	}
	if err := a.build(ctx); err != nil {
		a.db.Close()
		return nil, err
	}
	return a, nil
}

func (a *App) build(ctx context.Context) error {
	c := a.config
	if err := Migrate(ctx, a.db); err != nil {
		return err
	}
	sealer, err := seal.Load(keyFolder(c))
	if err != nil {
		return err
	}
	store, err := openStore(ctx, c)
	if err != nil {
		return err
	}
	if a.policies, err = policies(); err != nil {
		return err
	}
	if a.telemetry, err = obs.Start(ctx, a.version, c.Trace.Endpoint); err != nil {
		return err
	}
	hub, err := realtime.New(realtime.Deps{Transport: lateBus{a}, MayDesk: a.mayDesk, Log: a.log})
	if err != nil {
		return err
	}
	push, pushKey, err := pusher(c)
	if err != nil {
		return err
	}
	if a.firms, err = openFirms(ctx, c); err != nil {
		return err
	}
	a.modules = wire(outside{
		push: push, pushKey: pushKey, firms: a.firms, log: a.log, config: c, clock: clock.System, sealer: sealer, store: store, codes: codeSender(c, a.log), hub: hub,
		media: media.Deps{
			Log: a.log, Dir: filepath.Join(c.Data, "recording"), UDP: c.Media.UDP, RTMP: off(c.Media.RTMP),
			Hosts: list(c.Media.Hosts), Viewers: c.Media.Viewers,
		},
	})
	a.bus = bus.New(bus.Options{
		DB: a.db, Clock: clock.System, URL: c.NATS.URL, Dir: filepath.Join(c.Data, "events"), MQTT: c.NATS.MQTT, Log: a.log,
	}, a.handlers(), a.jobs())
	a.api = httpapi.New(httpapi.Deps{
		Auth: a.accounts, Policies: a.policies, Attach: a.attach, Sealer: sealer, Clock: clock.System, Observe: a.telemetry.Request, Audit: a.accounts.Audit,
		TrustedProxies: prefixes(c.Proxies), Origins: origins(c), RateFactor: c.Limits.Factor, Version: apiVersion,
	})
	a.routes(a.api, c, a.version, &health{a, time.Now()})
	return a.gauges()
}

// lateBus is the bus, which is made after the hub that speaks over it.
type lateBus struct{ a *App }

// Publish sends to every node.
func (l lateBus) Publish(subject string, data []byte) error { return l.a.bus.Publish(subject, data) }

// Subscribe listens to every node.
func (l lateBus) Subscribe(subject string, fn func([]byte)) (func(), error) {
	return l.a.bus.Subscribe(subject, fn)
}

func codeSender(c *conf.Config, log *slog.Logger) notify.Sender {
	if c.SMS.Provider == "aliyun" {
		return notify.NewAliyun(c.SMS.Key, c.SMS.Secret, c.SMS.Sign, c.SMS.Template)
	}
	return notify.Console{Log: log}
}

func off(address string) string {
	if address == "off" {
		return ""
	}
	return address
}

func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

func prefixes(text string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list(text) {
		if p, err := netip.ParsePrefix(s); err == nil { // checked when the configuration was read
			out = append(out, p)
		}
	}
	return out
}

func origins(c *conf.Config) []string {
	if c.URL == "" {
		return nil
	}
	return []string{strings.TrimSuffix(c.URL, "/")}
}

// attach puts what modules need into a context.
func (a *App) attach(ctx context.Context) context.Context { return a.bus.Attach(a.db.Attach(ctx)) }

// Context is a context for the server's own work, as the system.
func (a *App) Context(ctx context.Context) context.Context {
	return authz.AsSystem(a.policies.Attach(a.attach(ctx)))
}

// mayDesk: those who keep order in a room hear everything said in it.
func (a *App) mayDesk(ctx context.Context, name string) bool {
	ctx = a.policies.Attach(a.attach(ctx))
	r, err := a.rooms.ByID(ctx, id.Room(name))
	return err == nil && (authz.Allows(ctx, "chat.manage", r.Resource()) || authz.Allows(ctx, "room.patrol", r.Resource()))
}

func (a *App) gauges() error {
	var errs []error
	gauge := func(name, help string, read func() int64) { errs = append(errs, a.telemetry.Gauge(name, help, read)) }
	gauge("tianbo_connections", "Browsers connected to this node", func() int64 { return int64(a.hub.Connections()) })
	gauge("tianbo_channels", "Open media channels", func() int64 { return int64(a.media.Stats().Channels) })
	gauge("tianbo_publishers", "Hosts and guests sending now", func() int64 { return int64(a.media.Stats().Publishers) })
	gauge("tianbo_webrtc_viewers", "Viewers by WebRTC", func() int64 { return a.media.Stats().Viewers })
	gauge("tianbo_media_dropped", "Media units left out by lagging outputs", func() int64 { return a.media.Stats().Dropped })
	gauge("tianbo_recordings_unsaved", "Recorded files not yet in the store; rising means the store is away", func() int64 { return int64(a.media.Stats().Unsaved) })
	return errors.Join(errs...)
}

// Listen takes the web port.
func (a *App) Listen() (string, error) {
	l, err := net.Listen("tcp", a.config.Listen)
	if err != nil {
		return "", fmt.Errorf("web port: %w", err)
	}
	a.listener = l
	scheme := "http"
	if a.config.TLS.SelfSigned || a.config.TLS.Cert != "" || a.config.TLS.ACME != "" {
		scheme = "https"
	}
	return scheme + "://" + l.Addr().String(), nil
}

// Ready is closed once the server answers.
func (a *App) Ready() <-chan struct{} { return a.ready }

// Run serves until ctx ends, then stops in order: what was acknowledged is on
// disk, and recordings are whole.
func (a *App) Run(ctx context.Context) (err error) {
	defer a.db.Close()
	// The work outlives ctx: it ends when the server has stopped taking more.
	work, finish := context.WithCancel(context.WithoutCancel(ctx))
	defer finish()
	work = a.Context(work)
	if err := a.bus.Connect(work); err != nil {
		return err
	}
	defer a.bus.Close()
	if err := a.hub.Start(); err != nil {
		return err
	}
	if err := a.media.Start(work); err != nil {
		return err
	}
	if err := a.rooms.Resume(work); err != nil {
		a.media.Stop()
		return err
	}
	if err := errors.Join(a.ledger.ScheduleClose(work), a.payments.ScheduleBills(work)); err != nil {
		a.media.Stop()
		return err
	}
	if a.listener == nil {
		if _, err := a.Listen(); err != nil {
			a.media.Stop()
			return err
		}
	}
	site := a.handler()
	var wg sync.WaitGroup
	failed := make(chan error, 4)
	wg.Go(func() {
		if err := a.orders.Run(work); err != nil && work.Err() == nil {
			failed <- err
		}
	})
	wg.Go(func() { a.chat.Run(work) })
	if a.firms.sim != nil {
		wg.Go(func() { a.firms.serve(work, site, a.log) })
	}
	wg.Go(func() { a.housekeeping(work) })
	wg.Go(func() {
		if err := a.bus.Run(work); err != nil && work.Err() == nil {
			failed <- err
		}
	})
	if err := a.serve(site, failed); err != nil {
		a.media.Stop()
		return err
	}
	close(a.ready)
	trim()
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	a.stop()
	a.interact.Flush(work)
	finish()
	wg.Wait()
	return err
}

// stopping bounds the wait for requests under way.
const stopping = 10 * time.Second

func (a *App) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), stopping)
	defer cancel()
	// Players hang on blocking requests and sockets; the media and the hub let
	// them go first.
	a.media.Stop()
	if err := a.hub.Stop(ctx); err != nil {
		a.log.Warn("connections did not close in time", "error", err)
	}
	if err := a.server.Shutdown(ctx); err != nil {
		_ = a.server.Close()
	}
	if a.redirect != nil {
		_ = a.redirect.Close()
	}
	_ = a.telemetry.Stop(ctx) // the last measurements may be lost
}

func (a *App) serve(site http.Handler, failed chan<- error) error {
	c := a.config
	a.server = &http.Server{
		Handler: site, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	var err error
	switch {
	case c.TLS.Cert != "":
		a.server.TLSConfig, err = tlscert.FromFiles(c.TLS.Cert, c.TLS.Key)
	case c.TLS.ACME != "":
		a.server.TLSConfig = tlscert.FromACME(list(c.TLS.ACME), c.TLS.Email, filepath.Join(c.Data, "acme"))
	case c.TLS.SelfSigned:
		a.server.TLSConfig, err = tlscert.SelfSigned(filepath.Join(c.Data, "tls"), selfNames(c), time.Now())
	}
	if err != nil {
		return err
	}
	go func() {
		var err error
		if a.server.TLSConfig != nil {
			err = a.server.ServeTLS(a.listener, "", "")
		} else {
			err = a.server.Serve(a.listener)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return nil
}

func selfNames(c *conf.Config) []string {
	host, _, _ := net.SplitHostPort(c.Listen)
	out := []string{"localhost", "127.0.0.1"}
	if ip := net.ParseIP(host); host != "" && (ip == nil || !ip.IsUnspecified()) {
		out = append(out, host)
	}
	return out
}

// housekeeping does what must be done now and then.
func (a *App) housekeeping(ctx context.Context) {
	often, seldom := time.NewTicker(15*time.Second), time.NewTicker(6*time.Hour)
	defer often.Stop()
	defer seldom.Stop()
	for {
		select {
		case <-often.C:
			for _, room := range a.media.OnAir() {
				if err := a.rooms.Seen(ctx, room); err != nil {
					a.log.Warn("viewers could not be recorded", "error", err)
				}
			}
		case <-seldom.C:
			if _, err := a.sessions.Sweep(ctx); err != nil {
				a.log.Warn("expired sessions could not be swept", "error", err)
			}
			if n, err := a.api.Sweep(ctx, 7*24*time.Hour); err != nil {
				a.log.Warn("old answers could not be swept", "error", err)
			} else if n > 0 {
				a.log.Info("old answers swept", "count", n)
			}
		case <-ctx.Done():
			return
		}
	}
}

// apiVersion is that of the HTTP API. It is not the build's, so that the
// committed description changes only when the API does.
const apiVersion = "1"

// Document is the OpenAPI text; it needs no machine.
func Document() ([]byte, error) {
	c, err := conf.Load("", nil, nil)
	if err != nil {
		return nil, err
	}
	api, err := describe(c)
	if err != nil {
		return nil, err
	}
	return api.Document()
}

// describe registers every operation without opening anything.
func describe(c *conf.Config) (*httpapi.API, error) {
	p, err := policies()
	if err != nil {
		return nil, err
	}
	hub, err := realtime.New(realtime.Deps{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	m := wire(outside{config: c, clock: clock.System, hub: hub, media: media.Deps{Log: slog.New(slog.DiscardHandler)}})
	api := httpapi.New(httpapi.Deps{
		Auth: m.accounts, Policies: p, Attach: func(ctx context.Context) context.Context { return ctx }, Clock: clock.System, Version: apiVersion,
	})
	m.routes(api, c, "", nil)
	return api, nil
}
