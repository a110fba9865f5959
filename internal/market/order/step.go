package order

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
)

// Step is one change of an order and whose hand made it: By for For when a
// helper acted, By alone otherwise, nobody when the server did.
type Step struct {
	At    time.Time
	State State
	By    id.Account
	For   id.Account
	Note  string
}

// step is who acts, before it is known what comes of it.
type step struct{ by, behalf id.Account }

func stepOf(ctx context.Context) step {
	actor := authz.From(ctx)
	return step{actor.Account, actor.For}
}

func (s step) in(state State, note string, at time.Time) Step {
	return Step{At: at, State: state, By: s.by, For: s.behalf, Note: note}
}

// History is what became of an order, from its placing on.
func (m *Module) History(ctx context.Context, order id.Order) ([]Step, error) {
	o, err := m.View(ctx, order)
	if err != nil {
		return nil, err
	}
	first := Step{At: o.Placed, State: Placed, By: o.By}
	if o.By != o.Buyer {
		first.For = o.Buyer
	}
	later, err := stepsOf(ctx, order)
	return append([]Step{first}, later...), err
}
