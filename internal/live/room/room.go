package room

import (
	"slices"
	"time"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
)

// State of a session. A room without a session is Idle.
type State string

// The states.
const (
	Idle    State = "idle"
	Planned State = "planned" // announced or prepared; nothing on air yet
	Live    State = "live"
	Away    State = "away" // the host is lost; viewers see 马上回来
	Frozen  State = "frozen"
	Ended   State = "ended"
)

var next = map[State][]State{
	Planned: {Live, Ended},
	Live:    {Away, Frozen, Ended},
	Away:    {Live, Frozen, Ended},
	Frozen:  {Away, Ended},
}

// CanBecome reports whether a session may go from s to t.
func (s State) CanBecome(t State) bool { return slices.Contains(next[s], t) }

// OnAir reports whether viewers may be in the room.
func (s State) OnAir() bool { return s == Live || s == Away }

// Room is a permanent live room.
type Room struct {
	ID       id.Room
	Org      id.Org // the seller
	Operator id.Org // who runs the room: the seller itself or an agency
	Host     id.Account
	Title    string
	Cover    id.Upload
	Region   geo.Region
	Topic    string // what is sold, in a word or two
	Created  time.Time
	// State and Session are those of the latest session.
	State   State
	Session id.Session
	// SortAt orders lists: start, planned time or end, by state.
	SortAt time.Time
}

// Session is one broadcast of a room.
type Session struct {
	ID        id.Session
	Room      id.Room
	Host      id.Account
	State     State
	Title     string
	Planned   time.Time
	Started   time.Time
	AwaySince time.Time
	EndedAt   time.Time
	EndReason string
	Freeze    string // why it is frozen, shown to the host and viewers
	Checklist Checklist
	Peak      int64 // most viewers at once
	Thumb     string
	KeepUntil time.Time
	Hidden    bool // the owner took the replay off the shelf
	Epoch     int64
}

// Checklist is what the farmer confirmed before going on air (C15); kept with
// the session.
type Checklist struct {
	Signal  string `json:"signal" enum:"good,weak,unknown" doc:"Measured uplink"`
	Power   int    `json:"power" minimum:"0" maximum:"100" doc:"Battery percent, 100 when plugged in"`
	Light   string `json:"light" enum:"good,dark,bright,unknown" doc:"Measured from the camera"`
	Scene   string `json:"scene" enum:"field,packing,kitchen,studio,other" doc:"Where the host stands"`
	Hygiene bool   `json:"hygiene" doc:"The host has looked at hands, table and goods"`
	Wind    bool   `json:"wind" doc:"The microphone is out of the wind"`
}
