package authz

import (
	"context"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/batch"
)

// Possible answers, before anything is read, whether the context's actor could
// be allowed the action on some resource: nil, or what Check would answer on
// every one. Those who cannot are turned away at the door, before their body
// is read or a row is looked up; those who can are asked again, by Check,
// about the resource itself.
func Possible(ctx context.Context, action string) error {
	c, ok := ctx.Value(checkKey{}).(*checker)
	actor := From(ctx)
	switch {
	case !ok:
		return Check(ctx, action, Resource{}) // which says that there are no policies
	case actor.System || c.policies.possible(actor, action):
		return nil
	case !actor.SignedIn():
		return ErrSignInFirst
	case actor.For != "" && !actor.granted(action):
		return ErrGrantScope.With("action", action)
	}
	return ErrForbidden.With("action", action)
}

func (p *Policies) possible(a Actor, action string) bool {
	set := p.byAction[action]
	if set == nil || a.For != "" && !a.granted(action) {
		return false
	}
	key := kindOf(a, action)
	if known, ok := p.answers.Load(key); ok {
		return known.(bool)
	}
	// What depends on the resource is left open: a permit may then apply, a
	// forbid may not.
	open := func(may bool, otherwise types.Value) types.Value {
		if may {
			return batch.Ignore()
		}
		return otherwise
	}
	inOrg := slices.ContainsFunc(a.Roles, func(r Role) bool { return r.Org != "" })
	inRegion := slices.ContainsFunc(a.Roles, func(r Role) bool { return r.Org == "" })
	situation := situation(a, Resource{})
	situation["isOwner"] = open(a.SignedIn(), types.Boolean(false))
	situation["orgRoles"] = open(inOrg, types.NewSet())
	situation["regionRoles"] = open(inRegion, types.NewSet())
	allowed := false
	err := batch.Authorize(context.Background(), set, types.EntityMap{}, batch.Request{
		Principal: batch.Ignore(),
		Action:    types.NewEntityUID("Action", types.String(action)),
		Resource:  batch.Ignore(),
		Context:   types.NewRecord(situation),
	}, func(r batch.Result) error {
		allowed = r.Decision == cedar.Allow
		return nil
	})
	if err != nil {
		return true // Check decides
	}
	p.answers.Store(key, allowed)
	return allowed
}

// kindOf names all actors that get the same answer.
func kindOf(a Actor, action string) string {
	roles := make([]string, 0, len(a.Roles))
	for _, r := range a.Roles {
		name := r.Name
		if r.Org != "" {
			name += "@"
		}
		roles = append(roles, name)
	}
	slices.Sort(roles)
	key := action + " " + strings.Join(slices.Compact(roles), ",")
	if a.SignedIn() {
		key += " signed in"
	}
	if a.For != "" {
		key += " for another"
	}
	return key
}
