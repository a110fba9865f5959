package catalog

import (
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
)

// Subjects of the module's facts.
const (
	SubjectListed       = "tianbo.catalog.listed.v1"
	SubjectPriceChanged = "tianbo.catalog.price_changed.v1"
	SubjectStockChanged = "tianbo.catalog.stock_changed.v1"
)

// ListedFact is a product put on or taken off the shelf.
type ListedFact struct {
	Product id.Product `json:"product"`
	Org     id.Org     `json:"org"`
	State   State      `json:"state"`
}

// PriceFact is a new price.
type PriceFact struct {
	Pack    id.Pack    `json:"pack"`
	Product id.Product `json:"product"`
	Price   money.Fen  `json:"price"`
	Version int64      `json:"version"`
}

// StockFact is a pack whose band changed.
type StockFact struct {
	Pack    id.Pack    `json:"pack"`
	Product id.Product `json:"product"`
	Band    string     `json:"band"`
}
