package payment

import (
	"context"
	"strings"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// SetMerchant records a seller's own merchant at a firm: from now on their
// orders can be paid there. An empty merchant takes it away.
func (m *Module) SetMerchant(ctx context.Context, org id.Org, provider, merchant, token string) error {
	if err := authz.Check(ctx, "payment.merchant", authz.Resource{Type: "Merchant", Org: org}); err != nil {
		return err
	}
	if m.firms[provider] == nil {
		return ErrProvider
	}
	merchant = strings.TrimSpace(merchant)
	v := Merchant{Org: org, Provider: provider, Merchant: merchant, By: authz.From(ctx).Account, At: m.Clock.Now()}
	if merchant != "" && !goodMerchant(merchant) {
		return ErrMerchant
	}
	var err error
	if v.token, err = m.Sealer.Text(strings.TrimSpace(token), tokenContext(v)); err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if merchant == "" {
			return deleteMerchant(ctx, org, provider)
		}
		return saveMerchant(ctx, v)
	})
}

func goodMerchant(s string) bool {
	for _, c := range s {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return len(s) >= 6 && len(s) <= 32
}

// Merchants lists a seller's merchants.
func (*Module) Merchants(ctx context.Context, org id.Org) ([]Merchant, error) {
	if err := authz.Check(ctx, "payment.merchants", authz.Resource{Type: "Merchant", Org: org}); err != nil {
		return nil, err
	}
	return merchantsOf(ctx, org)
}

// Suspended lists amounts that no order explains, the oldest first.
func (*Module) Suspended(ctx context.Context, open bool, req page.Request) (page.Of[Suspense], error) {
	var none page.Of[Suspense]
	if err := authz.Check(ctx, "payment.desk", authz.Resource{Type: "Suspense"}); err != nil {
		return none, err
	}
	after := ""
	if err := page.Decode(req.Cursor, &after); err != nil {
		return none, err
	}
	rows, err := suspenses(ctx, open, after, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(s Suspense) string { return page.Encode(string(s.ID)) }), nil
}

// Solve says what an amount was. A repeat changes nothing.
func (m *Module) Solve(ctx context.Context, suspense id.Suspense, note string) error {
	if err := authz.Check(ctx, "payment.solve", authz.Resource{Type: "Suspense"}); err != nil {
		return err
	}
	note = strings.TrimSpace(note)
	if n := len([]rune(note)); n < 5 || n > 200 {
		return ErrNote
	}
	return sqldb.Write(ctx, func(ctx context.Context) error {
		_, err := solveSuspense(ctx, Suspense{ID: suspense, Solved: m.Clock.Now(), By: authz.From(ctx).Account, Note: note})
		return err
	})
}

// Bills lists the comparisons with the firms' bills, the newest day first.
func (*Module) Bills(ctx context.Context, req page.Request) (page.Of[Bill], error) {
	var none page.Of[Bill]
	if err := authz.Check(ctx, "payment.desk", authz.Resource{Type: "Bills"}); err != nil {
		return none, err
	}
	day, provider, merchant := "9999-99-99", "", ""
	if err := page.Decode(req.Cursor, &day, &provider, &merchant); err != nil {
		return none, err
	}
	rows, err := billsBefore(ctx, day, provider, merchant, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(b Bill) string { return page.Encode(b.Day, b.Provider, b.Merchant) }), nil
}
