package account_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tianbo/internal/people/account"
	"tianbo/internal/platform/authz/authztest"
	"tianbo/internal/platform/session"
)

const (
	ada = "13900000001"
	eva = "13900000002"
	bob = "13900000003"
)

func TestPolicies(t *testing.T) {
	t.Parallel()
	table := map[string]string{
		"account.view": "self+", "account.edit": "self+", "account.act": "signed",
		"account.review": "county:platform_admin county:reviewer", "account.decide": "county:platform_admin county:reviewer",
		"account.search": "county:platform_admin", "account.suspend": "county:platform_admin",
		"account.audit": "county:platform_admin county:regulator",
	}
	for _, action := range []string{"devices", "addresses", "consents", "data", "verify", "grants", "second", "push", "acts"} {
		table["account."+action] = "self"
	}
	authztest.Table(t, "account", (&account.Module{}).Policy(), nil, table)
}

func TestSigningInByCode(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		for _, phone := range []string{"", "12345", "23900000001", "1390000000x", "+1 555 0100"} {
			w.refused("phone_malformed", "", "POST", "/api/auth/code", map[string]any{"phone": phone})
		}
		w.must("", "POST", "/api/auth/code", map[string]any{"phone": "+86 139-0000-0001"})
		code := w.post.code(ada)
		if len(code) != 6 {
			t.Fatalf("code %q", code)
		}
		w.refused("code_too_soon", "", "POST", "/api/auth/code", map[string]any{"phone": ada})
		w.refused("code_wrong", "", "POST", "/api/auth/sign-in", map[string]any{"phone": eva, "code": code})
		a := w.must("", "POST", "/api/auth/sign-in", map[string]any{"phone": ada, "code": " " + code + " ", "deviceName": strings.Repeat("长", 99)})
		if a.str("account.name") != "用户0001" || a.str("account.phone") != "139****0001" || a.str("token") != "" {
			t.Errorf("%s", a.raw)
		}
		w.refused("code_wrong", "", "POST", "/api/auth/sign-in", map[string]any{"phone": ada, "code": code}) // used
		again, who := w.signIn(ada)
		if string(who) != a.str("account.id") {
			t.Error("the same phone got another account")
		}
		if me := w.must(again, "GET", "/api/me", nil); me.str("account.id") != string(who) || me.str("host") != "none" || me.at("secondFactorNeeded") != false {
			t.Errorf("%s", me.raw)
		}
	})
}

// A wrong code, an old one, a used one, one too many attempts and none at all
// are the same answer, for phones with an account and without.
func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.signIn(ada)
		w.clock.Advance(2 * time.Minute)
		ask := [2]string{}
		for i, phone := range []string{ada, eva} {
			ask[i] = w.must("", "POST", "/api/auth/code", map[string]any{"phone": phone}).raw
		}
		if ask[0] != ask[1] {
			t.Errorf("asking differs: %s, %s", ask[0], ask[1])
		}
		answers := map[string]bool{}
		try := func(phone, code string) {
			a := w.call("", "POST", "/api/auth/sign-in", map[string]any{"phone": phone, "code": code})
			answers[fmt.Sprint(a.status, a.raw)] = true
		}
		for _, phone := range []string{ada, eva, bob} { // bob never asked
			good := w.post.code(phone)
			for range 5 {
				try(phone, "000000x")
			}
			try(phone, good) // right, but the attempts are used up
		}
		w.clock.Advance(6 * time.Minute)
		for _, phone := range []string{ada, eva} {
			w.must("", "POST", "/api/auth/code", map[string]any{"phone": phone})
			good := w.post.code(phone)
			w.clock.Advance(5*time.Minute + time.Second)
			try(phone, good) // too late
		}
		if len(answers) != 1 {
			t.Errorf("answers differ: %v", answers)
		}
	})
}

func TestCodesAreLimited(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		var sent atomic.Int64
		var all sync.WaitGroup
		for range 20 { // at once: one is sent
			all.Go(func() {
				if w.call("", "POST", "/api/auth/code", map[string]any{"phone": ada}).status == 200 {
					sent.Add(1)
				}
			})
		}
		all.Wait()
		if sent.Load() != 1 {
			t.Errorf("%d codes were sent at once", sent.Load())
		}
		for i := 2; i <= 10; i++ {
			w.clock.Advance(61 * time.Second)
			w.must("", "POST", "/api/auth/code", map[string]any{"phone": ada})
		}
		w.clock.Advance(61 * time.Second)
		w.refused("code_too_many", "", "POST", "/api/auth/code", map[string]any{"phone": ada})
		w.must("", "POST", "/api/auth/code", map[string]any{"phone": eva})
		w.clock.Advance(24 * time.Hour)
		w.must("", "POST", "/api/auth/code", map[string]any{"phone": ada})
		w.post.down = true
		w.clock.Advance(61 * time.Second)
		w.refused("sms_undelivered", "", "POST", "/api/auth/code", map[string]any{"phone": ada})
		w.post.down = false
		w.must("", "POST", "/api/auth/code", map[string]any{"phone": ada}) // at once: it never left
	})
}

