package catalog

import (
	"context"
	"io"
	"time"

	"tianbo/internal/kernel/id"
)

// Sellers tells about organisations.
type Sellers interface {
	Names(ctx context.Context, orgs []id.Org) (map[id.Org]string, error)
}

// People tells how persons are called.
type People interface {
	Names(ctx context.Context, accounts []id.Account) (map[id.Account]string, error)
}

// Deals are past sales, which limit a struck-through price.
type Deals interface {
	// Reference gives the cheapest since a time and the last one before it.
	Reference(ctx context.Context, pack id.Pack, since time.Time) ([]Deal, error)
}

// Files keeps pictures.
type Files interface {
	Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) error
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
}
