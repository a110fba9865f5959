package interact

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/live/room"
)

// Rooms tells about rooms and gives guests their right to publish.
type Rooms interface {
	ByID(ctx context.Context, room id.Room) (room.Room, error)
	SessionByID(ctx context.Context, session id.Session) (room.Session, error)
	GuestToken(ctx context.Context, room id.Room, account id.Account, slot string) (room.Preparation, error)
	RevokeGuest(ctx context.Context, session id.Session, slot string) error
}

// PackCard is a pack as a viewer sees it.
type PackCard struct {
	ID       id.Pack `json:"id"`
	Label    string  `json:"label"`
	PriceFen int64   `json:"priceFen"`
	WasFen   int64   `json:"wasFen" doc:"Struck through; 0 is none"`
	Version  int64   `json:"version" doc:"Of the price; buying quotes it"`
	Band     string  `json:"band" enum:"plenty,low,gone"`
}

// ProductCard is a product as a viewer sees it.
type ProductCard struct {
	ID    id.Product `json:"id"`
	Title string     `json:"title"`
	Photo string     `json:"photo" doc:"Address of a small picture, empty for none"`
	Packs []PackCard `json:"packs"`
}

// Products tells about products.
type Products interface {
	// Listed are the cards of those among ids that the seller has on sale, in
	// the order asked.
	Listed(ctx context.Context, seller id.Org, ids []id.Product) ([]ProductCard, error)
}

// Frames reaches the people in a room.
type Frames interface {
	State(ctx context.Context, room id.Room, kind string, payload any) error
	Like(room id.Room, n int64) error
	Viewers(room id.Room) int64
}

// Media tells where the recording stands, and cuts guests off.
type Media interface {
	Position(ctx context.Context, session id.Session, now time.Time) (time.Duration, error)
	KickGuest(ctx context.Context, room id.Room, slot string) error
}

// People tells names.
type People interface {
	Names(ctx context.Context, accounts []id.Account) (map[id.Account]string, error)
}

// Sealer hides a draw's seed until it is drawn.
type Sealer interface {
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
}