func TestOneCodeOneSession(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.must("", "POST", "/api/auth/code", map[string]any{"phone": ada})
		var in atomic.Int64
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if w.call("", "POST", "/api/auth/sign-in", map[string]any{"phone": ada, "code": w.post.code(ada), "token": true}).status == 200 {
					in.Add(1)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 {
			t.Errorf("one code opened %d sessions", in.Load())
		}
	})
}

func TestDevices(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		phone, _ := w.signIn(ada)
		lost, _ := w.signIn(ada)
		other, _ := w.signIn(eva)
		list := w.must(phone, "GET", "/api/me/devices", nil)
		if list.count("items") != 2 {
			t.Fatalf("%s", list.raw)
		}
		w.must(lost, "GET", "/api/me", nil) // it is remembered, and yet:
		lostID := ""
		for i := range 2 {
			if list.at(fmt.Sprintf("items.%d.current", i)) == false {
				lostID = list.str(fmt.Sprintf("items.%d.id", i))
			}
		}
		w.must(other, "DELETE", "/api/me/devices/"+lostID, nil)
		w.must(lost, "GET", "/api/me", nil) // somebody else cannot end it
		w.must(phone, "DELETE", "/api/me/devices/"+lostID, nil)
		w.refused("session_ended", lost, "GET", "/api/me", nil)
		w.must(phone, "POST", "/api/auth/sign-out", nil)
		w.refused("session_ended", phone, "GET", "/api/me", nil)
		w.refused("session_ended", "forged", "GET", "/api/me", nil)
		w.refused("sign_in_first", "", "GET", "/api/me/devices", nil)
	})
}

func TestTheCookie(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.must("", "POST", "/api/auth/code", map[string]any{"phone": ada})
		r := httptest.NewRequest("POST", "/api/auth/sign-in", strings.NewReader(`{"phone":"`+ada+`","code":"`+w.post.code(ada)+`"}`))
		r.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		w.serve.ServeHTTP(rec, r)
		cookies := rec.Result().Cookies()
		if len(cookies) != 1 || cookies[0].Name != session.CookieName || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteLaxMode || strings.Contains(rec.Body.String(), cookies[0].Value) {
			t.Fatalf("%+v %s", cookies, rec.Body)
		}
		r = httptest.NewRequest("GET", "/api/me", nil)
		r.AddCookie(cookies[0])
		rec = httptest.NewRecorder()
		if w.serve.ServeHTTP(rec, r); rec.Code != 200 {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		r = httptest.NewRequest("PATCH", "/api/me", strings.NewReader(`{"name":"坏人"}`))
		r.AddCookie(cookies[0])
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		rec = httptest.NewRecorder()
		if w.serve.ServeHTTP(rec, r); rec.Code != 403 {
			t.Errorf("another site wrote: %d %s", rec.Code, rec.Body)
		}
	})
}

func TestSuspension(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		boss, bossID := w.official(bob, "platform_admin")
		token, who := w.signIn(ada)
		path := "/api/desk/accounts/" + string(who) + "/suspend"
		w.must(token, "GET", "/api/me", nil)
		w.refused("forbidden", token, "POST", path, map[string]any{"reason": "我来停用"})
		w.refused("reason_required", boss, "POST", path, map[string]any{"reason": "坏"})
		w.refused("own_account", boss, "POST", "/api/desk/accounts/"+string(bossID)+"/suspend", map[string]any{"reason": "自己停自己"})
		w.must(boss, "POST", path, map[string]any{"reason": "多次发布虚假信息"})
		w.refused("session_ended", token, "GET", "/api/me", nil)
		w.clock.Advance(2 * time.Minute)
		w.must("", "POST", "/api/auth/code", map[string]any{"phone": ada})
		a := w.refused("account_suspended", "", "POST", "/api/auth/sign-in", map[string]any{"phone": ada, "code": w.post.code(ada)})
		if !strings.Contains(a.str("title"), "多次发布虚假信息") {
			t.Errorf("the reason is not told: %s", a.raw)
		}
		w.must(boss, "POST", path, map[string]any{"reason": ""})
		w.signIn(ada)
		found := w.must(boss, "GET", "/api/desk/accounts?q="+ada, nil)
		if found.count("items") != 1 || found.str("items.0.id") != string(who) {
			t.Errorf("%s", found.raw)
		}
		if found := w.must(boss, "GET", "/api/desk/accounts?q="+eva, nil); found.count("items") != 0 {
			t.Errorf("%s", found.raw)
		}
		if log := acts(w.must(boss, "GET", "/api/desk/audit?action=account", nil)); !has(log, "account.suspend") {
			t.Errorf("%v", log)
		}
	})
}
