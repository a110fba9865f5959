package org_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/people/org"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/authz/authztest"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

type world struct {
	*org.Module
	t        *testing.T
	ctx      context.Context
	clock    *clock.Fake
	policies *authz.Policies
	mu       sync.Mutex
	log      []string
	changes  []org.RoleChanged
}

func both(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	sqldbtest.Each(t, []sqldb.Migrations{bus.Migrations(), (&org.Module{}).Migrations()}, func(t *testing.T, ctx context.Context, _ *sqldb.DB) {
		w := &world{t: t, clock: clock.NewFake(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))}
		w.Module = org.New(org.Deps{
			Clock: w.clock,
			Names: func(_ context.Context, ids []id.Account) (map[id.Account]string, error) {
				out := map[id.Account]string{}
				for _, a := range ids {
					if a != "acc_nobody" {
						out[a] = string(a)
					}
				}
				return out, nil
			},
			Audit: func(_ context.Context, action, subject, detail string) error {
				w.mu.Lock()
				defer w.mu.Unlock()
				w.log = append(w.log, action+" "+detail)
				return nil
			},
			RoleChanged: func(_ context.Context, f org.RoleChanged) error {
				w.mu.Lock()
				defer w.mu.Unlock()
				w.changes = append(w.changes, f)
				return nil
			},
		})
		var err error
		if w.policies, err = authz.Load(map[string]string{"org": w.Policy()}); err != nil {
			t.Fatal(err)
		}
		w.ctx = ctx
		test(t, w)
	})
}

// as signs a person in with the roles they have now.
func (w *world) as(name string) context.Context {
	w.t.Helper()
	who := id.Account("acc_" + name)
	roles, err := w.RolesOf(w.ctx, who)
	if err != nil {
		w.t.Fatal(err)
	}
	if name == "boss" {
		roles = append(roles, authz.Role{Name: "platform_admin"})
	}
	return w.policies.Attach(authz.With(w.ctx, authz.Actor{Account: who, Roles: roles}))
}

func stall(kind org.Kind, name string) org.Org {
	return org.Org{Kind: kind, Name: name, Region: "629921104207", Identity: org.Identity{Contact: "139", Address: "石沟村", Exemption: "self_produced"}}
}

