package account

import (
	"context"
	"errors"
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
	return m.openRow(r)
}

func (m *Module) openRow(r row) (Account, error) {
	var err error
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

// EndDevice signs a device out at once; it is pushed to no more.
func (m *Module) EndDevice(ctx context.Context, device id.Device) error {
	if err := authz.Check(ctx, "account.devices", self(ctx)); err != nil {
		return err
	}
	return m.endDevice(ctx, device, "account.device_ended")
}

func (m *Module) endDevice(ctx context.Context, device id.Device, action string) error {
	account := authz.From(ctx).Account
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if err := m.Sessions.End(ctx, account, device); err != nil {
			return err
		}
		if err := dropDevice(ctx, account, device); err != nil {
			return err
		}
		m.forget(ctx)
		return m.Audit(ctx, action, string(device), "")
	})
}

// SignOut ends the session in use.
func (m *Module) SignOut(ctx context.Context) error {
	actor := authz.From(ctx)
	if !actor.SignedIn() {
		return nil
	}
	return m.endDevice(ctx, actor.Device, "account.sign_out")
}

// Search lists accounts for administrators, the newest first; a whole phone
// number finds its account, other words those whose name holds them.
func (m *Module) Search(ctx context.Context, words string, req page.Request) (page.Of[Account], error) {
	var none page.Of[Account]
	if err := authz.Check(ctx, "account.search", authz.Resource{Type: "Accounts"}); err != nil {
		return none, err
	}
	rows, err := m.searchRows(ctx, words, req)
	if err != nil {
		return none, err
	}
	p := page.Cut(rows, req, func(r row) string { return page.Encode(string(r.ID)) })
	out := page.Of[Account]{Items: make([]Account, len(p.Items)), Next: p.Next}
	for i, r := range p.Items {
		if out.Items[i], err = m.openRow(r); err != nil {
			return none, err
		}
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

func (m *Module) searchRows(ctx context.Context, text string, req page.Request) ([]row, error) {
	if phone, ok := CleanPhone(text); ok {
		found, err := byPhone(ctx, m.Sealer.Index("phone", phone))
		if errors.Is(err, ErrNotFound) {
			return nil, nil
		}
		return []row{found}, err
	}
	before := "~"
	if err := page.Decode(req.Cursor, &before); err != nil {
		return nil, err
	}
	return listAccounts(ctx, strings.TrimSpace(text), before, req.Rows()+1)
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
	if account == authz.From(ctx).Account {
		return ErrOwnAccount
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
		m.forget(ctx)
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
	if err := authz.Check(ctx, "account.audit", authz.Resource{Type: "Audit"}); err != nil {
		return page.Of[Entry]{}, err
	}
	return auditPage(ctx, f, req)
}

// Acts are what the actor did and what helpers did for them, the newest first.
func (*Module) Acts(ctx context.Context, f AuditFilter, req page.Request) (page.Of[Entry], error) {
	if err := authz.Check(ctx, "account.acts", self(ctx)); err != nil {
		return page.Of[Entry]{}, err
	}
	f.Account = authz.From(ctx).Account
	return auditPage(ctx, f, req)
}

func auditPage(ctx context.Context, f AuditFilter, req page.Request) (page.Of[Entry], error) {
	before := "~"
	if err := page.Decode(req.Cursor, &before); err != nil {
		return page.Of[Entry]{}, err
	}
	rows, err := listAudit(ctx, f, before, req.Rows()+1)
	if err != nil {
		return page.Of[Entry]{}, err
	}
	return page.Cut(rows, req, func(e Entry) string { return page.Encode(string(e.ID)) }), nil
}
