// Package blobtest is the conformance suite of blob stores.
package blobtest

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"tianbo/internal/platform/blob"
)

// Run checks an empty store.
func Run(t *testing.T, s blob.Store) {
	ctx := t.Context()
	put := func(key, text string) {
		t.Helper()
		if err := s.Put(ctx, key, strings.NewReader(text), int64(len(text)), "text/plain"); err != nil {
			t.Fatal(err)
		}
	}
	read := func(key string) string {
		t.Helper()
		f, err := s.Open(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		text, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	t.Run("put, read, replace", func(t *testing.T) {
		put("a/one.txt", "first")
		put("a/one.txt", "second, longer")
		if got := read("a/one.txt"); got != "second, longer" {
			t.Errorf("read %q", got)
		}
		info, err := s.Stat(ctx, "a/one.txt")
		if err != nil || info.Size != 14 || info.Key != "a/one.txt" || info.Modified.IsZero() {
			t.Errorf("stat %+v %v", info, err)
		}
		put("a/empty", "")
		if got := read("a/empty"); got != "" {
			t.Errorf("read %q", got)
		}
	})
	t.Run("seek", func(t *testing.T) {
		f, err := s.Open(ctx, "a/one.txt")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.Seek(8, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(f)
		if err != nil || string(rest) != "longer" {
			t.Errorf("rest %q %v", rest, err)
		}
	})
	t.Run("missing", func(t *testing.T) {
		if _, err := s.Open(ctx, "a/none"); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("open: %v", err)
		}
		if _, err := s.Stat(ctx, "a/none"); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("stat: %v", err)
		}
		if _, err := s.Stat(ctx, "a"); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("stat of a folder: %v", err)
		}
		if f, err := s.Open(ctx, "a"); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("open of a folder: %v %v", f, err)
		}
		if err := s.Delete(ctx, "a/none"); err != nil {
			t.Errorf("delete: %v", err)
		}
	})
	t.Run("keys", func(t *testing.T) {
		for _, key := range []string{"", "/a", "a/", "a//b", "../a", "a/../b", "a/.b", "A", "a b", "é", strings.Repeat("a", 300)} {
			if err := s.Put(ctx, key, strings.NewReader("x"), 1, ""); !errors.Is(err, blob.ErrKey) {
				t.Errorf("%q: %v", key, err)
			}
		}
	})
	t.Run("wrong size keeps nothing", func(t *testing.T) {
		for name, size := range map[string]int64{"short": 10, "long": 2} {
			if err := s.Put(ctx, "b/"+name, strings.NewReader("four"), size, ""); err == nil {
				t.Errorf("%s was taken", name)
			}
			if _, err := s.Stat(ctx, "b/"+name); !errors.Is(err, blob.ErrNotFound) {
				t.Errorf("%s was kept: %v", name, err)
			}
		}
	})
	t.Run("list pages in order", func(t *testing.T) {
		for _, key := range []string{"c/3", "c/1", "c/2", "cc/1", "c/sub/1"} {
			put(key, key)
		}
		var got []string
		for after := ""; ; {
			rows, err := s.List(ctx, "c/", after, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) == 0 {
				break
			}
			for _, r := range rows {
				got = append(got, r.Key)
			}
			after = got[len(got)-1]
		}
		if strings.Join(got, " ") != "c/1 c/2 c/3 c/sub/1" {
			t.Errorf("listed %v", got)
		}
		if rows, err := s.List(ctx, "none/", "", 5); err != nil || len(rows) != 0 {
			t.Errorf("none: %v %v", rows, err)
		}
	})
	t.Run("concurrent writers leave one whole file", func(t *testing.T) {
		var wg sync.WaitGroup
		for i := range byte(8) {
			wg.Go(func() {
				content := bytes.Repeat([]byte{'a' + i}, 100_000)
				if err := s.Put(ctx, "d/race", bytes.NewReader(content), int64(len(content)), ""); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		got := read("d/race")
		if len(got) != 100_000 || strings.Trim(got, got[:1]) != "" {
			t.Error("the file is a mixture")
		}
	})
	t.Run("delete", func(t *testing.T) {
		put("e/gone", "x")
		if err := s.Delete(ctx, "e/gone"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Stat(ctx, "e/gone"); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("stat: %v", err)
		}
	})
}
