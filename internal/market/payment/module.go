package payment

import (
	"context"
	_ "embed" // the policy text
	"log/slog"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/pay"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

// Sealer keeps authorisations of sellers.
type Sealer interface {
	Text(plain, context string) ([]byte, error)
	OpenText(sealed []byte, context string) (string, error)
}

// Deps is what payments stand on.
type Deps struct {
	Clock     clock.Clock
	Sealer    Sealer
	Log       *slog.Logger
	Providers []pay.Provider
	// PublicURL is where firms call back, e.g. https://live.example.org.
	PublicURL string
}

// Module is the payments.
type Module struct {
	Deps
	firms map[string]pay.Provider
}

// New makes the module.
func New(d Deps) *Module {
	m := &Module{Deps: d, firms: map[string]pay.Provider{}}
	for _, p := range d.Providers {
		m.firms[p.Name()] = p
	}
	return m
}

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "payment", FS: migrations}
}

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }

// Kinds of timed work.
const (
	JobLook   = "payment.look"   // key: the trade
	JobRefund = "payment.refund" // key: the refund
	JobBills  = "payment.bills"  // key: the day
)

// Jobs are the module's timed work.
func (m *Module) Jobs() []bus.JobHandler {
	return []bus.JobHandler{{Kind: JobLook, Do: m.look}, {Kind: JobRefund, Do: m.refund}, {Kind: JobBills, Do: m.bills}}
}

func (m *Module) notifyURL(provider string) string {
	return m.PublicURL + "/pay/" + provider + "/notice"
}

// Authorisation opens the token by which a seller lets the operator's
// application take money for them, for the adapter that needs it.
func (m *Module) Authorisation(ctx context.Context, merchant string) (string, error) {
	v, err := merchantByNumber(ctx, merchant)
	if err != nil {
		return "", err
	}
	return m.Sealer.OpenText(v.token, tokenContext(v))
}

func tokenContext(v Merchant) string {
	return "payment_merchant token " + string(v.Org) + " " + v.Provider
}
