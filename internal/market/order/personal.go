package order

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
)

// Bought is one order in a person's copy of their data.
type Bought struct {
	ID       id.Order     `json:"id"`
	State    State        `json:"state"`
	Seller   id.Org       `json:"seller"`
	Total    money.Fen    `json:"totalFen"`
	Placed   time.Time    `json:"placed"`
	Paid     time.Time    `json:"paid,omitzero"`
	Address  Address      `json:"address"`
	Tracking string       `json:"tracking,omitempty"`
	Lines    []BoughtLine `json:"lines"`
}

// BoughtLine is one line of it.
type BoughtLine struct {
	Title    string    `json:"title"`
	Label    string    `json:"label"`
	Price    money.Fen `json:"priceFen"`
	Quantity int64     `json:"quantity"`
}

const personalPage = 200

// Personal gathers what a person has bought, the newest first.
func (m *Module) Personal(ctx context.Context, buyer id.Account) ([]Bought, error) {
	out := []Bought{}
	for before := "~"; ; {
		orders, err := listBuyer(ctx, buyer, "", before, personalPage)
		if err != nil {
			return nil, err
		}
		lines, err := linesOf(ctx, orders)
		if err != nil {
			return nil, err
		}
		for _, o := range orders {
			before = string(o.ID)
			if o, err = m.open(o); err != nil {
				return nil, err
			}
			b := Bought{ID: o.ID, State: o.State, Seller: o.Org, Total: o.Total, Placed: o.Placed, Paid: o.Paid, Address: o.Address, Tracking: o.Tracking}
			for _, l := range lines[o.ID] {
				b.Lines = append(b.Lines, BoughtLine{l.Title, l.Label, l.Price, l.Quantity})
			}
			out = append(out, b)
		}
		if len(orders) < personalPage {
			return out, nil
		}
	}
}
