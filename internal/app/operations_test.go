package app_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tianbo/internal/app"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/httpapi"
)

// visitors are the operations that nobody need sign in for. Opening another to
// the whole world is done on purpose: here.
var visitors = []string{
	"code-ask", "sign-in", "sign-out", "second-factor", "passkey-ask", "passkey-sign-in", "purpose-list", "platform",
	"room-list", "room-get", "replay-list", "session-get", "chat-log", "clip-list",
	"bag-view", "session-pins", "draw-entries", "draw-list", "draw-view", "guest-list", "poll-list", "question-list", "room-counters", "room-like",
	"product-list", "product-get", "product-answers", "product-clips", "pack-prices",
	"org-list", "org-get", "ledger-days", "ledger-keys",
}

// staff are the operations outside /api/desk/ that only people with a part on
// the platform may call; those under it all are.
var staff = []string{"room-freeze", "room-unfreeze", "session-hold", "hold-release", "session-delete", "session-evidence"}

// sellers are the operations that only people of a selling organisation may call.
var sellers = []string{
	"room-create", "product-create", "product-edit", "product-hide", "product-publish", "pack-add", "pack-reprice", "pack-restock",
	"order-ship", "order-confirm", "order-deny", "order-close", "order-refunded", "seller-days", "seller-session", "seller-summary",
	"org-edit", "org-invite", "org-members", "member-remove", "invitation-list", "invitation-revoke",
	"ledger-balances", "ledger-statement", "ledger-journals", "journal-proof",
}

var parameter = regexp.MustCompile(`\{[a-z]+\}`)

// Every operation of the API is called by nobody, by a person with no part,
// and by an administrator; those who may not are turned away, whatever they
// send.
func TestWrongRoleIsRefusedOnEveryOperation(t *testing.T) {
	both(t, func(t *testing.T, s *server) {
		if err := app.CreateAdmin(t.Context(), s.config, admin, "周管理"); err != nil {
			t.Fatal(err)
		}
		boss := s.signIn(t, admin)
		buyer := s.signIn(t, "13900000003")
		ops := operations(t)
		for _, op := range ops {
			path := parameter.ReplaceAllString(op.Path, "none")
			desk := strings.HasPrefix(op.Path, "/api/desk/") || slices.Contains(staff, op.ID)
			nobody := s.call(t, "", op.Method, path, nil, nil)
			forged := s.call(t, "", op.Method, path, nil, nil, "Cookie", "tb_session="+strings.Repeat("A", 52))
			if op.ID == "sign-out" {
				continue // it would end the test's own sessions
			}
			person := s.call(t, buyer, op.Method, path, nil, nil)
			switch open := slices.Contains(visitors, op.ID); {
			case !open && (nobody.status != 401 || forged.status != 401):
				t.Errorf("%s: a visitor gets %d, a forged session %d, want 401", op.ID, nobody.status, forged.status)
			case open && nobody.status == 401:
				t.Errorf("%s: a visitor gets 401", op.ID)
			}
			if (desk || slices.Contains(sellers, op.ID)) && person.status != 403 {
				t.Errorf("%s: a person with no part gets %d, want 403: %s", op.ID, person.status, person.body)
			}
			if !desk {
				continue
			}
			if r := s.call(t, boss, op.Method, path, nil, nil); r.status == 401 || r.status == 403 {
				t.Errorf("%s: an administrator gets %d: %s", op.ID, r.status, r.body)
			}
		}
	})
}

// operations are those of the description, each with an action of the policies.
func operations(t *testing.T) []httpapi.Op {
	t.Helper()
	c, err := conf.Load("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	api, err := app.Describe(c)
	if err != nil {
		t.Fatal(err)
	}
	ops := api.Operations()
	if len(ops) < 100 {
		t.Fatalf("only %d operations", len(ops))
	}
	return ops
}

func TestOperationsAreNamedOnce(t *testing.T) {
	t.Parallel()
	ids, routes := map[string]bool{}, map[string]bool{}
	for _, op := range operations(t) {
		route := op.Method + " " + parameter.ReplaceAllString(op.Path, "{}")
		if ids[op.ID] || routes[route] || !strings.HasPrefix(op.Path, "/api/") || op.Summary == "" || op.Tag == "" {
			t.Errorf("%s %s: the name or route is taken, or it is not described", op.ID, route)
		}
		ids[op.ID], routes[route] = true, true
	}
	for _, list := range [][]string{visitors, staff, sellers} {
		for _, id := range list {
			if !ids[id] {
				t.Errorf("%s is no operation any more", id)
			}
		}
	}
}
