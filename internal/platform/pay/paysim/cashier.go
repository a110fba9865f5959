package paysim

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"tianbo/internal/kernel/clock"
)

// The page where a buyer pays: plain, without scripts, and unmistakably a toy.
var page = template.Must(template.New("cashier").Parse(`<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>模拟付款</title>
<style>body{margin:0;font:20px/1.5 system-ui,sans-serif;background:#f5f6f1;color:#16211b}main{max-width:420px;margin:0 auto;padding:24px}
p.toy{background:#fdf3d6;border-left:5px solid #f4b92f;padding:12px}b{font-size:44px}button{width:100%;min-height:60px;font:inherit;font-weight:700;
border:0;border-radius:30px;background:#0d4a34;color:#fff}a{display:block;margin-top:16px;min-height:44px}</style></head><body><main>
<p class="toy">这是模拟付款，不会动用真钱。<br>A simulation: no real money moves.</p>
<h1>{{.Subject}}</h1><p><b>¥{{.Fen}}</b></p>
{{if eq .State "open"}}<form method="post"><button>付款 · Pay</button></form>
{{else if eq .State "paid"}}<p role="status">已付款 · Paid</p>{{else}}<p role="status">已关闭 · Closed</p>{{end}}
{{if .Back}}<a href="{{.Back}}">回到商家 · Back to the seller</a>{{end}}</main></body></html>`))

func (s *Sim) cashierRoutes(mux *http.ServeMux) {
	show := func(w http.ResponseWriter, r *http.Request) {
		t, ok := s.trade(r.PathValue("firm"), r.PathValue("number"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		back := t.back
		if to := r.URL.Query().Get("redirect_url"); to != "" {
			back = to
		}
		if u, err := url.Parse(back); err != nil || (u.Scheme != "http" && u.Scheme != "https" && !strings.HasPrefix(back, "/")) {
			back = ""
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
		_ = page.Execute(w, map[string]any{"Subject": t.subject, "Fen": t.fen, "State": t.state, "Back": back})
	}
	mux.HandleFunc("GET /cashier/{firm}/{number}", show)
	mux.HandleFunc("POST /cashier/{firm}/{number}", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Pay(r.PathValue("firm"), r.PathValue("number")); err != nil {
			http.Error(w, "closed", http.StatusConflict)
			return
		}
		http.Redirect(w, r, s.Site+r.URL.RequestURI(), http.StatusSeeOther)
	})
}

// bill writes a day's bill as the firm would.
func (s *Sim) bill(w http.ResponseWriter, r *http.Request) {
	day, merchant, firm := r.PathValue("day"), r.URL.Query().Get("merchant"), r.PathValue("firm")
	var rows [][]string
	s.mu.Lock()
	for _, t := range s.trades {
		if t.firm == firm && t.merchant == merchant && t.state == "paid" && dayOf(t.at) == day {
			rows = append(rows, row(firm, *t, refund{}))
		}
	}
	for key, v := range s.refunds {
		if strings.HasPrefix(key, firm+":") && v.trade.merchant == merchant && dayOf(v.at) == day {
			rows = append(rows, row(firm, *v.trade, *v))
		}
	}
	s.mu.Unlock()
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(strings.Join(a, ","), strings.Join(b, ",")) })
	var text bytes.Buffer
	if firm == "wechat" {
		writeRows(&text, append([][]string{{"交易时间", "商户订单号", "微信订单号", "交易状态", "订单金额", "商户退款单号", "申请退款金额"}}, rows...))
		text.WriteString("总交易单数,订单总金额\n")
		_, _ = w.Write(text.Bytes())
		return
	}
	text.WriteString("#支付宝业务明细查询\n")
	writeRows(&text, append([][]string{{"支付宝交易号", "商户订单号", "业务类型", "完成时间", "订单金额（元）", "退款批次号/请求号"}}, rows...))
	text.WriteString("#-----------------------------------------业务明细列表结束\n")
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes(text.Bytes())
	if err != nil {
		http.Error(w, "bill", http.StatusInternalServerError)
		return
	}
	z := zip.NewWriter(w)
	f, err := z.Create(day + "_detail.csv")
	if err == nil {
		_, err = f.Write(gbk)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}

func writeRows(to *bytes.Buffer, rows [][]string) {
	w := csv.NewWriter(to)
	_ = w.WriteAll(rows) // to memory: cannot fail
}

func dayOf(t time.Time) string { return t.In(clock.Shanghai).Format(time.DateOnly) }

func row(firm string, t trade, r refund) []string {
	at := t.at
	if r.number != "" {
		at = r.at
	}
	stamp := at.In(clock.Shanghai).Format(time.DateTime)
	if firm == "wechat" {
		state, back, number := "SUCCESS", "0.00", "0"
		if r.number != "" {
			state, back, number = "REFUND", r.fen.String(), r.number
		}
		return []string{"`" + stamp, "`" + t.number, "`" + t.id, "`" + state, "`" + t.fen.String(), "`" + number, "`" + back}
	}
	kind, fen := "交易", t.fen.String()
	if r.number != "" {
		kind, fen = "退款", "-"+r.fen.String()
	}
	return []string{t.id + "\t", t.number + "\t", kind, stamp, fen, r.number + "\t"}
}
