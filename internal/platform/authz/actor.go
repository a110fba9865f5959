package authz

import (
	"context"
	"path"
	"slices"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
)

// Role is a part somebody plays: in one organisation, or, with an empty Org,
// on the whole platform or within a region (a county's regulator).
type Role struct {
	Name   string
	Org    id.Org
	Region geo.Region
}

// Actor is who a request acts as. The zero Actor is an anonymous visitor.
type Actor struct {
	// Account is the person at the device.
	Account id.Account
	// Device is the signed-in device (session row) used.
	Device id.Device
	// Strong: the person proved a second factor in this session.
	Strong bool
	// For is the person on whose behalf Account acts under a helper grant
	// (代操作); empty when acting for oneself. Every record of the act names
	// both.
	For id.Account
	// GrantActions are the actions the grant allows: names or globs such as
	// "order.*". Only read when For is set.
	GrantActions []string
	// Roles are those of the Subject.
	Roles []Role
	// System marks the server's own jobs and handlers, which no person
	// caused; it may do everything.
	System bool
}

// Subject is whose rights and things are used: For under a grant, else Account.
func (a Actor) Subject() id.Account {
	if a.For != "" {
		return a.For
	}
	return a.Account
}

// SignedIn reports whether a person is known.
func (a Actor) SignedIn() bool { return a.Account != "" }

// Has reports whether the subject plays the role anywhere.
func (a Actor) Has(role string) bool {
	return slices.ContainsFunc(a.Roles, func(r Role) bool { return r.Name == role })
}

// Orgs are the organisations in which the subject plays one of the roles
// (any role when none is named), without repeats.
func (a Actor) Orgs(roles ...string) []id.Org {
	var out []id.Org
	for _, r := range a.Roles {
		if r.Org != "" && (len(roles) == 0 || slices.Contains(roles, r.Name)) && !slices.Contains(out, r.Org) {
			out = append(out, r.Org)
		}
	}
	return out
}

func (a Actor) granted(action string) bool {
	return slices.ContainsFunc(a.GrantActions, func(glob string) bool {
		ok, err := path.Match(glob, action)
		return err == nil && ok
	})
}

type actorKey struct{}

// With puts the actor into the context.
func With(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// From is the actor of the context; anonymous when there is none.
func From(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}

// AsSystem marks what the server does by itself.
func AsSystem(ctx context.Context) context.Context { return With(ctx, Actor{System: true}) }
