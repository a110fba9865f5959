package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/sqldb"
)

// Problem is the body of every error answer (RFC 9457).
type Problem struct {
	Type   string         `json:"type" doc:"Always about:blank; the code tells errors apart"`
	Title  string         `json:"title" doc:"What happened and what to do, in the language asked for"`
	Status int            `json:"status"`
	Code   string         `json:"code" doc:"Stable snake_case code for programs"`
	Fields []ProblemField `json:"fields,omitempty" doc:"The request fields at fault"`
	Values map[string]any `json:"values,omitempty" doc:"Values that the title mentions"`
	wait   time.Duration
}

// ProblemField is one request field at fault.
type ProblemField struct {
	Field   string `json:"field" doc:"JSON path, e.g. body.phone"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error is the code: what the person sees is the title.
func (p *Problem) Error() string { return p.Code }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders gives Retry-After where the fault knows a wait.
func (p *Problem) GetHeaders() http.Header {
	if p.wait <= 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(retrySeconds(p.wait))}}
}

// ContentType marks the body as a problem.
func (*Problem) ContentType(string) string { return "application/problem+json" }

func retrySeconds(d time.Duration) int { return max(1, int((d+time.Second-1)/time.Second)) }

// problemOf turns any error into what the person sees. An error that is not a
// fault is our mistake: it is logged here, once, with its cause, and the
// person gets a reference number only.
func problemOf(ctx context.Context, err error) *Problem {
	lang := Lang(ctx)
	f, ok := fault.Of(sqldb.Explain(err))
	switch {
	case !ok && errors.Is(err, page.ErrCursor):
		f = errCursor
	case !ok && errors.Is(err, context.Canceled):
		f = errUnavailable
	case !ok && errors.Is(err, context.DeadlineExceeded):
		f = errUnavailable.RetryAfter(time.Second)
	case !ok:
		f = errInternal
	}
	if f.Kind() == fault.Internal {
		slog.ErrorContext(ctx, "request failed", "error", err, "trace", Trace(ctx))
		f = f.With("trace", Trace(ctx))
	}
	p := &Problem{
		Type: "about:blank", Title: f.Message(lang), Status: f.Kind().Status(), Code: f.Code(),
		Values: f.Values(), wait: f.Wait(),
	}
	if f.Field() != "" {
		p.Fields = append(p.Fields, ProblemField{f.Field(), f.Code(), f.Message(lang)})
	}
	for _, part := range f.Parts() {
		p.Fields = append(p.Fields, ProblemField{part.Field(), part.Code(), part.Message(lang)})
	}
	return p
}

// WriteProblem answers a plain http request with the error, for handlers that
// do not go through an operation.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(r.Context(), err)
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may be gone
}

// fromHuma builds the problem for what huma itself refuses: bad bodies,
// failed validation, unknown content types. It never echoes submitted values.
func fromHuma(ctx context.Context, status int, msg string, causes []error) *Problem {
	var f *fault.Error
	switch status {
	case http.StatusUnprocessableEntity:
		f = errInvalid
	case http.StatusBadRequest:
		f = errMalformed
	case http.StatusRequestEntityTooLarge:
		f = errTooLarge.With("limit", limitOf(msg))
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable:
		f = errUnsupported
	case http.StatusNotFound:
		f = errNotFound
	case http.StatusRequestTimeout:
		f = errUnavailable
	default:
		return problemOf(ctx, errors.Join(append(causes, errors.New(msg))...))
	}
	p := problemOf(ctx, f)
	p.Status = status
	lang := Lang(ctx)
	for _, cause := range causes {
		var detail huma.ErrorDetailer
		if errors.As(cause, &detail) {
			d := detail.ErrorDetail()
			code, text := explain(d.Message, lang)
			p.Fields = append(p.Fields, ProblemField{d.Location, code, text})
		}
	}
	return p
}

// limitOf reads the limit in KB out of huma's message, which alone knows it.
func limitOf(msg string) string {
	for _, word := range strings.Fields(msg) {
		if n, err := strconv.Atoi(strings.TrimPrefix(word, "limit=")); err == nil {
			return strconv.Itoa(n / 1024)
		}
	}
	return "?"
}
