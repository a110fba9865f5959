package chat

import (
	"slices"
	"time"

	"tianbo/internal/kernel/id"
)

// State of a line.
type State string

// The states.
const (
	Shown     State = "shown"
	Held      State = "held" // waits for a person
	Refused   State = "refused"
	Retracted State = "retracted"
)

var next = map[State][]State{
	Held:  {Shown, Refused, Retracted},
	Shown: {Held, Retracted},
}

// CanBecome reports whether a line may go from s to t.
func (s State) CanBecome(t State) bool { return slices.Contains(next[s], t) }

// Line is one thing said.
type Line struct {
	ID       id.Line
	Room     id.Room
	Session  id.Session
	Account  id.Account
	Name     string
	Role     string // host, staff, viewer
	Text     string
	Question bool
	State    State
	Reason   string // why it is held or was taken away
	Reports  int64
	At       time.Time

	key   string
	first bool // the person's first line in this room
}

// Mute keeps a person silent in a room for a time.
type Mute struct {
	Room    id.Room
	Account id.Account
	Until   time.Time
	Reason  string
	By      id.Account
	At      time.Time
}

// Settings are a room's own rules.
type Settings struct {
	SlowSeconds int64    // between two lines of one person
	Words       []string // lines with one of them wait for a person
	FirstTimers State    // Shown or Held: what becomes of a person's first line
}
