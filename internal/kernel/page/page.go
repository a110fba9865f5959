// Package page carries keyset pages: a list is read from a cursor on, never
// by an offset, so that no row is skipped or doubled while others are added.
package page

import (
	"encoding/base64"
	"encoding/json"
	"errors"
)

// DefaultLimit and MaxLimit bound the rows of one page.
const (
	DefaultLimit = 20
	MaxLimit     = 100
)

// ErrCursor says that a cursor was not made by this server.
var ErrCursor = errors.New("malformed page cursor")

// Request asks for one page. The zero value asks for the first.
type Request struct {
	Cursor string
	Limit  int
}

// Rows is how many rows to return, between 1 and MaxLimit.
func (r Request) Rows() int {
	if r.Limit <= 0 {
		return DefaultLimit
	}
	return min(r.Limit, MaxLimit)
}

// Of is one page. Next is empty on the last one.
type Of[T any] struct {
	Items []T    `json:"items" doc:"The rows of this page, never null" nullable:"false"`
	Next  string `json:"next" doc:"Cursor of the next page, empty at the end"`
}

// Cut makes a page from rows fetched with a limit of Rows()+1: the extra row
// only tells that there is a next page, whose cursor is made from the last
// row kept.
func Cut[T any](rows []T, r Request, cursor func(T) string) Of[T] {
	out := Of[T]{Items: rows}
	if out.Items == nil {
		out.Items = []T{}
	}
	if n := r.Rows(); len(rows) > n {
		out.Items = rows[:n]
		out.Next = cursor(rows[n-1])
	}
	return out
}

// Map turns a page of A into a page of B.
func Map[A, B any](p Of[A], f func(A) B) Of[B] {
	out := Of[B]{Items: make([]B, len(p.Items)), Next: p.Next}
	for i, a := range p.Items {
		out.Items[i] = f(a)
	}
	return out
}

// Encode makes an opaque cursor of sort keys (strings, integers, booleans).
func Encode(keys ...any) string {
	raw, err := json.Marshal(keys)
	if err != nil {
		panic("page: cursor key cannot be encoded: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Decode reads a cursor into pointers, one a key. An empty cursor leaves them
// untouched, so that their initial values can mean "from the start".
func Decode(cursor string, keys ...any) error {
	if cursor == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return ErrCursor
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil || len(parts) != len(keys) {
		return ErrCursor
	}
	for i, part := range parts {
		if err := json.Unmarshal(part, keys[i]); err != nil {
			return ErrCursor
		}
	}
	return nil
}
