package paysim

import (
	"bytes"
	"context"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/money"
)

func (s *Sim) wechatRoutes(mux *http.ServeMux) {
	const pay = "/v3/pay/partner/transactions/"
	for _, way := range []string{"native", "h5", "jsapi"} {
		mux.HandleFunc("POST "+pay+way, s.signed(func(r *http.Request, body []byte) (int, any) { return s.wechatPrepay(way, body) }))
	}
	mux.HandleFunc("GET "+pay+"out-trade-no/{number}", s.signed(func(r *http.Request, _ []byte) (int, any) {
		t, ok := s.trade("wechat", r.PathValue("number"))
		if !ok || r.URL.Query().Get("sub_mchid") != t.merchant {
			return http.StatusNotFound, problem("ORDER_NOT_EXIST", "订单不存在")
		}
		return http.StatusOK, transaction(t)
	}))
	mux.HandleFunc("POST "+pay+"out-trade-no/{number}/close", s.signed(func(r *http.Request, _ []byte) (int, any) {
		if !s.close("wechat", r.PathValue("number")) {
			return http.StatusBadRequest, problem("ORDERPAID", "订单已支付")
		}
		return http.StatusNoContent, nil
	}))
	mux.HandleFunc("POST /v3/refund/domestic/refunds", s.signed(s.wechatRefund))
	mux.HandleFunc("GET /v3/refund/domestic/refunds/{number}", s.signed(func(r *http.Request, _ []byte) (int, any) {
		v, ok := s.refund("wechat", r.PathValue("number"))
		if !ok {
			return http.StatusNotFound, problem("RESOURCE_NOT_EXISTS", "退款单不存在")
		}
		return http.StatusOK, wechatRefundOf(v)
	}))
	mux.HandleFunc("GET /v3/bill/tradebill", s.signed(func(r *http.Request, _ []byte) (int, any) {
		return http.StatusOK, map[string]string{
			"download_url": s.Base + "/bill/wechat/" + r.URL.Query().Get("bill_date") + "?merchant=" + r.URL.Query().Get("sub_mchid"), "hash_type": "SHA1", "hash_value": "",
		}
	}))
}

func problem(code, words string) map[string]string {
	return map[string]string{"code": code, "message": words}
}

var authorization = regexp.MustCompile(`^WECHATPAY2-SHA256-RSA2048 .*mchid="([^"]*)".*`)

// signed checks the merchant's signature and signs the answer.
func (s *Sim) signed(next func(r *http.Request, body []byte) (int, any)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		status, out := http.StatusUnauthorized, any(problem("SIGN_ERROR", "签名错误"))
		if err == nil && s.merchantSigned(r, body) {
			status, out = next(r, body)
		}
		var answer []byte
		if out != nil {
			answer, _ = json.Marshal(out)
		}
		stamp, nonce := fmt.Sprint(time.Now().Unix()), rand.Text()
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Request-ID", nonce)
		h.Set("Wechatpay-Serial", firmKey)
		h.Set("Wechatpay-Timestamp", stamp)
		h.Set("Wechatpay-Nonce", nonce)
		h.Set("Wechatpay-Signature", sign(s.firm, stamp+"\n"+nonce+"\n"+string(answer)+"\n"))
		w.WriteHeader(status)
		_, _ = w.Write(answer)
	}
}

func field(header, name string) string {
	_, rest, _ := strings.Cut(header, name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func (s *Sim) merchantSigned(r *http.Request, body []byte) bool {
	a := r.Header.Get("Authorization")
	if !authorization.MatchString(a) || field(a, "mchid") != Merchant || field(a, "serial_no") != serialNo {
		return false
	}
	text := r.Method + "\n" + r.URL.RequestURI() + "\n" + field(a, "timestamp") + "\n" + field(a, "nonce_str") + "\n" + string(body) + "\n"
	return verify(&s.merchant.PublicKey, text, field(a, "signature"))
}

func sign(key *rsa.PrivateKey, text string) string {
	sum := sha256.Sum256([]byte(text))
	out, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		panic("paysim: a sound key does not sign: " + err.Error())
	}
	return base64.StdEncoding.EncodeToString(out)
}

func verify(key *rsa.PublicKey, text, signature string) bool {
	raw, err := base64.StdEncoding.DecodeString(signature)
	sum := sha256.Sum256([]byte(text))
	return err == nil && rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], raw) == nil
}

