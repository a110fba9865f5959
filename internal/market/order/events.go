package order

import (
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
)

// subjectOf is the subject of the fact that an order entered a state.
func subjectOf(s State) string { return "tianbo.order." + string(s) + ".v1" }

// Fact is an order that entered a state.
type Fact struct {
	Order   id.Order   `json:"order"`
	Buyer   id.Account `json:"buyer"`
	Org     id.Org     `json:"org"`
	Room    id.Room    `json:"room,omitempty"`
	Session id.Session `json:"session,omitempty"`
	State   State      `json:"state"`
	Total   money.Fen  `json:"total"`
	At      time.Time  `json:"at"`
}

func fact(o Order, at time.Time) Fact {
	return Fact{o.ID, o.Buyer, o.Org, o.Room, o.Session, o.State, o.Total, at}
}
