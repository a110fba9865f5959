package room

import (
	"context"
	"time"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
)

// People tells about persons.
type People interface {
	Names(ctx context.Context, accounts []id.Account) (map[id.Account]string, error)
	// MayHost is nil when the account may go on air now, else a fault that
	// says what is missing (verification, age, a fresh check: K03).
	MayHost(ctx context.Context, account id.Account) error
}

// OrgCard is how an organisation is shown.
type OrgCard struct {
	Name   string
	Kind   string
	Region geo.Region
}

// Orgs tells about organisations.
type Orgs interface {
	Cards(ctx context.Context, orgs []id.Org) (map[id.Org]OrgCard, error)
}

// Media carries the video.
type Media interface {
	// Open makes the channel of a session ready for its publisher. Opening an
	// open one is no error.
	Open(ctx context.Context, room id.Room, session id.Session) error
	// End closes the channel and finishes the recording.
	End(ctx context.Context, session id.Session, reason string) error
	// Kick takes a session off the air: publishers are cut and nothing is shown
	// until Open. The channel and its recording stay.
	Kick(ctx context.Context, session id.Session) error
}

// Frames reaches the people in a room.
type Frames interface {
	// State publishes a recoverable frame to everyone in the room.
	State(ctx context.Context, room id.Room, kind string, payload any) error
	// Viewers is how many watch now.
	Viewers(room id.Room) int64
}

// Reminder tells followers, by push where they agreed to it.
type Reminder interface {
	RoomStarted(ctx context.Context, room id.Room, session id.Session, title, host string, to []id.Account) error
}

// Thumbs keeps the small pictures of rooms.
type Thumbs interface {
	Put(ctx context.Context, key string, jpeg []byte) error
	Get(ctx context.Context, key string) ([]byte, error)
	Delete(ctx context.Context, key string) error
}

// Recordings deletes what was recorded.
type Recordings interface {
	Erase(ctx context.Context, session id.Session) error
	Length(ctx context.Context, session id.Session) (time.Duration, error)
}
