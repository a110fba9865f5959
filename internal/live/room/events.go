package room

import (
	"time"

	"tianbo/internal/kernel/id"
)

// Subjects of the facts that this module publishes. The payload is Fact.
const (
	SubjectAnnounced = "tianbo.room.announced.v1"
	SubjectStarted   = "tianbo.room.started.v1"
	SubjectAway      = "tianbo.room.away.v1"
	SubjectBack      = "tianbo.room.back.v1"
	SubjectEnded     = "tianbo.room.ended.v1"
	SubjectFrozen    = "tianbo.room.frozen.v1"
	SubjectUnfrozen  = "tianbo.room.unfrozen.v1"
	// SubjectErased: two persons have deleted a recording; what belongs to it
	// goes too.
	SubjectErased = "tianbo.room.erased.v1"
)

// Fact is what happened to a session.
type Fact struct {
	Room    id.Room    `json:"room"`
	Session id.Session `json:"session"`
	Org     id.Org     `json:"org"`
	Host    id.Account `json:"host"`
	Title   string     `json:"title"`
	Reason  string     `json:"reason,omitempty"`
	At      time.Time  `json:"at"`
	Planned time.Time  `json:"planned,omitzero"`
}
