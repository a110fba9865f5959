package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/seal"
	"tianbo/internal/platform/session"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

const policy = `
permit (principal, action == Action::"note.view", resource);
permit (principal, action == Action::"note.write", resource) when { context.signedIn };
permit (principal, action == Action::"note.own", resource) when { context.isOwner };
permit (principal, action == Action::"note.desk", resource) when { context.regionRoles.contains("platform_admin") };
`

var tables = []sqldb.Migrations{httpapi.Migrations(), session.Migrations(), {Module: "note", FS: fstest.MapFS{
	"migrations/00001_init.sql": {Data: []byte("-- +goose Up\nCREATE TABLE note_note (\n  id TEXT NOT NULL PRIMARY KEY,\n  text TEXT NOT NULL\n);\n")},
}}}

var errTaken = fault.Define(fault.Conflict, "name_taken", "这个名字 {name} 已有人用", "The name {name} is taken.").At("body.text")

// world is an API with a few operations on one engine.
type world struct {
	url      string
	db       *sqldb.DB
	clock    *clock.Fake
	sessions session.Sessions
	runs     atomic.Int64 // of the handler of write
	mu       sync.Mutex
	heard    []string // by the observer
}

// Authenticate is as the account module's: a dead cookie is a visitor, a dead
// bearer token an error.
func (w *world) Authenticate(ctx context.Context, r *http.Request) (authz.Actor, error) {
	token, bearer := session.FromRequest(r)
	if token == "" {
		return authz.Actor{}, nil
	}
	s, err := w.sessions.Resolve(ctx, token)
	if errors.Is(err, session.ErrEnded) && !bearer {
		return authz.Actor{}, nil
	}
	return authz.Actor{Account: s.Account, Device: s.ID}, err
}

type noteIn struct {
	Body struct {
		Text string `json:"text" minLength:"2" maxLength:"2000"`
		Size int    `json:"size,omitempty" minimum:"1"`
	}
}

type noteBody struct {
	ID   string   `json:"id"`
	Text string   `json:"text"`
	Tags []string `json:"tags"`
}

type noteOut struct{ Body noteBody }

