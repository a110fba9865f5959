package app_test

import (
	"slices"
	"strings"
	"testing"

	"tianbo/internal/app"
)

// appoint gives somebody new a part, by the administrator's hand.
func (s *server) appoint(t *testing.T, admin, phone, role string) string {
	t.Helper()
	token := s.signIn(t, phone)
	var me struct{ Account struct{ ID string } }
	s.call(t, token, "GET", "/api/me", nil, &me)
	if got := s.call(t, admin, "POST", "/api/desk/roles", map[string]any{"account": me.Account.ID, "role": role, "region": ""}, nil); got.status >= 300 {
		t.Fatalf("appointing: %d %s", got.status, got.body)
	}
	return token
}

// The desk tells everyone what waits for them, and nothing of what does not.
func TestTheDeskShowsEachWhatIsTheirs(t *testing.T) {
	both(t, func(t *testing.T, s *server) {
		admin := s.administrator(t)
		figures := map[string]string{
			"platform_admin": "deletions linesHeld linesReported payments reviews roomsAway roomsFrozen roomsLive workFailed",
			"reviewer":       "deletions linesHeld linesReported reviews roomsAway roomsFrozen roomsLive",
			"regulator":      "deletions linesHeld linesReported payments roomsAway roomsFrozen roomsLive",
			"mediator":       "payments",
			"trainer":        "",
		}
		for i, role := range []string{"platform_admin", "reviewer", "regulator", "mediator", "trainer"} {
			token := s.appoint(t, admin, "1380000002"+string(rune('0'+i)), role)
			var got map[string]int64
			s.call(t, token, "GET", "/api/desk/summary", nil, &got)
			var names []string
			for name := range got {
				names = append(names, name)
			}
			slices.Sort(names)
			if strings.Join(names, " ") != figures[role] {
				t.Errorf("the %s sees %v", role, names)
			}
			health := s.call(t, token, "GET", "/api/desk/health", nil, nil)
			retry := s.call(t, token, "POST", "/api/desk/health/retry", map[string]any{"kind": "job", "name": "none", "key": "none"}, nil)
			if role == "platform_admin" && (health.status != 200 || retry.status >= 300) || role != "platform_admin" && (health.status != 403 || retry.status != 403) {
				t.Errorf("the %s: health %d, retry %d", role, health.status, retry.status)
			}
		}
		buyer := s.signIn(t, "13800000039")
		for _, path := range []string{"/api/desk/summary", "/api/desk/health", "/api/desk/orders", "/api/desk/lines", "/api/desk/roles", "/api/desk/audit"} {
			if got := s.call(t, buyer, "GET", path, nil, nil); got.status != 403 {
				t.Errorf("a buyer reads %s: %d", path, got.status)
			}
			if got := s.call(t, "", "GET", path, nil, nil); got.status != 401 {
				t.Errorf("a visitor reads %s: %d", path, got.status)
			}
		}
	})
}

type logLine struct {
	Action, Subject, Detail string
	Names                   [2]string
}

func (s *server) audit(t *testing.T, token, query string) []logLine {
	t.Helper()
	var p struct{ Items []logLine }
	s.call(t, token, "GET", "/api/desk/audit?"+query, nil, &p)
	return p.Items
}

// Acts of office are in the log with their reasons, and what a helper does
// stands there as done by one for the other.
func TestTheLogSaysWhoDidWhatForWhom(t *testing.T) {
	both(t, func(t *testing.T, s *server) {
		admin := s.administrator(t)
		old, young := s.signIn(t, "13800000031"), s.signIn(t, "13800000032")
		s.call(t, old, "PATCH", "/api/me", map[string]any{"name": "孙奶奶"}, nil)
		s.call(t, young, "PATCH", "/api/me", map[string]any{"name": "小孙"}, nil)
		var household, grant struct{ ID string }
		s.call(t, old, "POST", "/api/orgs", map[string]any{
			"kind": "household", "name": "孙奶奶家", "region": "629901", "contact": "13800000031", "address": "会宁坪村", "exemption": "self_produced",
		}, &household)
		s.call(t, old, "POST", "/api/grants", map[string]any{"phone": "13800000032", "scopes": []string{"profile"}, "days": 3}, &grant)
		s.call(t, young, "POST", "/api/grants/"+grant.ID+"/act", nil, nil)
		if got := s.call(t, young, "PATCH", "/api/me", map[string]any{"elder": true}, nil, "Idempotency-Key", "act-for-her"); got.status != 200 {
			t.Fatalf("acting for another: %d %s", got.status, got.body)
		}
		helped := s.audit(t, admin, "action=me")
		if len(helped) != 1 || helped[0].Action != "me.edit" || helped[0].Names != [2]string{"小孙", "孙奶奶"} {
			t.Errorf("the log of the help is %+v", helped)
		}
		s.appoint(t, admin, "13800000033", "reviewer")
		named := s.audit(t, admin, "action=role.appoint")
		if len(named) != 1 || !strings.Contains(named[0].Detail, `"role":"reviewer"`) {
			t.Errorf("the log of the appointment is %+v", named)
		}
		if got := s.audit(t, admin, "action=role"); len(got) != 1 {
			t.Errorf("by noun: %+v", got)
		}
		if got := s.audit(t, admin, "action=rol"); len(got) != 0 {
			t.Errorf("half a word finds %+v", got)
		}
		if got := s.audit(t, admin, "to=2000-01-01T00:00:00Z"); len(got) != 0 {
			t.Errorf("before everything: %+v", got)
		}
	})
}

// administrator is the token of the platform's administrator.
func (s *server) administrator(t *testing.T) string {
	t.Helper()
	const phone = "13900000009"
	if err := app.CreateAdmin(t.Context(), s.config, phone, "周管理"); err != nil {
		t.Fatal(err)
	}
	return s.signIn(t, phone)
}
