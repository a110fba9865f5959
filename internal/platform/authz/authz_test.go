package authz_test

import (
	"context"
	"errors"
	"testing"

	"tianbo/internal/platform/authz"
)

const policy = `
permit (principal, action == Action::"room.view", resource);
permit (principal, action in [Action::"room.start", Action::"room.end"], resource)
  when { context.isOwner || context.orgRoles.contains("manager") };
permit (principal, action == Action::"room.freeze", resource)
  when { context.regionRoles.containsAny(["regulator", "platform_admin"]) };
forbid (principal, action == Action::"room.start", resource)
  when { resource has banned && resource.banned };
permit (principal, action == Action::"room.enter", resource)
  when { context.signedIn && !context.byHelper }
  unless { context.isOwner || context.orgRoles.contains("host") };
`

func TestCheck(t *testing.T) {
	policies, err := authz.Load(map[string]string{"room": policy})
	if err != nil {
		t.Fatal(err)
	}
	room := authz.Resource{Type: "Room", ID: "room_1", Owner: "acc_farmer", Org: "org_coop", Region: "629921104207"}
	banned := room
	banned.Attrs = map[string]any{"banned": true}
	farmer := authz.Actor{Account: "acc_farmer"}
	regulator := authz.Actor{Account: "acc_x", Roles: []authz.Role{{Name: "regulator", Region: "629921"}}}
	manager := authz.Actor{Account: "acc_m", Roles: []authz.Role{{Name: "manager", Org: "org_coop"}}}
	otherManager := authz.Actor{Account: "acc_m", Roles: []authz.Role{{Name: "manager", Org: "org_other"}}}
	helper := authz.Actor{Account: "acc_h", For: "acc_farmer", GrantActions: []string{"room.st*"}}
	elsewhere := authz.Actor{Account: "acc_r", Roles: []authz.Role{{Name: "regulator", Region: "110101"}}}
	for name, c := range map[string]struct {
		actor  authz.Actor
		action string
		res    authz.Resource
		want   error
	}{
		"visitor views":                  {authz.Actor{}, "room.view", room, nil},
		"visitor may not start":          {authz.Actor{}, "room.start", room, authz.ErrSignInFirst},
		"visitor is not the empty owner": {authz.Actor{}, "room.start", authz.Resource{Type: "Room"}, authz.ErrSignInFirst},
		"owner starts":                   {farmer, "room.start", room, nil},
		"forbid wins":                    {farmer, "room.start", banned, authz.ErrForbidden},
		"manager ends":                   {manager, "room.end", room, nil},
		"manager elsewhere":              {otherManager, "room.end", room, authz.ErrForbidden},
		"org role is no region role":     {manager, "room.freeze", room, authz.ErrForbidden},
		"regulator freezes":              {regulator, "room.freeze", room, nil},
		"regulator of another county":    {elsewhere, "room.freeze", room, authz.ErrForbidden},
		"helper within the grant":        {helper, "room.start", room, nil},
		"helper beyond the grant":        {helper, "room.end", room, authz.ErrGrantScope},
		"unknown action":                 {farmer, "room.explode", room, authz.ErrForbidden},
		"the server itself":              {authz.Actor{System: true}, "room.freeze", room, nil},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := policies.Attach(authz.With(context.Background(), c.actor))
			if authz.Checked(ctx) {
				t.Error("checked before asking")
			}
			if err := authz.Check(ctx, c.action, c.res); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if !authz.Checked(ctx) {
				t.Error("asking was not noted")
			}
		})
	}
	for name, c := range map[string]struct {
		actor  authz.Actor
		action string
		want   error
	}{
		"visitor views":               {authz.Actor{}, "room.view", nil},
		"visitor owns nothing":        {authz.Actor{}, "room.start", authz.ErrSignInFirst},
		"anyone may own a room":       {farmer, "room.start", nil},
		"nobody is staff by chance":   {farmer, "room.freeze", authz.ErrForbidden},
		"a region somewhere":          {elsewhere, "room.freeze", nil},
		"an organisation is no desk":  {manager, "room.freeze", authz.ErrForbidden},
		"helper within the grant":     {helper, "room.start", nil},
		"helper beyond the grant":     {helper, "room.end", authz.ErrGrantScope},
		"what no policy knows of":     {farmer, "room.explode", authz.ErrForbidden},
		"the server itself":           {authz.Actor{System: true}, "room.freeze", nil},
		"unless is left open as well": {farmer, "room.enter", nil},
	} {
		t.Run("possible: "+name, func(t *testing.T) {
			for range 2 { // the second answer is a remembered one
				ctx := policies.Attach(authz.With(context.Background(), c.actor))
				if err := authz.Possible(ctx, c.action); !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
				if authz.Checked(ctx) {
					t.Error("this is no check")
				}
			}
		})
	}
	if !policies.Names("room.freeze") || policies.Names("room.explode") {
		t.Error("action names are wrong")
	}
	if _, err := authz.Load(map[string]string{"bad": "permit (;"}); err == nil {
		t.Error("a broken policy was loaded")
	}
	if _, err := authz.Load(map[string]string{"wide": "permit (principal, action, resource);"}); err == nil {
		t.Error("a policy about every action was loaded")
	}
}
