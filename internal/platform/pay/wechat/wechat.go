// Package wechat pays through WeChat Pay v3 as a service provider: every call
// names the sub-merchant whose money it is.
package wechat

import (
	"context"
	"crypto/rsa"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/services/partnerpayments"
	"github.com/wechatpay-apiv3/wechatpay-go/services/partnerpayments/h5"
	"github.com/wechatpay-apiv3/wechatpay-go/services/partnerpayments/jsapi"
	"github.com/wechatpay-apiv3/wechatpay-go/services/partnerpayments/native"
	"github.com/wechatpay-apiv3/wechatpay-go/services/refunddomestic"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/pay"
)

// Options are what the firm gave the operator.
type Options struct {
	App, Merchant string // of the service provider
	Serial        string // of the merchant's certificate
	Key           *rsa.PrivateKey
	V3Key         string // 32 bytes, opens notices
	FirmKeyID     string
	FirmKey       *rsa.PublicKey
	// Transport may lead calls elsewhere: the library hard-codes the host.
	Transport http.RoundTripper
}

// Provider implements pay.Provider.
type Provider struct {
	o      Options
	client *core.Client
	bare   *core.Client // for bills, whose download is not signed
	notice *notify.Handler
}

var _ pay.Provider = (*Provider)(nil)

// New makes a provider; it does no I/O.
func New(ctx context.Context, o Options) (*Provider, error) {
	httpClient := &http.Client{Transport: o.Transport}
	client, err := core.NewClient(ctx, option.WithWechatPayPublicKeyAuthCipher(o.Merchant, o.Serial, o.Key, o.FirmKeyID, o.FirmKey), option.WithHTTPClient(httpClient))
	if err != nil {
		return nil, fmt.Errorf("wechat pay: %w", clean(err))
	}
	bare, err := core.NewClient(ctx, option.WithMerchantCredential(o.Merchant, o.Serial, o.Key), option.WithoutValidator(), option.WithHTTPClient(httpClient))
	if err != nil {
		return nil, fmt.Errorf("wechat pay: %w", clean(err))
	}
	handler, err := notify.NewRSANotifyHandler(o.V3Key, verifiers.NewSHA256WithRSAPubkeyVerifier(o.FirmKeyID, *o.FirmKey))
	if err != nil {
		return nil, fmt.Errorf("wechat pay: %w", clean(err))
	}
	return &Provider{o, client, bare, handler}, nil
}

// patience bounds a call. It is the context's and not the client's: the library
// leaves some answers open, and only the end of the context frees those.
const patience = 20 * time.Second

// Name implements pay.Provider.
func (*Provider) Name() string { return "wechat" }

// clean turns an error of the library into one of the port. The library's own
// texts print whole requests; they go no further than here.
func clean(err error) error {
	var api *core.APIError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return err
	case !errors.As(err, &api):
		return pay.ErrAway.Wrap(errors.New("wechat pay: no usable answer"))
	case api.StatusCode == http.StatusNotFound:
		return pay.ErrUnknown
	case api.StatusCode >= 500 || api.StatusCode == http.StatusTooManyRequests:
		return pay.ErrAway.Wrap(fmt.Errorf("wechat pay: %d %s", api.StatusCode, api.Code))
	}
	return pay.ErrRefused.With("why", api.Message).Wrap(fmt.Errorf("wechat pay: %d %s", api.StatusCode, api.Code))
}