func (s *Sim) wechatPrepay(way string, body []byte) (int, any) {
	var in struct {
		SubMchid    string    `json:"sub_mchid"`
		Description string    `json:"description"`
		OutTradeNo  string    `json:"out_trade_no"`
		TimeExpire  time.Time `json:"time_expire"`
		NotifyURL   string    `json:"notify_url"`
		Amount      struct {
			Total    int64  `json:"total"`
			Currency string `json:"currency"`
		} `json:"amount"`
	}
	if json.Unmarshal(body, &in) != nil || in.SubMchid == "" || in.OutTradeNo == "" || in.Amount.Total <= 0 || in.Amount.Currency != "CNY" {
		return http.StatusBadRequest, problem("PARAM_ERROR", "参数错误")
	}
	t, ok := s.open(trade{
		firm: "wechat", number: in.OutTradeNo, merchant: in.SubMchid, subject: in.Description, notify: in.NotifyURL, fen: money.Fen(in.Amount.Total), expires: in.TimeExpire,
	})
	if !ok {
		return http.StatusBadRequest, problem("INVALID_REQUEST", "同一单号内容不同")
	}
	page := s.Site + "/cashier/wechat/" + t.number
	switch way {
	case "h5":
		return http.StatusOK, map[string]string{"h5_url": page + "?h5=1"}
	case "jsapi":
		return http.StatusOK, map[string]string{"prepay_id": t.id}
	}
	return http.StatusOK, map[string]string{"code_url": page}
}

func transaction(t trade) map[string]any {
	out := map[string]any{
		"sp_mchid": Merchant, "sub_mchid": t.merchant, "out_trade_no": t.number, "trade_state": map[string]string{"open": "NOTPAY", "paid": "SUCCESS", "closed": "CLOSED"}[t.state],
		"trade_state_desc": t.state, "amount": map[string]any{"total": int64(t.fen), "currency": "CNY", "payer_total": int64(t.fen), "payer_currency": "CNY"},
	}
	if t.state == "paid" {
		out["transaction_id"], out["success_time"] = t.id, t.at.In(clock.Shanghai).Format(time.RFC3339)
	}
	return out
}

func (s *Sim) wechatRefund(_ *http.Request, body []byte) (int, any) {
	var in struct {
		SubMchid    string `json:"sub_mchid"`
		OutTradeNo  string `json:"out_trade_no"`
		OutRefundNo string `json:"out_refund_no"`
		NotifyURL   string `json:"notify_url"`
		Amount      struct {
			Refund int64 `json:"refund"`
			Total  int64 `json:"total"`
		} `json:"amount"`
	}
	if json.Unmarshal(body, &in) != nil {
		return http.StatusBadRequest, problem("PARAM_ERROR", "参数错误")
	}
	if t, ok := s.trade("wechat", in.OutTradeNo); ok && (int64(t.fen) != in.Amount.Total || t.merchant != in.SubMchid) {
		return http.StatusBadRequest, problem("INVALID_REQUEST", "订单金额不一致")
	}
	r, why := s.giveBack("wechat", in.OutRefundNo, in.OutTradeNo, in.NotifyURL, money.Fen(in.Amount.Refund))
	if why != "" {
		return http.StatusForbidden, problem("NOT_ENOUGH", why)
	}
	return http.StatusOK, wechatRefundOf(r)
}

func wechatRefundOf(r refund) map[string]any {
	return map[string]any{
		"refund_id": r.id, "out_refund_no": r.number, "transaction_id": r.trade.id, "out_trade_no": r.trade.number, "channel": "ORIGINAL",
		"user_received_account": "零钱", "create_time": r.at.Format(time.RFC3339), "success_time": r.at.Format(time.RFC3339), "status": "SUCCESS",
		"amount": map[string]any{
			"total": int64(r.trade.fen), "refund": int64(r.fen), "payer_total": int64(r.trade.fen), "payer_refund": int64(r.fen),
			"settlement_refund": int64(r.fen), "settlement_total": int64(r.trade.fen), "discount_refund": 0, "currency": "CNY",
		},
	}
}

// wechatNotice makes a signed, sealed callback; a tampered one is changed after
// it was signed.
func (s *Sim) wechatNotice(t trade, tamper bool) (*http.Request, error) {
	plain, err := json.Marshal(transaction(t))
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher([]byte(s.v3))
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	nonce := rand.Text()[:12]
	body, err := json.Marshal(map[string]any{
		"id": "EV-" + t.id, "create_time": t.at.Format(time.RFC3339), "resource_type": "encrypt-resource", "event_type": "TRANSACTION.SUCCESS", "summary": "支付成功",
		"resource": map[string]string{
			"original_type": "transaction", "algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": "transaction",
			"ciphertext": base64.StdEncoding.EncodeToString(seal.Seal(nil, []byte(nonce), plain, []byte("transaction"))),
		},
	})
	if err != nil {
		return nil, err
	}
	stamp := fmt.Sprint(time.Now().Unix())
	signature := sign(s.firm, stamp+"\n"+nonce+"\n"+string(body)+"\n")
	if tamper {
		body = bytes.Replace(body, []byte("EV-"), []byte("EW-"), 1)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, t.notify, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Wechatpay-Serial", firmKey)
	req.Header.Set("Wechatpay-Timestamp", stamp)
	req.Header.Set("Wechatpay-Nonce", nonce)
	req.Header.Set("Wechatpay-Signature", signature)
	return req, nil
}
