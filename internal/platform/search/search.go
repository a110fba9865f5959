// Package search finds things by words, Chinese first.
//
// Chinese has no spaces: a text becomes its overlapping pairs of characters
// (bigrams), so that any word of two characters or more hits; letters and
// digits become whole words. Tokens are made here, once, and kept in a plain
// table of postings, the same on both engines: the same query finds the same
// things on SQLite and on PostgreSQL.
//
// Table: search_posting. Several modules keep an Index of their own in it;
// writes join the module's transaction.
package search

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Index is one module's words.
type Index struct{ Name string }

const (
	mostTokens = 400 // of one thing
	mostTerms  = 12  // of one query
)

// Put makes a thing findable by the words of the fields, instead of those it
// had.
func (i Index) Put(ctx context.Context, id string, fields ...string) error {
	tokens := Tokens(strings.Join(fields, "\n"))
	return replace(ctx, i.Name, id, tokens[:min(len(tokens), mostTokens)])
}

// Delete forgets a thing.
func (i Index) Delete(ctx context.Context, id string) error { return replace(ctx, i.Name, id, nil) }

// Find gives the things that hold every word of the query, the newest first
// (things are named by increasing identifiers), from a cursor on. A query
// without words finds nothing.
func (i Index) Find(ctx context.Context, query, before string, limit int) ([]string, error) {
	terms := Tokens(query)
	if len(terms) == 0 {
		return nil, nil
	}
	return find(ctx, i.Name, terms[:min(len(terms), mostTerms)], before, limit)
}

// Tokens are the distinct tokens of a text, in order of appearance: pairs of
// neighbouring Chinese characters, a lone one by itself as well, and words of
// letters and digits, folded to half width and lower case.
func Tokens(text string) []string {
	var out []string
	seen := map[string]bool{}
	add := func(s string) {
		if s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	var word []rune
	var run []rune
	flush := func() {
		add(string(word[:min(len(word), 32)]))
		word = word[:0]
		if len(run) == 1 {
			add(string(run))
		}
		for i := 1; i < len(run); i++ {
			add(string(run[i-1 : i+1]))
		}
		run = run[:0]
	}
	for _, r := range strings.ToLower(width.Fold.String(text)) {
		switch {
		case isCJK(r):
			if len(word) > 0 {
				flush()
			}
			run = append(run, r)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if len(run) > 0 {
				flush()
			}
			word = append(word, r)
		default:
			flush()
		}
	}
	flush()
	return slices.Clip(out)
}

func isCJK(r rune) bool { return unicode.Is(unicode.Han, r) }
