package room

import (
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// MinRetention is how long recording and chat must be kept after the end
	// (电商法 31; 直播电商监督管理办法: three years).
	MinRetention = 3 * 365 * 24 * time.Hour
	// maxPlanAhead bounds an announcement.
	maxPlanAhead = 90 * 24 * time.Hour
	// maxSession is the longest broadcast.
	maxSession = 12 * time.Hour
	titleMax   = 40
)

// CleanTitle trims a title; ok is false when it is empty or too long.
func CleanTitle(s string) (title string, ok bool) {
	s = strings.Join(strings.Fields(s), " ")
	n := utf8.RuneCountInString(s)
	return s, n >= 2 && n <= titleMax
}

// CanPlan reports whether a broadcast may be announced for at.
func CanPlan(now, at time.Time) bool {
	return at.After(now.Add(-time.Minute)) && at.Before(now.Add(maxPlanAhead))
}

// KeepUntil is the earliest day a recording that ended may be deleted.
func KeepUntil(ended time.Time, retention time.Duration) time.Time {
	return ended.Add(max(retention, MinRetention))
}

// AwayOver reports whether a lost host has been gone too long.
func AwayOver(now, since time.Time, limit time.Duration) bool {
	return !since.IsZero() && !now.Before(since.Add(limit))
}

// CanDelete reports whether a recording may be deleted by a second person.
func CanDelete(s Session, now time.Time, held bool) bool {
	return s.State == Ended && !held && now.After(s.KeepUntil)
}

// MayReplay reports whether everyone may watch the recording. What was frozen
// to its end stays off.
func MayReplay(s Session) bool {
	return s.State == Ended && !s.Hidden && !s.Started.IsZero() && s.Freeze == ""
}
