package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tianbo/internal/platform/authz"
)

// Public is the action of an operation that anyone may call unasked.
const Public = "public"

// Op describes one operation.
type Op struct {
	ID      string // kebab-case, unique: "room-start"
	Method  string
	Path    string // under /api/
	Action  string // the action of the policies, or Public
	Tag     string // the pillar: people, live, market …
	Summary string
	// Description may say what is promised: idempotency, what a retry does.
	Description string
	Rate        Rate // RateRead or RateWrite by method when empty
	// Self asks the policies about the actor's own things before the handler
	// runs; the handler need not ask again.
	Self bool
	// OwnKey: the handler sees to its own idempotency (IdempotencyKey), or
	// its effect cannot live in one transaction.
	OwnKey bool
	// Volatile: the answer holds a secret shown once or sets a cookie, so it
	// is never stored; a repeat runs again.
	Volatile bool
	// Audit: an act of office, which the audit log keeps with the request's
	// body. What a helper does for another is always kept.
	Audit   bool
	MaxBody int64 // bytes; 256 KiB when 0
	Status  int   // of success; 200 when 0
}

const defaultMaxBody = 256 << 10

type keyKey struct{}

// IdempotencyKey is the key of the request, empty when none was sent.
func IdempotencyKey(ctx context.Context) string {
	key, _ := ctx.Value(keyKey{}).(string)
	return key
}

// Register adds an operation. It panics on a description that cannot be
// right, which is found at start and in every test.
func Register[I, O any](a *API, op Op, handler func(context.Context, *I) (*O, error)) {
	if op.Action == "" || (op.Action != Public && !a.deps.Policies.Names(op.Action)) {
		panic(fmt.Sprintf("httpapi: %s: no policy names the action %q", op.ID, op.Action))
	}
	write := op.Method != http.MethodGet
	if op.Rate == (Rate{}) {
		op.Rate = RateRead
		if write {
			op.Rate = RateWrite
		}
	}
	if op.MaxBody == 0 {
		op.MaxBody = defaultMaxBody
	}
	embedsExported(op.ID, reflect.TypeFor[I]())
	a.ops = append(a.ops, op)
	fill := filler(reflect.TypeFor[O]())
	run := func(ctx context.Context, in *I) (*O, error) {
		if op.Self {
			self := authz.Resource{Type: "Self", Owner: authz.From(ctx).Subject()}
			if err := authz.Check(ctx, op.Action, self); err != nil {
				return nil, err
			}
		}
		out, err := handler(ctx, in)
		if err != nil {
			return nil, err
		}
		if op.Action != Public && !authz.Checked(ctx) {
			return nil, fmt.Errorf("operation %s asked no policy", op.ID)
		}
		if write {
			if err := a.audit(ctx, op, in); err != nil {
				return nil, err
			}
		}
		if out != nil {
			fill(reflect.ValueOf(out).Elem())
		}
		return out, nil
	}
	huma.Register(a.huma, describe(a, op, write), func(ctx context.Context, in *I) (*O, error) {
		ctx = a.deps.Policies.Attach(ctx)
		var out *O
		var err error
		if write && !op.OwnKey && !op.Volatile && IdempotencyKey(ctx) != "" {
			out, err = once(ctx, a, op, in, run)
		} else {
			out, err = run(ctx, in)
		}
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		return out, nil
	})
}

func describe(a *API, op Op, write bool) huma.Operation {
	h := huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description,
		Tags: []string{op.Tag}, DefaultStatus: op.Status, MaxBodyBytes: op.MaxBody,
		BodyReadTimeout: 30 * time.Second,
		Middlewares:     huma.Middlewares{a.gate(op)},
		Extensions:      map[string]any{"x-action": op.Action},
	}
	if op.MaxBody > defaultMaxBody {
		h.BodyReadTimeout = 5 * time.Minute // a photo over one bar of signal
	}
	if write {
		h.Parameters = append(h.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: "string"},
			Description: "8 to 64 letters, digits, - or _; a repeat with the same key gets the first answer",
		})
	}
	return h
}

// gate checks what needs no body: the rate, the shape of the key, and whether
// such a person could be allowed this at all.
func (a *API) gate(op Op) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(hc)
		if wait := a.limit.take(op.Rate, a.payer(r.Context(), op.Rate)); wait > 0 {
			WriteProblem(w, r, limited(wait))
			return
		}
		if key := r.Header.Get("Idempotency-Key"); key != "" {
			if !validKey(key) {
				WriteProblem(w, r, errKeyShape)
				return
			}
			hc = huma.WithValue(hc, keyKey{}, key)
		}
		hc = huma.WithValue(hc, subjectKey{}, subject(op, r))
		if op.Action != Public {
			if err := authz.Possible(a.deps.Policies.Attach(r.Context()), op.Action); err != nil {
				WriteProblem(w, r, err)
				return
			}
		}
		next(hc)
	}
}

func validKey(key string) bool {
	if len(key) < 8 || len(key) > 64 {
		return false
	}
	for i := range len(key) {
		c := key[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

// embedsExported refuses inputs whose embedded parts the router cannot see: it
// would leave their parameters unread without a word.
func embedsExported(op string, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && !f.IsExported() {
			panic("httpapi: operation " + op + " embeds " + f.Type.Name() + ", which must be exported to be read")
		}
		if f.Anonymous {
			embedsExported(op, f.Type)
		}
	}
}
