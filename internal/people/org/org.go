package org

import (
	"slices"
	"time"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
)

// Kind of organisation.
type Kind string

// The kinds.
const (
	Household   Kind = "household"
	Cooperative Kind = "cooperative"
	Federation  Kind = "federation"
	Enterprise  Kind = "enterprise"
	Centre      Kind = "centre"
	Carrier     Kind = "carrier"
	Regulator   Kind = "regulator"
	Training    Kind = "training"
	Association Kind = "association"
	Platform    Kind = "platform"
)

// Kinds are all of them.
var Kinds = []Kind{Household, Cooperative, Federation, Enterprise, Centre, Carrier, Regulator, Training, Association, Platform}

// mostOwned bounds the stalls that one person opens.
const mostOwned = 10

// Sells reports whether organisations of the kind may have stalls.
func (k Kind) Sells() bool {
	return slices.Contains([]Kind{Household, Cooperative, Federation, Enterprise}, k)
}

// OrgRoles are the parts within one organisation.
var OrgRoles = []string{"owner", "manager", "host", "staff", "dispatcher", "trainer", "mediator"}

// PlatformRoles are the parts on the platform, each within a region.
var PlatformRoles = []string{"platform_admin", "reviewer", "regulator", "mediator", "trainer", "policy_officer"}

// Org is one organisation.
type Org struct {
	ID      id.Org
	Kind    Kind
	Name    string
	Region  geo.Region
	Village string // as people call it
	About   string
	Identity
	Created time.Time
}

// Identity is what a seller must show (电商法 15).
type Identity struct {
	Contact   string // telephone or other public contact
	Address   string
	Licence   string // number, empty when exempt
	Exemption string // ground, e.g. self_produced (自产农副产品, 电商法 10)
}

// Complete reports whether the identity satisfies the law's minimum.
func (i Identity) Complete() bool {
	return i.Contact != "" && i.Address != "" && (i.Licence != "") != (i.Exemption != "")
}

// Member is one person's part in an organisation.
type Member struct {
	Account id.Account
	Role    string
	Since   time.Time
}

// Invite is an offer of a part.
type Invite struct {
	ID      id.Invite
	Org     id.Org
	Role    string
	By      id.Account
	Expires time.Time
}
