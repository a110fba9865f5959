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

// fold brings a text to the form in which words are looked for: lower case,
// narrow letters and digits, and nothing between them that the eye skips.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E: // full-width forms
			r -= 0xFEE0
		case r == 0x3000:
			return ' '
		}
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// bare leaves letters and digits only: "傻 . 逼" is the word it is.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// Judge decides what becomes of a line: shown, or held and why. staff lines are
// the seller's own and are shown.
func Judge(text string, first, staff bool, s Settings) (State, string) {
	if staff {
		return Shown, ""
	}
	plain := fold(text)
	letters := bare(plain)
	has := func(w string) bool {
		w = fold(w)
		if b := bare(w); b != "" {
			return strings.Contains(letters, b)
		}
		return w != "" && strings.Contains(plain, w)
	}
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

// TooSoon is how long the pace of a room makes a person wait who last spoke at
// last, zero when not at all.
func TooSoon(now, last time.Time, s Settings) time.Duration {
	return max(last.Add(time.Duration(s.SlowSeconds)*time.Second).Sub(now), 0)
}

// Repeats reports a double tap: the same words just before.
func Repeats(now, last time.Time, text, before string) bool {
	return text == before && now.Sub(last) < sameWithin
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
