package account

import (
	"context"
	"errors"
	"strings"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// Submission is what a host hands in to be verified.
type Submission struct {
	RealName, IDNumber string
	// GuardianName and GuardianPhone consent for a host of 16 or 17;
	// GuardianCode was sent to that phone by AskGuardian.
	GuardianName, GuardianPhone, GuardianCode string
}

// AskGuardian sends a code to a guardian's telephone. Telling it to the young
// host is the guardian's consent.
func (m *Module) AskGuardian(ctx context.Context, phone string) (shown string, err error) {
	if err := authz.Check(ctx, "account.verify", self(ctx)); err != nil {
		return "", err
	}
	phone, ok := CleanPhone(phone)
	if !ok {
		return "", ErrPhone
	}
	return m.sendCode(ctx, phone, m.guardianIndex(authz.From(ctx).Account, phone))
}

// guardianIndex keeps a consent code apart from a sign-in code: neither works
// as the other.
func (m *Module) guardianIndex(account id.Account, phone string) []byte {
	return m.Sealer.Index("guardian "+string(account), phone)
}

// Verify hands in a real-name record for review. A person under 16 is refused
// at once; at 16 and 17 a guardian's consent is needed.
func (m *Module) Verify(ctx context.Context, s Submission) (Verification, error) {
	if err := authz.Check(ctx, "account.verify", self(ctx)); err != nil {
		return Verification{}, err
	}
	now := m.Clock.Now()
	birth, ok := ReadIDNumber(s.IDNumber)
	if !ok {
		return Verification{}, ErrIDNumber
	}
	name := strings.TrimSpace(s.RealName)
	if n := len([]rune(name)); n < 2 || n > 30 {
		return Verification{}, ErrRealName
	}
	age := AgeAt(birth, now)
	if age < 16 {
		return Verification{}, ErrHostAge
	}
	v := sealedVerification{Verification: Verification{
		ID: id.New[id.Verification](), Account: authz.From(ctx).Subject(), State: VerificationPending,
		RealName: name, IDNumber: strings.ToUpper(strings.TrimSpace(s.IDNumber)), Birth: birth, Asked: now, Checked: now,
	}}
	if NeedsGuardian(age) {
		if err := m.hearGuardian(ctx, s, &v.Verification); err != nil {
			return Verification{}, err
		}
	}
	if err := m.sealVerification(&v); err != nil {
		return v.Verification, err
	}
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		last, err := latestVerification(ctx, v.Account)
		if err != nil {
			return err
		}
		if last.State == VerificationApproved {
			return ErrVerified
		}
		fresh, err := insertVerification(ctx, v)
		if err != nil {
			return err
		}
		if !fresh {
			return ErrHostPending
		}
		if err := m.consent(ctx, v.Account, "identity_documents", true); err != nil {
			return err
		}
		return m.Audit(ctx, "account.verify", string(v.ID), "")
	})
	return v.Verification, err
}

// hearGuardian notes who consents for a young host, and whether their own
// telephone has confirmed it.
func (m *Module) hearGuardian(ctx context.Context, s Submission, v *Verification) error {
	phone, ok := CleanPhone(s.GuardianPhone)
	guardian := strings.TrimSpace(s.GuardianName)
	if !ok || guardian == "" {
		return ErrHostGuardian.At("body.guardianName")
	}
	v.Guardian = guardian + " " + phone
	if s.GuardianCode == "" {
		return nil
	}
	err := m.checkCode(ctx, phone, s.GuardianCode, m.guardianIndex(v.Account, phone))
	if errors.Is(err, ErrCode) {
		return ErrGuardianCode
	}
	v.GuardianAt = v.Asked
	return err
}

// sealVerification fills the sealed columns from the open fields.
func (m *Module) sealVerification(v *sealedVerification) (err error) {
	for _, f := range []struct {
		to   *[]byte
		text string
		name string
	}{
		{&v.realName, v.RealName, "real_name"},
		{&v.idNumber, v.IDNumber, "id_number"},
		{&v.birth, v.Birth.Format("2006-01-02"), "birth"},
		{&v.guardian, v.Guardian, "guardian"},
	} {
		if *f.to, err = m.Sealer.Text(f.text, "account_verification "+f.name+" "+string(v.ID)); err != nil {
			return err
		}
	}
	return nil
}

