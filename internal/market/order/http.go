package order

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/httpapi"
)

// Card is an order as shown to its two sides.
type Card struct {
	ID        id.Order   `json:"id"`
	State     State      `json:"state" enum:"placed,paid,packed,shipped,delivered,completed,closed,expired,cancelled"`
	Buyer     id.Account `json:"buyer"`
	BuyerName string     `json:"buyerName"`
	Org       id.Org     `json:"org"`
	Seller    string     `json:"seller"`
	Room      id.Room    `json:"room"`
	Session   id.Session `json:"session"`
	VideoAt   float64    `json:"videoSeconds" doc:"Into the broadcast it was bought in"`
	Total     money.Fen  `json:"totalFen"`
	Placed    time.Time  `json:"placedAt"`
	Expires   time.Time  `json:"expiresAt" doc:"When it lapses if unpaid"`
	Paid      time.Time  `json:"paidAt,omitzero"`
	Claimed   bool       `json:"paymentClaimed" doc:"The buyer says it is paid; the seller has not confirmed yet"`
	Shipped   time.Time  `json:"shippedAt,omitzero"`
	Delivered time.Time  `json:"deliveredAt,omitzero"`
	ClaimBy   time.Time  `json:"claimBy,omitzero" doc:"Until when fresh goods may be claimed for"`
	Carrier   string     `json:"carrier"`
	Tracking  string     `json:"trackingNumber"`
	Reason    string     `json:"reason"`
	Address   Address    `json:"address"`
	Lines     []LineCard `json:"lines"`
	// Refund and History are filled when one order is looked at.
	Refund  *RefundCard `json:"refund,omitempty" doc:"Money owed to the buyer of a closed order; when one order is looked at"`
	History []StepCard  `json:"history" doc:"What became of it, and by whose hand; when one order is looked at"`
}

// RefundCard is money to be given back.
type RefundCard struct {
	Fen       money.Fen `json:"fen"`
	Due       time.Time `json:"dueAt"`
	Sent      time.Time `json:"sentAt,omitzero" doc:"When the seller said it went out"`
	Reference string    `json:"reference"`
}

// StepCard is one change of an order: by By alone, or "by X for Y".
type StepCard struct {
	At      time.Time  `json:"at"`
	State   State      `json:"state"`
	By      id.Account `json:"by" doc:"Empty: the server itself"`
	ByName  string     `json:"byName"`
	For     id.Account `json:"for" doc:"For whom a helper acted"`
	ForName string     `json:"forName"`
	Note    string     `json:"note"`
}

// LineCard is one line on its frozen terms.
type LineCard struct {
	ID       id.OrderLine `json:"id"`
	Product  id.Product   `json:"product"`
	Pack     id.Pack      `json:"pack"`
	Title    string       `json:"title"`
	Label    string       `json:"label"`
	Photo    id.Upload    `json:"photo"`
	Net      int64        `json:"netGrams"`
	Price    money.Fen    `json:"priceFen"`
	Quantity int64        `json:"quantity"`
	Fresh    bool         `json:"fresh"`
}

