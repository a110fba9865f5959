package paysim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/money"
)

// signText is what Alipay signs: sorted, joined parameters without the
// signature itself, for notices without its kind as well.
func signText(v url.Values, without ...string) string {
	var parts []string
	for key := range v {
		if value := v.Get(key); value != "" && !slices.Contains(without, key) {
			parts = append(parts, key+"="+value)
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "&")
}

// gateway is the one address of all calls.
func (s *Sim) gateway(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "form", http.StatusBadRequest)
		return
	}
	method := r.Form.Get("method")
	var out any = refusal("isv.invalid-signature", "验签出错")
	if verify(&s.merchant.PublicKey, signText(r.Form, "sign"), r.Form.Get("sign")) && r.Form.Get("app_id") == App {
		var in map[string]any
		if err := json.Unmarshal([]byte(r.Form.Get("biz_content")), &in); err != nil {
			in = map[string]any{}
		}
		if method == "alipay.trade.wap.pay" {
			s.wap(w, r, in)
			return
		}
		out = s.alipayCall(method, r.Form, in)
	}
	body, err := json.Marshal(out)
	if err != nil {
		http.Error(w, "answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	fmt.Fprintf(w, `{"%s_response":%s,"sign":"%s"}`, strings.ReplaceAll(method, ".", "_"), body, sign(s.firm, string(body)))
}

func refusal(code, words string) map[string]any {
	return map[string]any{"code": "40004", "msg": "Business Failed", "sub_code": code, "sub_msg": words}
}

func success(more map[string]any) map[string]any {
	more["code"], more["msg"] = "10000", "Success"
	return more
}

func text(in map[string]any, name string) string {
	v, _ := in[name].(string)
	return v
}

func (s *Sim) alipayOpen(form url.Values, in map[string]any) (*trade, bool) {
	fen, err := money.ParseYuan(text(in, "total_amount"))
	if err != nil || fen <= 0 || text(in, "out_trade_no") == "" {
		return nil, false
	}
	expires, _ := time.ParseInLocation(time.DateTime, text(in, "time_expire"), clock.Shanghai)
	return s.open(trade{
		firm: "alipay", number: text(in, "out_trade_no"), merchant: strings.TrimPrefix(form.Get("app_auth_token"), "token-of-"),
		subject: text(in, "subject"), notify: form.Get("notify_url"), back: form.Get("return_url"), fen: fen, expires: expires,
	})
}

func (s *Sim) wap(w http.ResponseWriter, r *http.Request, in map[string]any) {
	t, ok := s.alipayOpen(r.Form, in)
	if !ok {
		http.Error(w, "the trade cannot be opened", http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, s.Site+"/cashier/alipay/"+t.number, http.StatusFound)
}

func (s *Sim) alipayCall(method string, form url.Values, in map[string]any) map[string]any {
	number := text(in, "out_trade_no")
	t, known := s.trade("alipay", number)
	switch method {
	case "alipay.trade.precreate", "alipay.trade.create":
		made, ok := s.alipayOpen(form, in)
		if !ok {
			return refusal("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")
		}
		return success(map[string]any{"out_trade_no": made.number, "trade_no": made.id, "qr_code": s.Site + "/cashier/alipay/" + made.number})
	case "alipay.data.dataservice.bill.downloadurl.query":
		return success(map[string]any{"bill_download_url": s.Base + "/bill/alipay/" + text(in, "bill_date") + "?merchant=" + strings.TrimPrefix(form.Get("app_auth_token"), "token-of-")})
	}
	if !known {
		return refusal("ACQ.TRADE_NOT_EXIST", "交易不存在")
	}
	switch method {
	case "alipay.trade.query":
		return success(s.alipayTrade(t))
	case "alipay.trade.close":
		if !s.close("alipay", number) {
			return refusal("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
		}
		return success(map[string]any{"out_trade_no": number})
	case "alipay.trade.refund":
		fen, err := money.ParseYuan(text(in, "refund_amount"))
		r, why := s.giveBack("alipay", text(in, "out_request_no"), number, "", fen)
		if err != nil || why != "" {
			return refusal("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", why)
		}
		return success(map[string]any{"out_trade_no": number, "trade_no": r.trade.id, "fund_change": "Y", "refund_fee": r.fen.String()})
	case "alipay.trade.fastpay.refund.query":
		r, ok := s.refund("alipay", text(in, "out_request_no"))
		if !ok {
			return success(map[string]any{})
		}
		return success(map[string]any{
			"out_trade_no": number, "trade_no": r.trade.id, "out_request_no": r.number, "refund_amount": r.fen.String(), "total_amount": r.trade.fen.String(), "refund_status": "REFUND_SUCCESS",
		})
	}
	return refusal("isv.method-not-exist", "没有这个接口")
}

func (s *Sim) alipayTrade(t trade) map[string]any {
	out := map[string]any{
		"out_trade_no": t.number, "trade_no": t.id, "total_amount": t.fen.String(),
		"trade_status": map[string]string{"open": "WAIT_BUYER_PAY", "paid": "TRADE_SUCCESS", "closed": "TRADE_CLOSED"}[t.state],
	}
	if t.state == "paid" {
		out["send_pay_date"] = t.at.In(clock.Shanghai).Format(time.DateTime)
	}
	return out
}

// alipayNotice makes a signed callback; a tampered one is changed after it was
// signed.
func (s *Sim) alipayNotice(t trade, tamper bool) (*http.Request, error) {
	at := t.at.In(clock.Shanghai).Format(time.DateTime)
	v := url.Values{
		"notify_id": {"NT" + t.id}, "notify_type": {"trade_status_sync"}, "notify_time": {at}, "app_id": {App}, "charset": {"utf-8"}, "version": {"1.0"},
		"trade_no": {t.id}, "out_trade_no": {t.number}, "seller_id": {t.merchant}, "trade_status": {"TRADE_SUCCESS"}, "total_amount": {t.fen.String()}, "gmt_payment": {at},
	}
	v.Set("sign", sign(s.firm, signText(v)))
	v.Set("sign_type", "RSA2")
	if tamper {
		v.Set("total_amount", (t.fen + 1).String())
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, t.notify, strings.NewReader(v.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, err
}
