package account

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	codeLife     = 5 * time.Minute
	codeAttempts = 5
	codePause    = 60 * time.Second // between two codes to one phone
	codesADay    = 10               // to one phone
	mostGrants   = 10               // given at a time
	grantLongest = 30 * 24 * time.Hour
	recheckAfter = 30 * 24 * time.Hour // since the host was last checked (K03)
	eraseAfter   = 7 * 24 * time.Hour  // to think it over
)

var mobile = regexp.MustCompile(`^1[3-9]\d{9}$`)

// CleanPhone reads a mainland mobile number, with or without +86 and spaces.
func CleanPhone(s string) (string, bool) {
	s = strings.NewReplacer(" ", "", "-", "").Replace(s)
	s = strings.TrimPrefix(strings.TrimPrefix(s, "+86"), "0086")
	return s, mobile.MatchString(s)
}

// MaskPhone shows the first three and last four digits.
func MaskPhone(s string) string {
	if len(s) < 8 {
		return "***"
	}
	return s[:3] + "****" + s[len(s)-4:]
}

// CleanName trims a shown name; ok is false when it has not 1 to 20 characters.
func CleanName(s string) (string, bool) {
	s = strings.Join(strings.Fields(s), " ")
	n := len([]rune(s))
	return s, n >= 1 && n <= 20
}

var idWeights = [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// ReadIDNumber checks a citizen identity number (GB 11643-1999) and gives the
// date of birth that it holds.
func ReadIDNumber(s string) (birth time.Time, ok bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	if len(s) != 18 {
		return birth, false
	}
	sum := 0
	for i, w := range idWeights {
		d := int(s[i] - '0')
		if d < 0 || d > 9 {
			return birth, false
		}
		sum += d * w
	}
	if "10X98765432"[sum%11] != s[17] {
		return birth, false
	}
	year, _ := strconv.Atoi(s[6:10])
	birth, err := time.Parse("20060102", s[6:14])
	return birth, err == nil && year >= 1900
}

// AgeAt is the age in whole years at a time.
func AgeAt(birth, now time.Time) int {
	age := now.Year() - birth.Year()
	if now.Month() < birth.Month() || now.Month() == birth.Month() && now.Day() < birth.Day() {
		age--
	}
	return age
}

// NeedsGuardian reports whether the law asks for a guardian's consent: 16 and
// 17 (未成年人保护法 76).
func NeedsGuardian(age int) bool { return age >= 16 && age < 18 }

// MayHostAt says what keeps a verified person from going on air; nil when
// nothing does.
func MayHostAt(v Verification, now time.Time) error {
	switch {
	case v.State == VerificationPending:
		return ErrHostPending
	case v.State == VerificationRefused:
		return ErrHostRefused.With("reason", v.Reason)
	case v.State != VerificationApproved:
		return ErrHostUnverified
	case AgeAt(v.Birth, now) < 16:
		return ErrHostAge
	case NeedsGuardian(AgeAt(v.Birth, now)) && v.GuardianAt.IsZero():
		return ErrHostGuardian
	case now.Sub(v.Checked) > recheckAfter:
		return ErrHostRecheck
	}
	return nil
}

// GrantScopes are what a person may let a helper do, each with the actions it
// stands for. Money and identity are in none of them.
var GrantScopes = map[string][]string{
	"live":    {"room.list", "room.view", "room.edit", "room.announce", "room.prepare", "room.end", "room.thumbnail", "room.manage", "chat.*", "interact.*", "clip.*"},
	"goods":   {"catalog.*", "upload.*"},
	"orders":  {"order.list", "order.view", "order.ship", "order.summary"},
	"profile": {"account.view", "account.edit", "org.view", "org.edit"},
}
