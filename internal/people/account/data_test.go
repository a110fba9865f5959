package account_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		token, _ := w.signIn(ada)
		other, _ := w.signIn(eva)
		body := func(street string, main bool) map[string]any {
			return map[string]any{"name": "陈", "phone": ada, "region": "310101", "place": "上海", "street": street, "default": main}
		}
		w.refused("address_incomplete", token, "POST", "/api/me/addresses", body("", false))
		first := w.must(token, "POST", "/api/me/addresses", body("一号", false))
		w.must(token, "POST", "/api/me/addresses", body("二号", true))
		list := w.must(token, "GET", "/api/me/addresses", nil)
		if list.count("items") != 2 || list.str("items.0.street") != "二号" || list.at("items.1.default") != false {
			t.Errorf("%s", list.raw)
		}
		path := "/api/me/addresses/" + first.str("id")
		w.refused("address_not_found", other, "PUT", path, body("偷改", false))
		w.must(other, "DELETE", path, nil)
		w.must(token, "PUT", path, body("三号", true))
		if list := w.must(token, "GET", "/api/me/addresses", nil); list.str("items.0.street") != "三号" || list.count("items") != 2 {
			t.Errorf("%s", list.raw)
		}
		w.must(token, "DELETE", path, nil)
		for range 19 {
			w.must(token, "POST", "/api/me/addresses", body("多", false))
		}
		w.refused("address_too_many", token, "POST", "/api/me/addresses", body("多", false))
	})
}

func TestTheConsentRegisterOnlyGrows(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		purposes := w.must("", "GET", "/api/consent-purposes", nil)
		if purposes.count("items") != 4 || purposes.str("items.0.zh") == "" || purposes.str("items.0.en") == "" {
			t.Errorf("%s", purposes.raw)
		}
		token, _ := w.signIn(ada)
		w.refused("consent_purpose", token, "PUT", "/api/me/consents/everything", map[string]any{"on": true})
		w.refused("consent_version", token, "PUT", "/api/me/consents/location", map[string]any{"on": true, "version": "1999"})
		for range 2 {
			w.must(token, "PUT", "/api/me/consents/location", map[string]any{"on": true, "version": "2026-01"})
		}
		w.clock.Advance(time.Hour)
		w.must(token, "PUT", "/api/me/consents/location", map[string]any{"on": false})
		w.clock.Advance(time.Hour)
		w.must(token, "PUT", "/api/me/consents/location", map[string]any{"on": true})
		list := w.must(token, "GET", "/api/me/consents", nil)
		if list.count("items") != 2 || list.str("items.0.withdrawn") == "" || list.str("items.1.withdrawn") != "" || list.str("items.1.version") != "2026-01" {
			t.Errorf("%s", list.raw)
		}
	})
}

// subscription is what a browser gives.
func subscription(t *testing.T, endpoint string) map[string]any {
	t.Helper()
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{
		"endpoint": endpoint, "expirationTime": nil,
		"keys": map[string]any{"p256dh": base64.RawURLEncoding.EncodeToString(k.PublicKey().Bytes()), "auth": base64.RawURLEncoding.EncodeToString(make([]byte, 16))},
	}
}

func TestAPersonsCopyIsComplete(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		token, who := w.signIn(ada)
		w.must(token, "PATCH", "/api/me", map[string]any{"name": "李桂芳"})
		w.must(token, "POST", "/api/me/addresses", map[string]any{"name": "陈", "phone": ada, "region": "310101", "place": "上海", "street": "示范路 1 号"})
		w.must(token, "POST", "/api/host-verification", map[string]any{"realName": "李桂芳", "idNumber": identity("19700101")})
		w.must(token, "POST", "/api/grants", map[string]any{"phone": eva, "days": 3, "scopes": []string{"live"}})
		w.must(token, "POST", "/api/me/push", subscription(t, "https://push.example/1"))
		if a := w.addPasskey(token, newKey(t)); a.status != 201 {
			t.Fatal(a.raw)
		}
		c := w.must(token, "POST", "/api/me/export", nil)
		for path, want := range map[string]string{
			"format": "tianbo.person.v1", "account.id": string(who), "account.phone": ada, "account.name": "李桂芳", "addresses.0.street": "示范路 1 号",
			"verifications.0.idNumber": identity("19700101"), "secondFactors.0.kind": "passkey", "consents.0.purpose": "identity_documents",
			"grants.0.owner": string(who), "parts.orders.bought.0": "苹果 for " + string(who),
		} {
			if got := c.str(path); got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
		for path, want := range map[string]int{"devices": 1, "pushSubscriptions": 1, "consents": 2} {
			if got := c.count(path); got != want {
				t.Errorf("%d %s, want %d", got, path, want)
			}
		}
		if c.count("acts") < 5 || strings.Contains(c.raw, "tb_session") {
			t.Errorf("%d acts", c.count("acts"))
		}
		// Programs read it back: every key is lower case, as the API writes them.
		var any map[string]json.RawMessage
		if err := json.Unmarshal([]byte(c.raw), &any); err != nil {
			t.Fatal(err)
		}
		for key := range any {
			if key[0] < 'a' {
				t.Errorf("key %s", key)
			}
		}
	})
}

