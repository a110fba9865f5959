package room_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/live/room"
	"tianbo/internal/live/room/roomtest"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/authz/authztest"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("tianbo/internal/platform/sqldb/sqldbtest.(*Server).Start.func1"))
}

// both runs a test in a town on each database; facts collects what is
// published.
func both(t *testing.T, test func(t *testing.T, w *roomtest.World, facts *[]string)) {
	t.Helper()
	sqldbtest.Each(t, roomtest.Tables(), func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		facts := &[]string{}
		test(t, roomtest.New(t, ctx, db, func(*roomtest.World) []roomtest.Part {
			var handlers []bus.Handler
			for _, s := range []string{"announced", "started", "away", "back", "ended", "frozen", "unfrozen", "erased"} {
				handlers = append(handlers, bus.Handler{Name: "test." + s, Subject: "tianbo.room." + s + ".v1", Do: func(context.Context, bus.Event) error {
					*facts = append(*facts, s)
					return nil
				}})
			}
			return []roomtest.Part{{Name: "none", Handlers: handlers}}
		}), facts)
	})
}

func TestWhoMayDoWhat(t *testing.T) {
	const patrol = "county:platform_admin+ county:reviewer+ county:regulator+"
	const run = "self self~ org:owner+ org:manager+"
	authztest.Table(t, "room", (*room.Module)(nil).Policy(), nil, map[string]string{
		"room.list": "anyone", "room.view": "anyone", "room.replay": "anyone",
		"room.follow": "signed", "room.remind": "signed", "room.mine": "signed",
		"room.create": "org:owner+ org:manager+ org:host+",
		"room.edit":   run, "room.announce": run, "room.prepare": run, "room.end": run, "room.thumbnail": run, "room.manage": run,
		"room.hide": run + " " + patrol, "room.past": run + " " + patrol,
		"room.key":    "self",
		"room.patrol": patrol, "room.freeze": patrol, "room.unfreeze": patrol,
		"room.hold":  "county:platform_admin+ county:regulator+ county:mediator+",
		"room.erase": "county:platform_admin+",
	})
}

func TestTheStateTable(t *testing.T) {
	want := map[room.State][]room.State{
		room.Planned: {room.Live, room.Ended},
		room.Live:    {room.Away, room.Frozen, room.Ended},
		room.Away:    {room.Live, room.Frozen, room.Ended},
		room.Frozen:  {room.Away, room.Ended},
	}
	all := []room.State{room.Idle, room.Planned, room.Live, room.Away, room.Frozen, room.Ended}
	for _, from := range all {
		for _, to := range all {
			if got := from.CanBecome(to); got != slices.Contains(want[from], to) {
				t.Errorf("%s to %s: %v", from, to, got)
			}
		}
	}
}

// A broadcast from beginning to end, with a lost phone and a freeze between:
// each step is told to viewers and to other modules, once.
func TestABroadcastFromBeginningToEnd(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, facts *[]string) {
		r := w.Open()
		system := authz.AsSystem(w.Ctx)
		_, err := w.Rooms.End(w.As("host"), r.ID)
		w.Refused(err, "session_not_found")
		p := w.Start(r.ID)
		state := func(want room.State) room.Session {
			t.Helper()
			s, err := w.Rooms.SessionByID(w.Ctx, p.Session)
			w.Must(err)
			now, err := w.Rooms.ByID(w.Ctx, r.ID)
			w.Must(err)
			if s.State != want || now.State != want {
				t.Fatalf("the broadcast is %s, its room %s, want %s", s.State, now.State, want)
			}
			return s
		}
		begun := state(room.Live).Started
		w.Clock.Advance(time.Minute)
		for range 2 { // telling twice is no error and changes nothing
			w.Must(w.Rooms.Lost(system, p.Session))
		}
		if s := state(room.Away); !s.AwaySince.Equal(w.Clock.Now()) {
			t.Errorf("away since %v", s.AwaySince)
		}
		w.Pass(2 * time.Minute) // less than the wait
		w.Must(w.Rooms.Back(system, p.Session))
		if s := state(room.Live); !s.Started.Equal(begun) || !s.AwaySince.IsZero() {
			t.Errorf("%+v", s)
		}
		w.Pass(2 * time.Minute) // the first wait would be over now
		state(room.Live)
		_, err = w.Rooms.Freeze(w.As("reviewer"), r.ID, "售卖违禁品")
		w.Must(err)
		if s := state(room.Frozen); s.Freeze != "售卖违禁品" {
			t.Errorf("frozen for %q", s.Freeze)
		}
		for _, late := range []func(context.Context, id.Session) error{w.Rooms.Started, w.Rooms.Lost, w.Rooms.Back} {
			w.Refused(late(system, p.Session), "room_frozen") // what the media sees lifts no freeze
		}
		_, err = w.Rooms.Prepare(w.As("host"), r.ID, "", room.Checklist{})
		w.Refused(err, "room_frozen")
		_, err = w.Rooms.Unfreeze(w.As("reviewer"), r.ID)
		w.Must(err)
		if s := state(room.Away); s.Freeze != "" {
			t.Errorf("still frozen for %q", s.Freeze)
		}
		w.Must(w.Rooms.Back(system, p.Session))
		_, err = w.Rooms.End(w.As("host"), r.ID)
		w.Must(err)
		s := state(room.Ended)
		if s.EndReason != "host" || !s.KeepUntil.Equal(w.Clock.Now().Add(room.MinRetention)) {
			t.Errorf("%+v", s)
		}
		_, err = w.Rooms.End(w.As("host"), r.ID) // a repeat
		w.Must(err)
		w.Refused(w.Rooms.Back(system, p.Session), "illegal_transition")
		if got := w.Frames.Kinds(); got != strings.TrimSpace(strings.Repeat("state ", 7)) {
			t.Errorf("frames: %s", got)
		}
		w.Drain()
		if got := strings.Join(*facts, " "); got != "started away back frozen unfrozen back ended" {
			t.Errorf("facts: %s", got)
		}
		if got := w.Media.Told(); got != "open kick open end:host end:host" {
			t.Errorf("the media was told: %s", got)
		}
	})
}

