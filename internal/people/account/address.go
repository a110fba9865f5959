package account

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

const mostAddresses = 20

// Addresses are the actor's delivery addresses, the main one first.
func (m *Module) Addresses(ctx context.Context) ([]Address, error) {
	if err := authz.Check(ctx, "account.addresses", self(ctx)); err != nil {
		return nil, err
	}
	return m.addresses(ctx, authz.From(ctx).Account)
}

func (m *Module) addresses(ctx context.Context, account id.Account) ([]Address, error) {
	rows, err := addresses(ctx, account)
	if err != nil {
		return nil, err
	}
	out := make([]Address, 0, len(rows))
	for _, r := range rows {
		a, err := m.openAddress(r)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func (m *Module) openAddress(r sealedAddress) (Address, error) {
	var a Address
	text, err := m.Sealer.OpenText(r.Sealed, addressContext(r.ID))
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return a, fmt.Errorf("reading an address: %w", err)
	}
	a.ID, a.Default = r.ID, r.Main
	return a, nil
}

func addressContext(a id.Address) string { return "account_address " + string(a) }

// Address is one of an account's addresses, for an order.
func (m *Module) Address(ctx context.Context, account id.Account, address id.Address) (Address, error) {
	r, err := loadAddress(ctx, account, address)
	if err != nil {
		return Address{}, err
	}
	return m.openAddress(r)
}

// SaveAddress adds an address, or replaces the one with its ID. The first one
// becomes the main one.
func (m *Module) SaveAddress(ctx context.Context, a Address) (Address, error) {
	if err := authz.Check(ctx, "account.addresses", self(ctx)); err != nil {
		return a, err
	}
	a.Name, a.Place, a.Street = strings.TrimSpace(a.Name), strings.TrimSpace(a.Place), strings.TrimSpace(a.Street)
	phone, ok := CleanPhone(a.Phone)
	if _, err := geo.ParseRegion(string(a.Region)); !ok || err != nil || len(a.Region) < 6 || a.Name == "" || a.Place == "" || a.Street == "" {
		return a, ErrAddress
	}
	a.Phone = phone
	account := authz.From(ctx).Account
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		have, err := m.addresses(ctx, account)
		if err != nil {
			return err
		}
		if a.ID == "" {
			a.ID = id.New[id.Address]()
			if len(have) >= mostAddresses {
				return ErrAddresses
			}
		} else if _, err := m.Address(ctx, account, a.ID); err != nil {
			return err
		}
		a.Default = a.Default || len(have) == 0
		return m.writeAddress(ctx, account, a)
	})
	return a, err
}

func (m *Module) writeAddress(ctx context.Context, account id.Account, a Address) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	sealed, err := m.Sealer.Text(string(text), addressContext(a.ID))
	if err != nil {
		return err
	}
	if a.Default {
		if err := clearMain(ctx, account); err != nil {
			return err
		}
	}
	return saveAddress(ctx, sealedAddress{a.ID, account, sealed, a.Default}, m.Clock.Now())
}

// DeleteAddress removes an address; orders keep their own copy.
func (*Module) DeleteAddress(ctx context.Context, address id.Address) error {
	if err := authz.Check(ctx, "account.addresses", self(ctx)); err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error { return deleteAddress(ctx, authz.From(ctx).Account, address) })
}
