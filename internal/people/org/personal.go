package org

import (
	"context"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
)

// Played is one part that a person plays, in their copy of their data.
type Played struct {
	Org    id.Org     `json:"org,omitempty"`
	Role   string     `json:"role"`
	Region geo.Region `json:"region,omitempty"`
}

// Personal gathers a person's parts.
func (*Module) Personal(ctx context.Context, account id.Account) ([]Played, error) {
	roles, err := rolesOf(ctx, account)
	out := make([]Played, len(roles))
	for i, r := range roles {
		out[i] = Played{r.Org, r.Name, r.Region}
	}
	return out, err
}

// ForgetPerson ends every part of a person. What an organisation has published
// of itself stays.
func (m *Module) ForgetPerson(ctx context.Context, account id.Account) error {
	roles, err := rolesOf(ctx, account)
	if err != nil {
		return err
	}
	for _, r := range roles {
		if err := m.take(ctx, account, r.Org, r.Name, r.Region); err != nil {
			return err
		}
	}
	return nil
}
