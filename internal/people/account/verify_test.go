package account_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/people/account"
)

// identity makes an identity number of the right form, for a birthday.
func identity(birth string) string {
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	s := "629921" + birth + "123"
	sum := 0
	for i, n := range weights {
		sum += int(s[i]-'0') * n
	}
	return s + string("10X98765432"[sum%11])
}

func TestIdentityNumbers(t *testing.T) {
	t.Parallel()
	good := identity("19800229")
	if birth, ok := account.ReadIDNumber(strings.ToLower(" " + good + " ")); !ok || birth.Format("2006-01-02") != "1980-02-29" {
		t.Errorf("%v %v", birth, ok)
	}
	for name, s := range map[string]string{
		"empty": "", "short": good[:17], "a wrong check": good[:17] + string("0123456789X"[(strings.IndexByte("0123456789X", good[17])+1)%11]),
		"letters": "62992A19800229123X", "no such day": identity("19810229"), "before 1900": identity("18991231"), "Chinese": "六二九九二一",
	} {
		if _, ok := account.ReadIDNumber(s); ok {
			t.Errorf("%s was taken", name)
		}
	}
	now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	for birth, want := range map[string]int{"2010-04-01": 16, "2010-04-02": 15, "2008-02-29": 18, "1926-01-01": 100} {
		day, _ := time.Parse("2006-01-02", birth)
		if got := account.AgeAt(day, now); got != want {
			t.Errorf("born %s: %d, want %d", birth, got, want)
		}
	}
}

func (w *world) hostProblem(token string) string {
	w.t.Helper()
	return w.must(token, "GET", "/api/me", nil).str("hostProblem")
}

func TestHostVerification(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		boss, _ := w.official(bob, "reviewer")
		token, who := w.signIn(ada)
		if p := w.hostProblem(token); p != "host_unverified" {
			t.Error(p)
		}
		submit := func(code, number, name string) answer {
			t.Helper()
			body := map[string]any{"realName": name, "idNumber": number}
			if code == "" {
				return w.must(token, "POST", "/api/host-verification", body)
			}
			return w.refused(code, token, "POST", "/api/host-verification", body)
		}
		submit("id_number", "123", "李桂芳")
		submit("real_name", identity("19700101"), "李")
		submit("host_too_young", identity("20100402"), "李小芳")
		submit("host_guardian", identity("20090101"), "李小芳")
		first := submit("", identity("19700101"), "李桂芳")
		if strings.Contains(first.raw, identity("19700101")) || first.at("age") != 56.0 {
			t.Errorf("%s", first.raw)
		}
		submit("host_pending", identity("19700101"), "李桂芳")
		if p := w.hostProblem(token); p != "host_pending" {
			t.Error(p)
		}
		w.refused("forbidden", token, "GET", "/api/desk/host-verifications", nil)
		queue := w.must(boss, "GET", "/api/desk/host-verifications", nil)
		if queue.count("items") != 1 || queue.str("items.0.realName") != "李桂芳" || queue.str("items.0.account") != string(who) {
			t.Errorf("%s", queue.raw)
		}
		path := "/api/desk/host-verifications/" + first.str("id") + "/decide"
		w.refused("reason_required", boss, "POST", path, map[string]any{"approve": false, "reason": "不行"})
		w.must(boss, "POST", path, map[string]any{"approve": false, "reason": "照片看不清，请重拍"})
		w.refused("verification_decided", boss, "POST", path, map[string]any{"approve": true})
		mine := w.must(token, "GET", "/api/host-verification", nil)
		if mine.str("state") != "refused" || mine.str("reason") != "照片看不清，请重拍" {
			t.Errorf("%s", mine.raw)
		}
		w.refused("host_unverified", token, "POST", "/api/host-verification/recheck", nil)
		second := submit("", identity("19700101"), "李桂芳") // once more
		w.must(boss, "POST", "/api/desk/host-verifications/"+second.str("id")+"/decide", map[string]any{"approve": true})
		if p := w.hostProblem(token); p != "" {
			t.Error(p)
		}
		submit("verification_done", identity("19700101"), "李桂芳")
		w.clock.Advance(31 * 24 * time.Hour)
		token, _ = w.signIn(ada)
		if p := w.hostProblem(token); p != "host_recheck" {
			t.Error(p)
		}
		w.must(token, "POST", "/api/host-verification/recheck", nil)
		if p := w.hostProblem(token); p != "" {
			t.Error(p)
		}
		if log := acts(w.must(token, "GET", "/api/me/acts?limit=100", nil)); !has(log, "account.verify") || !has(log, "account.recheck") || !has(log, "account.consent") {
			t.Errorf("%v", log)
		}
	})
}

