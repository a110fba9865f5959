// Package alipay pays through Alipay's open platform on behalf of sellers who
// have authorised the operator's application: every call carries the seller's
// authorisation, and the money is the seller's.
package alipay

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/smartwalle/alipay/v3"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/pay"
)

// Options are what the firm gave the operator.
type Options struct {
	App     string
	Key     string // of the application, PKCS#1 or PKCS#8, base64
	FirmKey string // of the firm, base64
	// Gateway replaces the production gateway; empty for the real one.
	Gateway string
	// Page replaces the gateway in links for browsers; empty for the same.
	Page string
	// Authorisation gives the token by which a seller lets the application
	// take money for them.
	Authorisation func(ctx context.Context, seller string) (string, error)
	Transport     http.RoundTripper
}

// Provider implements pay.Provider.
type Provider struct {
	o      Options
	client *alipay.Client
	http   *http.Client
}

var _ pay.Provider = (*Provider)(nil)

// New makes a provider; it does no I/O.
func New(o Options) (*Provider, error) {
	h := &http.Client{Transport: o.Transport, Timeout: 15 * time.Second}
	options := []alipay.OptionFunc{alipay.WithHTTPClient(h), alipay.WithTimeLocation(clock.Shanghai)}
	if o.Gateway != "" {
		options = append(options, alipay.WithProductionGateway(o.Gateway))
	}
	c, err := alipay.New(o.App, o.Key, true, options...)
	if err != nil {
		return nil, fmt.Errorf("alipay: the application's key cannot be read: %w", err)
	}
	if err := c.LoadAliPayPublicKey(o.FirmKey); err != nil {
		return nil, fmt.Errorf("alipay: the firm's key cannot be read: %w", err)
	}
	return &Provider{o, c, h}, nil
}

// Name implements pay.Provider.
func (*Provider) Name() string { return "alipay" }

// failed turns an error of the library into one of the port.
func failed(err error) error {
	var answer *alipay.Error
	switch {
	case errors.As(err, &answer):
		return refusal(*answer)
	case errors.Is(err, context.Canceled):
		return err
	}
	return pay.ErrAway.Wrap(errors.New("alipay: no usable answer"))
}

// refusal is what the firm's answer says went wrong, nil for success.
func refusal(answer alipay.Error) error {
	cause := fmt.Errorf("alipay: %s %s", answer.Code, answer.SubCode)
	switch {
	case answer.IsSuccess():
		return nil
	case strings.HasSuffix(answer.SubCode, "TRADE_NOT_EXIST"):
		return pay.ErrUnknown.Wrap(cause)
	case answer.Code == "20000" || strings.Contains(answer.SubCode, "SYSTEM_ERROR"):
		return pay.ErrAway.Wrap(cause)
	}
	return pay.ErrRefused.With("why", answer.SubMsg).Wrap(cause)
}

// Prepay implements pay.Collector.
func (p *Provider) Prepay(ctx context.Context, a pay.Ask) (pay.Ticket, error) {
	token, err := p.o.Authorisation(ctx, a.Merchant)
	if err != nil {
		return pay.Ticket{}, err
	}
	t := alipay.Trade{
		NotifyURL: a.NotifyURL, ReturnURL: a.ReturnURL, AppAuthToken: token, Subject: a.Description, OutTradeNo: a.Number,
		TotalAmount: a.Fen.String(), TimeExpire: a.Expires.In(clock.Shanghai).Format(time.DateTime), SellerId: a.Merchant, GoodsType: "1",
	}
	switch a.Way {
	case pay.H5:
		t.ProductCode = "QUICK_WAP_WAY"
		link, err := p.client.TradeWapPay(alipay.TradeWapPay{Trade: t, QuitURL: a.ReturnURL, TimeExpire: t.TimeExpire})
		if err != nil {
			return pay.Ticket{}, pay.ErrAway.Wrap(errors.New("alipay: the link could not be signed"))
		}
		if p.o.Page != "" {
			return pay.Ticket{URL: p.o.Page + "?" + link.RawQuery}, nil
		}
		return pay.Ticket{URL: link.String()}, nil
	case pay.JSAPI:
		t.ProductCode = "JSAPI_PAY"
		out, err := p.client.TradeCreate(ctx, alipay.TradeCreate{Trade: t, BuyerOpenId: a.Payer, OpAppId: p.o.App})
		if err != nil {
			return pay.Ticket{}, failed(err)
		}
		return pay.Ticket{Fields: map[string]string{"tradeNO": out.TradeNo}}, refusal(out.Error)
	}
	t.ProductCode = "FACE_TO_FACE_PAYMENT"
	out, err := p.client.TradePreCreate(ctx, alipay.TradePreCreate{Trade: t})
	if err != nil {
		return pay.Ticket{}, failed(err)
	}
	if err := refusal(out.Error); err != nil {
		return pay.Ticket{}, err
	}
	return pay.Ticket{QR: out.QRCode}, nil
}