// Prepay implements pay.Collector.
func (p *Provider) Prepay(ctx context.Context, a pay.Ask) (pay.Ticket, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	expires := a.Expires.In(clock.Shanghai).Truncate(time.Second)
	fen, cny := int64(a.Fen), core.String("CNY")
	switch a.Way {
	case pay.H5:
		s := h5.H5ApiService{Client: p.client}
		out, _, err := s.Prepay(ctx, h5.PrepayRequest{
			SpAppid: &p.o.App, SpMchid: &p.o.Merchant, SubMchid: &a.Merchant, Description: &a.Description, OutTradeNo: &a.Number,
			TimeExpire: &expires, NotifyUrl: &a.NotifyURL, Amount: &h5.Amount{Total: &fen, Currency: cny},
			SceneInfo: &h5.SceneInfo{PayerClientIp: &a.Address, H5Info: &h5.H5Info{Type: core.String("Wap")}},
		})
		if err != nil {
			return pay.Ticket{}, clean(err)
		}
		return pay.Ticket{URL: withReturn(*out.H5Url, a.ReturnURL)}, nil
	case pay.JSAPI:
		s := jsapi.JsapiApiService{Client: p.client}
		out, _, err := s.PrepayWithRequestPayment(ctx, jsapi.PrepayRequest{
			SpAppid: &p.o.App, SpMchid: &p.o.Merchant, SubMchid: &a.Merchant, Description: &a.Description, OutTradeNo: &a.Number,
			TimeExpire: &expires, NotifyUrl: &a.NotifyURL, Amount: &jsapi.Amount{Total: &fen, Currency: cny}, Payer: &jsapi.Payer{SpOpenid: &a.Payer},
		}, p.o.App)
		if err != nil {
			return pay.Ticket{}, clean(err)
		}
		return pay.Ticket{Fields: map[string]string{
			"appId": *out.Appid, "timeStamp": *out.TimeStamp, "nonceStr": *out.NonceStr, "package": *out.Package, "signType": *out.SignType, "paySign": *out.PaySign,
		}}, nil
	}
	s := native.NativeApiService{Client: p.client}
	out, _, err := s.Prepay(ctx, native.PrepayRequest{
		SpAppid: &p.o.App, SpMchid: &p.o.Merchant, SubMchid: &a.Merchant, Description: &a.Description, OutTradeNo: &a.Number,
		TimeExpire: &expires, NotifyUrl: &a.NotifyURL, Amount: &native.Amount{Total: &fen, Currency: cny},
	})
	if err != nil {
		return pay.Ticket{}, clean(err)
	}
	return pay.Ticket{QR: *out.CodeUrl}, nil
}

func withReturn(link, to string) string {
	if to == "" {
		return link
	}
	return link + "&redirect_url=" + url.QueryEscape(to)
}

// Query implements pay.Collector.
func (p *Provider) Query(ctx context.Context, number, merchant string) (pay.Trade, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s := native.NativeApiService{Client: p.client}
	t, _, err := s.QueryOrderByOutTradeNo(ctx, native.QueryOrderByOutTradeNoRequest{OutTradeNo: &number, SpMchid: &p.o.Merchant, SubMchid: &merchant})
	if err != nil {
		return pay.Trade{}, clean(err)
	}
	return trade(t), nil
}

