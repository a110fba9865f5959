package order_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/sqldb"
)

// name tells who sends a request, for tests.
type name struct{ w *world }

func (n name) Authenticate(_ context.Context, r *http.Request) (authz.Actor, error) {
	if who := r.Header.Get("X-Name"); who != "" {
		return authz.From(n.w.as(who)), nil
	}
	return authz.Actor{}, nil
}

// api serves the world's operations.
func (w *world) api(db *sqldb.DB) func(who, method, path, key string, body any) (int, map[string]any) {
	w.t.Helper()
	api := httpapi.New(httpapi.Deps{
		Auth: name{w}, Policies: w.policies, Attach: func(ctx context.Context) context.Context { return w.bus.Attach(db.Attach(ctx)) }, Clock: w.clock, Sealer: w.sealer,
	})
	w.orders.Routes(api)
	w.catalog.Routes(api)
	h := api.Handler(http.NotFoundHandler())
	return func(who, method, path, key string, body any) (int, map[string]any) {
		w.t.Helper()
		text, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		r := httptest.NewRequest(method, path, bytes.NewReader(text))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Name", who)
		if key != "" {
			r.Header.Set("Idempotency-Key", key)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		var out map[string]any
		if rec.Body.Len() > 0 {
			if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
				w.t.Fatalf("%s %s: %s", method, path, rec.Body)
			}
		}
		return rec.Code, out
	}
}

func TestOrdersOverHTTP(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, db *sqldb.DB) {
		pack := w.shelve(2)[0]
		call := w.api(db)
		body := func(n int) map[string]any {
			return map[string]any{"addressId": id.New[id.Address](), "lines": []any{map[string]any{"pack": pack, "quantity": n, "priceVersion": 1}}}
		}
		refused := func(want string, status int, got map[string]any) {
			t.Helper()
			if got["code"] != want || got["title"] == "" {
				t.Errorf("%d %v, want %s", status, got, want)
			}
		}
		status, got := call("", "POST", "/api/orders", "http-key-1", body(1))
		refused("sign_in_first", status, got)
		status, got = call("ada", "POST", "/api/orders", "", body(1))
		refused("key_required", status, got)
		one := body(1)
		status, first := call("ada", "POST", "/api/orders", "http-key-1", one)
		if status != 201 || first["state"] != "placed" || first["totalFen"] != 2980.0 || first["seller"] != string(farm) {
			t.Fatalf("%d %v", status, first)
		}
		if status, again := call("ada", "POST", "/api/orders", "http-key-1", one); status != 201 || again["id"] != first["id"] {
			t.Errorf("%d %v", status, again)
		}
		status, got = call("ada", "POST", "/api/orders", "http-key-1", body(2))
		refused("key_reused", status, got)
		status, got = call("eva", "POST", "/api/orders", "http-key-2", body(2))
		refused("sold_out", status, got)
		if title := got["title"]; title != "“花牛苹果”卖完了，看看别的吧" {
			t.Errorf("title %v", title)
		}
		path := "/api/orders/" + first["id"].(string)
		status, got = call("eva", "GET", path, "", nil)
		refused("forbidden", status, got)
		if status, got := call("ada", "POST", path+"/pay", "http-key-3", map[string]any{"method": "transfer", "reference": "1"}); status != 200 || got["paymentClaimed"] != true {
			t.Errorf("%d %v", status, got)
		}
		status, got = call("ada", "POST", path+"/confirm", "http-key-4", nil)
		refused("forbidden", status, got)
		if status, got := call("manager", "POST", path+"/confirm", "http-key-5", nil); status != 200 || got["state"] != "paid" {
			t.Errorf("%d %v", status, got)
		}
		if status, got := call("manager", "POST", path+"/close", "http-key-6", map[string]any{"reason": "冰雹打坏了"}); status != 200 || got["state"] != "closed" {
			t.Errorf("%d %v", status, got)
		}
		if status, got := call("manager", "POST", path+"/refunded", "http-key-7", map[string]any{"reference": "流水 8"}); status != 200 {
			t.Errorf("%d %v", status, got)
		}
		status, got = call("ada", "GET", path, "", nil)
		if refund, ok := got["refund"].(map[string]any); status != 200 || !ok || refund["fen"] != 2980.0 || refund["reference"] != "流水 8" {
			t.Errorf("%d %v", status, got)
		}
		if history, ok := got["history"].([]any); !ok || len(history) != 4 || history[1].(map[string]any)["byName"] != "acc_manager" {
			t.Errorf("history %v", got["history"])
		}
		if status, got := call("ada", "POST", path+"/cancel", "http-key-8", map[string]any{"reason": "不要了"}); status != 409 || got["code"] != "illegal_transition" {
			t.Errorf("%d %v", status, got)
		}
		if status, got := call("owner", "GET", "/api/orders?as=seller&org="+string(farm)+"&state=closed", "", nil); status != 200 || len(got["items"].([]any)) != 1 {
			t.Errorf("%d %v", status, got)
		}
		if status, got := call("owner", "GET", "/api/seller/summary?org="+string(farm), "", nil); status != 200 || got["toShip"] != 0.0 {
			t.Errorf("%d %v", status, got)
		}
		if status, got := call("admin", "GET", "/api/desk/payments", "", nil); status != 200 || len(got["items"].([]any)) != 0 {
			t.Errorf("%d %v", status, got)
		}
	})
}