// Query implements pay.Collector.
func (p *Provider) Query(ctx context.Context, number, merchant string) (pay.Trade, error) {
	token, err := p.o.Authorisation(ctx, merchant)
	if err != nil {
		return pay.Trade{}, err
	}
	out, err := p.client.TradeQuery(ctx, alipay.TradeQuery{OutTradeNo: number, AppAuthToken: token})
	if err != nil {
		return pay.Trade{}, failed(err)
	}
	if err := refusal(out.Error); err != nil {
		return pay.Trade{}, err
	}
	t := pay.Trade{Number: out.OutTradeNo, Merchant: merchant, ID: out.TradeNo, State: stateOf(out.TradeStatus)}
	if out.TransCurrency == "" || out.TransCurrency == "CNY" {
		t.Fen, err = money.ParseYuan(out.TotalAmount)
	}
	t.At, _ = time.ParseInLocation(time.DateTime, out.SendPayDate, clock.Shanghai) // absent until paid
	return t, err
}

func stateOf(s alipay.TradeStatus) pay.State {
	switch s {
	case alipay.TradeStatusSuccess, alipay.TradeStatusFinished:
		return pay.Paid
	case alipay.TradeStatusClosed:
		return pay.Closed
	}
	return pay.Open
}

// Close implements pay.Collector.
func (p *Provider) Close(ctx context.Context, number, merchant string) error {
	token, err := p.o.Authorisation(ctx, merchant)
	if err != nil {
		return err
	}
	out, err := p.client.TradeClose(ctx, alipay.TradeClose{OutTradeNo: number, AppAuthToken: token})
	if err != nil {
		return failed(err)
	}
	err = refusal(out.Error)
	if errors.Is(err, pay.ErrUnknown) {
		return nil // nobody scanned the code: the firm never opened the trade
	}
	return err
}

// Notice implements pay.Collector.
func (p *Provider) Notice(r *http.Request) (pay.Notice, error) {
	r.Body = io.NopCloser(io.LimitReader(r.Body, 64<<10))
	if err := r.ParseForm(); err != nil {
		return pay.Notice{}, pay.ErrNotice
	}
	n, err := p.client.DecodeNotification(r.Context(), r.PostForm)
	if err != nil || n.AppId != p.o.App {
		return pay.Notice{}, pay.ErrNotice.Wrap(errors.New("alipay: notice refused"))
	}
	fen, err := money.ParseYuan(n.TotalAmount)
	if err != nil {
		return pay.Notice{}, pay.ErrNotice.Wrap(err)
	}
	t := pay.Trade{Number: n.OutTradeNo, Merchant: n.SellerId, ID: n.TradeNo, State: stateOf(n.TradeStatus), Fen: fen}
	t.At, _ = time.ParseInLocation(time.DateTime, n.GmtPayment, clock.Shanghai) // absent until paid
	return pay.Notice{ID: n.NotifyId, Trade: &t}, nil
}

// Answer implements pay.Collector.
func (*Provider) Answer(w http.ResponseWriter, taken bool) {
	if taken {
		_, _ = io.WriteString(w, "success")
		return
	}
	_, _ = io.WriteString(w, "fail")
}

// Refund implements pay.Refunder. The firm answers at once.
func (p *Provider) Refund(ctx context.Context, a pay.RefundAsk) (pay.Refund, error) {
	token, err := p.o.Authorisation(ctx, a.Merchant)
	if err != nil {
		return pay.Refund{}, err
	}
	out, err := p.client.TradeRefund(ctx, alipay.TradeRefund{
		AppAuthToken: token, OutTradeNo: a.Trade, RefundAmount: a.Fen.String(), RefundReason: a.Reason, OutRequestNo: a.Number,
	})
	if err != nil {
		return pay.Refund{}, failed(err)
	}
	if err := refusal(out.Error); err != nil {
		return pay.Refund{}, err
	}
	return p.QueryRefund(ctx, a)
}

