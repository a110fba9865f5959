// Package authztest holds policies against a table of who may do what, so that
// no right appears or disappears unseen.
package authztest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"tianbo/internal/platform/authz"
)

// The thing that the table is about: it belongs to a person, an organisation
// and a region.
const (
	owner  = "acc_owner"
	org    = "org_one"
	region = "629921104207"
	county = "629921"
)

// OrgRoles and PlatformRoles are every part there is; org's own test holds
// them against its list.
var (
	OrgRoles      = []string{"owner", "manager", "host", "staff", "dispatcher", "trainer", "mediator"}
	PlatformRoles = []string{"platform_admin", "reviewer", "regulator", "mediator", "trainer", "policy_officer"}
)

// actors are all who may knock: a visitor, a stranger, the owner, the owner's
// helper with a grant for everything, each role in the thing's organisation
// and in another, each platform role in the thing's county and in another, and
// a helper of a member and of an administrator.
func actors() map[string]authz.Actor {
	out := map[string]authz.Actor{
		"visitor":  {},
		"stranger": {Account: "acc_stranger"},
		"self":     {Account: owner},
		"self~":    {Account: "acc_helper", For: owner, GrantActions: []string{"*"}},
	}
	for _, role := range OrgRoles {
		out["org:"+role] = authz.Actor{Account: "acc_member", Roles: []authz.Role{{Name: role, Org: org}}}
		out["other:"+role] = authz.Actor{Account: "acc_member", Roles: []authz.Role{{Name: role, Org: "org_two"}}}
		out["org:"+role+"~"] = authz.Actor{Account: "acc_helper", For: "acc_member", GrantActions: []string{"*"}, Roles: []authz.Role{{Name: role, Org: org}}}
	}
	for _, role := range PlatformRoles {
		out["county:"+role] = authz.Actor{Account: "acc_official", Roles: []authz.Role{{Name: role, Region: county}}}
		out["elsewhere:"+role] = authz.Actor{Account: "acc_official", Roles: []authz.Role{{Name: role, Region: "110101"}}}
		out["county:"+role+"~"] = authz.Actor{Account: "acc_helper", For: "acc_official", GrantActions: []string{"*"}, Roles: []authz.Role{{Name: role, Region: county}}}
	}
	return out
}

// Groups that a table may name.
var groups = map[string]func(string) bool{
	"anyone":  func(string) bool { return true },
	"signed":  func(who string) bool { return who != "visitor" },
	"signed!": func(who string) bool { return who != "visitor" && !strings.HasSuffix(who, "~") },
}

// Table checks that exactly the named may do each action, and that the table
// speaks of every action of the policy. A right is a group ("anyone",
// "signed"; "signed!" without helpers), "self", or a place and a role
// ("org:manager", "county:reviewer"). A trailing "~" is the helper of such a
// person; "+" is both the person and the helper.
func Table(t *testing.T, module, policy string, attrs map[string]any, table map[string]string) {
	t.Helper()
	policies, err := authz.Load(map[string]string{module: policy})
	if err != nil {
		t.Fatal(err)
	}
	everyone := actors()
	for _, action := range policies.Actions() {
		if _, ok := table[action]; !ok {
			t.Errorf("the table does not say who may %s", action)
		}
	}
	for _, action := range slices.Sorted(maps.Keys(table)) {
		if !policies.Names(action) {
			t.Errorf("no policy speaks of %s", action)
		}
		want, err := rights(everyone, table[action])
		if err != nil {
			t.Errorf("%s: %v", action, err)
			continue
		}
		for _, who := range slices.Sorted(maps.Keys(everyone)) {
			resource := authz.Resource{Type: "Thing", ID: "thing_1", Owner: owner, Org: org, Region: region, Attrs: attrs}
			err := authz.Check(policies.Attach(authz.With(context.Background(), everyone[who])), action, resource)
			switch {
			case want[who] && err != nil:
				t.Errorf("%s may not %s: %v", who, action, err)
			case !want[who] && err == nil:
				t.Errorf("%s may %s", who, action)
			case !want[who] && !everyone[who].SignedIn() && !errors.Is(err, authz.ErrSignInFirst):
				t.Errorf("a visitor who wants to %s is told %v", action, err)
			}
		}
	}
}

func rights(everyone map[string]authz.Actor, text string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, word := range strings.Fields(text) {
		if group, ok := groups[word]; ok {
			for who := range everyone {
				out[who] = out[who] || group(who)
			}
			continue
		}
		name, both := strings.CutSuffix(word, "+")
		if _, ok := everyone[name]; !ok {
			return nil, fmt.Errorf("the table names %q, whom nobody knows", word)
		}
		out[name] = true
		if both {
			out[name+"~"] = true
		}
	}
	return out, nil
}
