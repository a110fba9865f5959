package search_test

import (
	"context"
	"slices"
	"testing"
	"unicode/utf8"

	"tianbo/internal/platform/search"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

func TestTokens(t *testing.T) {
	for text, want := range map[string][]string{
		"云岭脐橙":         {"云岭", "岭脐", "脐橙"},
		"橙":            {"橙"},
		"5斤装 ＡＢc-12":   {"5", "斤装", "abc", "12"},
		"":             nil,
		"'; DROP -- %": {"drop"},
		"橙橙橙":          {"橙橙"},
	} {
		if got := search.Tokens(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("云岭 脐橙 ABC１２")
	f.Fuzz(func(t *testing.T, text string) {
		for _, token := range search.Tokens(text) {
			if token == "" || !utf8.ValidString(token) || utf8.RuneCountInString(token) > 32 {
				t.Errorf("token %q of %q", token, text)
			}
		}
	})
}

func TestSameHitsOnBothEngines(t *testing.T) {
	sqldbtest.Each(t, []sqldb.Migrations{search.Migrations()}, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		index := search.Index{Name: "test"}
		err := sqldb.Write(ctx, func(ctx context.Context) error {
			for id, text := range map[string]string{"p1": "云岭脐橙 现摘5斤", "p2": "石桥蜂蜜", "p3": "脐橙果酱 Honey Orange"} {
				if err := index.Put(ctx, id, text); err != nil {
					return err
				}
			}
			return search.Index{Name: "other"}.Put(ctx, "x", "脐橙")
		})
		if err != nil {
			t.Fatal(err)
		}
		check := func(query string, want ...string) {
			t.Helper()
			got, err := index.Find(ctx, query, "~", 10)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%q: %v %v, want %v", query, got, err, want)
			}
		}
		check("脐橙", "p3", "p1")
		check("脐橙 orange", "p3")
		check("云岭的脐橙")
		check(`" OR 1=1 %'`)
		check("")
		if got, err := index.Find(ctx, "脐橙", "p3", 10); err != nil || !slices.Equal(got, []string{"p1"}) {
			t.Errorf("second page: %v %v", got, err)
		}
		err = sqldb.Write(ctx, func(ctx context.Context) error {
			if err := index.Put(ctx, "p1", "柠檬"); err != nil {
				return err
			}
			return index.Delete(ctx, "p3")
		})
		if err != nil {
			t.Fatal(err)
		}
		check("脐橙")
		check("柠檬", "p1")
	})
}