func TestALostHostIsWaitedForAndNoLonger(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		_, p := w.OnAir()
		system := authz.AsSystem(w.Ctx)
		w.Must(w.Rooms.Lost(system, p.Session))
		w.Pass(2*time.Minute + 59*time.Second)
		// The server restarts: it was not there to return to, so the wait begins anew.
		w.Must(w.Rooms.Resume(w.Ctx))
		w.Pass(2*time.Minute + 59*time.Second)
		if s, _ := w.Rooms.SessionByID(w.Ctx, p.Session); s.State != room.Away {
			t.Fatalf("%s before the time", s.State)
		}
		w.Pass(time.Second)
		s, err := w.Rooms.SessionByID(w.Ctx, p.Session)
		w.Must(err)
		if s.State != room.Ended || s.EndReason != "host_lost" {
			t.Fatalf("%+v", s)
		}
		if got := w.Media.Told(); got != "open open end:host_lost" {
			t.Errorf("the media was told: %s", got)
		}
		w.Must(w.Rooms.Resume(w.Ctx)) // nothing is on air
		_, err = w.Rooms.Authorize(w.Ctx, p.Token)
		w.Refused(err, "publish_token")
	})
}

func TestNoBroadcastLastsForEver(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		_, p := w.OnAir()
		w.Pass(12*time.Hour - time.Second)
		if s, _ := w.Rooms.SessionByID(w.Ctx, p.Session); s.State != room.Live {
			t.Fatalf("%s before the time", s.State)
		}
		w.Pass(time.Second)
		if s, _ := w.Rooms.SessionByID(w.Ctx, p.Session); s.State != room.Ended || s.EndReason != "too_long" {
			t.Fatalf("%+v", s)
		}
	})
}

func TestAnnounceFollowAndRemind(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, facts *[]string) {
		r := w.Open()
		now := w.Clock.Now()
		for _, c := range []struct {
			title string
			in    time.Duration
			code  string
		}{{"果", time.Hour, "room_title"}, {strings.Repeat("果", 41), time.Hour, "room_title"}, {"摘苹果", -time.Hour, "room_planned_at"}, {"摘苹果", 91 * 24 * time.Hour, "room_planned_at"}} {
			_, err := w.Rooms.Announce(w.As("host"), r.ID, c.title, now.Add(c.in))
			w.Refused(err, c.code)
		}
		for _, who := range []string{"", "stranger", "staff", "reviewer"} {
			if _, err := w.Rooms.Announce(w.As(who), r.ID, "摘苹果", now.Add(time.Hour)); fault.KindOf(err) != fault.Forbidden && fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("%q announces: %v", who, err)
			}
		}
		s, err := w.Rooms.Announce(w.As("host"), r.ID, " 摘  苹果 ", now.Add(time.Hour))
		w.Must(err)
		moved, err := w.Rooms.Announce(w.As("manager"), r.ID, "摘苹果", now.Add(2*time.Hour))
		w.Must(err)
		if moved.ID != s.ID || s.Title != "摘 苹果" {
			t.Fatalf("%+v, then %+v", s, moved)
		}
		planned := func() int {
			p, err := w.Rooms.List(w.As(""), room.ShelfPlanned, page.Request{})
			w.Must(err)
			return len(p.Items)
		}
		if n := planned(); n != 1 {
			t.Fatalf("%d announced", n)
		}
		// Followers, and those who asked for this broadcast, are told once each,
		// over many pages, when it begins.
		const many = 430
		for i := range many {
			w.Must(w.Rooms.Follow(w.As(fmt.Sprintf("fan%03d", i)), r.ID, true))
		}
		w.Must(w.Rooms.Remind(w.As("fan000"), s.ID, true))
		w.Must(w.Rooms.Remind(w.As("guest"), s.ID, true))
		w.Must(w.Rooms.Remind(w.As("fickle"), s.ID, true))
		w.Must(w.Rooms.Remind(w.As("fickle"), s.ID, false))
		w.Must(w.Rooms.Follow(w.As("fan001"), r.ID, false))
		w.Refused(w.Rooms.Follow(w.As(""), r.ID, true), "sign_in_first")
		if p := w.Start(r.ID); p.Session != s.ID {
			t.Fatal("another broadcast began than the announced one")
		}
		w.Drain()
		told := w.Town.Reminded()
		if len(told) != many || len(slices.Compact(slices.Sorted(slices.Values(told)))) != many ||
			!slices.Contains(told, roomtest.Account("guest")) || slices.Contains(told, roomtest.Account("fan001")) {
			t.Fatalf("%d were told", len(told))
		}
		if got := strings.Join(*facts, " "); got != "announced announced started" {
			t.Errorf("facts: %s", got)
		}
		if n := planned(); n != 0 {
			t.Fatalf("%d announced while on air", n)
		}
		_, err = w.Rooms.Announce(w.As("host"), r.ID, "明天再来", now.Add(time.Hour))
		w.Refused(err, "room_on_air")
	})
}

