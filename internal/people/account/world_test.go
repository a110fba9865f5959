package account_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/people/account"
	"tianbo/internal/people/org"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/notify"
	"tianbo/internal/platform/seal"
	"tianbo/internal/platform/session"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

// post is a telephone company: it keeps the last code sent to each number.
type post struct {
	mu    sync.Mutex
	codes map[string]string
	down  bool
}

func (p *post) SendCode(_ context.Context, phone, code string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return notify.ErrUndelivered
	}
	p.codes[phone] = code
	return nil
}

func (p *post) code(phone string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.codes[phone]
}

// pushes are what browsers got, by endpoint; answers say how their push
// services behave.
type pushes struct {
	mu      sync.Mutex
	got     map[string][]map[string]string
	answers map[string]error
}

func (p *pushes) Send(_ context.Context, to notify.Subscription, m notify.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.answers[to.Endpoint]; err != nil {
		return err
	}
	var text map[string]string
	if err := json.Unmarshal(m.Payload, &text); err != nil {
		return err
	}
	p.got[to.Endpoint] = append(p.got[to.Endpoint], text)
	return nil
}

type world struct {
	*account.Module
	t      *testing.T
	ctx    context.Context // as the system
	clock  *clock.Fake
	orgs   *org.Module
	bus    *bus.Bus
	post   *post
	pushes *pushes
	parts  *part
	serve  http.Handler
}

// part is another module's share of a person's data.
type part struct{ erased []id.Account }

func (*part) Name() string { return "orders" }

func (*part) Export(_ context.Context, a id.Account) (any, error) {
	return map[string]any{"bought": []string{"苹果 for " + string(a)}}, nil
}

func (*part) Keeps(context.Context, id.Account) ([]account.Kept, error) {
	return []account.Kept{{What: "订单", Law: "电商法 31"}}, nil
}

func (p *part) Erase(_ context.Context, a id.Account) error {
	p.erased = append(p.erased, a)
	return nil
}

func both(t *testing.T, test func(t *testing.T, w *world), change ...func(*account.Deps)) {
	t.Helper()
	tables := []sqldb.Migrations{
		bus.Migrations(), httpapi.Migrations(), session.Migrations(), (&org.Module{}).Migrations(), (&account.Module{}).Migrations(),
	}
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		test(t, newWorld(t, ctx, db, change))
	})
}

func newWorld(t *testing.T, ctx context.Context, db *sqldb.DB, change []func(*account.Deps)) *world {
	t.Helper()
	sealer, err := seal.Load(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, clock: clock.NewFake(time.Date(2026, 4, 1, 2, 0, 0, 0, time.UTC)), post: &post{codes: map[string]string{}}, parts: &part{},
		pushes: &pushes{got: map[string][]map[string]string{}, answers: map[string]error{}},
	}
	w.orgs = org.New(org.Deps{
		Clock: w.clock,
		Names: func(ctx context.Context, ids []id.Account) (map[id.Account]string, error) { return w.Names(ctx, ids) },
		Audit: func(ctx context.Context, action, subject, detail string) error {
			return w.Audit(ctx, action, subject, detail)
		},
		RoleChanged: func(ctx context.Context, f org.RoleChanged) error {
			return w.RoleChanged(ctx, f.Account, f.Org, f.Given)
		},
	})
	deps := account.Deps{
		Clock: w.clock, Sessions: session.Sessions{Clock: w.clock}, Roles: w.orgs, Codes: w.post, Sealer: sealer, Push: w.pushes, PushKey: "BKey",
		Platform: "田播", URL: site, Parts: []account.Part{w.parts},
	}
	for _, c := range change {
		c(&deps)
	}
	w.Module = account.New(deps)
	policies, err := authz.Load(map[string]string{"account": w.Policy(), "org": w.orgs.Policy()})
	if err != nil {
		t.Fatal(err)
	}
	w.bus = bus.New(bus.Options{DB: db, Clock: w.clock, Log: slog.New(slog.DiscardHandler)}, nil, w.Jobs())
	attach := func(ctx context.Context) context.Context { return w.bus.Attach(db.Attach(ctx)) }
	api := httpapi.New(httpapi.Deps{Auth: w.Module, Policies: policies, Attach: attach, Sealer: sealer, Clock: w.clock, Audit: w.Audit})
	w.Routes(api)
	w.orgs.Routes(api)
	w.serve = api.Handler(http.NotFoundHandler())
	w.ctx = authz.AsSystem(policies.Attach(attach(ctx)))
	return w
}

const site = "https://tianbo.example"

// answer is what an operation said.
type answer struct {
	status int
	body   map[string]any
	raw    string
}

func (a answer) str(path string) string {
	s, _ := a.at(path).(string)
	return s
}

// at walks into the body: "account.name", "items.0.id".
func (a answer) at(path string) any {
	var v any = a.body
	for key := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			i := int(key[0] - '0')
			if i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (a answer) count(path string) int {
	list, _ := a.at(path).([]any)
	return len(list)
}

// call sends a request with a bearer token; body is encoded as JSON.
func (w *world) call(token, method, path string, body any) answer {
	w.t.Helper()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			w.t.Fatal(err)
		}
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Language", "en")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	w.serve.ServeHTTP(rec, r)
	out := answer{status: rec.Code, raw: rec.Body.String()}
	if rec.Body.Len() > 0 {
		if err := json.Unmarshal(rec.Body.Bytes(), &out.body); err != nil {
			w.t.Fatalf("%s %s: %s", method, path, rec.Body)
		}
	}
	return out
}

// must fails the test unless the call went well.
func (w *world) must(token, method, path string, body any) answer {
	w.t.Helper()
	a := w.call(token, method, path, body)
	if a.status >= 300 {
		w.t.Fatalf("%s %s: %d %s", method, path, a.status, a.raw)
	}
	return a
}

// refused fails the test unless the call was refused with a code.
func (w *world) refused(code, token, method, path string, body any) answer {
	w.t.Helper()
	a := w.call(token, method, path, body)
	if a.status < 300 || a.str("code") != code {
		w.t.Errorf("%s %s: %d %s, want %s", method, path, a.status, a.raw, code)
	}
	return a
}

// signIn signs a person in on a new device and gives its token and account.
func (w *world) signIn(phone string) (token string, who id.Account) {
	w.t.Helper()
	w.clock.Advance(61 * time.Second)
	w.must("", "POST", "/api/auth/code", map[string]any{"phone": phone})
	a := w.must("", "POST", "/api/auth/sign-in", map[string]any{"phone": phone, "code": w.post.code(phone), "token": true, "deviceName": "小米 " + phone[7:]})
	return a.str("token"), id.Account(a.str("account.id"))
}

// official signs a person in who plays a part on the platform.
func (w *world) official(phone, role string) (token string, who id.Account) {
	w.t.Helper()
	_, who = w.signIn(phone)
	if err := w.orgs.Appoint(w.ctx, who, role, ""); err != nil {
		w.t.Fatal(err)
	}
	token, _ = w.signIn(phone)
	return token, who
}

func (w *world) drain() {
	w.t.Helper()
	if err := w.bus.Drain(w.ctx); err != nil {
		w.t.Fatal(err)
	}
}

// acts are the actions in an answer of the audit log, the newest first.
func acts(a answer) []string {
	var out []string
	items, _ := a.body["items"].([]any)
	for _, i := range items {
		m := i.(map[string]any)
		out = append(out, m["action"].(string))
	}
	return out
}

func has(list []string, want string) bool { return slices.Contains(list, want) }

var errBusy = &notify.PushLaterError{Wait: time.Minute}
