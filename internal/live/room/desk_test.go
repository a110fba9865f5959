package room_test

import (
	"testing"
	"time"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/page"
	"tianbo/internal/live/room"
	"tianbo/internal/live/room/roomtest"
)

// Those who answer for the platform put a replay away with a reason, and see
// what has been put away.
func TestThePlatformHidesWithAReason(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		r, s := ended(w)
		_, err := w.Rooms.Hide(w.As("reviewer"), s, true, "")
		w.Refused(err, "reason_required")
		_, err = w.Rooms.Hide(w.As("mediator"), s, true, "产地说错了，先收起")
		w.Refused(err, "forbidden")
		_, err = w.Rooms.Hide(w.As("reviewer"), s, true, "产地说错了，先收起")
		w.Must(err)
		w.Refused(w.Rooms.MayWatch(w.As("buyer"), s), "replay_hidden")
		for who, want := range map[string]int{"": 0, "buyer": 0, "reviewer": 1, "regulator": 1, "admin": 1, "host": 1} {
			p, err := w.Rooms.Past(w.As(who), r.ID, page.Request{})
			w.Must(err)
			if len(p.Items) != want {
				t.Errorf("%q sees %d replays", who, len(p.Items))
			}
		}
	})
}

func TestEvidenceTellsWhatKeepsARecording(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		_, s := ended(w)
		h, err := w.Rooms.HoldFor(w.As("regulator"), s, "2026-17", "消费者投诉产地")
		w.Must(err)
		e, err := w.Rooms.EvidenceOf(w.As("mediator"), s)
		w.Must(err)
		if len(e.Holds) != 1 || e.Holds[0].ID != h.ID || e.Holds[0].Case != "2026-17" || e.Deletion != nil || e.Session.KeepUntil.IsZero() {
			t.Errorf("evidence is %+v", e)
		}
		w.Must(w.Rooms.Release(w.As("admin"), h.ID))
		if e, err = w.Rooms.EvidenceOf(w.As("regulator"), s); err != nil || len(e.Holds) != 0 {
			t.Errorf("a released hold stays: %+v %v", e.Holds, err)
		}
		w.Pass(e.Session.KeepUntil.Sub(w.Clock.Now()) + time.Hour)
		_, err = w.Rooms.Delete(w.As("admin"), s, "保存期已过，腾出空间")
		w.Must(err)
		if e, err = w.Rooms.EvidenceOf(w.As("admin"), s); err != nil || e.Deletion == nil || !e.Deletion.DoneAt.IsZero() || e.Deletion.Reason != "保存期已过，腾出空间" {
			t.Errorf("the deletion asked for is not told: %+v %v", e.Deletion, err)
		}
		if c, err := w.Rooms.Count(w.As("admin")); err != nil || c.Deletions != 1 {
			t.Errorf("counts are %+v %v", c, err)
		}
		for _, who := range []string{"", "buyer", "host", "owner", "reviewer"} {
			if _, err := w.Rooms.EvidenceOf(w.As(who), s); fault.KindOf(err) != fault.Forbidden && fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("%q sees evidence: %v", who, err)
			}
		}
	})
}

func TestPatrolCountsRooms(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		r, _ := w.OnAir()
		if c, err := w.Rooms.Count(w.As("reviewer")); err != nil || c != (room.Counts{Live: 1}) {
			t.Errorf("on air: %+v %v", c, err)
		}
		_, err := w.Rooms.Freeze(w.As("regulator"), r.ID, "虚假宣传产地")
		w.Must(err)
		if c, err := w.Rooms.Count(w.As("admin")); err != nil || c != (room.Counts{Frozen: 1}) {
			t.Errorf("frozen: %+v %v", c, err)
		}
		_, err = w.Rooms.Count(w.As("host"))
		w.Refused(err, "forbidden")
	})
}