func TestReviewersDoNotDecideTheirOwn(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		boss, _ := w.official(bob, "reviewer")
		v := w.must(boss, "POST", "/api/host-verification", map[string]any{"realName": "周管理", "idNumber": identity("19700101")})
		w.refused("own_verification", boss, "POST", "/api/desk/host-verifications/"+v.str("id")+"/decide", map[string]any{"approve": true})
	})
}

// A host of 16 goes on air once the guardian's own telephone has consented.
func TestGuardianConsent(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		boss, _ := w.official(bob, "reviewer")
		token, _ := w.signIn(ada)
		body := map[string]any{"realName": "李小芳", "idNumber": identity("20090615"), "guardianName": "李桂芳", "guardianPhone": eva}
		w.must(token, "POST", "/api/host-verification/guardian-code", map[string]any{"phone": eva})
		code := w.post.code(eva)
		w.refused("code_wrong", "", "POST", "/api/auth/sign-in", map[string]any{"phone": eva, "code": code}) // a consent signs nobody in
		body["guardianCode"] = "000000"
		w.refused("guardian_code", token, "POST", "/api/host-verification", body)
		body["guardianCode"] = code
		v := w.must(token, "POST", "/api/host-verification", body)
		if v.str("guardianConfirmed") == "" || v.str("guardian") != "李桂芳 "+eva {
			t.Errorf("%s", v.raw)
		}
		w.must(boss, "POST", "/api/desk/host-verifications/"+v.str("id")+"/decide", map[string]any{"approve": true})
		if p := w.hostProblem(token); p != "" {
			t.Error(p)
		}
		other, _ := w.signIn("13900000009")
		delete(body, "guardianCode")
		v = w.must(other, "POST", "/api/host-verification", body)
		w.refused("host_guardian", boss, "POST", "/api/desk/host-verifications/"+v.str("id")+"/decide", map[string]any{"approve": true})
	})
}

func TestTheQueueIsPaged(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		boss, _ := w.official(bob, "reviewer")
		for i := range 5 {
			token, _ := w.signIn(fmt.Sprintf("1390000010%d", i))
			w.must(token, "POST", "/api/host-verification", map[string]any{"realName": "主播" + fmt.Sprint(i), "idNumber": identity("19700101")})
		}
		var names []string
		for cursor := ""; ; {
			p := w.must(boss, "GET", "/api/desk/host-verifications?limit=2&cursor="+cursor, nil)
			for i := range p.count("items") {
				names = append(names, p.str(fmt.Sprintf("items.%d.realName", i)))
			}
			if cursor = p.str("next"); cursor == "" {
				break
			}
		}
		if got := strings.Join(names, " "); got != "主播0 主播1 主播2 主播3 主播4" {
			t.Error(got)
		}
	})
}

func TestWhoMayHost(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	born := func(years int) time.Time { return now.AddDate(-years, 0, 0) }
	for name, c := range map[string]struct {
		v    account.Verification
		want string
	}{
		"nobody":           {account.Verification{State: account.VerificationNone}, "host_unverified"},
		"grown up":         {account.Verification{State: account.VerificationApproved, Birth: born(40), Checked: now}, ""},
		"fifteen":          {account.Verification{State: account.VerificationApproved, Birth: born(15), Checked: now, GuardianAt: now}, "host_too_young"},
		"sixteen, alone":   {account.Verification{State: account.VerificationApproved, Birth: born(16), Checked: now, Guardian: "妈妈"}, "host_guardian"},
		"sixteen":          {account.Verification{State: account.VerificationApproved, Birth: born(16), Checked: now, GuardianAt: now}, ""},
		"eighteen, alone":  {account.Verification{State: account.VerificationApproved, Birth: born(18), Checked: now}, ""},
		"checked long ago": {account.Verification{State: account.VerificationApproved, Birth: born(40), Checked: now.AddDate(0, 0, -31)}, "host_recheck"},
	} {
		got := ""
		if f, ok := fault.Of(account.MayHostAt(c.v, now)); ok {
			got = f.Code()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