func insert(ctx context.Context, text string) (string, error) {
	note := string(id.New[id.Event]())
	return note, sqldb.Write(ctx, func(ctx context.Context) error {
		_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO note_note (id, text) VALUES ($1, $2)`, note, text)
		return err
	})
}

func newWorld(t *testing.T, db *sqldb.DB, factor float64) *world {
	t.Helper()
	policies, err := authz.Load(map[string]string{"note": policy})
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.Load(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{db: db, clock: clock.NewFake(time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC))}
	w.sessions = session.Sessions{Clock: w.clock}
	api := httpapi.New(httpapi.Deps{
		Auth: w, Policies: policies, Attach: db.Attach, Sealer: sealer, Clock: w.clock, RateFactor: factor, Version: "1",
		Observe: func(_ context.Context, method, route string, status int, _ time.Duration) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.heard = append(w.heard, fmt.Sprintf("%s %s %d", method, route, status))
		},
		Origins: []string{"https://shop.example"}, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	op := func(id, method, path, action string) httpapi.Op {
		return httpapi.Op{ID: id, Method: method, Path: path, Action: action, Tag: "note", Summary: id}
	}
	httpapi.Register(api, op("note-view", "GET", "/api/notes", "note.view"), func(ctx context.Context, _ *struct{}) (*noteOut, error) {
		return &noteOut{}, authz.Check(ctx, "note.view", authz.Resource{Type: "Note"})
	})
	write := func(ctx context.Context, in *noteIn) (*noteOut, error) {
		if err := authz.Check(ctx, "note.write", authz.Resource{Type: "Note"}); err != nil {
			return nil, err
		}
		w.runs.Add(1)
		note, err := insert(ctx, in.Body.Text)
		switch {
		case err != nil:
			return nil, err
		case in.Body.Text == "taken":
			return nil, errTaken.With("name", "taken")
		case in.Body.Text == "panic":
			panic("the secret cause")
		case in.Body.Text == "broken":
			return nil, errors.New("the secret cause")
		}
		return &noteOut{noteBody{ID: note, Text: in.Body.Text}}, nil
	}
	httpapi.Register(api, op("note-write", "POST", "/api/notes", "note.write"), write)
	volatile := op("note-secret", "POST", "/api/secrets", "note.write")
	volatile.Volatile = true
	httpapi.Register(api, volatile, write)
	httpapi.Register(api, op("note-desk", "POST", "/api/desk", "note.desk"), write)
	httpapi.Register(api, op("note-forgets", "POST", "/api/forgets", "note.write"), func(ctx context.Context, in *noteIn) (*noteOut, error) {
		_, err := insert(ctx, in.Body.Text)
		return &noteOut{}, err
	})
	plain := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	api.Raw("POST /raw/own", plain, httpapi.RawOp{})
	api.Raw("POST /raw/foreign", plain, httpapi.RawOp{Foreign: true})
	server := httptest.NewServer(api.Handler(http.NotFoundHandler()))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// signIn gives the cookie of a new person.
func (w *world) signIn(t *testing.T) string {
	t.Helper()
	_, token, err := w.sessions.Start(w.db.Attach(t.Context()), id.New[id.Account](), "phone", false, false)
	if err != nil {
		t.Fatal(err)
	}
	return session.CookieName + "=" + token
}

type answer struct {
	status int
	header http.Header
	body   string
	problem
}

type problem struct {
	Title  string
	Code   string
	Fields []struct{ Field, Code, Message string }
	Values map[string]any
}

// do sends a request; headers come as pairs.
func (w *world) do(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: string(text)}
	if res.StatusCode >= 400 {
		if kind := res.Header.Get("Content-Type"); kind != "application/problem+json" {
			t.Errorf("%s %s: %d as %q: %s", method, path, res.StatusCode, kind, text)
		}
		if err := json.Unmarshal(text, &a.problem); err != nil || a.Title == "" || a.Code == "" {
			t.Errorf("%s %s: problem %s: %v", method, path, text, err)
		}
	}
	return a
}

func (a answer) want(t *testing.T, status int, code string) {
	t.Helper()
	if a.status != status || a.Code != code {
		t.Errorf("got %d %q, want %d %q: %s", a.status, a.Code, status, code, a.body)
	}
}

func (w *world) notes(t *testing.T) (n int) {
	t.Helper()
	ctx := w.db.Attach(t.Context())
	if err := sqldb.From(ctx).QueryRow(ctx, `SELECT COUNT(*) FROM note_note`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func each(t *testing.T, factor float64, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	sqldbtest.Each(t, tables, func(t *testing.T, _ context.Context, db *sqldb.DB) { test(t, newWorld(t, db, factor)) })
}

func TestProblemsSpeakTheLanguageAskedFor(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world) {
		me := w.signIn(t)
		for name, c := range map[string]struct {
			method, path, body string
			status             int
			code, zh, en       string
			field              string
		}{
			"not found":      {"GET", "/api/none", "", 404, "not_found", "没有找到", "Not found", ""},
			"a fault":        {"POST", "/api/notes", `{"text":"taken"}`, 409, "name_taken", "这个名字 taken 已有人用", "The name taken is taken.", "body.text"},
			"too short":      {"POST", "/api/notes", `{"text":"x"}`, 422, "invalid_request", "填得不对", "need to be corrected", "body.text"},
			"missing":        {"POST", "/api/notes", `{}`, 422, "invalid_request", "填得不对", "need to be corrected", "body"},
			"not JSON":       {"POST", "/api/notes", `{"text":`, 400, "malformed_body", "读不懂", "could not be read", ""},
			"unknown member": {"POST", "/api/notes", `{"text":"ok","admin":true}`, 422, "invalid_request", "填得不对", "need to be corrected", "body.admin"},
			"our mistake":    {"POST", "/api/notes", `{"text":"broken"}`, 500, "internal", "出了点问题", "went wrong", ""},
			"a panic":        {"POST", "/api/notes", `{"text":"panic"}`, 500, "internal", "出了点问题", "went wrong", ""},
		} {
			zh := w.do(t, c.method, c.path, c.body, "Cookie", me)
			en := w.do(t, c.method, c.path, c.body, "Cookie", me, "Accept-Language", "fr;q=0.9, en-GB")
			zh.want(t, c.status, c.code)
			en.want(t, c.status, c.code)
			if !strings.Contains(zh.Title, c.zh) || !strings.Contains(en.Title, c.en) {
				t.Errorf("%s: %q, %q", name, zh.Title, en.Title)
			}
			if c.field != "" && (len(zh.Fields) == 0 || zh.Fields[0].Field != c.field || zh.Fields[0].Message == en.Fields[0].Message) {
				t.Errorf("%s: fields %+v, %+v", name, zh.Fields, en.Fields)
			}
			if strings.Contains(zh.body+en.body, "secret cause") {
				t.Errorf("%s: the cause is shown", name)
			}
			if c.code == "internal" && (zh.Values["trace"] == "" || !strings.Contains(zh.Title, fmt.Sprint(zh.Values["trace"]))) {
				t.Errorf("%s: no reference for the person: %s", name, zh.body)
			}
		}
	})
}

func TestSubmittedValuesAreNotEchoed(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world) {
		const private = "13912345678"
		a := w.do(t, "POST", "/api/notes", `{"text":["`+private+`"],"size":"`+private+`","`+private+`":1}`, "Cookie", w.signIn(t))
		a.want(t, 422, "invalid_request")
		for _, f := range a.Fields {
			if strings.Contains(f.Message, private) {
				t.Errorf("echoed in %+v", f)
			}
		}
	})
}

func TestEmptyListsAreLists(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world) {
		if a := w.do(t, "GET", "/api/notes", ""); a.status != 200 || !strings.Contains(a.body, `"tags":[]`) {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}

func TestWhoMayNotIsTurnedAwayBeforeTheBodyIsRead(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world) {
		for name, headers := range map[string][]string{
			"nobody":            nil,
			"a forged cookie":   {"Cookie", session.CookieName + "=" + strings.Repeat("A", 52)},
			"an empty cookie":   {"Cookie", session.CookieName + "="},
			"a broken cookie":   {"Cookie", session.CookieName + "=%00;;="},
			"an unusual scheme": {"Authorization", "Basic YTpi"},
		} {
			if a := w.do(t, "POST", "/api/notes", `not even JSON`, headers...); a.status != 401 || a.Code != "sign_in_first" {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		// A handler with a proof of its own is given a Bearer that is no session.
		if got := w.do(t, "POST", "/raw/foreign", "", "Authorization", "Bearer "+strings.Repeat("A", 52)); got.status != http.StatusNoContent {
			t.Errorf("a publish token: %d, want 204", got.status)
		}
		w.do(t, "POST", "/raw/own", "", "Authorization", "Bearer "+strings.Repeat("A", 52)).want(t, 401, "session_ended")
		w.do(t, "POST", "/api/notes", `{"text":"ok"}`, "Authorization", "Bearer "+strings.Repeat("A", 52)).want(t, 401, "session_ended")
		w.do(t, "POST", "/api/desk", `not even JSON`, "Cookie", w.signIn(t)).want(t, 403, "forbidden")
		me := w.signIn(t)
		w.do(t, "POST", "/api/notes", `{"text":"ok"}`, "Cookie", me).want(t, 200, "")
		w.clock.Advance(session.IdlePerson + time.Hour)
		w.do(t, "POST", "/api/notes", `{"text":"ok"}`, "Cookie", me).want(t, 401, "sign_in_first")
	})
}

func TestOtherSitesCannotWrite(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world) {
		me := w.signIn(t)
		for name, c := range map[string]struct {
			path    string
			headers []string
			status  int
		}{
			"the browser says cross-site":      {"/api/notes", []string{"Sec-Fetch-Site", "cross-site"}, 403},
			"a sibling domain":                 {"/api/notes", []string{"Sec-Fetch-Site", "same-site"}, 403},
			"another origin, an old browser":   {"/api/notes", []string{"Origin", "https://evil.example"}, 403},
			"an opaque origin":                 {"/api/notes", []string{"Origin", "null"}, 403},
			"our own page":                     {"/api/notes", []string{"Sec-Fetch-Site", "same-origin"}, 200},
			"our own origin, an old browser":   {"/api/notes", []string{"Origin", w.url}, 200},
			"the public address":               {"/api/notes", []string{"Origin", "https://shop.example", "Sec-Fetch-Site", "cross-site"}, 200},
			"a program, which is no browser":   {"/api/notes", nil, 200},
			"a raw handler":                    {"/raw/own", []string{"Sec-Fetch-Site", "cross-site"}, 403},
			"a raw handler with its own proof": {"/raw/foreign", []string{"Sec-Fetch-Site", "cross-site"}, 204},
		} {
			a := w.do(t, "POST", c.path, `{"text":"ok"}`, append([]string{"Cookie", me}, c.headers...)...)
			if a.status != c.status || c.status == 403 && a.Code != "cross_origin" {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		w.do(t, "GET", "/api/notes", "", "Sec-Fetch-Site", "cross-site").want(t, 200, "")
	})
}

func TestSizesAreLimited(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world) {
		me := w.signIn(t)
		for name, size := range map[string]int{"just over": 256<<10 + 1, "10 MB": 10 << 20} {
			a := w.do(t, "POST", "/api/notes", `{"text":"`+strings.Repeat("a", size)+`"}`, "Cookie", me)
			a.want(t, 413, "too_large")
			if !strings.Contains(a.Title, "256 KB") {
				t.Errorf("%s: %s", name, a.Title)
			}
		}
		w.do(t, "POST", "/api/notes", "a=b", "Cookie", me, "Content-Type", "application/x-www-form-urlencoded").want(t, 415, "unsupported_content")
		if n := w.notes(t); n != 0 {
			t.Errorf("%d notes", n)
		}
	})
}

func TestRatesAreLimitedEachByItself(t *testing.T) {
	each(t, 0.1, func(t *testing.T, w *world) { // six writes at once, one more every 2 s
		one, other := w.signIn(t), w.signIn(t)
		write := func(cookie string) answer { return w.do(t, "POST", "/api/notes", `{"text":"ok"}`, "Cookie", cookie) }
		for range 6 {
			write(one).want(t, 200, "")
		}
		a := write(one)
		a.want(t, 429, "too_many_requests")
		if a.header.Get("Retry-After") != "2" || !strings.Contains(a.Title, "2 秒") {
			t.Errorf("Retry-After %q, %s", a.header.Get("Retry-After"), a.Title)
		}
		write(other).want(t, 200, "")
		w.clock.Advance(2 * time.Second)
		write(one).want(t, 200, "")
		write(one).want(t, 429, "too_many_requests")
		// Visitors count by address, which the proxy tells.
		from := func(address string) int {
			return w.do(t, "POST", "/api/notes", `{}`, "X-Forwarded-For", address).status
		}
		for range 6 {
			from("192.0.2.1")
		}
		if a, b := from("192.0.2.1"), from("192.0.2.2"); a != 429 || b != 401 {
			t.Errorf("the same address %d, another %d", a, b)
		}
		if a := from("192.0.2.77, 192.0.2.1"); a != 429 {
			t.Errorf("a made up first hop got %d", a)
		}
	})
}

func TestRepeatsGetTheFirstAnswer(t *testing.T) {
	each(t, 0, func(t *testing.T, w *world) {
		me, key := w.signIn(t), "key-0001"
		var wg sync.WaitGroup
		answers := make([]answer, 12)
		for i := range answers {
			wg.Go(func() {
				answers[i] = w.do(t, "POST", "/api/notes", `{"text":"apples"}`, "Cookie", me, "Idempotency-Key", key)
			})
		}
		wg.Wait()
		for _, a := range answers {
			if a.status != 200 || a.body != answers[0].body {
				t.Errorf("%d %s, the first %s", a.status, a.body, answers[0].body)
			}
		}
		if n := w.notes(t); n != 1 {
			t.Fatalf("%d effects", n)
		}
		w.do(t, "POST", "/api/notes", `{"text":"pears"}`, "Cookie", me, "Idempotency-Key", key).want(t, 409, "key_reused")
		w.do(t, "POST", "/api/notes", `{"text":"apples"}`, "Cookie", me, "Idempotency-Key", "short").want(t, 422, "key_malformed")
		if a := w.do(t, "POST", "/api/notes", `{"text":"apples"}`, "Cookie", w.signIn(t), "Idempotency-Key", key); a.status != 200 || a.body == answers[0].body {
			t.Errorf("another person with the same key: %d %s", a.status, a.body)
		}
		w.do(t, "POST", "/api/notes", `{"text":"pears"}`, "Cookie", me, "Idempotency-Key", "key-0002").want(t, 200, "")
		if n := w.notes(t); n != 3 {
			t.Errorf("%d effects", n)
		}
	})
}

// What failed under a key is undone and may be tried again with the same key.
func TestFailuresUnderAKeyLeaveNothing(t *testing.T) {
	each(t, 0, func(t *testing.T, w *world) {
		me := w.signIn(t)
		for text, status := range map[string]int{"taken": 409, "broken": 500, "panic": 500} {
			for range 2 {
				if a := w.do(t, "POST", "/api/notes", `{"text":"`+text+`"}`, "Cookie", me, "Idempotency-Key", "key-"+text); a.status != status {
					t.Errorf("%s: %d %s", text, a.status, a.body)
				}
			}
		}
		if n, runs := w.notes(t), w.runs.Load(); n != 0 || runs != 6 {
			t.Errorf("%d notes of %d runs", n, runs)
		}
		// A handler that forgets to ask the policies cannot ship.
		w.do(t, "POST", "/api/forgets", `{"text":"ok"}`, "Cookie", me, "Idempotency-Key", "key-forgets").want(t, 500, "internal")
		if n := w.notes(t); n != 0 {
			t.Errorf("%d notes of the handler that forgets", n)
		}
		// An answer with a secret is never kept.
		first := w.do(t, "POST", "/api/secrets", `{"text":"ok"}`, "Cookie", me, "Idempotency-Key", "key-secret")
		second := w.do(t, "POST", "/api/secrets", `{"text":"ok"}`, "Cookie", me, "Idempotency-Key", "key-secret")
		if first.status != 200 || second.status != 200 || first.body == second.body {
			t.Errorf("%s, %s", first.body, second.body)
		}
	})
}

func TestAnswersAreKeptSealed(t *testing.T) {
	each(t, 0, func(t *testing.T, w *world) {
		w.do(t, "POST", "/api/notes", `{"text":"13912345678"}`, "Cookie", w.signIn(t), "Idempotency-Key", "key-0001").want(t, 200, "")
		ctx := w.db.Attach(t.Context())
		var body []byte
		if err := sqldb.From(ctx).QueryRow(ctx, `SELECT body FROM http_answer`).Scan(&body); err != nil {
			t.Fatal(err)
		}
		if len(body) == 0 || strings.Contains(string(body), "13912345678") {
			t.Error("the stored answer can be read")
		}
	})
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world) {
		for _, path := range []string{"/api/notes", "/api/none"} {
			h := w.do(t, "GET", path, "").header
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
				"Referrer-Policy": "strict-origin-when-cross-origin", "X-Frame-Options": "SAMEORIGIN",
			} {
				if got := h.Get(name); got != want {
					t.Errorf("%s: %s is %q", path, name, got)
				}
			}
		}
	})
}

func TestObserverHearsTheRoute(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world) {
		me := w.signIn(t)
		w.do(t, "POST", "/api/notes", `{"text":"ok"}`, "Cookie", me)
		w.do(t, "POST", "/api/notes", `{"text":"panic"}`, "Cookie", me)
		w.do(t, "GET", "/api/none", "")
		want := []string{"POST POST /api/notes 200", "POST POST /api/notes 500", "GET /api/ 404"}
		w.mu.Lock()
		defer w.mu.Unlock()
		if got := strings.Join(w.heard, "; "); got != strings.Join(want, "; ") {
			t.Errorf("heard %s, want %s", got, strings.Join(want, "; "))
		}
	})
}
