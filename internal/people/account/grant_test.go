package account_test

import (
	"strings"
	"testing"
	"time"
)

func TestAHelperActsForAFarmer(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		farmer, farmerID := w.signIn(ada)
		helper, helperID := w.signIn(eva)
		stranger, _ := w.signIn(bob)
		w.must(farmer, "PATCH", "/api/me", map[string]any{"name": "李桂芳"})
		give := func(phone string, days int, scopes ...string) map[string]any {
			return map[string]any{"phone": phone, "days": days, "scopes": scopes}
		}
		w.refused("grant_self", farmer, "POST", "/api/grants", give(ada, 3, "live"))
		w.refused("grant_scopes", farmer, "POST", "/api/grants", give(eva, 3, "money"))
		w.refused("phone_malformed", farmer, "POST", "/api/grants", give("1", 3, "live"))
		g := w.must(farmer, "POST", "/api/grants", give(eva, 3, "profile", "orders"))
		path := "/api/grants/" + g.str("id")
		w.refused("grant_over", stranger, "POST", path+"/act", nil)
		w.must(helper, "POST", path+"/act", nil)
		me := w.must(helper, "GET", "/api/me", nil)
		if me.str("account.id") != string(farmerID) || me.str("helper") != string(helperID) || me.str("helping.name") != "李桂芳" {
			t.Errorf("%s", me.raw)
		}
		w.must(helper, "PATCH", "/api/me", map[string]any{"elder": true})
		for _, closed := range []string{"/api/me/devices", "/api/me/addresses", "/api/me/second-factor", "/api/me/push", "/api/me/consents"} {
			w.refused("grant_scope", helper, "GET", closed, nil)
		}
		w.refused("grant_scope", helper, "POST", "/api/grants", give(bob, 3, "live"))
		mine := w.must(farmer, "GET", "/api/me/acts?action=me", nil)
		if mine.str("items.0.action") != "me.edit" || mine.str("items.0.actor") != string(helperID) || mine.str("items.0.for") != string(farmerID) || mine.str("items.0.names.1") != "李桂芳" {
			t.Errorf("the farmer does not see what was done: %s", mine.raw)
		}
		w.must(farmer, "DELETE", path, nil)
		if me := w.must(helper, "GET", "/api/me", nil); me.str("account.id") != string(helperID) {
			t.Errorf("the helper still acts: %s", me.raw)
		}
		w.refused("grant_over", helper, "POST", path+"/act", nil)
	})
}

func TestAGrantEndsByItselfAndIsStopped(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		farmer, farmerID := w.signIn(ada)
		helper, helperID := w.signIn(eva)
		g := w.must(farmer, "POST", "/api/grants", map[string]any{"phone": eva, "days": 1, "scopes": []string{"profile"}})
		w.must(helper, "POST", "/api/grants/"+g.str("id")+"/act", nil)
		w.must(helper, "POST", "/api/grants/stop", nil)
		if me := w.must(helper, "GET", "/api/me", nil); me.str("account.id") != string(helperID) {
			t.Errorf("%s", me.raw)
		}
		w.must(helper, "POST", "/api/grants/"+g.str("id")+"/act", nil)
		w.clock.Advance(24*time.Hour - time.Second)
		if me := w.must(helper, "GET", "/api/me", nil); me.str("account.id") != string(farmerID) {
			t.Errorf("it ended early: %s", me.raw)
		}
		w.clock.Advance(2 * time.Second)
		if me := w.must(helper, "GET", "/api/me", nil); me.str("account.id") != string(helperID) {
			t.Errorf("it did not end: %s", me.raw)
		}
		if list := w.must(farmer, "GET", "/api/grants", nil); list.count("items") != 1 || list.at("items.0.active") != false || list.at("items.0.mine") != true {
			t.Errorf("%s", list.raw)
		}
	})
}

// Whether a phone has an account is not told by granting to it.
func TestGrantingTellsNothingOfAPhone(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		farmer, _ := w.signIn(ada)
		w.signIn(eva)
		known := w.must(farmer, "POST", "/api/grants", map[string]any{"phone": eva, "days": 3, "scopes": []string{"live"}})
		unknown := w.must(farmer, "POST", "/api/grants", map[string]any{"phone": bob, "days": 3, "scopes": []string{"live"}})
		if known.str("names.helper") != "用户0002" || unknown.str("names.helper") != "用户0003" {
			t.Errorf("%s %s", known.raw, unknown.raw)
		}
		for i := 3; i <= 10; i++ {
			w.must(farmer, "POST", "/api/grants", map[string]any{"phone": bob, "days": 3, "scopes": []string{"live"}})
		}
		w.refused("grant_too_many", farmer, "POST", "/api/grants", map[string]any{"phone": bob, "days": 3, "scopes": []string{"live"}})
		helper, _ := w.signIn(bob)
		if list := w.must(helper, "GET", "/api/grants?limit=3", nil); list.count("items") != 3 || list.str("next") == "" || strings.Contains(list.raw, ada) {
			t.Errorf("%s", list.raw)
		}
	})
}
