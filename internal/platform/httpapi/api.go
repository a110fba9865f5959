package httpapi

import (
	"context"
	"net/http"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/authz"
)

// Authenticator tells who sends a request. An unknown or ended session in a
// cookie is an anonymous visitor; a bad Bearer token is an error.
type Authenticator interface {
	Authenticate(ctx context.Context, r *http.Request) (authz.Actor, error)
}

// Sealer encrypts stored answers, which may hold personal data.
type Sealer interface {
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
}

// Deps is what the API stands on.
type Deps struct {
	Auth     Authenticator
	Policies *authz.Policies
	Attach   func(context.Context) context.Context // puts the database into the context
	Sealer   Sealer
	Clock    clock.Clock
	// Observe is told of every answered request; may be nil.
	Observe func(ctx context.Context, method, route string, status int, took time.Duration)
	// Audit keeps acts of office and what helpers do for others; may be nil.
	Audit func(ctx context.Context, action, subject, detail string) error
	// TrustedProxies may say, by X-Forwarded-For, whom they speak for.
	TrustedProxies []netip.Prefix
	// Origins are further web origins that may write, e.g. a public URL
	// behind a proxy that rewrites Host.
	Origins []string
	// RateFactor scales all rate limits; 0 switches them off.
	RateFactor float64
	Version    string
}

// API gathers operations and serves them.
type API struct {
	deps  Deps
	mux   *http.ServeMux
	huma  huma.API
	limit *limiter
	cross *http.CrossOriginProtection
	proof *http.ServeMux // the Foreign patterns
	ops   []Op
}

// New makes an empty API. It does no I/O.
func New(d Deps) *API {
	a := &API{deps: d, mux: http.NewServeMux(), limit: newLimiter(d.Clock, d.RateFactor), cross: http.NewCrossOriginProtection(), proof: http.NewServeMux()}
	for _, origin := range d.Origins {
		if err := a.cross.AddTrustedOrigin(origin); err != nil {
			panic("httpapi: trusted origin " + origin + ": " + err.Error()) // conf has checked it
		}
	}
	config := huma.DefaultConfig("Tianbo 田播", d.Version)
	config.Info.Description = "A live-selling platform for smallholder farmers. Amounts are fen, weights grams, instants RFC 3339."
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks, config.Transformers = nil, nil
	a.huma = humago.New(a.mux, config)
	a.mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { WriteProblem(w, r, errNotFound) })
	a.mux.HandleFunc("GET /api/openapi.yaml", a.serveDocument)
	return a
}

func init() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		if status == 0 {
			return &Problem{} // huma looks at its type when describing operations
		}
		return fromHuma(context.Background(), status, msg, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		if ctx == nil {
			return huma.NewError(status, msg, errs...)
		}
		return fromHuma(ctx.Context(), status, msg, errs)
	}
}

// Document is the OpenAPI 3.1 text, as committed in api/openapi.yaml.
func (a *API) Document() ([]byte, error) { return a.huma.OpenAPI().YAML() }

func (a *API) serveDocument(w http.ResponseWriter, r *http.Request) {
	text, err := a.Document()
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/yaml")
	_, _ = w.Write(text)
}

// Operations are the registered ones, for tests that walk them all.
func (a *API) Operations() []Op { return a.ops }

// RawOp describes a handler outside the operations.
type RawOp struct {
	Rate Rate
	// Foreign lets other web origins write here: for calls that carry their
	// own proof instead of a cookie (a publish token, a signed callback).
	Foreign bool
}

// Raw mounts a plain handler. The handler authorises by itself, with
// authz.Check or with a token of its own.
func (a *API) Raw(pattern string, h http.Handler, op RawOp) {
	inner := h
	h = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := a.deps.Policies.Attach(r.Context())
		if wait := a.limit.take(op.Rate, a.payer(ctx, op.Rate)); wait > 0 {
			WriteProblem(w, r, limited(wait))
			return
		}
		inner.ServeHTTP(w, r.WithContext(ctx))
	})
	if op.Foreign {
		// The patterns of CrossOriginProtection are ServeMux patterns.
		a.cross.AddInsecureBypassPattern(pattern)
		a.proof.Handle(pattern, h)
	}
	a.mux.Handle(pattern, h)
}

// payer is who a request counts against.
func (a *API) payer(ctx context.Context, class Rate) string {
	if actor := authz.From(ctx); actor.SignedIn() && !class.ByAddr {
		return string(actor.Account)
	}
	return Address(ctx)
}

func limited(wait time.Duration) error {
	return errLimited.With("seconds", retrySeconds(wait)).RetryAfter(wait)
}

// schemaName prefixes a type with its package, so that two modules may both
// have a "Line"; the kernel's page.Of[T] becomes TPage.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := t.Name()
	if generic, arg, ok := strings.Cut(name, "["); ok {
		arg = strings.TrimSuffix(arg, "]")
		pkg, inner := "", arg
		if i := strings.LastIndex(arg, "."); i >= 0 {
			pkg, inner = arg[strings.LastIndex(arg[:i], "/")+1:i], arg[i+1:]
		}
		if generic == "Of" {
			generic = "Page"
		}
		return title(withPackage(pkg, inner)) + generic
	}
	if name == "" {
		return title(hint)
	}
	pkg := t.PkgPath()
	return title(withPackage(pkg[strings.LastIndex(pkg, "/")+1:], name))
}

func withPackage(pkg, name string) string {
	if pkg == "httpapi" || pkg == "" || strings.HasPrefix(strings.ToLower(name), pkg) {
		return name
	}
	return title(pkg) + title(name)
}

func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
