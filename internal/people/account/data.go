package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/session"
	"tianbo/internal/platform/sqldb"
)

// JobErase is the kind of the erasing job; its key is the account.
const JobErase = "account.erase"

// Purposes of processing that a person may agree to or not; what a contract
// needs (an address for a parcel) needs no consent and is not listed.
var Purposes = []string{"identity_documents", "location", "push", "recommendation"}

// Consents are what the actor has agreed to, past and present.
func (*Module) Consents(ctx context.Context) ([]Consent, error) {
	if err := authz.Check(ctx, "account.consents", self(ctx)); err != nil {
		return nil, err
	}
	return consents(ctx, authz.From(ctx).Account)
}

// SetConsent gives or withdraws consent to one purpose.
func (m *Module) SetConsent(ctx context.Context, purpose, version string, on bool) error {
	if err := authz.Check(ctx, "account.consents", self(ctx)); err != nil {
		return err
	}
	if !slices.Contains(Purposes, purpose) {
		return ErrPurpose
	}
	account := authz.From(ctx).Account
	return sqldb.Write(ctx, func(ctx context.Context) error {
		now := m.Clock.Now()
		if err := withdrawConsent(ctx, account, purpose, now); err != nil || !on {
			return err
		}
		return giveConsent(ctx, account, Consent{Purpose: purpose, Version: version, Given: now})
	})
}

// Copy is everything known about the actor (个人信息保护法 45).
type Copy struct {
	Account      Account           `json:"account"`
	Addresses    []Address         `json:"addresses"`
	Verification Verification      `json:"verification"`
	Devices      []session.Session `json:"devices"`
	Consents     []Consent         `json:"consents"`
	Grants       []Grant           `json:"grants"`
	Acts         []Entry           `json:"acts"`
	Parts        map[string]any    `json:"parts"`
}

// Export gathers the actor's copy of their data, the other modules' parts
// included.
func (m *Module) Export(ctx context.Context) (Copy, error) {
	var c Copy
	if err := authz.Check(ctx, "account.data", self(ctx)); err != nil {
		return c, err
	}
	account := authz.From(ctx).Account
	var errs [7]error
	c.Account, errs[0] = m.get(ctx, account)
	c.Addresses, errs[1] = m.addresses(ctx, account)
	c.Verification, errs[2] = m.HostStatus(ctx, account)
	c.Devices, errs[3] = m.Sessions.List(ctx, account)
	c.Consents, errs[4] = consents(ctx, account)
	c.Grants, errs[5] = grantsOf(ctx, account, "~", 1000)
	c.Acts, errs[6] = listAudit(ctx, AuditFilter{Account: account}, "~", 5000)
	if err := errors.Join(errs[:]...); err != nil {
		return c, err
	}
	c.Parts = map[string]any{}
	for _, p := range m.Parts {
		part, err := p.Export(ctx, account)
		if err != nil {
			return c, err
		}
		c.Parts[p.Name()] = part
	}
	return c, m.Audit(ctx, "account.export", string(account), "")
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
			return setErase(ctx, account, a.EraseAt)
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

// eraseDue carries an erasure out. Orders, recordings and journals that the
// law keeps stay, under an account without a person.
func (m *Module) eraseDue(ctx context.Context, j bus.Job) error {
	account := id.Account(j.Key)
	a, err := load(ctx, account)
	if err != nil || a.EraseAt.IsZero() || m.Clock.Now().Before(a.EraseAt) {
		return err
	}
	for _, p := range m.Parts {
		if _, err := p.Erase(ctx, account); err != nil {
			return err
		}
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if err := m.Sessions.EndAll(ctx, account); err != nil {
			return err
		}
		if err := erase(ctx, account, m.Clock.Now()); err != nil {
			return err
		}
		return m.Audit(ctx, "account.erased", string(account), "")
	})
}
