// Package authz decides who may do what.
//
// The rules are Cedar policies, text files named policy.cedar beside the
// module whose actions they govern; the app loads them all. An action that no
// policy permits is forbidden to everyone. A policy sees:
//
//	principal  User::"acc_…" (User::"anonymous" before sign-in)
//	action     Action::"room.start"
//	resource   its type and id, e.g. Room::"room_…", with the attributes the
//	           module gives
//	context    signedIn     Bool
//	           isOwner      Bool: the resource belongs to the subject
//	           orgRoles     Set<String>: subject's roles in the resource's organisation
//	           regionRoles  Set<String>: subject's platform roles whose region
//	                        holds the resource's region
//	           roles        Set<String>: every role the subject plays anywhere
//	           byHelper     Bool: acting for someone under a grant
//
// Under a helper grant the subject's rights apply, and only to the actions
// the grant names.
package authz

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
)

var (
	// ErrForbidden: signed in, but not allowed.
	ErrForbidden = fault.Define(fault.Forbidden, "forbidden",
		"您没有做这件事的权限。如果该由您来做，请联系本社管理员", "You are not allowed to do this. If it is your job, ask your administrator.")
	// ErrSignInFirst: nobody is signed in and a visitor may not.
	ErrSignInFirst = fault.Define(fault.Unauthenticated, "sign_in_first",
		"请先登录", "Please sign in first.")
	// ErrGrantScope: the helper's grant does not cover this action.
	ErrGrantScope = fault.Define(fault.Forbidden, "grant_scope",
		"代操作授权里没有这一项，请本人来做，或请本人增加授权", "The helper grant does not cover this. Ask the person to do it or to widen the grant.")
)

// Resource is the thing acted on. Only Type is required.
type Resource struct {
	Type   string
	ID     string
	Owner  id.Account
	Org    id.Org
	Region geo.Region
	// Attrs are further attributes for policies: string, bool, int64, []string.
	Attrs map[string]any
}

// Policies is an immutable, compiled set, kept by action: a question is held
// against the policies that name its action, not against all of them.
type Policies struct {
	byAction map[string]*cedar.PolicySet
	answers  sync.Map // of possible, by kind of actor
}

// Load compiles policy texts by module name. Every policy must name its
// actions, lest one decide about things its module knows nothing of.
func Load(texts map[string]string) (*Policies, error) {
	p := &Policies{byAction: map[string]*cedar.PolicySet{}}
	for _, module := range slices.Sorted(maps.Keys(texts)) {
		parsed, err := cedar.NewPolicySetFromBytes(module+"/policy.cedar", []byte(texts[module]))
		if err != nil {
			return nil, fmt.Errorf("policy of %s: %w", module, err)
		}
		for name, policy := range parsed.All() {
			actions := namedActions(string(policy.MarshalCedar()))
			if len(actions) == 0 {
				return nil, fmt.Errorf("policy of %s: %s names no action", module, name)
			}
			for _, action := range actions {
				if p.byAction[action] == nil {
					p.byAction[action] = cedar.NewPolicySet()
				}
				p.byAction[action].Add(cedar.PolicyID(module+"."+string(name)), policy)
			}
		}
	}
	return p, nil
}

// Names reports whether some policy mentions the action.
func (p *Policies) Names(action string) bool { return p.byAction[action] != nil }

// Actions are all that the policies mention.
func (p *Policies) Actions() []string { return slices.Sorted(maps.Keys(p.byAction)) }

type checkKey struct{}

type checker struct {
	policies *Policies
	done     atomic.Bool
}

// Attach makes the policies those of the context. Each request gets a context
// of its own, so that Checked can tell whether it asked.
func (p *Policies) Attach(ctx context.Context) context.Context {
	return context.WithValue(ctx, checkKey{}, &checker{policies: p})
}

// Checked reports whether Check has been called since Attach, whatever it
// answered: an operation that never asks is a programming error.
func Checked(ctx context.Context) bool {
	c, ok := ctx.Value(checkKey{}).(*checker)
	return ok && c.done.Load()
}

// Check answers whether the context's actor may do the action to the
// resource: nil, ErrSignInFirst, ErrForbidden or ErrGrantScope.
func Check(ctx context.Context, action string, res Resource) error {
	c, ok := ctx.Value(checkKey{}).(*checker)
	if !ok {
		return fmt.Errorf("authz: no policies in the context for %s", action)
	}
	c.done.Store(true)
	actor := From(ctx)
	if actor.System {
		return nil
	}
	if actor.For != "" && !actor.granted(action) {
		return ErrGrantScope.With("action", action)
	}
	if c.policies.allows(actor, action, res) {
		return nil
	}
	if !actor.SignedIn() {
		return ErrSignInFirst
	}
	return ErrForbidden.With("action", action)
}

// Allows is Check as a yes or no, for showing or hiding a part of an answer.
func Allows(ctx context.Context, action string, res Resource) bool {
	return Check(ctx, action, res) == nil
}

func (p *Policies) allows(a Actor, action string, res Resource) bool {
	set := p.byAction[action]
	if set == nil {
		return false
	}
	subject := string(a.Subject())
	if subject == "" {
		subject = "anonymous"
	}
	principal := types.NewEntityUID("User", types.String(subject))
	resource := types.NewEntityUID(types.EntityType(res.Type), types.String(res.ID))
	entities := types.EntityMap{
		resource: {UID: resource, Attributes: types.NewRecord(attributes(res))},
	}
	decision, _ := cedar.Authorize(set, entities, cedar.Request{
		Principal: principal,
		Action:    types.NewEntityUID("Action", types.String(action)),
		Resource:  resource,
		Context:   types.NewRecord(situation(a, res)),
	})
	return decision == cedar.Allow
}

func situation(a Actor, res Resource) types.RecordMap {
	var inOrg, inRegion, all []types.Value
	for _, r := range a.Roles {
		name := types.String(r.Name)
		all = append(all, name)
		if r.Org != "" && r.Org == res.Org {
			inOrg = append(inOrg, name)
		}
		if r.Org == "" && r.Region.Contains(res.Region) {
			inRegion = append(inRegion, name)
		}
	}
	return types.RecordMap{
		"signedIn":    types.Boolean(a.SignedIn()),
		"isOwner":     types.Boolean(a.SignedIn() && res.Owner == a.Subject()),
		"orgRoles":    types.NewSet(inOrg...),
		"regionRoles": types.NewSet(inRegion...),
		"roles":       types.NewSet(all...),
		"byHelper":    types.Boolean(a.For != ""),
	}
}

func attributes(res Resource) types.RecordMap {
	out := types.RecordMap{"owner": types.String(res.Owner), "org": types.String(res.Org), "region": types.String(res.Region)}
	for name, value := range res.Attrs {
		switch v := value.(type) {
		case string:
			out[types.String(name)] = types.String(v)
		case bool:
			out[types.String(name)] = types.Boolean(v)
		case int64:
			out[types.String(name)] = types.Long(v)
		case []string:
			set := make([]types.Value, len(v))
			for i, s := range v {
				set[i] = types.String(s)
			}
			out[types.String(name)] = types.NewSet(set...)
		default:
			panic(fmt.Sprintf("authz: attribute %s of %s has type %T", name, res.Type, value))
		}
	}
	return out
}