func (m *Module) cards(ctx context.Context, orders []Order) ([]Card, error) {
	var accounts []id.Account
	var orgs []id.Org
	for _, o := range orders {
		accounts, orgs = append(accounts, o.Buyer), append(orgs, o.Org)
	}
	people, err := m.Names.Accounts(ctx, accounts)
	if err != nil {
		return nil, err
	}
	sellers, err := m.Names.Orgs(ctx, orgs)
	if err != nil {
		return nil, err
	}
	var unpaid []id.Order
	for _, o := range orders {
		// A claim moves the moment an unpaid order lapses.
		if o.State.CanBecome(Paid) && (o.State != Placed || !o.Expires.Equal(o.Placed.Add(payWithin))) {
			unpaid = append(unpaid, o.ID)
		}
	}
	waiting, err := claimed(ctx, unpaid)
	if err != nil {
		return nil, err
	}
	out := make([]Card, len(orders))
	for i, o := range orders {
		out[i] = Card{
			ID: o.ID, State: o.State, Buyer: o.Buyer, BuyerName: people[o.Buyer], Org: o.Org, Seller: sellers[o.Org], Room: o.Room, Session: o.Session,
			VideoAt: o.VideoAt.Seconds(), Total: o.Total, Placed: o.Placed, Expires: o.Expires, Paid: o.Paid, Shipped: o.Shipped,
			Delivered: o.Delivered, ClaimBy: o.ClaimBy, Carrier: o.Carrier, Tracking: o.Tracking, Reason: o.Reason, Address: o.Address,
			Claimed: waiting[o.ID],
		}
		for _, l := range o.Lines {
			out[i].Lines = append(out[i].Lines, LineCard{l.ID, l.Product, l.Pack, l.Title, l.Label, l.Photo, l.Net, l.Price, l.Quantity, l.Fresh})
		}
	}
	return out, nil
}

type (
	OrderIn struct {
		ID id.Order `path:"id"`
	}
	cardOut struct{ Body Card }
	pageOut struct{ Body page.Of[Card] }
)

func (m *Module) out(ctx context.Context, o Order, err error) (*cardOut, error) {
	if err != nil {
		return nil, err
	}
	cards, err := m.cards(ctx, []Order{o})
	if err != nil {
		return nil, err
	}
	return &cardOut{cards[0]}, nil
}

// Routes adds the module's operations.
func (m *Module) Routes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "order-place", Method: "POST", Path: "/api/orders", Action: "order.place", Tag: "market", Status: 201, OwnKey: true,
		Summary:     "Buy from one seller",
		Description: "Needs an Idempotency-Key; a repeat with the same key gets the same order. Answers only after a durable commit.",
	}, func(ctx context.Context, in *struct {
		Body struct {
			Lines []struct {
				Pack     id.Pack `json:"pack"`
				Quantity int64   `json:"quantity"`
				Version  int64   `json:"priceVersion" doc:"Of the price the buyer saw"`
			} `json:"lines" minItems:"1" maxItems:"30"`
			Address id.Address `json:"addressId"`
			Room    id.Room    `json:"room,omitempty" doc:"The live room it is bought in"`
		}
	},
	) (*cardOut, error) {
		w := Wish{Address: in.Body.Address, Room: in.Body.Room}
		for _, l := range in.Body.Lines {
			w.Lines = append(w.Lines, WishLine{l.Pack, l.Quantity, l.Version})
		}
		o, err := m.Place(ctx, httpapi.IdempotencyKey(ctx), w)
		return m.out(ctx, o, err)
	})
	httpapi.Register(api, httpapi.Op{ID: "order-list", Method: "GET", Path: "/api/orders", Action: "order.list", Tag: "market", Summary: "Orders one has bought, or those of a seller"},
		func(ctx context.Context, in *struct {
			As     string `query:"as" enum:"buyer,seller" default:"buyer"`
			Org    id.Org `query:"org"`
			State  State  `query:"state" enum:",placed,paid,packed,shipped,delivered,completed,closed,expired,cancelled"`
			Cursor string `query:"cursor" maxLength:"200"`
			Limit  int    `query:"limit" minimum:"0" maximum:"100"`
		},
		) (*pageOut, error) {
			req := page.Request{Cursor: in.Cursor, Limit: in.Limit}
			p, err := m.Bought(ctx, in.State, req)
			if in.As == "seller" {
				p, err = m.Sold(ctx, in.Org, in.State, req)
			}
			if err != nil {
				return nil, err
			}
			cards, err := m.cards(ctx, p.Items)
			return &pageOut{page.Of[Card]{Items: cards, Next: p.Next}}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "order-get", Method: "GET", Path: "/api/orders/{id}", Action: "order.view", Tag: "market", Summary: "One order"},
		func(ctx context.Context, in *OrderIn) (*cardOut, error) {
			return m.whole(ctx, in.ID)
		})
	m.moveRoutes(api)
	m.moneyRoutes(api)
	m.earningRoutes(api)
}

