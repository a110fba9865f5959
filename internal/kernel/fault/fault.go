// Package fault is the vocabulary of errors that reach a person.
//
// A fault has a kind, which decides the HTTP status; a code, stable
// snake_case text that programs may rely on; and a message in Chinese and in
// English that says what happened and what to do. Modules define theirs once,
// in errors.go:
//
//	var ErrSoldOut = fault.Define(fault.Conflict, "sold_out",
//		"这一款卖完了，看看别的吧", "Sold out. Please pick another one.")
//
// and return the definition itself or a copy with details. A cause is wrapped
// for the log and is never shown to the person.
package fault

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
)

// Kind says what sort of trouble a fault is.
type Kind uint8

// The kinds, each with the HTTP status it becomes.
const (
	Internal        Kind = iota // 500: our mistake
	Invalid                     // 422: the request cannot be meant this way
	Unauthenticated             // 401: sign in first
	Forbidden                   // 403: signed in, but not allowed
	NotFound                    // 404: no such thing, or not for this person's eyes
	Conflict                    // 409: the state of things does not allow it
	Gone                        // 410: it existed and is over
	TooLarge                    // 413: more bytes than allowed
	Unsupported                 // 415: a kind of content that is not taken
	Limited                     // 429: too often
	Unavailable                 // 503: try again later
	Stale                       // 412: it has changed since it was read
)

var statuses = [...]int{500, 422, 401, 403, 404, 409, 410, 413, 415, 429, 503, 412}

// Status is the HTTP status of the kind.
func (k Kind) Status() int { return statuses[k] }

// Error is one fault. It is immutable: the With… methods return copies.
type Error struct {
	kind   Kind
	code   string
	zh, en string
	values map[string]any
	field  string
	wait   time.Duration
	cause  error
	fields []*Error
}

// Define declares a fault. zh and en are what the person reads; {name} in
// them stands for a value given by With.
func Define(kind Kind, code, zh, en string) *Error {
	return &Error{kind: kind, code: code, zh: zh, en: en}
}

func (e *Error) copy() *Error {
	c := *e
	return &c
}

// With fills {name} in the message; the value is also given to programs.
func (e *Error) With(name string, value any) *Error {
	c := e.copy()
	c.values = maps.Clone(e.values)
	if c.values == nil {
		c.values = map[string]any{}
	}
	c.values[name] = value
	return c
}

// Wrap keeps the cause for the log.
func (e *Error) Wrap(cause error) *Error {
	c := e.copy()
	c.cause = cause
	return c
}

// At names the request field at fault, as a JSON path: "body.phone".
func (e *Error) At(field string) *Error {
	c := e.copy()
	c.field = field
	return c
}

// RetryAfter says how long to wait before trying again.
func (e *Error) RetryAfter(d time.Duration) *Error {
	c := e.copy()
	c.wait = d
	return c
}

// Fields gathers several field faults under e; nil when there are none, so
// that a validator may end with "return ErrInvalid.Fields(found...)".
func (e *Error) Fields(found ...*Error) error {
	if len(found) == 0 {
		return nil
	}
	c := e.copy()
	c.fields = found
	return c
}

// Kind decides the status of the answer.
func (e *Error) Kind() Kind { return e.kind }

// Code is the stable name for programs.
func (e *Error) Code() string { return e.code }

// Field is the request field at fault, empty for none.
func (e *Error) Field() string { return e.field }

// Wait is how long to wait before trying again; zero when it makes no odds.
func (e *Error) Wait() time.Duration { return e.wait }

// Values are those that the message mentions.
func (e *Error) Values() map[string]any { return e.values }

// Parts are the faults of single fields.
func (e *Error) Parts() []*Error { return e.fields }

// Message is what the person reads; lang is "zh-CN" or "en".
func (e *Error) Message(lang string) string {
	text := e.zh
	if strings.HasPrefix(lang, "en") {
		text = e.en
	}
	for name, value := range e.values {
		text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(value))
	}
	return text
}

// Error is for logs: the code, the field and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.code)
	if e.field != "" {
		b.WriteString(" at " + e.field)
	}
	for _, f := range e.fields {
		b.WriteString("; " + f.Error())
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is holds when target is a fault of the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.code == e.code
}

// Of finds the fault in err's chain; ok is false for any other error, which
// callers must treat as Internal.
func Of(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// KindOf is the kind of the fault in err's chain, Internal for other errors.
func KindOf(err error) Kind {
	if e, ok := Of(err); ok {
		return e.kind
	}
	return Internal
}
