package account

import (
	"context"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/notify"
)

// Roles tells which parts a person plays.
type Roles interface {
	RolesOf(ctx context.Context, account id.Account) ([]authz.Role, error)
}

// Codes sends sign-in codes.
type Codes interface {
	SendCode(ctx context.Context, phone, code string) error
}

// Sealer protects personal data.
type Sealer interface {
	Text(plain, context string) ([]byte, error)
	OpenText(sealed []byte, context string) (string, error)
	Index(purpose, value string) []byte
}

// Push reaches a browser.
type Push interface {
	Send(ctx context.Context, to notify.Subscription, m notify.Message) error
}

// Kept is something that stays when a person is erased, and why.
type Kept struct {
	What string `json:"what"`
	Law  string `json:"law"`
}

// Part is another module's share of what is known about a person.
type Part interface {
	Name() string
	// Export gives it for the person's copy of their data: values that encode
	// as JSON.
	Export(ctx context.Context, account id.Account) (any, error)
	// Keeps names what the law asks to keep of this person; nothing when
	// there is nothing.
	Keeps(ctx context.Context, account id.Account) ([]Kept, error)
	// Erase removes all else. It joins the transaction and may run again.
	Erase(ctx context.Context, account id.Account) error
}
