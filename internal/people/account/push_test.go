package account_test

import (
	"testing"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/people/account"
	"tianbo/internal/platform/notify"
)

func started(to ...id.Account) (string, []id.Account, account.Notice) {
	return "ses_1", to, account.Notice{
		Kind: "started", Path: "/rooms/room_1", Topic: "room_1", TTL: time.Hour, Urgent: true,
		Zh: account.Words{Title: "李桂芳 开播了", Body: "挖土豆"}, En: account.Words{Title: "Li is live", Body: "Potatoes"},
	}
}

func TestPeopleAreReached(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		token, who := w.signIn(ada)
		english, whoElse := w.signIn(eva)
		w.must(english, "PATCH", "/api/me", map[string]any{"lang": "en"})
		if s := w.must(token, "GET", "/api/me/push", nil); s.at("available") != true || s.str("publicKey") != "BKey" || s.count("items") != 0 {
			t.Errorf("%s", s.raw)
		}
		w.refused("push_subscription", token, "POST", "/api/me/push", subscription(t, "http://push.example/plain"))
		for range 2 { // the same browser twice is one
			w.must(token, "POST", "/api/me/push", subscription(t, "https://push.example/ada"))
		}
		w.must(token, "POST", "/api/me/push", subscription(t, "https://push.example/ada-2"))
		w.must(english, "POST", "/api/me/push", subscription(t, "https://push.example/eva"))
		list := w.must(token, "GET", "/api/me/push", nil)
		if list.count("items") != 2 || list.at("items.0.current") != true {
			t.Errorf("%s", list.raw)
		}
		key, to, notice := started(who, whoElse, "acc_nobody")
		for range 2 { // planned twice, sent once
			if err := w.Notify(w.ctx, key, to, notice); err != nil {
				t.Fatal(err)
			}
		}
		w.drain()
		for endpoint, title := range map[string]string{"ada": "李桂芳 开播了", "ada-2": "李桂芳 开播了", "eva": "Li is live"} {
			got := w.pushes.got["https://push.example/"+endpoint]
			if len(got) != 1 || got[0]["title"] != title || got[0]["url"] != "/rooms/room_1" || got[0]["tag"] != "room_1" {
				t.Errorf("%s got %v", endpoint, got)
			}
		}
		w.must(token, "DELETE", "/api/me/push/"+list.str("items.0.id"), nil)
		w.must(english, "PUT", "/api/me/consents/push", map[string]any{"on": false})
		if s := w.must(english, "GET", "/api/me/push", nil); s.count("items") != 0 {
			t.Errorf("consent is withdrawn: %s", s.raw)
		}
		w.must(token, "POST", "/api/auth/sign-out", nil)
		again, _ := w.signIn(ada)
		if s := w.must(again, "GET", "/api/me/push", nil); s.count("items") != 0 {
			t.Errorf("a device signed out is still pushed to: %s", s.raw)
		}
	})
}

func TestDeadSubscriptionsAreForgottenAndBusyOnesTriedAgain(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		token, who := w.signIn(ada)
		for _, name := range []string{"dead", "busy", "fine"} {
			w.must(token, "POST", "/api/me/push", subscription(t, "https://push.example/"+name))
		}
		w.pushes.answers["https://push.example/dead"] = notify.ErrPushGone
		w.pushes.answers["https://push.example/busy"] = errBusy
		key, to, notice := started(who)
		if err := w.Notify(w.ctx, key, to, notice); err != nil {
			t.Fatal(err)
		}
		w.drain()
		if s := w.must(token, "GET", "/api/me/push", nil); s.count("items") != 2 {
			t.Errorf("%s", s.raw)
		}
		if len(w.pushes.got["https://push.example/fine"]) != 1 {
			t.Errorf("%v", w.pushes.got)
		}
		delete(w.pushes.answers, "https://push.example/busy")
		w.clock.Advance(59 * time.Second)
		w.drain()
		if len(w.pushes.got["https://push.example/busy"]) != 0 {
			t.Error("the push service asked for a minute")
		}
		w.clock.Advance(2 * time.Second)
		w.drain()
		if len(w.pushes.got["https://push.example/busy"]) != 1 || len(w.pushes.got["https://push.example/fine"]) != 1 {
			t.Errorf("%v", w.pushes.got)
		}
	})
}

func TestPushSwitchedOff(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		token, who := w.signIn(ada)
		if s := w.must(token, "GET", "/api/me/push", nil); s.at("available") != false {
			t.Errorf("%s", s.raw)
		}
		w.refused("push_off", token, "POST", "/api/me/push", subscription(t, "https://push.example/1"))
		key, to, notice := started(who)
		if err := w.Notify(w.ctx, key, to, notice); err != nil {
			t.Fatal(err)
		}
		w.drain()
	}, func(d *account.Deps) { d.Push, d.PushKey = nil, "" })
}
