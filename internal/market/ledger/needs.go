package ledger

import (
	"context"

	"tianbo/internal/platform/authz"
)

// Orders tells who an order belongs to, for showing where its money went.
type Orders interface {
	// Resource is the order as policies see it: buyer and seller.
	Resource(ctx context.Context, order string) (authz.Resource, error)
}
