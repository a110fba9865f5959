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

// Deals are past sales, which limit a struck-through price.
type Deals interface {
	Since(ctx context.Context, pack id.Pack, from time.Time) ([]Deal, error)
}

// Files keeps pictures.
type Files interface {
	Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) error
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
}
