package chat_test

import (
	"slices"
	"testing"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/page"
	"tianbo/internal/live/chat"
)

func (w *world) waiting(who string, wait chat.Wait) []chat.WaitingLine {
	w.T.Helper()
	p, err := w.chat.Patrol(w.As(who), wait, "", page.Request{})
	w.Must(err)
	return p.Items
}

// Those who answer for the platform see what waits in every room; a report is
// settled once, and new ones count from nothing.
func TestPatrolSeesWhatWaitsInEveryRoom(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		held := w.said("buyer", "加我微信 wx12345678 便宜一半")
		rude := w.said("other", "这果子不行")
		for _, who := range []string{"buyer", "fan"} {
			w.Must(w.chat.Report(w.As(who), rude.ID, "骂人的话"))
		}
		for _, who := range []string{"admin", "reviewer", "regulator"} {
			if got := w.waiting(who, chat.WaitHeld); len(got) != 1 || got[0].ID != held.ID || got[0].RoomTitle != w.room.Title {
				t.Errorf("%s finds held %+v", who, got)
			}
			if got := w.waiting(who, chat.WaitReported); len(got) != 1 || !slices.Equal(got[0].Reasons, []string{"骂人的话", "骂人的话"}) {
				t.Errorf("%s finds reported %+v", who, got)
			}
			if c, err := w.chat.Count(w.As(who)); err != nil || c != (chat.Counts{Held: 1, Reported: 1}) {
				t.Errorf("%s counts %+v %v", who, c, err)
			}
		}
		for who, want := range map[string]fault.Kind{"": fault.Unauthenticated, "buyer": fault.Forbidden, "host": fault.Forbidden, "owner": fault.Forbidden} {
			if _, err := w.chat.Patrol(w.As(who), chat.WaitHeld, "", page.Request{}); fault.KindOf(err) != want {
				t.Errorf("%q patrols: %v", who, err)
			}
			if _, err := w.chat.Count(w.As(who)); fault.KindOf(err) != want {
				t.Errorf("%q counts: %v", who, err)
			}
		}
		// The regulator watches, the reviewer decides.
		if _, err := w.chat.Settle(w.As("regulator"), rude.ID); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("the regulator settles: %v", err)
		}
		for range 2 { // a repeat changes nothing
			_, err := w.chat.Settle(w.As("reviewer"), rude.ID)
			w.Must(err)
		}
		if got := w.waiting("reviewer", chat.WaitReported); len(got) != 0 {
			t.Errorf("a settled line still waits: %+v", got)
		}
		w.Must(w.chat.Report(w.As("third"), rude.ID, "不实"))
		if got := w.waiting("reviewer", chat.WaitReported); len(got) != 1 || got[0].Reports != 1 || !slices.Equal(got[0].Reasons, []string{"不实"}) {
			t.Errorf("a new report counts on top of settled ones: %+v", got)
		}
	})
}
