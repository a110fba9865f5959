package app_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"tianbo/internal/app"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

// server is a whole platform, running.
type server struct {
	*app.App
	config *conf.Config
	url    string
	stop   func()
}

// configure gives the settings of an empty platform on one engine.
func configure(t *testing.T, dialect sqldb.Dialect) *conf.Config {
	t.Helper()
	settings := map[string]any{
		"data": t.TempDir(), "listen": "127.0.0.1:0", "demo": "true", "limits.factor": "0", "platform.region": "629901",
		"media.udp": "127.0.0.1:0", "media.rtmp": "127.0.0.1:0",
	}
	if dialect == sqldb.Postgres {
		settings["database"] = sqldbtest.DSN(t, dialect)
	}
	c, err := conf.Load("", nil, settings)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// start serves until stop is called or the test ends.
func start(t *testing.T, c *conf.Config) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	a, err := app.New(ctx, c, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	s := &server{App: a, config: c}
	if s.url, err = a.Listen(); err != nil {
		cancel()
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the server stopped with %v", err)
		}
	})
	t.Cleanup(s.stop)
	select {
	case <-a.Ready():
	case err := <-done:
		done <- err
		t.Fatalf("the server did not start: %v", err)
	}
	return s
}

// both runs a test on a platform on each engine.
func both(t *testing.T, test func(t *testing.T, s *server)) {
	t.Helper()
	t.Parallel()
	for _, dialect := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			test(t, start(t, configure(t, dialect)))
		})
	}
}

type reply struct {
	status int
	header http.Header
	body   string
}

// call sends a request, with a token when there is one, and reads JSON.
func (s *server) call(t *testing.T, token, method, path string, in, out any, headers ...string) reply {
	t.Helper()
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		body = strings.NewReader(string(text))
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	transport := &http.Transport{DisableCompression: true, DisableKeepAlives: true}
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil || res.StatusCode >= 300 {
			t.Fatalf("%s %s: %d %s (%v)", method, path, res.StatusCode, text, err)
		}
	}
	return reply{res.StatusCode, res.Header, string(text)}
}

// signIn gives the token of the person with a number.
func (s *server) signIn(t *testing.T, phone string) string {
	t.Helper()
	var asked struct{ DemoCode string }
	s.call(t, "", "POST", "/api/auth/code", map[string]any{"phone": phone}, &asked)
	var signed struct{ Token string }
	s.call(t, "", "POST", "/api/auth/sign-in", map[string]any{"phone": phone, "code": asked.DemoCode, "token": true}, &signed)
	return signed.Token
}

const admin = "13900000001"

func TestServerOnBothEngines(t *testing.T) {
	both(t, func(t *testing.T, s *server) {
		if r := s.call(t, "", "GET", "/healthz", nil, nil); r.status != 200 || r.body != "ok\n" {
			t.Errorf("healthz: %d %q", r.status, r.body)
		}
		var ready struct {
			Ready   bool
			Version string
			Events  struct{ Dead int }
		}
		if s.call(t, "", "GET", "/readyz", nil, &ready); !ready.Ready || ready.Version != "test" {
			t.Errorf("readyz: %+v", ready)
		}
		s.call(t, "", "GET", "/api/rooms", nil, nil)
		metrics := s.call(t, "", "GET", "/metrics", nil, nil)
		for _, name := range []string{"http_server_request_duration_seconds_count", `http_route="GET /api/rooms"`, "go_goroutines", "process_resident_memory_bytes", "tianbo_connections"} {
			if !strings.Contains(metrics.body, name) {
				t.Errorf("metrics lack %s", name)
			}
		}
		if r := s.call(t, "", "GET", "/metrics", nil, nil, "X-Forwarded-For", "198.51.100.7"); r.status != 403 {
			t.Errorf("metrics through a proxy: %d", r.status)
		}
		if r := s.call(t, "", "GET", "/api/openapi.yaml", nil, nil); r.status != 200 || !strings.HasPrefix(r.body, "components:") {
			t.Errorf("openapi: %d", r.status)
		}
		token := s.signIn(t, "13900000002")
		var me struct{ Account struct{ ID string } }
		if s.call(t, token, "GET", "/api/me", nil, &me); me.Account.ID == "" {
			t.Error("nobody is signed in")
		}
		// What was acknowledged is there after a restart.
		s.stop()
		again := start(t, s.config)
		first := me.Account.ID
		if again.call(t, token, "GET", "/api/me", nil, &me); me.Account.ID != first {
			t.Errorf("after a restart %q, before %q", me.Account.ID, first)
		}
	})
}

func TestAdministratorIsMadeWhileTheServerRuns(t *testing.T) {
	both(t, func(t *testing.T, s *server) {
		if err := app.CreateAdmin(t.Context(), s.config, admin, "周管理"); err != nil {
			t.Fatal(err)
		}
		if err := app.CreateAdmin(t.Context(), s.config, admin, "周管理"); err != nil {
			t.Errorf("a second time: %v", err)
		}
		token := s.signIn(t, admin)
		if r := s.call(t, token, "GET", "/api/desk/audit", nil, nil); r.status != 200 {
			t.Errorf("the administrator reads the audit log: %d %s", r.status, r.body)
		}
		if err := app.CreateAdmin(t.Context(), s.config, "12345", "周管理"); err == nil {
			t.Error("a number that is none was taken")
		}
	})
}

func TestTakenPortIsSaid(t *testing.T) {
	t.Parallel()
	s := start(t, configure(t, sqldb.SQLite))
	c := configure(t, sqldb.SQLite)
	c.Listen = strings.TrimPrefix(s.url, "http://")
	a, err := app.New(t.Context(), c, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Listen(); err == nil || !strings.Contains(err.Error(), "web port") {
		t.Errorf("got %v", err)
	}
}
