package app_test

import (
	"encoding/json"
	"slices"
	"testing"
)

// A person's copy holds every module's share, and what stays is told before
// anything is erased.
func TestACopyOfOneselfSpansAllModules(t *testing.T) {
	both(t, func(t *testing.T, s *server) {
		token := s.signIn(t, "13900000021")
		if r := s.call(t, token, "POST", "/api/orgs", map[string]any{
			"kind": "household", "name": "李桂芳家", "region": "629921104207", "contact": "139", "address": "石沟村", "exemption": "self_produced",
		}, nil); r.status != 201 {
			t.Fatalf("%d %s", r.status, r.body)
		}
		r := s.call(t, token, "POST", "/api/me/export", nil, nil)
		var copied struct {
			Format string
			Parts  map[string]json.RawMessage
		}
		if err := json.Unmarshal([]byte(r.body), &copied); err != nil || r.status != 200 || copied.Format == "" {
			t.Fatalf("%d %s %v", r.status, r.body, err)
		}
		var names []string
		for name := range copied.Parts {
			names = append(names, name)
		}
		slices.Sort(names)
		if want := []string{"catalogue", "chat", "interactions", "orders", "organisations", "rooms"}; !slices.Equal(names, want) {
			t.Errorf("parts %v, want %v", names, want)
		}
		var played []struct{ Role string }
		if err := json.Unmarshal(copied.Parts["organisations"], &played); err != nil || len(played) != 1 || played[0].Role != "owner" {
			t.Errorf("organisations: %s %v", copied.Parts["organisations"], err)
		}
		if r := s.call(t, token, "GET", "/api/me/erase", nil, nil); r.status != 200 {
			t.Errorf("%d %s", r.status, r.body)
		}
	})
}
