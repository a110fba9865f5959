package account

import (
	"context"
	"errors"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

// JobErase is the kind of the erasing job; its key is the account.
const JobErase = "account.erase"

// ErasedName is how a person is called who is no more.
const ErasedName = "已注销"

// Copy is everything known about a person (个人信息保护法 45), for people and
// for programs. The shape is versioned, so that another platform can read it.
type Copy struct {
	Format        string             `json:"format"`
	At            time.Time          `json:"at"`
	Account       copyAccount        `json:"account"`
	Addresses     []Address          `json:"addresses"`
	Verifications []copyVerification `json:"verifications"`
	Devices       []copyDevice       `json:"devices"`
	Factors       []copyFactor       `json:"secondFactors"`
	Push          []copyDevice       `json:"pushSubscriptions"`
	Consents      []consentCard      `json:"consents"`
	Grants        []copyGrant        `json:"grants"`
	Acts          []copyAct          `json:"acts"`
	Parts         map[string]any     `json:"parts"` // by module
}

// copyFormat names the shape of a Copy.
const copyFormat = "tianbo.person.v1"

type copyAccount struct {
	ID      id.Account `json:"id"`
	Name    string     `json:"name"`
	Phone   string     `json:"phone"`
	Lang    string     `json:"lang"`
	Elder   bool       `json:"elder"`
	Created time.Time  `json:"created"`
	EraseAt time.Time  `json:"eraseAt,omitzero"`
}

type copyVerification struct {
	State    VerificationState `json:"state"`
	RealName string            `json:"realName"`
	IDNumber string            `json:"idNumber"`
	Guardian string            `json:"guardian,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	Asked    time.Time         `json:"asked"`
	Decided  time.Time         `json:"decided,omitzero"`
	Checked  time.Time         `json:"checked,omitzero"`
}

type copyDevice struct {
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen,omitzero"`
}

type copyFactor struct {
	Kind    string    `json:"kind"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

type copyGrant struct {
	Owner   id.Account `json:"owner"`
	Helper  id.Account `json:"helper"`
	Scopes  []string   `json:"scopes"`
	From    time.Time  `json:"from"`
	Until   time.Time  `json:"until"`
	Revoked time.Time  `json:"revoked,omitzero"`
}

type copyAct struct {
	At      time.Time  `json:"at"`
	Actor   id.Account `json:"actor"`
	For     id.Account `json:"for,omitempty"`
	Action  string     `json:"action"`
	Subject string     `json:"subject"`
	Detail  string     `json:"detail,omitempty"`
	Address string     `json:"address,omitempty"`
}

// Export gathers the actor's copy of their data, the other modules' parts
// included.
func (m *Module) Export(ctx context.Context) (Copy, error) {
	if err := authz.Check(ctx, "account.data", self(ctx)); err != nil {
		return Copy{}, err
	}
	account := authz.From(ctx).Account
	if err := m.Audit(ctx, "account.export", string(account), ""); err != nil {
		return Copy{}, err
	}
	c := Copy{Format: copyFormat, At: m.Clock.Now(), Parts: map[string]any{}}
	err := sqldb.Read(ctx, func(ctx context.Context) error { // of one moment
		if err := m.own(ctx, account, &c); err != nil {
			return err
		}
		for _, p := range m.Parts {
			part, err := p.Export(ctx, account)
			if err != nil {
				return err
			}
			c.Parts[p.Name()] = part
		}
		return nil
	})
	return c, err
}

// own fills what this module knows.
func (m *Module) own(ctx context.Context, account id.Account, c *Copy) error {
	a, err := m.get(ctx, account)
	if err != nil {
		return err
	}
	c.Account = copyAccount{a.ID, a.Name, a.Phone, a.Lang, a.Elder, a.Created, a.EraseAt}
	if c.Addresses, err = m.addresses(ctx, account); err != nil {
		return err
	}
	return errors.Join(m.ownChecks(ctx, account, c), m.ownDevices(ctx, account, c), m.ownActs(ctx, account, c))
}

func (m *Module) ownChecks(ctx context.Context, account id.Account, c *Copy) error {
	rows, err := verificationsOf(ctx, account)
	if err != nil {
		return err
	}
	for _, r := range rows {
		v, err := m.openVerification(r)
		if err != nil {
			return err
		}
		c.Verifications = append(c.Verifications, copyVerification{v.State, v.RealName, v.IDNumber, v.Guardian, v.Reason, v.Asked, v.Decided, v.Checked})
	}
	all, err := consents(ctx, account)
	for _, one := range all {
		c.Consents = append(c.Consents, consentCard(one))
	}
	return err
}

func (m *Module) ownDevices(ctx context.Context, account id.Account, c *Copy) error {
	devices, err := m.Sessions.List(ctx, account)
	if err != nil {
		return err
	}
	for _, d := range devices {
		c.Devices = append(c.Devices, copyDevice{d.Name, d.Created, d.Seen})
	}
	subs, err := subscriptionsOf(ctx, []id.Account{account})
	if err != nil {
		return err
	}
	for _, s := range subs {
		c.Push = append(c.Push, copyDevice{Name: string(s.Device), Created: s.Created})
	}
	keys, err := passkeys(ctx, account)
	if err != nil {
		return err
	}
	for _, k := range keys {
		c.Factors = append(c.Factors, copyFactor{MethodPasskey, k.Name, k.Created})
	}
	t, err := loadTOTP(ctx, account)
	if !t.confirmed.IsZero() {
		c.Factors = append(c.Factors, copyFactor{MethodTOTP, "", t.confirmed})
	}
	return err
}

const copyPage = 500

func (*Module) ownActs(ctx context.Context, account id.Account, c *Copy) error {
	for before := "~"; ; {
		rows, err := grantsOf(ctx, account, before, copyPage)
		if err != nil {
			return err
		}
		for _, g := range rows {
			c.Grants = append(c.Grants, copyGrant{g.Owner, g.Helper, g.Actions, g.From, g.Until, g.Revoked})
			before = string(g.ID)
		}
		if len(rows) < copyPage {
			break
		}
	}
	for before := "~"; ; {
		rows, err := listAudit(ctx, AuditFilter{Account: account}, before, copyPage)
		if err != nil {
			return err
		}
		for _, e := range rows {
			c.Acts = append(c.Acts, copyAct{e.At, e.Actor, e.For, e.Action, e.Subject, e.Detail, e.Address})
			before = string(e.ID)
		}
		if len(rows) < copyPage {
			return nil
		}
	}
}

// Keeps is what would stay of the actor after an erasure, and why.
func (m *Module) Keeps(ctx context.Context) ([]Kept, error) {
	if err := authz.Check(ctx, "account.data", self(ctx)); err != nil {
		return nil, err
	}
	return m.keeps(ctx, authz.From(ctx).Account)
}

func (m *Module) keeps(ctx context.Context, account id.Account) ([]Kept, error) {
	out := []Kept{{"登录和操作日志（不含姓名和手机号）", "网络安全法第二十一条：日志留存不少于六个月"}}
	v, err := latestVerification(ctx, account)
	if err != nil {
		return nil, err
	}
	if v.State != VerificationNone {
		out = append(out, Kept{"主播实名和监护人同意记录（加密）", "网络直播营销管理办法：身份信息和直播内容保存不少于三年"})
	}
	for _, p := range m.Parts {
		kept, err := p.Keeps(ctx, account)
		if err != nil {
			return nil, err
		}
		out = append(out, kept...)
	}
	return out, nil
}

// EraseSoon plans the erasure of the actor's account, or, with off, takes the
// plan back. There is a week to think it over.
func (m *Module) EraseSoon(ctx context.Context, on bool) (Account, error) {
	if err := authz.Check(ctx, "account.data", self(ctx)); err != nil {
		return Account{}, err
	}
	var a Account
	account := authz.From(ctx).Account
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if a, err = m.get(ctx, account); err != nil {
			return err
		}
		if !on {
			a.EraseAt = time.Time{}
			if err := bus.Cancel(ctx, JobErase, string(account)); err != nil {
				return err
			}
			if err := setErase(ctx, account, a.EraseAt); err != nil {
				return err
			}
			return m.Audit(ctx, "account.erase_taken_back", string(account), "")
		}
		a.EraseAt = m.Clock.Now().Add(eraseAfter)
		if err := setErase(ctx, account, a.EraseAt); err != nil {
			return err
		}
		if err := m.Audit(ctx, "account.erase_planned", string(account), ""); err != nil {
			return err
		}
		return bus.Schedule(ctx, bus.Job{Kind: JobErase, Key: string(account), Due: a.EraseAt})
	})
	return a, err
}

// eraseDue carries an erasure out, whole or not at all. Orders, recordings and
// journals that the law keeps stay, under an account without a person; what
// stays and why is recorded.
func (m *Module) eraseDue(ctx context.Context, j bus.Job) error {
	account := id.Account(j.Key)
	return sqldb.Write(ctx, func(ctx context.Context) error {
		a, err := load(ctx, account)
		if err != nil || a.EraseAt.IsZero() || m.Clock.Now().Before(a.EraseAt) {
			return err
		}
		kept, err := m.keeps(ctx, account)
		if err != nil {
			return err
		}
		for _, p := range m.Parts {
			if err := p.Erase(ctx, account); err != nil {
				return err
			}
		}
		if err := m.Sessions.EndAll(ctx, account); err != nil {
			return err
		}
		m.forget(ctx)
		if err := erase(ctx, account, m.Clock.Now(), kept); err != nil {
			return err
		}
		return m.Audit(ctx, "account.erased", string(account), "")
	})
}