// Getting ready is no announcement, and one that is long past is none either.
func TestWhatIsListedAsAnnounced(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		r := w.Open()
		_, err := w.Rooms.Prepare(w.As("host"), r.ID, "", room.Checklist{})
		w.Must(err)
		count := func() int {
			p, err := w.Rooms.List(w.As(""), room.ShelfPlanned, page.Request{})
			w.Must(err)
			return len(p.Items)
		}
		if n := count(); n != 0 {
			t.Fatalf("%d rooms are announced though one is only being prepared", n)
		}
		_, err = w.Rooms.Announce(w.As("host"), r.ID, "摘苹果", w.Clock.Now().Add(time.Minute))
		w.Must(err)
		if n := count(); n != 1 {
			t.Fatalf("%d announced", n)
		}
		w.Pass(62 * time.Minute)
		if n := count(); n != 0 {
			t.Fatalf("%d announced an hour after their time", n)
		}
	})
}

func TestListsArePaged(t *testing.T) {
	both(t, func(t *testing.T, w *roomtest.World, _ *[]string) {
		system := authz.AsSystem(w.Ctx)
		var rooms []id.Room
		for i := range 5 {
			host := authz.With(w.As("host"), authz.Actor{Account: roomtest.Account(fmt.Sprintf("host%d", i)), Roles: []authz.Role{{Name: "host", Org: roomtest.Farm}}})
			r, err := w.Rooms.Create(host, room.Opening{Org: roomtest.Farm, Title: fmt.Sprintf("果园 %d", i)})
			w.Must(err)
			_, err = w.Rooms.Create(host, room.Opening{Org: roomtest.Farm, Title: "再开一间"})
			w.Refused(err, "room_exists")
			p, err := w.Rooms.Prepare(host, r.ID, "", room.Checklist{})
			w.Must(err)
			w.Must(w.Rooms.Started(system, p.Session))
			w.Clock.Advance(time.Second)
			rooms = append(rooms, r.ID)
			w.Must(w.Rooms.Follow(w.As("fan"), r.ID, true))
		}
		_, err := w.Rooms.Freeze(w.As("reviewer"), rooms[2], "没有说明产地")
		w.Must(err)
		for shelf, want := range map[room.Shelf]int{room.ShelfLive: 4, room.ShelfPatrol: 5, room.ShelfFollowed: 5} {
			var seen []id.Room
			for cursor, pages := "", 0; ; pages++ {
				p, err := w.Rooms.List(w.As("fan"), shelf, page.Request{Cursor: cursor, Limit: 2})
				w.Must(err)
				for _, r := range p.Items {
					seen = append(seen, r.ID)
				}
				if cursor = p.Next; cursor == "" || pages > 5 {
					break
				}
			}
			if len(seen) != want || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != want {
				t.Errorf("%s shows %v", shelf, seen)
			}
		}
		if _, err := w.Rooms.List(w.As(""), room.ShelfLive, page.Request{Cursor: "forged"}); !errors.Is(err, page.ErrCursor) {
			t.Errorf("a forged cursor: %v", err)
		}
	})
}

func TestTitlesAndPlans(t *testing.T) {
	now := time.Date(2026, 3, 2, 0, 0, 0, 0, clock.Shanghai)
	for title, ok := range map[string]bool{"": false, "果": false, "苹果": true, "  苹   果  ": true, strings.Repeat("果", 40): true, strings.Repeat("果", 41): false} {
		if _, got := room.CleanTitle(title); got != ok {
			t.Errorf("%q: %v", title, got)
		}
	}
	if room.KeepUntil(now, time.Hour) != now.Add(room.MinRetention) || room.KeepUntil(now, 5*room.MinRetention) != now.Add(5*room.MinRetention) {
		t.Error("retention is never shorter than the law's, and may be longer")
	}
	if room.CanPlan(now, now.Add(-2*time.Minute)) || !room.CanPlan(now, now.Add(time.Hour)) || room.CanPlan(now, now.Add(100*24*time.Hour)) {
		t.Error("plans")
	}
}
