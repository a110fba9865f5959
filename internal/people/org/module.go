package org

import (
	"cmp"
	"context"
	_ "embed" // the policy text
	"slices"
	"strings"
	"unicode/utf8"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

// Deps is what organisations stand on.
type Deps struct {
	Clock clock.Clock
	// Names tells how members are called.
	Names func(ctx context.Context, accounts []id.Account) (map[id.Account]string, error)
	// Audit writes a line of the audit log, in the running transaction.
	Audit func(ctx context.Context, action, subject, detail string) error
	// RoleChanged is told of a part given or taken, in the same transaction,
	// so that what is kept in memory of a person's rights ends with it.
	RoleChanged func(ctx context.Context, f RoleChanged) error
}

// Module is the organisations.
type Module struct{ Deps }

// New makes the module.
func New(d Deps) *Module { return &Module{d} }

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations { return sqldb.Migrations{Module: "org", FS: migrations} }

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }

// Create registers an organisation. A person registers households and
// co-operatives by themselves and becomes the owner; other kinds are the
// platform's to register.
func (m *Module) Create(ctx context.Context, o Org) (Org, error) {
	action := "org.create"
	if o.Kind != Household && o.Kind != Cooperative {
		action = "org.register"
	}
	if err := authz.Check(ctx, action, authz.Resource{Type: "Orgs", Region: o.Region}); err != nil {
		return o, err
	}
	if err := m.clean(&o); err != nil {
		return o, err
	}
	o.ID, o.Created = id.New[id.Org](), m.Clock.Now()
	actor := authz.From(ctx)
	if actor.SignedIn() && o.Kind.Sells() {
		if n, err := owned(ctx, actor.Subject()); err != nil || n >= mostOwned {
			return o, cmp.Or[error](err, ErrTooMany)
		}
	}
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		if err := insert(ctx, o); err != nil {
			return err
		}
		if actor.SignedIn() {
			if err := m.give(ctx, actor.Subject(), o.ID, "owner", ""); err != nil {
				return err
			}
		}
		return bus.Emit(ctx, SubjectCreated, string(o.ID), Created{o.ID, o.Kind, actor.Account})
	})
	return o, err
}

// clean trims and checks what was given.
func (*Module) clean(o *Org) error {
	o.Name = strings.Join(strings.Fields(o.Name), " ")
	if n := utf8.RuneCountInString(o.Name); n < 2 || n > 40 {
		return ErrName
	}
	if len(o.Region) < 6 {
		return ErrRegion
	}
	if _, err := geo.ParseRegion(string(o.Region)); err != nil {
		return ErrRegion
	}
	if !slices.Contains(Kinds, o.Kind) {
		return ErrKind
	}
	if o.Kind.Sells() && !o.Complete() {
		return ErrIdentity
	}
	return nil
}

// Edit changes an organisation; kind and region stay.
func (m *Module) Edit(ctx context.Context, org id.Org, change func(*Org)) (Org, error) {
	var o Org
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if o, err = m.own(ctx, org, "org.edit"); err != nil {
			return err
		}
		kind, region := o.Kind, o.Region
		change(&o)
		o.Kind, o.Region = kind, region
		if err := m.clean(&o); err != nil {
			return err
		}
		return update(ctx, o)
	})
	return o, err
}

func (*Module) own(ctx context.Context, org id.Org, action string) (Org, error) {
	o, err := load(ctx, org)
	if err != nil {
		return o, err
	}
	return o, authz.Check(ctx, action, authz.Resource{Type: "Org", ID: string(org), Org: org, Region: o.Region})
}

// View is one organisation, with the identity that the law makes public.
func (m *Module) View(ctx context.Context, org id.Org) (Org, error) {
	return m.own(ctx, org, "org.view")
}

// Filter chooses organisations; an empty part chooses all.
type Filter struct {
	Kind   Kind
	Region geo.Region // and all within it
	Words  string     // in the name or village
}

// List gives organisations, the newest last.
func (m *Module) List(ctx context.Context, f Filter, req page.Request) (page.Of[Org], error) {
	var none page.Of[Org]
	if err := authz.Check(ctx, "org.list", authz.Resource{Type: "Orgs"}); err != nil {
		return none, err
	}
	f.Words = strings.Join(strings.Fields(f.Words), " ")
	after := ""
	if err := page.Decode(req.Cursor, &after); err != nil {
		return none, err
	}
	rows, err := list(ctx, f, after, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(o Org) string { return page.Encode(string(o.ID)) }), nil
}

// ByIDs are the organisations that exist among ids.
func (*Module) ByIDs(ctx context.Context, ids []id.Org) (map[id.Org]Org, error) {
	rows, err := byIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Org]Org, len(rows))
	for _, o := range rows {
		out[o.ID] = o
	}
	return out, nil
}
