package page_test

import (
	"errors"
	"testing"

	"tianbo/internal/kernel/page"
)

func TestCursorRoundTrip(t *testing.T) {
	var at int64
	var key string
	if err := page.Decode(page.Encode(int64(1<<62), "room_x"), &at, &key); err != nil || at != 1<<62 || key != "room_x" {
		t.Errorf("got %d %q %v", at, key, err)
	}
	at = 7
	if err := page.Decode("", &at); err != nil || at != 7 {
		t.Error("the empty cursor must leave the start alone")
	}
	for _, bad := range []string{"%", "e30", page.Encode("x"), page.Encode(1, 2, 3)} {
		if err := page.Decode(bad, &at, &key); !errors.Is(err, page.ErrCursor) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestCutKeepsOneRowBack(t *testing.T) {
	cursor := func(n int) string { return page.Encode(n) }
	p := page.Cut([]int{1, 2, 3}, page.Request{Limit: 2}, cursor)
	if len(p.Items) != 2 || p.Next != page.Encode(2) {
		t.Errorf("got %+v", p)
	}
	p = page.Cut[int](nil, page.Request{Limit: 2}, cursor)
	if p.Items == nil || p.Next != "" {
		t.Errorf("an empty page must be [] without a next: %+v", p)
	}
	if (page.Request{Limit: 1000}).Rows() != page.MaxLimit || (page.Request{}).Rows() != page.DefaultLimit {
		t.Error("limits are not bounded")
	}
}
