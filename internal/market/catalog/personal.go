package catalog

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
)

// Made is what a person brought into the catalogue.
type Made struct {
	Products []MadeProduct `json:"products"`
	Pictures []MadePicture `json:"pictures"`
}

// MadeProduct is a product that the person described first.
type MadeProduct struct {
	ID      id.Product `json:"id"`
	Title   string     `json:"title"`
	Created time.Time  `json:"created"`
}

// MadePicture is a picture that the person uploaded.
type MadePicture struct {
	ID id.Upload `json:"id"`
	At time.Time `json:"at"`
}

// Personal gathers a person's share, for their copy of their data.
func (*Module) Personal(ctx context.Context, account id.Account) (Made, error) {
	products, err := productsBy(ctx, account)
	if err != nil {
		return Made{}, err
	}
	var m Made
	for _, p := range products {
		m.Products = append(m.Products, MadeProduct{p.ID, p.Title, p.Created})
	}
	m.Pictures, err = picturesBy(ctx, account)
	return m, err
}
