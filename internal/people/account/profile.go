package account

import (
	"context"
	"strings"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/session"
	"tianbo/internal/platform/sqldb"
)

// Me is the subject's own account, phone opened.
func (m *Module) Me(ctx context.Context) (Account, error) {
	if err := authz.Check(ctx, "account.view", self(ctx)); err != nil {
		return Account{}, err
	}
	return m.get(ctx, authz.From(ctx).Subject())
}

func (m *Module) get(ctx context.Context, account id.Account) (Account, error) {
	r, err := load(ctx, account)
	if err != nil {
		return Account{}, err
	}
	r.Phone, err = m.Sealer.OpenText(r.sealedPhone, "account_account phone "+string(r.ID))
	return r.Account, err
}

// Edit changes the shown name, the language or elder mode; nil leaves one as
// it is.
func (m *Module) Edit(ctx context.Context, name, lang *string, elder *bool) (Account, error) {
	if err := authz.Check(ctx, "account.edit", self(ctx)); err != nil {
		return Account{}, err
	}
	var a Account
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if a, err = m.get(ctx, authz.From(ctx).Subject()); err != nil {
			return err
		}
		if name != nil {
			clean, ok := CleanName(*name)
			if !ok {
				return ErrName
			}
			a.Name = clean
		}
		if lang != nil {
			a.Lang = *lang
		}
		if elder != nil {
			a.Elder = *elder
		}
		return saveProfile(ctx, a)
	})
	return a, err
}

// Devices are the actor's signed-in devices.
func (m *Module) Devices(ctx context.Context) ([]session.Session, error) {
	if err := authz.Check(ctx, "account.devices", self(ctx)); err != nil {
		return nil, err
	}
	return m.Sessions.List(ctx, authz.From(ctx).Account)
}

// EndDevice signs a device out at once.
func (m *Module) EndDevice(ctx context.Context, device id.Device) error {
	if err := authz.Check(ctx, "account.devices", self(ctx)); err != nil {
		return err
	}
	return m.Sessions.End(ctx, authz.From(ctx).Account, device)
}

// SignOut ends the session in use.
func (m *Module) SignOut(ctx context.Context) error {
	actor := authz.From(ctx)
	if !actor.SignedIn() {
		return nil
	}
	return m.Sessions.End(ctx, actor.Account, actor.Device)
}

// Search lists accounts for administrators, the newest first; a whole phone
// number finds its account, other words those whose name holds them.
func (m *Module) Search(ctx context.Context, words string, req page.Request) (page.Of[Account], error) {
	var none page.Of[Account]
	if err := authz.Check(ctx, "account.search", authz.Resource{Type: "Accounts"}); err != nil {
		return none, err
	}
	var rows []row
	if clean, ok := CleanPhone(words); ok {
		found, err := byPhone(ctx, m.Sealer.Index("phone", clean))
		if err == nil {
			rows = []row{found}
		}
	} else {
		before := "~"
		if err := page.Decode(req.Cursor, &before); err != nil {
			return none, err
		}
		var err error
		if rows, err = listAccounts(ctx, strings.TrimSpace(words), before, req.Rows()+1); err != nil {
			return none, err
		}
	}
	p := page.Cut(rows, req, func(r row) string { return page.Encode(string(r.ID)) })
	out := page.Of[Account]{Items: []Account{}, Next: p.Next}
	for _, r := range p.Items {
		a, err := m.get(ctx, r.ID)
		if err != nil {
			return none, err
		}
		out.Items = append(out.Items, a)
	}
	return out, m.Audit(ctx, "account.search", "", "")
}

// Look is one account with the parts it plays, for administrators.
func (m *Module) Look(ctx context.Context, account id.Account) (Account, []authz.Role, error) {
	if err := authz.Check(ctx, "account.search", authz.Resource{Type: "Account", ID: string(account)}); err != nil {
		return Account{}, nil, err
	}
	a, err := m.get(ctx, account)
	if err != nil {
		return a, nil, err
	}
	roles, err := m.Roles.RolesOf(ctx, account)
	return a, roles, err
}

// CountPending counts the verifications that wait for a reviewer.
func (*Module) CountPending(ctx context.Context) (int64, error) {
	if err := authz.Check(ctx, "account.review", authz.Resource{Type: "Verifications"}); err != nil {
		return 0, err
	}
	return countPending(ctx)
}

// Suspend keeps a person from signing in, with a reason they are told; an
// empty reason lifts it. It ends their sessions.
func (m *Module) Suspend(ctx context.Context, account id.Account, reason string) error {
	if err := authz.Check(ctx, "account.suspend", authz.Resource{Type: "Account", ID: string(account)}); err != nil {
		return err
	}
	if n := len([]rune(reason)); n != 0 && (n < 5 || n > 200) {
		return ErrReason
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if _, err := load(ctx, account); err != nil {
			return err
		}
		if err := setSuspended(ctx, account, reason); err != nil {
			return err
		}
		if err := m.Sessions.EndAll(ctx, account); err != nil {
			return err
		}
		return m.Audit(ctx, "account.suspend", string(account), reason)
	})
}

// AuditFilter chooses lines of the audit log; an empty part chooses all.
type AuditFilter struct {
	Account  id.Account // who acted, or for whom
	Action   string     // an action, or the noun it begins with
	Subject  string
	From, To time.Time
}

// Log is the audit log, the newest first.
func (*Module) Log(ctx context.Context, f AuditFilter, req page.Request) (page.Of[Entry], error) {
	var none page.Of[Entry]
	if err := authz.Check(ctx, "account.audit", authz.Resource{Type: "Audit"}); err != nil {
		return none, err
	}
	before := "~"
	if err := page.Decode(req.Cursor, &before); err != nil {
		return none, err
	}
	rows, err := listAudit(ctx, f, before, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(e Entry) string { return page.Encode(string(e.ID)) }), nil
}
