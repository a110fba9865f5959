package room_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/live/room"
	"tianbo/internal/live/room/roomtest"
	"tianbo/internal/platform/authz"
)

var errHost = fault.Define(fault.Forbidden, "host_unverified_test", "还没有实名认证", "Not verified.")

func TestPublishTokens(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		r := w.Open()
		for _, who := range []string{"", "stranger", "staff", "admin"} {
			if _, err := w.Rooms.Prepare(w.As(who), r.ID, "", room.Checklist{}); err == nil {
				t.Errorf("%q may publish", who)
			}
		}
		w.Town.Refuse(r.Host, errHost)
		_, err := w.Rooms.Prepare(w.As("host"), r.ID, "", room.Checklist{})
		w.Refused(err, errHost.Code())
		w.Town.Refuse(r.Host, nil)

		first, second := w.Start(r.ID), w.Start(r.ID)
		if first.Session != second.Session || first.Token == second.Token {
			t.Fatal("getting ready again gives another token for the same broadcast")
		}
		for _, token := range []string{first.Token, second.Token} {
			p, err := w.Rooms.Authorize(w.Ctx, token)
			w.Must(err)
			if p.Room != r.ID || p.Session != first.Session || p.Slot != "host" || p.Account != r.Host {
				t.Errorf("%+v", p)
			}
		}
		for _, wrong := range []string{"", "x", strings.ToLower(first.Token), first.Token + "A"} {
			_, err := w.Rooms.Authorize(w.Ctx, wrong)
			w.Refused(err, "publish_token")
		}
		w.Clock.Advance(13 * time.Hour)
		_, err = w.Rooms.Authorize(w.Ctx, first.Token)
		w.Refused(err, "publish_token")
	})
}

func TestStreamKeys(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		r := w.Open()
		for _, who := range []string{"", "stranger", "owner", "manager", "admin"} {
			if _, err := w.Rooms.RotateKey(w.As(who), r.ID); err == nil {
				t.Errorf("%q may see the host's key", who)
			}
		}
		helper := authz.With(w.As("host"), authz.Actor{Account: "acc_helper", For: r.Host, GrantActions: []string{"*"}})
		if _, err := w.Rooms.RotateKey(helper, r.ID); err == nil {
			t.Error("a helper may see the host's key")
		}
		first, err := w.Rooms.RotateKey(w.As("host"), r.ID)
		w.Must(err)
		p, err := w.Rooms.Authorize(w.Ctx, first)
		w.Must(err)
		if p.Room != r.ID || p.Slot != "host" {
			t.Fatalf("%+v", p)
		}
		again, err := w.Rooms.Authorize(w.Ctx, first) // an encoder that connects anew
		w.Must(err)
		if again.Session != p.Session {
			t.Fatal("each connection of an encoder is a broadcast of its own")
		}
		second, err := w.Rooms.RotateKey(w.As("host"), r.ID)
		w.Must(err)
		_, err = w.Rooms.Authorize(w.Ctx, first)
		w.Refused(err, "publish_token")
		w.Town.Refuse(r.Host, errHost) // verification has lapsed: the key alone is not enough
		_, err = w.Rooms.Authorize(w.Ctx, second)
		w.Refused(err, errHost.Code())
	})
}

// A freeze ends every key that was out, for good.
func TestAFreezeEndsAllKeys(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		r, p := w.OnAir()
		key, err := w.Rooms.RotateKey(w.As("host"), r.ID)
		w.Must(err)
		guest, err := w.Rooms.GuestToken(w.Ctx, r.ID, roomtest.Account("guest"), "guest1")
		w.Must(err)
		for _, who := range []string{"", "stranger", "host", "owner", "mediator"} {
			if _, err := w.Rooms.Freeze(w.As(who), r.ID, "虚假宣传产地"); fault.KindOf(err) != fault.Forbidden && fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("%q freezes: %v", who, err)
			}
		}
		_, err = w.Rooms.Freeze(w.As("regulator"), r.ID, "短")
		w.Refused(err, "reason_required")
		_, err = w.Rooms.Freeze(w.As("regulator"), r.ID, "虚假宣传产地")
		w.Must(err)
		for _, secret := range []string{p.Token, key, guest.Token} {
			_, err := w.Rooms.Authorize(w.Ctx, secret)
			w.Refused(err, "publish_token")
		}
		for who, code := range map[string]string{"": "illegal_transition", "buyer": "illegal_transition", "host": "", "regulator": ""} {
			if err := w.Rooms.MayWatch(w.As(who), p.Session); code != "" {
				w.Refused(err, code)
			} else {
				w.Must(err)
			}
		}
		_, err = w.Rooms.Unfreeze(w.As("regulator"), r.ID)
		w.Must(err)
		for _, secret := range []string{p.Token, key, guest.Token} {
			_, err := w.Rooms.Authorize(w.Ctx, secret)
			w.Refused(err, "publish_token")
		}
		fresh, err := w.Rooms.Prepare(w.As("host"), r.ID, "", room.Checklist{})
		w.Must(err)
		if fresh.Session != p.Session {
			t.Fatal("the broadcast does not go on")
		}
		_, err = w.Rooms.Unfreeze(w.As("regulator"), r.ID)
		w.Refused(err, "illegal_transition")
	})
}

