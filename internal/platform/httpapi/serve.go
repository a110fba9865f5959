package httpapi

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"tianbo/internal/platform/authz"
)

// Handler serves everything registered, and rest for every path that is not.
func (a *API) Handler(rest http.Handler) http.Handler {
	a.mux.Handle("/", rest)
	a.cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		WriteProblem(w, r, errCrossOrigin)
	}))
	inner := a.identify(a.cross.Handler(a.mux))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), langKey{}, negotiate(r))
		ctx = context.WithValue(ctx, traceKey{}, rand.Text()[:12])
		ctx = context.WithValue(ctx, addressKey{}, clientAddress(r, a.deps.TrustedProxies))
		ctx = a.deps.Attach(ctx)
		r = r.WithContext(ctx)
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		h.Set("X-Frame-Options", "SAMEORIGIN")
		rec := &recorder{ResponseWriter: w}
		matched := "unmatched"
		start := time.Now()
		defer func() {
			if cause := recover(); cause != nil && !aborted(cause) {
				err := fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
				if rec.status == 0 {
					WriteProblem(rec, r, err)
				} else {
					slog.ErrorContext(ctx, "panic after the answer began", "error", err, "trace", Trace(ctx))
				}
			}
			if a.deps.Observe != nil {
				a.deps.Observe(ctx, r.Method, matched, rec.code(), time.Since(start))
			}
		}()
		inner.ServeHTTP(rec, r.WithContext(context.WithValue(ctx, routeKey{}, &matched)))
	})
}

// aborted: the handler ends the answer on purpose.
func aborted(cause any) bool {
	err, ok := cause.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// identify finds the actor. API answers are private to the person unless a
// handler says otherwise.
func (a *API) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.URL.Path) >= 5 && r.URL.Path[:5] == "/api/" {
			w.Header().Set("Cache-Control", "no-store")
		}
		actor, err := a.deps.Auth.Authenticate(r.Context(), r)
		if err != nil && a.ownProof(r) {
			actor, err = authz.Actor{}, nil // the Bearer is a publish token, not a session
		}
		if err != nil {
			WriteProblem(w, r, err)
			return
		}
		r = r.WithContext(authz.With(r.Context(), actor))
		defer noteRoute(r)
		next.ServeHTTP(w, r)
	})
}

// ownProof reports whether the request is for a handler that authorises by a
// token of its own (RawOp.Foreign).
func (a *API) ownProof(r *http.Request) bool {
	_, pattern := a.proof.Handler(r)
	return pattern != ""
}

type routeKey struct{}

// noteRoute tells whoever observes the answer the pattern that the router has
// matched, which unlike the path has few values. The router writes it into the
// very request that it is given.
func noteRoute(r *http.Request) {
	if matched, ok := r.Context().Value(routeKey{}).(*string); ok && r.Pattern != "" {
		*matched = r.Pattern
	}
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

// Unwrap serves http.ResponseController; Flush and Hijack serve libraries
// that look for the interfaces themselves.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) Flush() { _ = http.NewResponseController(r.ResponseWriter).Flush() }

func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if r.status == 0 {
		r.status = http.StatusSwitchingProtocols
	}
	return http.NewResponseController(r.ResponseWriter).Hijack()
}