func (w *world) open(who string, o org.Org) org.Org {
	w.t.Helper()
	made, err := w.Create(w.as(who), o)
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

// join invites somebody and has them accept.
func (w *world) join(o id.Org, by, who, role string) {
	w.t.Helper()
	_, secret, err := w.Invite(w.as(by), o, role)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.Accept(w.as(who), secret); err != nil {
		w.t.Fatal(err)
	}
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	table := map[string]string{
		"org.view": "anyone", "org.list": "anyone", "org.create": "signed", "org.leave": "signed!", "org.accept": "signed!",
		"org.register": "county:platform_admin", "org.appoint": "county:platform_admin",
		"org.edit":    "org:owner+ org:manager+ county:platform_admin+",
		"org.members": "org:owner+ org:manager+ county:platform_admin+",
	}
	for role, extra := range map[string]string{"owner": "", "manager": "", "host": " org:manager", "staff": " org:manager"} {
		table["org.invite"] = "org:owner county:platform_admin" + extra
		table["org.remove"] = table["org.invite"]
		authztest.Table(t, "org", (&org.Module{}).Policy(), map[string]any{"role": role}, table)
	}
	if !slices.Equal(authztest.OrgRoles, org.OrgRoles) || !slices.Equal(authztest.PlatformRoles, org.PlatformRoles) {
		t.Error("the tables do not speak of every role")
	}
}

func TestEveryKindOfOrganisation(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		for i, kind := range org.Kinds {
			o := stall(kind, fmt.Sprint("组织", i))
			if !kind.Sells() {
				o.Identity = org.Identity{}
			}
			_, err := w.Create(w.as("ada"), o)
			if own := kind == org.Household || kind == org.Cooperative; own != (err == nil) || !own && !errors.Is(err, authz.ErrForbidden) {
				t.Errorf("a person opens a %s: %v", kind, err)
			}
			made, err := w.Create(w.as("boss"), o)
			if err != nil {
				t.Errorf("the platform registers a %s: %v", kind, err)
			}
			if got, err := w.View(w.as("ada"), made.ID); err != nil || got.Kind != kind || got.Region.County() != "629921" || got.Region.Township() != "629921104" {
				t.Errorf("%+v %v", got, err)
			}
		}
		for name, c := range map[string]struct {
			change func(*org.Org)
			want   error
		}{
			"no name":         {func(o *org.Org) { o.Name = " 一 " }, org.ErrName},
			"a long name":     {func(o *org.Org) { o.Name = strings.Repeat("长", 41) }, org.ErrName},
			"no region":       {func(o *org.Org) { o.Region = "" }, org.ErrRegion},
			"a province":      {func(o *org.Org) { o.Region = "62" }, org.ErrRegion},
			"seven digits":    {func(o *org.Org) { o.Region = "6299211" }, org.ErrRegion},
			"no contact":      {func(o *org.Org) { o.Contact = "" }, org.ErrIdentity},
			"licence and not": {func(o *org.Org) { o.Licence = "93" }, org.ErrIdentity},
			"neither":         {func(o *org.Org) { o.Exemption = "" }, org.ErrIdentity},
			"an unknown kind": {func(o *org.Org) { o.Kind = "cartel" }, authz.ErrForbidden},
		} {
			o := stall(org.Household, "李家")
			c.change(&o)
			if _, err := w.Create(w.as("eva"), o); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if _, err := w.Create(w.as("boss"), stall("cartel", "卡特尔")); !errors.Is(err, org.ErrKind) {
			t.Errorf("an unknown kind: %v", err)
		}
		for i := range 11 {
			if _, err := w.Create(w.as("bob"), stall(org.Household, fmt.Sprint("第", i))); (i < 10) != (err == nil) {
				t.Errorf("stall %d: %v", i, err)
			}
		}
	})
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		o := w.open("owner", stall(org.Cooperative, "石沟合作社"))
		if _, _, err := w.Invite(w.as("owner"), o.ID, "king"); !errors.Is(err, org.ErrRole) {
			t.Errorf("an unknown role: %v", err)
		}
		if _, _, err := w.Invite(w.as("ada"), o.ID, "staff"); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("a stranger invites: %v", err)
		}
		w.join(o.ID, "owner", "manager", "manager")
		for _, role := range []string{"owner", "manager"} {
			if _, _, err := w.Invite(w.as("manager"), o.ID, role); !errors.Is(err, authz.ErrForbidden) {
				t.Errorf("a manager makes an %s: %v", role, err)
			}
		}
		w.join(o.ID, "manager", "host", "host")
		_, secret, err := w.Invite(w.as("owner"), o.ID, "staff")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Accept(w.as("ada"), "guess"); !errors.Is(err, org.ErrInvite) {
			t.Errorf("a guess: %v", err)
		}
		var won, lost int
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 5 { // once, however many try
			ctx := w.as(fmt.Sprint("rival", i))
			all.Go(func() {
				_, err := w.Accept(ctx, secret)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if errors.Is(err, org.ErrInvite) {
					lost++
				}
			})
		}
		all.Wait()
		if won != 1 || lost != 4 {
			t.Errorf("%d accepted, %d were too late", won, lost)
		}
		_, late, err := w.Invite(w.as("owner"), o.ID, "staff")
		if err != nil {
			t.Fatal(err)
		}
		open, taken, err := w.Invite(w.as("owner"), o.ID, "staff")
		if err != nil {
			t.Fatal(err)
		}
		if p, err := w.Invites(w.as("manager"), o.ID, page.Request{}); err != nil || len(p.Items) != 2 {
			t.Errorf("%+v %v", p, err)
		}
		if err := w.Revoke(w.as("owner"), o.ID, open.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Accept(w.as("eva"), taken); !errors.Is(err, org.ErrInvite) {
			t.Errorf("an invitation taken back: %v", err)
		}
		w.clock.Advance(7*24*time.Hour + time.Second)
		if _, err := w.Accept(w.as("eva"), late); !errors.Is(err, org.ErrInvite) {
			t.Errorf("after a week: %v", err)
		}
		if p, err := w.Invites(w.as("manager"), o.ID, page.Request{}); err != nil || len(p.Items) != 0 {
			t.Errorf("%+v %v", p, err)
		}
	})
}

func TestMembersComeAndGo(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		o := w.open("owner", stall(org.Cooperative, "石沟合作社"))
		w.join(o.ID, "owner", "second", "owner")
		w.join(o.ID, "owner", "manager", "manager")
		w.join(o.ID, "owner", "manager", "host") // two parts
		w.join(o.ID, "owner", "staff", "staff")
		var got []string
		for cursor := ""; ; {
			p, err := w.Members(w.as("manager"), o.ID, page.Request{Cursor: cursor, Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(p.Items[0].Account)[4:]+" "+p.Items[0].Role)
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if want := "manager host, manager manager, owner owner, second owner, staff staff"; strings.Join(got, ", ") != want {
			t.Errorf("%s", strings.Join(got, ", "))
		}
		if _, err := w.Members(w.as("staff"), o.ID, page.Request{}); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("staff read the list: %v", err)
		}
		if err := w.Remove(w.as("manager"), o.ID, "acc_owner", "owner"); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("a manager removed an owner: %v", err)
		}
		if err := w.Remove(w.as("manager"), o.ID, "acc_staff", "staff"); err != nil {
			t.Error(err)
		}
		if err := w.Remove(w.as("manager"), o.ID, "acc_manager", "host"); err != nil {
			t.Errorf("leaving by oneself: %v", err)
		}
		var all sync.WaitGroup
		for _, who := range []string{"owner", "second"} { // at once: one stays
			ctx := w.as(who)
			all.Go(func() { _ = w.Remove(ctx, o.ID, id.Account("acc_"+who), "owner") })
		}
		all.Wait()
		var owners []id.Account
		for _, who := range []string{"owner", "second"} {
			roles, err := w.RolesOf(w.ctx, id.Account("acc_"+who))
			if err != nil {
				t.Fatal(err)
			}
			if len(roles) > 0 {
				owners = append(owners, id.Account("acc_"+who))
			}
		}
		if len(owners) != 1 {
			t.Fatalf("owners: %v", owners)
		}
		if err := w.Remove(w.as(string(owners[0])[4:]), o.ID, owners[0], "owner"); !errors.Is(err, org.ErrLast) {
			t.Errorf("the last owner left: %v", err)
		}
	})
}

