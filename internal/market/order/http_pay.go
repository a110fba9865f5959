package order

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/pay"
)

// TicketCard lets a buyer pay at a firm.
type TicketCard struct {
	Number  string            `json:"number"`
	Fen     money.Fen         `json:"fen"`
	QR      string            `json:"qr" doc:"Text of the QR code, for native"`
	URL     string            `json:"url" doc:"Where to pay, for h5"`
	Fields  map[string]string `json:"fields" doc:"For the firm's own app, for jsapi"`
	Expires time.Time         `json:"expiresAt"`
}

func (m *Module) payRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "order-ways", Method: "GET", Path: "/api/orders/{id}/ways", Action: "order.view", Tag: "market",
		Summary: "Payment firms by which the order can be paid; none means by hand only",
	}, func(ctx context.Context, in *OrderIn) (*struct{ Body page.Of[string] }, error) {
		all, err := m.Ways(ctx, in.ID)
		return &struct{ Body page.Of[string] }{page.Of[string]{Items: all}}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "order-prepay", Method: "POST", Path: "/api/orders/{id}/prepay", Action: "order.pay", Tag: "market", OwnKey: true,
		Summary: "Open a trade at a payment firm", Description: "Repeats give the same trade. The order is paid when the firm has said so, whatever the browser sees.",
	}, func(ctx context.Context, in *struct {
		ID   id.Order `path:"id"`
		Body struct {
			Provider  string  `json:"provider" enum:"wechat,alipay"`
			Way       pay.Way `json:"way" enum:"native,h5,jsapi"`
			Payer     string  `json:"payer,omitempty" maxLength:"128" doc:"The buyer's identifier at the firm, for jsapi"`
			ReturnURL string  `json:"returnUrl,omitempty" maxLength:"300" format:"uri"`
		}
	},
	) (*struct{ Body TicketCard }, error) {
		b := in.Body
		t, err := m.Prepay(ctx, in.ID, b.Provider, b.Way, b.Payer, httpapi.Address(ctx), b.ReturnURL)
		return &struct{ Body TicketCard }{TicketCard{t.Number, t.Fen, t.Ticket.QR, t.Ticket.URL, t.Ticket.Fields, t.Expires}}, err
	})
}