func TestGuestTokens(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		r := w.Open()
		_, err := w.Rooms.GuestToken(w.Ctx, r.ID, roomtest.Account("guest"), "guest1")
		w.Refused(err, "illegal_transition")
		p := w.Start(r.ID)
		one, err := w.Rooms.GuestToken(w.Ctx, r.ID, roomtest.Account("guest"), "guest1")
		w.Must(err)
		two, err := w.Rooms.GuestToken(w.Ctx, r.ID, roomtest.Account("other"), "guest2")
		w.Must(err)
		w.Must(w.Rooms.RevokeGuest(w.Ctx, p.Session, "guest1"))
		_, err = w.Rooms.Authorize(w.Ctx, one.Token)
		w.Refused(err, "publish_token")
		got, err := w.Rooms.Authorize(w.Ctx, two.Token)
		w.Must(err)
		if got.Slot != "guest2" || got.Account != roomtest.Account("other") {
			t.Fatalf("%+v", got)
		}
		if _, err := w.Rooms.Authorize(w.Ctx, p.Token); err != nil {
			t.Fatal("dismissing a guest ended the host's token", err)
		}
	})
}

// ended is a broadcast that is over, and its end.
func ended(w *roomtest.World) (room.Room, id.Session) {
	w.T.Helper()
	r, p := w.OnAir()
	_, err := w.Rooms.End(w.As("host"), r.ID)
	w.Must(err)
	w.Media.Told()
	return r, p.Session
}

func TestOwnersHideAndNeverDelete(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		r, s := ended(w)
		w.Must(w.Rooms.MayWatch(w.As(""), s))
		_, err := w.Rooms.Hide(w.As("host"), s, true, "")
		w.Must(err)
		w.Refused(w.Rooms.MayWatch(w.As(""), s), "replay_hidden")
		w.Refused(w.Rooms.MayWatch(w.As("buyer"), s), "replay_hidden")
		w.Must(w.Rooms.MayWatch(w.As("owner"), s))
		for who, want := range map[string]int{"": 0, "host": 1} {
			p, err := w.Rooms.Past(w.As(who), r.ID, page.Request{})
			w.Must(err)
			if len(p.Items) != want {
				t.Errorf("%q sees %d replays", who, len(p.Items))
			}
		}
		for _, who := range []string{"", "host", "owner", "reviewer", "regulator"} {
			if _, err := w.Rooms.Delete(w.As(who), s, "空间不够用了"); fault.KindOf(err) != fault.Forbidden && fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("%q deletes: %v", who, err)
			}
		}
	})
}

// What ended frozen is not put on the shelf.
func TestAFrozenBroadcastIsNoReplay(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		r, p := w.OnAir()
		_, err := w.Rooms.Freeze(w.As("reviewer"), r.ID, "虚假宣传产地")
		w.Must(err)
		_, err = w.Rooms.End(w.As("host"), r.ID)
		w.Must(err)
		w.Refused(w.Rooms.MayWatch(w.As("buyer"), p.Session), "replay_hidden")
		w.Must(w.Rooms.MayWatch(w.As("reviewer"), p.Session))
		all, err := w.Rooms.Past(w.As(""), "", page.Request{})
		w.Must(err)
		if len(all.Items) != 0 {
			t.Error("it is listed")
		}
	})
}