func trade(t *partnerpayments.Transaction) pay.Trade {
	out := pay.Trade{Number: text(t.OutTradeNo), Merchant: text(t.SubMchid), ID: text(t.TransactionId), State: pay.Open}
	switch text(t.TradeState) {
	case "SUCCESS", "REFUND":
		out.State = pay.Paid
	case "CLOSED", "REVOKED", "PAYERROR":
		out.State = pay.Closed
	}
	// An amount in another currency is no amount: it will match no order.
	if t.Amount != nil && t.Amount.Total != nil && (t.Amount.Currency == nil || *t.Amount.Currency == "CNY") {
		out.Fen = money.Fen(*t.Amount.Total)
	}
	if at, err := time.Parse(time.RFC3339, text(t.SuccessTime)); err == nil {
		out.At = at
	}
	return out
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Close implements pay.Collector.
func (p *Provider) Close(ctx context.Context, number, merchant string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s := native.NativeApiService{Client: p.client}
	_, err := s.CloseOrder(ctx, native.CloseOrderRequest{OutTradeNo: &number, SpMchid: &p.o.Merchant, SubMchid: &merchant})
	return clean(err)
}

// Notice implements pay.Collector.
func (p *Provider) Notice(r *http.Request) (pay.Notice, error) {
	r.Body = io.NopCloser(io.LimitReader(r.Body, 64<<10))
	var content struct {
		partnerpayments.Transaction
		RefundStatus *string `json:"refund_status"`
		OutRefundNo  *string `json:"out_refund_no"`
		RefundID     *string `json:"refund_id"`
	}
	head, err := p.notice.ParseNotifyRequest(r.Context(), r, &content)
	if err != nil {
		return pay.Notice{}, pay.ErrNotice.Wrap(errors.New("wechat pay: notice refused"))
	}
	if strings.HasPrefix(head.EventType, "REFUND.") {
		state := pay.RefundFailed
		switch text(content.RefundStatus) {
		case "SUCCESS":
			state = pay.RefundDone
		case "PROCESSING":
			state = pay.RefundPending
		}
		return pay.Notice{ID: head.ID, Refund: &pay.Refund{
			Number: text(content.OutRefundNo), Trade: text(content.OutTradeNo), ID: text(content.RefundID), State: state,
		}}, nil
	}
	t := trade(&content.Transaction)
	return pay.Notice{ID: head.ID, Trade: &t}, nil
}

// Answer implements pay.Collector.
func (*Provider) Answer(w http.ResponseWriter, taken bool) {
	w.Header().Set("Content-Type", "application/json")
	if taken {
		_, _ = io.WriteString(w, `{"code":"SUCCESS"}`)
		return
	}
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = io.WriteString(w, `{"code":"FAIL","message":"later"}`)
}

// Refund implements pay.Refunder.
func (p *Provider) Refund(ctx context.Context, a pay.RefundAsk) (pay.Refund, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s := refunddomestic.RefundsApiService{Client: p.client}
	fen, total := int64(a.Fen), int64(a.Total)
	req := refunddomestic.CreateRequest{
		SubMchid: &a.Merchant, OutTradeNo: &a.Trade, OutRefundNo: &a.Number, Reason: &a.Reason,
		Amount: &refunddomestic.AmountReq{Refund: &fen, Total: &total, Currency: core.String("CNY")},
	}
	if a.NotifyURL != "" {
		req.NotifyUrl = &a.NotifyURL
	}
	out, _, err := s.Create(ctx, req)
	return refund(out, err)
}

// QueryRefund implements pay.Refunder.
func (p *Provider) QueryRefund(ctx context.Context, a pay.RefundAsk) (pay.Refund, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s := refunddomestic.RefundsApiService{Client: p.client}
	out, _, err := s.QueryByOutRefundNo(ctx, refunddomestic.QueryByOutRefundNoRequest{OutRefundNo: &a.Number, SubMchid: &a.Merchant})
	return refund(out, err)
}

func refund(r *refunddomestic.Refund, err error) (pay.Refund, error) {
	if err != nil {
		return pay.Refund{}, clean(err)
	}
	out := pay.Refund{Number: text(r.OutRefundNo), Trade: text(r.OutTradeNo), ID: text(r.RefundId), State: pay.RefundPending}
	if r.Status != nil {
		switch *r.Status {
		case refunddomestic.STATUS_SUCCESS:
			out.State = pay.RefundDone
		case refunddomestic.STATUS_CLOSED, refunddomestic.STATUS_ABNORMAL:
			out.State = pay.RefundFailed
		}
	}
	if r.Amount != nil && r.Amount.Refund != nil {
		out.Fen = money.Fen(*r.Amount.Refund)
	}
	return out, nil
}

// Bill implements pay.Biller.
func (p *Provider) Bill(ctx context.Context, merchant string, day time.Time) ([]pay.BillLine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	q := url.Values{"bill_date": {day.In(clock.Shanghai).Format(time.DateOnly)}, "sub_mchid": {merchant}, "bill_type": {"ALL"}}
	res, err := p.client.Get(ctx, "https://api.mch.weixin.qq.com/v3/bill/tradebill?"+q.Encode())
	if err != nil {
		return nil, clean(err)
	}
	defer res.Response.Body.Close()
	var where struct {
		URL string `json:"download_url"`
	}
	if err := core.UnMarshalResponse(res.Response, &where); err != nil {
		return nil, pay.ErrAway
	}
	file, err := p.bare.Get(ctx, where.URL)
	if err != nil {
		return nil, clean(err)
	}
	defer file.Response.Body.Close()
	return readBill(io.LimitReader(file.Response.Body, 64<<20))
}

// readBill reads the firm's trade bill: CSV whose values carry a backtick, with
// a summary of its own below the rows.
func readBill(r io.Reader) ([]pay.BillLine, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord, in.LazyQuotes = -1, true
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("wechat bill: no head: %w", err)
	}
	column := map[string]int{}
	for i, name := range head {
		column[strings.TrimPrefix(strings.TrimSpace(name), "\ufeff")] = i
	}
	for _, name := range []string{"交易时间", "商户订单号", "微信订单号", "交易状态", "订单金额", "商户退款单号", "申请退款金额"} {
		if _, ok := column[name]; !ok {
			return nil, fmt.Errorf("wechat bill: no column %s", name)
		}
	}
	var out []pay.BillLine
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) || (err == nil && len(row) < len(head)) {
			return out, nil // the summary begins
		}
		if err != nil {
			return nil, fmt.Errorf("wechat bill: %w", err)
		}
		get := func(name string) string { return strings.TrimPrefix(strings.TrimSpace(row[column[name]]), "`") }
		l := pay.BillLine{Number: get("商户订单号"), ID: get("微信订单号")}
		amount := get("订单金额")
		if get("交易状态") == "REFUND" {
			l.Refund, amount = get("商户退款单号"), get("申请退款金额")
		}
		if l.Fen, err = money.ParseYuan(amount); err != nil {
			return nil, fmt.Errorf("wechat bill: %q: %w", amount, err)
		}
		if l.At, err = time.ParseInLocation(time.DateTime, get("交易时间"), clock.Shanghai); err != nil {
			return nil, fmt.Errorf("wechat bill: %w", err)
		}
		out = append(out, l)
	}
}
