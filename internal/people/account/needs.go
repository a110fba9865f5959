package account

import (
	"context"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
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

// Part is another module's share of what is known about a person. Export
// gives it for the person's copy of their data; Erase removes what the law
// does not ask to keep and says what stays and why.
type Part interface {
	Name() string
	Export(ctx context.Context, account id.Account) (any, error)
	Erase(ctx context.Context, account id.Account) (kept string, err error)
}