// openVerification fills the open fields from the sealed columns.
func (m *Module) openVerification(v sealedVerification) (Verification, error) {
	if v.State == VerificationNone {
		return v.Verification, nil
	}
	var birth string
	for _, f := range []struct {
		to     *string
		sealed []byte
		name   string
	}{
		{&v.RealName, v.realName, "real_name"},
		{&v.IDNumber, v.idNumber, "id_number"},
		{&birth, v.birth, "birth"},
		{&v.Guardian, v.guardian, "guardian"},
	} {
		text, err := m.Sealer.OpenText(f.sealed, "account_verification "+f.name+" "+string(v.ID))
		if err != nil {
			return v.Verification, err
		}
		*f.to = text
	}
	var err error
	v.Birth, err = parseDay(birth)
	return v.Verification, err
}

// HostStatus is the newest verification of an account.
func (m *Module) HostStatus(ctx context.Context, account id.Account) (Verification, error) {
	v, err := latestVerification(ctx, account)
	if err != nil {
		return v.Verification, err
	}
	return m.openVerification(v)
}

// MayHost is nil when the account may go on air now, else the fault that says
// what is missing (K03).
func (m *Module) MayHost(ctx context.Context, account id.Account) error {
	v, err := m.HostStatus(ctx, account)
	if err != nil {
		return err
	}
	return MayHostAt(v, m.Clock.Now())
}

// Recheck records that the verified person has confirmed before the camera
// that it is they who will speak.
func (m *Module) Recheck(ctx context.Context) (Verification, error) {
	if err := authz.Check(ctx, "account.verify", self(ctx)); err != nil {
		return Verification{}, err
	}
	v, err := m.HostStatus(ctx, authz.From(ctx).Account)
	if err != nil {
		return v, err
	}
	if v.State != VerificationApproved {
		return v, ErrHostUnverified
	}
	v.Checked = m.Clock.Now()
	return v, sqldb.Write(ctx, func(ctx context.Context) error {
		if err := setChecked(ctx, v.ID, v.Checked); err != nil {
			return err
		}
		return m.Audit(ctx, "account.recheck", string(v.ID), "")
	})
}

// Queue lists verifications that wait for a reviewer, the oldest first.
func (m *Module) Queue(ctx context.Context, state VerificationState, req page.Request) (page.Of[Verification], error) {
	var none page.Of[Verification]
	if err := authz.Check(ctx, "account.review", authz.Resource{Type: "Verifications"}); err != nil {
		return none, err
	}
	after := ""
	if err := page.Decode(req.Cursor, &after); err != nil {
		return none, err
	}
	rows, err := verifications(ctx, state, after, req.Rows()+1)
	if err != nil {
		return none, err
	}
	p := page.Cut(rows, req, func(v sealedVerification) string { return page.Encode(string(v.ID)) })
	out := page.Of[Verification]{Items: []Verification{}, Next: p.Next}
	for _, r := range p.Items {
		v, err := m.openVerification(r)
		if err != nil {
			return none, err
		}
		out.Items = append(out.Items, v)
	}
	return out, nil
}

// Decide approves or, with a reason, refuses a verification. A reviewer never
// decides their own.
func (m *Module) Decide(ctx context.Context, verification id.Verification, approve bool, reason string) (Verification, error) {
	if err := authz.Check(ctx, "account.decide", authz.Resource{Type: "Verification", ID: string(verification)}); err != nil {
		return Verification{}, err
	}
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); !approve && (n < 5 || n > 200) {
		return Verification{}, ErrReason
	}
	var v Verification
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		stored, err := loadVerification(ctx, verification)
		if err != nil {
			return err
		}
		if v, err = m.openVerification(stored); err != nil {
			return err
		}
		actor := authz.From(ctx)
		if v.Account == actor.Account {
			return ErrOwnCase
		}
		v.State, v.Reason, v.Decided, v.By = VerificationRefused, reason, m.Clock.Now(), actor.Account
		if approve {
			if NeedsGuardian(AgeAt(v.Birth, m.Clock.Now())) && v.GuardianAt.IsZero() {
				return ErrHostGuardian
			}
			v.State, v.Reason = VerificationApproved, ""
		}
		saved, err := decide(ctx, v)
		if err != nil {
			return err
		}
		if !saved {
			return ErrDecided
		}
		return m.Audit(ctx, "account.decide", string(v.ID), string(v.State)+" "+reason)
	})
	return v, err
}
