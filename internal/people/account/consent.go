package account

import (
	"context"
	"slices"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// Purpose is a processing that a person may agree to or not. What a contract
// needs (an address for a parcel) needs no consent and is not listed.
type Purpose struct {
	ID      string
	Version string // of the words; a new one asks again
	Zh, En  string
}

// Purposes are all of them, with the words that are agreed to (个人信息保护法
// 13–17, 29: separate consent for identity documents and position).
var Purposes = []Purpose{
	{
		"identity_documents", "2026-01",
		"为了核实主播身份，平台保存您的真实姓名和身份证号（加密），只给审核人员看，法定期限内保留。",
		"To verify hosts, your real name and identity number are kept sealed, shown to reviewers only, for as long as the law asks.",
	},
	{
		"location", "2026-01",
		"开播检查和田间记录会用到手机定位，只存县、乡、村，不存行踪。",
		"Checks before a broadcast and field records use your position; only the village is kept, never your movements.",
	},
	{
		purposePush, "2026-01",
		"您关注的直播间开播、有新订单时，平台给这台设备发提醒，随时可以关掉。",
		"You are reminded on this device when a room you follow goes live or an order comes in. Switch it off at any time.",
	},
	{
		"recommendation", "2026-01",
		"按您说过的口味推荐直播间和商品；不同意也能用，看到的顺序与所有人一样。",
		"Rooms and goods are suggested by the tastes you state. Without it everything works, in the same order for everyone.",
	},
}

func purposeOf(name string) (Purpose, bool) {
	i := slices.IndexFunc(Purposes, func(p Purpose) bool { return p.ID == name })
	if i < 0 {
		return Purpose{}, false
	}
	return Purposes[i], true
}

// Consent is a purpose agreed to. The register only grows: withdrawing closes
// an entry, agreeing again opens another.
type Consent struct {
	Purpose   string
	Version   string
	Given     time.Time
	Withdrawn time.Time
}

// Consents are what the actor has agreed to, past and present.
func (*Module) Consents(ctx context.Context) ([]Consent, error) {
	if err := authz.Check(ctx, "account.consents", self(ctx)); err != nil {
		return nil, err
	}
	return consents(ctx, authz.From(ctx).Account)
}

// SetConsent gives or withdraws consent to one purpose. version is that of the
// words the person read; empty stands for the present ones.
func (m *Module) SetConsent(ctx context.Context, purpose, version string, on bool) error {
	if err := authz.Check(ctx, "account.consents", self(ctx)); err != nil {
		return err
	}
	p, ok := purposeOf(purpose)
	if !ok {
		return ErrPurpose
	}
	if on && version != "" && version != p.Version {
		return ErrConsentVersion.With("version", p.Version)
	}
	account := authz.From(ctx).Account
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if !on && purpose == purposePush {
			if err := dropSubscriptions(ctx, account); err != nil {
				return err
			}
		}
		return m.consent(ctx, account, purpose, on)
	})
}

// consent records a yes or a no, in the running transaction; the same answer
// again adds nothing.
func (m *Module) consent(ctx context.Context, account id.Account, purpose string, on bool) error {
	p, _ := purposeOf(purpose)
	all, err := consents(ctx, account)
	if err != nil {
		return err
	}
	current := slices.ContainsFunc(all, func(c Consent) bool {
		return c.Purpose == purpose && c.Withdrawn.IsZero() && (c.Version == p.Version || !on)
	})
	if current == on {
		return nil
	}
	now := m.Clock.Now()
	if err := withdrawConsent(ctx, account, purpose, now); err != nil {
		return err
	}
	if on {
		if err := giveConsent(ctx, account, Consent{Purpose: purpose, Version: p.Version, Given: now}); err != nil {
			return err
		}
	}
	return m.Audit(ctx, "account.consent", purpose, map[bool]string{true: "given " + p.Version, false: "withdrawn"}[on])
}
