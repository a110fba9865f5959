package chat

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/live/room"
)

// Rooms tells about rooms.
type Rooms interface {
	ByID(ctx context.Context, room id.Room) (room.Room, error)
	SessionByID(ctx context.Context, session id.Session) (room.Session, error)
}

// People tells names.
type People interface {
	Names(ctx context.Context, accounts []id.Account) (map[id.Account]string, error)
}

// Frames reaches the people in a room.
type Frames interface {
	// Say hands a line to the room's tick.
	Say(room id.Room, weight int, line any) error
	// Held tells the desk of a room that a line waits for a person.
	Held(room id.Room) error
	State(ctx context.Context, room id.Room, kind string, payload any) error
	Person(account id.Account, kind string, payload any) error
}

// Questions takes lines that ask something; it joins the transaction.
type Questions interface {
	Asked(ctx context.Context, room id.Room, session id.Session, line id.Line, account id.Account, name, text string, at time.Time) error
	// Withdrawn takes the question back that a line was, if it was one.
	Withdrawn(ctx context.Context, line id.Line) error
}