// Three years, no open case, two persons: then, and only then, a recording
// goes, and what belongs to it is told.
func TestDeletingTakesTimeTwoPersonsAndNoCase(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, facts *[]string) {
		_, s := ended(w)
		expired := func() int {
			p, err := w.Rooms.Expired(w.As("admin"), page.Request{})
			w.Must(err)
			return len(p.Items)
		}
		del := func(who string) error {
			_, err := w.Rooms.Delete(w.As(who), s, "保存期已满")
			return err
		}
		w.Refused(del("admin"), "retention")
		if n := expired(); n != 0 {
			t.Fatalf("%d expired", n)
		}
		for _, who := range []string{"", "host", "reviewer"} {
			if _, err := w.Rooms.HoldFor(w.As(who), s, "案件 1", "消费者投诉"); err == nil {
				t.Errorf("%q puts recordings on hold", who)
			}
		}
		h, err := w.Rooms.HoldFor(w.As("regulator"), s, "案件 1", "消费者投诉")
		w.Must(err)
		w.Clock.Advance(room.MinRetention + time.Hour)
		w.Refused(del("admin"), "legal_hold")
		if n := expired(); n != 0 {
			t.Fatalf("%d expired though held", n)
		}
		w.Must(w.Rooms.Release(w.As("mediator"), h.ID))
		if err := w.Rooms.Release(w.As("mediator"), h.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("released twice: %v", err)
		}
		if n := expired(); n != 1 {
			t.Fatalf("%d expired", n)
		}
		w.Must(del("admin"))
		w.Refused(del("admin"), "two_persons")
		w.Drain()
		if got := w.Media.Told(); got != "" {
			t.Fatalf("one person alone: the media was told %s", got)
		}
		w.Must(del("admin2"))
		// A case comes before the files are gone: they stay.
		h, err = w.Rooms.HoldFor(w.As("regulator"), s, "案件 2", "消费者投诉")
		w.Must(err)
		w.Drain()
		if got := w.Media.Told(); got != "" {
			t.Fatalf("held: the media was told %s", got)
		}
		w.Must(w.Rooms.Release(w.As("regulator"), h.ID))
		*facts = nil
		w.Must(del("admin2"))
		w.Drain()
		if got := w.Media.Told(); got != "erase" || strings.Join(*facts, " ") != "erased" {
			t.Fatalf("the media was told %q, others %v", got, *facts)
		}
		if n := expired(); n != 0 {
			t.Fatal("an erased recording waits to be erased")
		}
		all, err := w.Rooms.Past(w.As("host"), "", page.Request{})
		w.Must(err)
		if len(all.Items) != 0 {
			t.Error("an erased replay is listed")
		}
	})
}

func TestThumbnails(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		shot := func(x, y int) []byte {
			var b bytes.Buffer
			w.Must(jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, x, y)), nil))
			return b.Bytes()
		}
		r := w.Open()
		w.Refused(w.Rooms.SetThumbnail(w.As("host"), r.ID, shot(320, 180)), "illegal_transition")
		p := w.Start(r.ID)
		_, err := w.Rooms.Thumbnail(w.Ctx, p.Session)
		w.Refused(err, "room_not_found")
		for name, bad := range map[string][]byte{
			"nothing": nil, "text": []byte("hello"), "cut off": shot(320, 180)[:100], "tiny": shot(8, 8), "huge": shot(4000, 4000),
			"too many bytes": append(shot(320, 180), make([]byte, 513<<10)...), "another kind": []byte("\x89PNG\r\n\x1a\n"),
		} {
			if err := w.Rooms.SetThumbnail(w.As("host"), r.ID, bad); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		good := append(shot(320, 180), "<script>hidden</script>"...)
		w.Must(w.Rooms.SetThumbnail(w.As("host"), r.ID, good))
		kept, err := w.Rooms.Thumbnail(w.Ctx, p.Session)
		w.Must(err)
		if bytes.Contains(kept, []byte("hidden")) {
			t.Error("more than pixels was kept")
		}
		if _, err := jpeg.Decode(bytes.NewReader(kept)); err != nil {
			t.Error(err)
		}
		if w.Rooms.SetThumbnail(w.As("stranger"), r.ID, good) == nil {
			t.Error("anyone sets the picture")
		}
	})
}

func FuzzThumbnail(f *testing.F) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 32, 32)), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:60])
	f.Fuzz(func(t *testing.T, data []byte) {
		clean, err := room.Reencode(data)
		if err == nil {
			if _, err := jpeg.Decode(bytes.NewReader(clean)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestPeakViewers(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		r, p := w.OnAir()
		for _, n := range []int64{3, 9, 4} {
			w.Frames.Watch(n)
			w.Must(w.Rooms.Seen(context.WithoutCancel(w.Ctx), r.ID))
		}
		s, err := w.Rooms.SessionByID(w.Ctx, p.Session)
		w.Must(err)
		if s.Peak != 9 {
			t.Errorf("peak %d", s.Peak)
		}
	})
}

// Two who change a room at the same moment do not both succeed on what only
// one can have.
func TestOneTransitionWins(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		r, p := w.OnAir()
		done := make(chan error, 2)
		go func() { _, err := w.Rooms.End(w.As("host"), r.ID); done <- err }()
		go func() { _, err := w.Rooms.Freeze(w.As("reviewer"), r.ID, "虚假宣传产地"); done <- err }()
		for range 2 {
			if err := <-done; err != nil && fault.KindOf(err) != fault.Conflict {
				t.Error(err)
			}
		}
		s, err := w.Rooms.SessionByID(w.Ctx, p.Session)
		w.Must(err)
		now, err := w.Rooms.ByID(w.Ctx, r.ID)
		w.Must(err)
		if s.State != now.State || s.State != room.Ended && s.State != room.Frozen {
			t.Fatalf("the broadcast is %s, its room %s", s.State, now.State)
		}
	})
}
