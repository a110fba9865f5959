package chat

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	lineMax = 100
	// sameWithin is how long the same words are taken for a double tap.
	sameWithin = 10 * time.Second
)

// Clean trims a line to plain text; ok is false when it is empty or too long.
func Clean(s string) (string, bool) {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	n := utf8.RuneCountInString(s)
	return s, n >= 1 && n <= lineMax
}

// contact finds what leads people away from the platform's protection.
var contact = regexp.MustCompile(`(?i)https?://|www\.|1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|(加|\+|v)\s?(微信|vx|wx)|(微信|vx|wx|qq)\s*[:：号]?\s*[a-z0-9_-]{5,}`)

// words that wait for a person in every room: fraud and abuse.
var words = []string{"刷单", "返现群", "私下转账", "代购身份证", "博彩", "赌博", "发票代开", "骗子", "去死", "傻逼", "scam", "fuck"}

// Judge decides what becomes of a line: shown, or held and why. staff lines are
// the seller's own and are shown.
func Judge(text string, first, staff bool, s Settings) (State, string) {
	if staff {
		return Shown, ""
	}
	plain := strings.ToLower(text)
	has := func(w string) bool { return w != "" && strings.Contains(plain, strings.ToLower(w)) }
	switch {
	case contact.MatchString(plain):
		return Held, "contact"
	case slices.ContainsFunc(words, has):
		return Held, "word"
	case slices.ContainsFunc(s.Words, has):
		return Held, "room_word"
	case first && s.FirstTimers == Held:
		return Held, "first"
	}
	return Shown, ""
}

// Weight decides who is heard when too many speak at once.
func Weight(role string, question, first bool) int {
	switch {
	case role == "host":
		return 4
	case role == "staff":
		return 3
	case question:
		return 2
	case first:
		return 1
	}
	return 0
}
