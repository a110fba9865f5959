package account

import (
	"time"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
)

// Account is one person.
type Account struct {
	ID        id.Account
	Name      string // as shown to others; chosen by the person
	Phone     string // opened from its seal
	Lang      string // zh-CN or en
	Elder     bool   // elder mode on every screen
	Created   time.Time
	Suspended string // reason; empty when not
	EraseAt   time.Time
}

// Address is where parcels go.
type Address struct {
	ID      id.Address `json:"id"`
	Name    string     `json:"name"`
	Phone   string     `json:"phone"`
	Region  geo.Region `json:"region"`
	Place   string     `json:"place"` // province, city, county, town in words
	Street  string     `json:"street"`
	Default bool       `json:"default"`
}

// VerificationState is how far a host verification has come.
type VerificationState string

// The states.
const (
	VerificationNone     VerificationState = "none"
	VerificationPending  VerificationState = "pending"
	VerificationApproved VerificationState = "approved"
	VerificationRefused  VerificationState = "refused"
)

// Verification is a host's real-name record (K03).
type Verification struct {
	ID       id.Verification
	Account  id.Account
	State    VerificationState
	RealName string
	IDNumber string // last four shown to reviewers, whole only sealed
	Birth    time.Time
	Guardian string // name and phone of the consenting guardian, 16 and 17
	// GuardianAt is when the guardian's own telephone confirmed the consent.
	GuardianAt time.Time
	Reason     string // of a refusal
	Asked      time.Time
	Decided    time.Time
	By         id.Account
	Checked    time.Time // last check of the person before the camera
}

// Grant lets a helper act for a person.
type Grant struct {
	ID      id.Grant
	Owner   id.Account
	Helper  id.Account
	Actions []string
	From    time.Time
	Until   time.Time
	Revoked time.Time
}

// Active reports whether the grant may be used.
func (g Grant) Active(now time.Time) bool { return g.Revoked.IsZero() && now.Before(g.Until) }

// Entry is one line of the audit log.
type Entry struct {
	ID      id.Audit
	At      time.Time
	Actor   id.Account
	For     id.Account
	Action  string
	Subject string
	Detail  string
	Address string // network address, kept for the legal term only
}