// QueryRefund implements pay.Refunder.
func (p *Provider) QueryRefund(ctx context.Context, a pay.RefundAsk) (pay.Refund, error) {
	token, err := p.o.Authorisation(ctx, a.Merchant)
	if err != nil {
		return pay.Refund{}, err
	}
	out, err := p.client.TradeFastPayRefundQuery(ctx, alipay.TradeFastPayRefundQuery{AppAuthToken: token, OutTradeNo: a.Trade, OutRequestNo: a.Number})
	if err != nil {
		return pay.Refund{}, failed(err)
	}
	if err := refusal(out.Error); err != nil {
		return pay.Refund{}, err
	}
	if out.OutRequestNo == "" {
		return pay.Refund{}, pay.ErrUnknown // the firm answers success with nothing in it
	}
	r := pay.Refund{Number: out.OutRequestNo, Trade: out.OutTradeNo, ID: out.TradeNo, State: pay.RefundPending}
	if out.RefundStatus == "REFUND_SUCCESS" {
		r.State = pay.RefundDone
	}
	r.Fen, err = money.ParseYuan(out.RefundAmount)
	return r, err
}

// Bill implements pay.Biller.
func (p *Provider) Bill(ctx context.Context, merchant string, day time.Time) ([]pay.BillLine, error) {
	token, err := p.o.Authorisation(ctx, merchant)
	if err != nil {
		return nil, err
	}
	where, err := p.client.BillDownloadURLQuery(ctx, alipay.BillDownloadURLQuery{
		AppAuthToken: token, BillType: "trade", BillDate: day.In(clock.Shanghai).Format(time.DateOnly),
	})
	if err != nil {
		return nil, failed(err)
	}
	if err := refusal(where.Error); err != nil {
		return nil, err
	}
	if _, err := url.Parse(where.BillDownloadURL); err != nil {
		return nil, pay.ErrAway
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, where.BillDownloadURL, nil)
	if err != nil {
		return nil, pay.ErrAway
	}
	res, err := p.http.Do(req)
	if err != nil {
		return nil, pay.ErrAway
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, 64<<20))
	if err != nil || res.StatusCode != http.StatusOK {
		return nil, pay.ErrAway
	}
	return readBill(data)
}

// readBill reads the firm's trade bill: a zip of CSV files in GBK; rows of one
// of them are trades, the other sums them up.
func readBill(data []byte) ([]pay.BillLine, error) {
	files, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("alipay bill: %w", err)
	}
	var out []pay.BillLine
	found := false
	for _, f := range files.File {
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("alipay bill: %w", err)
		}
		lines, ok, err := readRows(io.LimitReader(simplifiedchinese.GBK.NewDecoder().Reader(r), 256<<20))
		r.Close()
		if err != nil {
			return nil, fmt.Errorf("alipay bill: %w", err)
		}
		found = found || ok
		out = append(out, lines...)
	}
	if !found {
		return nil, errors.New("alipay bill: no file has the columns of trades")
	}
	return out, nil
}

func readRows(r io.Reader) (out []pay.BillLine, found bool, err error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord, in.LazyQuotes, in.Comment = -1, true, '#'
	column := map[string]int{}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, found, nil
		}
		if err != nil {
			return nil, found, err
		}
		if !found {
			for i, name := range row {
				column[strings.TrimSpace(name)] = i
			}
			_, trades := column["支付宝交易号"]
			_, amounts := column["订单金额（元）"]
			_, refunds := column["退款批次号/请求号"]
			_, ended := column["完成时间"]
			if found = trades && amounts && refunds && ended; !found {
				return nil, false, nil
			}
			continue
		}
		get := func(name string) string {
			if i := column[name]; i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		l := pay.BillLine{Number: get("商户订单号"), ID: get("支付宝交易号"), Refund: get("退款批次号/请求号")}
		if l.Fen, err = money.ParseYuan(get("订单金额（元）")); err != nil {
			return nil, true, err
		}
		l.Fen = max(l.Fen, -l.Fen) // refunds are negative there
		if l.At, err = time.ParseInLocation(time.DateTime, get("完成时间"), clock.Shanghai); err != nil {
			return nil, true, err
		}
		out = append(out, l)
	}
}
