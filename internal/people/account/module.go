package account

import (
	"context"
	_ "embed" // the policy text

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/session"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

// Deps is what accounts stand on.
type Deps struct {
	Clock    clock.Clock
	Sessions session.Sessions
	Roles    Roles
	Codes    Codes
	Sealer   Sealer
	// Parts are the other modules' shares of a person's data.
	Parts []Part
	// Push reaches browsers; nil switches web push off. PushKey is the key
	// that browsers subscribe with.
	Push    Push
	PushKey string
	// Platform names the site to authenticators; URL is its public address,
	// empty for the one that the browser is at.
	Platform string
	URL      string
	// SecondRequired takes the parts on the platform away from sessions that
	// have not proved a second factor.
	SecondRequired bool
	// Demo shows sign-in codes on the screen.
	Demo bool
	// SecureCookies marks the session cookie Secure: the site is https.
	SecureCookies bool
}

// Module is the accounts.
type Module struct {
	Deps
	actors *actors
}

// New makes the module.
func New(d Deps) *Module { return &Module{d, newActors(d.Clock)} }

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "account", FS: migrations}
}

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }

// Jobs are the module's timed work.
func (m *Module) Jobs() []bus.JobHandler {
	return []bus.JobHandler{{Kind: JobErase, Do: m.eraseDue}, {Kind: JobPush, Do: m.deliver}}
}

// ByIDs are accounts as others may see them: id, name and language, no phone.
func (*Module) ByIDs(ctx context.Context, ids []id.Account) (map[id.Account]Account, error) {
	rows, err := byIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Account]Account, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Account
	}
	return out, nil
}

// Names are how accounts are called.
func (m *Module) Names(ctx context.Context, ids []id.Account) (map[id.Account]string, error) {
	found, err := m.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Account]string, len(found))
	for key, a := range found {
		out[key] = a.Name
	}
	return out, nil
}

// Audit writes a line of the audit log, in the running transaction if there
// is one: who did what, for whom, to what.
func (m *Module) Audit(ctx context.Context, action, subject, detail string) error {
	actor := authz.From(ctx)
	return sqldb.Write(ctx, func(ctx context.Context) error {
		return insertAudit(ctx, Entry{
			ID: id.New[id.Audit](), At: m.Clock.Now(), Actor: actor.Account, For: actor.For,
			Action: action, Subject: subject, Detail: detail, Address: httpapi.Address(ctx),
		})
	})
}

func self(ctx context.Context) authz.Resource {
	return authz.Resource{Type: "Account", ID: string(authz.From(ctx).Subject()), Owner: authz.From(ctx).Subject()}
}
