package clip

import (
	"context"
	"io"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/live/room"
)

// Rooms tells whose recording it is.
type Rooms interface {
	SessionByID(ctx context.Context, session id.Session) (room.Session, error)
	ByID(ctx context.Context, id id.Room) (room.Room, error)
}

// Media cuts recordings. It returns where the clip truly starts and how long
// it is; a fault says why it cannot be cut (clip_crosses_change); an unavailable one
// asks to try again (not_stored_yet).
type Media interface {
	Cut(ctx context.Context, session id.Session, from, to time.Duration, w io.Writer) (start, length time.Duration, err error)
}

// Files keeps the cut clips.
type Files interface {
	Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) error
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	Delete(ctx context.Context, key string) error
}