func TestOfficials(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		if err := w.Appoint(w.as("ada"), "acc_ada", "platform_admin", ""); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("a person appoints themselves: %v", err)
		}
		for name, c := range map[string]struct {
			who, role, region string
			want              error
		}{
			"nobody":      {"acc_nobody", "reviewer", "", org.ErrNobody},
			"no such job": {"acc_ada", "emperor", "", org.ErrRole},
			"odd region":  {"acc_ada", "reviewer", "62x", org.ErrRegion},
		} {
			if err := w.Appoint(w.as("boss"), id.Account(c.who), c.role, geo.Region(c.region)); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		for range 2 {
			if err := errors.Join(w.Appoint(w.as("boss"), "acc_ada", "platform_admin", ""), w.Appoint(w.as("boss"), "acc_eva", "reviewer", "629921")); err != nil {
				t.Fatal(err)
			}
		}
		if len(w.changes) != 2 {
			t.Errorf("told of %v", w.changes)
		}
		if p, err := w.Staff(w.as("ada"), page.Request{}); err != nil || len(p.Items) != 2 || p.Items[1].Region != "629921" {
			t.Errorf("%+v %v", p, err)
		}
		if _, err := w.Staff(w.as("eva"), page.Request{}); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("a reviewer reads the list: %v", err)
		}
		if err := w.Dismiss(w.as("ada"), "acc_eva", "reviewer", "629921"); err != nil {
			t.Error(err)
		}
		if err := w.Dismiss(w.as("ada"), "acc_ada", "platform_admin", ""); !errors.Is(err, org.ErrLastAdmin) {
			t.Errorf("the last administrator: %v", err)
		}
		if roles, err := w.RolesOf(w.ctx, "acc_ada"); err != nil || len(roles) != 1 {
			t.Errorf("%v %v", roles, err)
		}
		// An administrator of one county appoints in it, not beside it.
		if err := w.Appoint(w.as("boss"), "acc_county", "platform_admin", "629921"); err != nil {
			t.Fatal(err)
		}
		if err := w.Appoint(w.as("county"), "acc_eva", "reviewer", "629921104"); err != nil {
			t.Error(err)
		}
		for _, region := range []geo.Region{"", "62", "110101"} {
			if err := w.Appoint(w.as("county"), "acc_eva", "reviewer", region); !errors.Is(err, authz.ErrForbidden) {
				t.Errorf("appointed in %q: %v", region, err)
			}
		}
	})
}

func TestFindingAndEditing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		a := w.open("ada", stall(org.Household, "李桂芳家"))
		b := stall(org.Cooperative, "100%_甜合作社")
		b.Region = "629922"
		b = w.open("eva", b)
		find := func(f org.Filter) (out []id.Org) {
			t.Helper()
			p, err := w.List(w.as("ada"), f, page.Request{})
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range p.Items {
				out = append(out, o.ID)
			}
			return out
		}
		for name, c := range map[string]struct {
			f    org.Filter
			want []id.Org
		}{
			"all":             {org.Filter{}, []id.Org{a.ID, b.ID}},
			"a kind":          {org.Filter{Kind: org.Cooperative}, []id.Org{b.ID}},
			"a county":        {org.Filter{Region: "629921"}, []id.Org{a.ID}},
			"a prefecture":    {org.Filter{Region: "6299"}, []id.Org{a.ID, b.ID}},
			"words":           {org.Filter{Words: "桂芳"}, []id.Org{a.ID}},
			"signs are signs": {org.Filter{Words: "%_"}, []id.Org{b.ID}},
			"none":            {org.Filter{Words: "大闸蟹"}, nil},
		} {
			if got := find(c.f); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		edited, err := w.Edit(w.as("ada"), a.ID, func(o *org.Org) { o.Name, o.Kind, o.Region = " 李  家 ", org.Platform, "110101" })
		if err != nil || edited.Name != "李 家" || edited.Kind != org.Household || edited.Region != a.Region {
			t.Errorf("%+v %v", edited, err)
		}
		if _, err := w.Edit(w.as("eva"), a.ID, func(*org.Org) {}); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("a stranger edits: %v", err)
		}
		if _, err := w.View(w.as("ada"), "org_none"); !errors.Is(err, org.ErrNotFound) {
			t.Error(err)
		}
	})
}
