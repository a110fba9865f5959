package order

import (
	"context"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
)

// ResourceOf is an order as policies see it, for modules that show parts of it.
func (*Module) ResourceOf(ctx context.Context, order id.Order) (authz.Resource, error) {
	o, err := load(ctx, order)
	return o.Resource(), err
}