func (m *Module) moveRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "order-cancel", Method: "POST", Path: "/api/orders/{id}/cancel", Action: "order.cancel", Tag: "market", OwnKey: true, Summary: "Give an unpaid order up; a repeat finds it cancelled"},
		func(ctx context.Context, in *struct {
			OrderIn
			Body struct {
				Reason string `json:"reason" maxLength:"400"`
			}
		},
		) (*cardOut, error) {
			o, err := m.Cancel(ctx, in.ID, in.Body.Reason)
			return m.out(ctx, o, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "order-ship", Method: "POST", Path: "/api/orders/{id}/ship", Action: "order.ship", Tag: "market", Summary: "Hand an order to a carrier"},
		func(ctx context.Context, in *struct {
			OrderIn
			Body struct {
				Carrier  string `json:"carrier" maxLength:"40"`
				Tracking string `json:"trackingNumber" maxLength:"60"`
			}
		},
		) (*cardOut, error) {
			o, err := m.Ship(ctx, in.ID, in.Body.Carrier, in.Body.Tracking)
			return m.out(ctx, o, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "order-receive", Method: "POST", Path: "/api/orders/{id}/receive", Action: "order.receive", Tag: "market", Summary: "Say that the goods have come"},
		func(ctx context.Context, in *OrderIn) (*cardOut, error) {
			o, err := m.Receive(ctx, in.ID)
			return m.out(ctx, o, err)
		})
}

func (m *Module) moneyRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "order-pay", Method: "POST", Path: "/api/orders/{id}/pay", Action: "order.pay", Tag: "market", Summary: "Say that one has paid, by transfer or cash"},
		func(ctx context.Context, in *struct {
			OrderIn
			Body struct {
				Method    string `json:"method" enum:"transfer,cash"`
				Reference string `json:"reference,omitempty" maxLength:"120" doc:"Of the transfer"`
			}
		},
		) (*cardOut, error) {
			o, err := m.Pay(ctx, in.ID, in.Body.Method, in.Body.Reference)
			return m.out(ctx, o, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "order-confirm", Audit: true, Method: "POST", Path: "/api/orders/{id}/confirm", Action: "order.confirm", Tag: "market", Summary: "Confirm, as a second person, that the money is there"},
		func(ctx context.Context, in *OrderIn) (*cardOut, error) {
			o, err := m.Confirm(ctx, in.ID)
			return m.out(ctx, o, err)
		})
	m.refundRoutes(api)
	m.payRoutes(api)
	httpapi.Register(api, httpapi.Op{ID: "seller-summary", Method: "GET", Path: "/api/seller/summary", Action: "order.summary", Tag: "market", Summary: "What a seller's home shows"},
		func(ctx context.Context, in *struct {
			Org id.Org `query:"org" required:"true"`
		},
		) (*struct {
			Body struct {
				ToShip    int64     `json:"toShip"`
				Unpaid    int64     `json:"unpaid"`
				OnTheWay  int64     `json:"onTheWay"`
				Completed int64     `json:"completed"`
				Today     money.Fen `json:"todayFen"`
				Season    money.Fen `json:"seasonFen"`
			}
		}, error,
		) {
			s, err := m.Figures(ctx, in.Org)
			var out struct {
				Body struct {
					ToShip    int64     `json:"toShip"`
					Unpaid    int64     `json:"unpaid"`
					OnTheWay  int64     `json:"onTheWay"`
					Completed int64     `json:"completed"`
					Today     money.Fen `json:"todayFen"`
					Season    money.Fen `json:"seasonFen"`
				}
			}
			b := &out.Body
			b.ToShip, b.Unpaid, b.OnTheWay, b.Completed, b.Today, b.Season = s.ToShip, s.Unpaid, s.OnTheWay, s.Completed, s.Today, s.Season
			return &out, err
		})
	m.deskRoutes(api)
}
