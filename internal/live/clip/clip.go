package clip

import (
	"time"

	"tianbo/internal/kernel/id"
)

// State of a clip.
type State string

// The states.
const (
	Pending State = "pending"
	Ready   State = "ready"
	Failed  State = "failed"
)

// Clip is a part of a recording.
type Clip struct {
	ID       id.Clip
	Session  id.Session
	Room     id.Room
	Product  id.Product
	Title    string
	From, To time.Duration // asked for, on the recording's timeline
	Start    time.Duration // the keyframe where it truly begins
	Length   time.Duration
	Size     int64
	State    State
	Problem  string // fault code of a failed cut
	By       id.Account
	At       time.Time
}

// Bounds of a clip's length.
const (
	MinLength = 2 * time.Second
	MaxLength = 5 * time.Minute
)

// CanCut reports whether [from, to) is a sensible part of a recording.
func CanCut(from, to time.Duration) bool {
	return from >= 0 && to-from >= MinLength && to-from <= MaxLength
}

func (c Clip) key() string { return "clip/" + string(c.Session) + "/" + string(c.ID) + ".mp4" }
