package ledger

import (
	"encoding/json"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/market/ledger/dayroot"
)

// Side of a leg.
type Side string

// Debit adds to what is owed to the book, Credit to what the book owes.
const (
	Debit  Side = "D"
	Credit Side = "C"
)

// Kind says what happened.
type Kind string

// Kinds of journal.
const (
	Paid     Kind = "paid"     // a buyer paid; nothing is earned yet
	Earned   Kind = "earned"   // the claim window is over; shares are payable
	Refunded Kind = "refunded" // money goes back to a buyer
	PaidOut  Kind = "paid_out" // a share was handed over
	Reversed Kind = "reversed" // takes another journal back
)

// Leg is one line of a journal.
type Leg struct {
	Account string       `json:"account"`
	Side    Side         `json:"side"`
	Fen     money.Fen    `json:"fen"`
	Party   string       `json:"party,omitempty"` // whose share: an organisation or account
	Lot     id.Lot       `json:"lot,omitempty"`
	Line    id.OrderLine `json:"orderLine,omitempty"`
	Product id.Product   `json:"product,omitempty"`
}

// Entry asks for a journal.
type Entry struct {
	Book     id.Org
	Kind     Kind
	Ref      string // what it is about, usually an order
	Key      string // posting again under it returns the first journal
	Reverses id.Journal
	Memo     string
	Terms    string // hash of the frozen terms, hex
	Legs     []Leg
}

// Journal is an entry that was posted. Its JSON is what is hashed and exported:
// the fields and their order never change within a form.
type Journal struct {
	Form     string     `json:"form"`
	ID       id.Journal `json:"id"`
	Book     id.Org     `json:"book"`
	At       time.Time  `json:"at"` // UTC, whole microseconds
	Kind     Kind       `json:"kind"`
	Ref      string     `json:"ref"`
	Key      string     `json:"key"`
	Reverses id.Journal `json:"reverses,omitempty"`
	Memo     string     `json:"memo,omitempty"`
	Actor    id.Account `json:"actor,omitempty"`
	Terms    string     `json:"terms,omitempty"`
	Legs     []Leg      `json:"legs"`
}

// journalForm is the first field of a journal's bytes.
const journalForm = "tianbo.journal/1"

// Bytes are what is hashed.
func (j Journal) Bytes() ([]byte, error) { return json.Marshal(j) }

// Hash is the leaf of the journal in its day's tree.
func (j Journal) Hash() (dayroot.Hash, error) {
	b, err := j.Bytes()
	if err != nil {
		return dayroot.Hash{}, err
	}
	return dayroot.Leaf(b), nil
}

// Period is a closed day.
type Period struct {
	Day      string
	Journals int64
	Root     dayroot.Hash
	Note     string // signed, see dayroot
	Closed   time.Time
}

// Balance of an account.
type Balance struct {
	Account       string
	Debit, Credit money.Fen
}