func TestErasure(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.official(bob, "platform_admin")
		token, who := w.signIn(ada)
		w.must(token, "PATCH", "/api/me", map[string]any{"name": "李桂芳"})
		w.must(token, "POST", "/api/host-verification", map[string]any{"realName": "李桂芳", "idNumber": identity("19700101")})
		w.must(token, "POST", "/api/me/push", subscription(t, "https://push.example/1"))
		kept := w.must(token, "GET", "/api/me/erase", nil)
		if kept.count("items") != 3 || kept.str("items.0.law") == "" || !strings.Contains(kept.raw, "订单") || !strings.Contains(kept.raw, "实名") {
			t.Errorf("what stays is not told: %s", kept.raw)
		}
		if plan := w.must(token, "POST", "/api/me/erase", map[string]any{"on": true}); plan.str("eraseAt") == "" {
			t.Errorf("%s", plan.raw)
		}
		w.clock.Advance(6 * 24 * time.Hour)
		w.drain()
		w.must(token, "POST", "/api/me/erase", map[string]any{"on": false})
		w.clock.Advance(2 * 24 * time.Hour)
		w.drain()
		w.must(token, "GET", "/api/me", nil) // taken back in time
		w.must(token, "POST", "/api/me/erase", map[string]any{"on": true})
		w.clock.Advance(7*24*time.Hour + time.Minute)
		w.drain()
		w.refused("session_ended", token, "GET", "/api/me", nil)
		if len(w.parts.erased) != 1 || w.parts.erased[0] != who {
			t.Errorf("the other modules erased %v", w.parts.erased)
		}
		boss, _ := w.signIn(bob)
		if found := w.must(boss, "GET", "/api/desk/accounts?q="+ada, nil); found.count("items") != 0 {
			t.Errorf("the phone still finds: %s", found.raw)
		}
		if found := w.must(boss, "GET", "/api/desk/accounts?q=李桂芳", nil); found.count("items") != 0 {
			t.Errorf("the name still finds: %s", found.raw)
		}
		if log := w.must(boss, "GET", "/api/desk/audit?subject="+string(who), nil); !has(acts(log), "account.erased") {
			t.Errorf("%v", acts(log))
		}
		if names, err := w.Names(w.ctx, nil); err != nil || len(names) != 0 {
			t.Errorf("%v %v", names, err)
		}
		if token, again := w.signIn(ada); again == who || token == "" {
			t.Error("the phone is still the erased person's")
		}
	})
}

func TestTheAuditLogIsFiltered(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		boss, _ := w.official(bob, "regulator")
		token, who := w.signIn(ada)
		w.refused("forbidden", token, "GET", "/api/desk/audit", nil)
		for i := range 7 {
			w.clock.Advance(time.Minute)
			w.must(token, "PUT", "/api/me/consents/location", map[string]any{"on": i%2 == 0})
		}
		seen := 0
		for cursor := ""; ; {
			p := w.must(boss, "GET", fmt.Sprintf("/api/desk/audit?account=%s&action=account.consent&limit=3&cursor=%s", who, cursor), nil)
			seen += p.count("items")
			if cursor = p.str("next"); cursor == "" {
				break
			}
		}
		if seen != 7 {
			t.Errorf("%d lines", seen)
		}
		from := w.clock.Now().Add(-90 * time.Second).Format(time.RFC3339)
		if p := w.must(boss, "GET", "/api/desk/audit?action=account.consent&from="+from, nil); p.count("items") != 2 {
			t.Errorf("since %s: %s", from, p.raw)
		}
		if p := w.must(token, "GET", "/api/me/acts?action=account", nil); p.count("items") == 0 || p.str("items.0.actor") != string(who) {
			t.Errorf("%s", p.raw)
		}
	})
}
