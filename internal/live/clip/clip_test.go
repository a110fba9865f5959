package clip_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/live/clip"
	"tianbo/internal/live/room"
	"tianbo/internal/live/room/roomtest"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/authz/authztest"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("tianbo/internal/platform/sqldb/sqldbtest.(*Server).Start.func1"))
}

// knife cuts nothing but what it is told to.
type knife struct {
	mu   sync.Mutex
	err  error
	cuts int
}

func (k *knife) fail(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
}

func (k *knife) Cut(_ context.Context, _ id.Session, from, to time.Duration, w io.Writer) (start, length time.Duration, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.cuts++
	if k.err != nil {
		return 0, 0, k.err
	}
	_, err = io.WriteString(w, "the clip")
	return from - time.Second, to - from + time.Second, err
}

type world struct {
	*roomtest.World
	clips   *clip.Module
	knife   *knife
	web     *httptest.Server
	room    room.Room
	session id.Session
}

func both(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	tables := append(roomtest.Tables(), (*clip.Module)(nil).Migrations())
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		w := &world{knife: &knife{}}
		w.World = roomtest.New(t, ctx, db, func(w2 *roomtest.World) []roomtest.Part {
			w.clips = clip.New(clip.Deps{Clock: w2.Clock, Rooms: w2.Rooms, Media: w.knife, Files: w2.Files})
			return []roomtest.Part{{Name: "clip", Policy: w.clips.Policy(), Handlers: w.clips.Handlers(), Jobs: w.clips.Jobs()}}
		})
		policies, err := authz.Load(map[string]string{"clip": w.clips.Policy()})
		if err != nil {
			t.Fatal(err)
		}
		api := httpapi.New(httpapi.Deps{Auth: visitor{}, Policies: policies, Attach: db.Attach, Clock: w.Clock})
		w.clips.Routes(api)
		w.web = httptest.NewServer(api.Handler(http.NotFoundHandler()))
		t.Cleanup(func() { http.DefaultClient.CloseIdleConnections(); w.web.Close() })
		r, p := w.OnAir()
		w.room, w.session = r, p.Session
		test(t, w)
	})
}

type visitor struct{}

func (visitor) Authenticate(context.Context, *http.Request) (authz.Actor, error) {
	return authz.Actor{}, nil
}

func (w *world) get(path string) (int, string) {
	w.T.Helper()
	res, err := http.Get(w.web.URL + path)
	w.Must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	w.Must(err)
	return res.StatusCode, string(body)
}

func (w *world) wish(from, to time.Duration) clip.Wish {
	return clip.Wish{Session: w.session, Product: "prd_1", Title: "怎么挑苹果", From: from, To: to}
}

func TestWhoMayDoWhat(t *testing.T) {
	authztest.Table(t, "clip", (*clip.Module)(nil).Policy(), nil, map[string]string{
		"clip.list": "anyone", "clip.view": "anyone", "clip.cut": "self self~ org:owner+ org:manager+ org:host+",
	})
}

func TestAClipIsCutOnceAndServed(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for _, who := range []string{"", "anna", "admin"} {
			if _, err := w.clips.Cut(w.As(who), w.wish(0, 10*time.Second)); err == nil {
				t.Errorf("%q cuts", who)
			}
		}
		for _, bad := range []clip.Wish{w.wish(-time.Second, 5*time.Second), w.wish(0, time.Second), w.wish(9*time.Second, 5*time.Second), w.wish(0, 6*time.Minute)} {
			_, err := w.clips.Cut(w.As("host"), bad)
			w.Refused(err, "clip_span")
		}
		_, err := w.clips.Cut(w.As("host"), clip.Wish{Session: w.session, Title: "长", To: 10 * time.Second})
		w.Refused(err, "clip_title")
		_, err = w.clips.Cut(w.As("host"), clip.Wish{Session: "ses_none", Title: "没有的", To: 10 * time.Second})
		w.Refused(err, "session_not_found")

		c, err := w.clips.Cut(w.As("host"), w.wish(10*time.Second, 20*time.Second))
		w.Must(err)
		video := "/media/clip/" + string(c.ID) + ".mp4"
		if code, _ := w.get(video); code != http.StatusConflict {
			t.Errorf("a pending clip answers %d", code)
		}
		w.Drain()
		w.Drain()
		if code, body := w.get(video); code != 200 || body != "the clip" || w.knife.cuts != 1 {
			t.Errorf("%d %s, cut %d times", code, body, w.knife.cuts)
		}
		for _, list := range []string{"/api/sessions/" + string(w.session) + "/clips", "/api/products/prd_1/clips"} {
			if _, body := w.get(list); !strings.Contains(body, `"start":9,"length":11`) || !strings.Contains(body, video) {
				t.Errorf("%s", body)
			}
		}
		for _, none := range []string{"/media/clip/clp_none.mp4", "/media/clip/x", "/media/clip/.mp4"} {
			if code, _ := w.get(none); code != http.StatusNotFound {
				t.Errorf("%s answers %d", none, code)
			}
		}
	})
}

func TestAClipThatCannotBeCutSaysWhy(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.knife.fail(fault.Define(fault.Conflict, "clip_crosses_change", "", ""))
		_, err := w.clips.Cut(w.As("host"), w.wish(0, 10*time.Second))
		w.Must(err)
		w.Drain()
		w.Pass(time.Hour)
		if _, body := w.get("/api/sessions/" + string(w.session) + "/clips"); !strings.Contains(body, `"problem":"clip_crosses_change"`) || w.knife.cuts != 1 {
			t.Errorf("%s, cut %d times", body, w.knife.cuts)
		}
		if _, body := w.get("/api/products/prd_1/clips"); strings.Contains(body, "clp_") {
			t.Errorf("a product shows a clip that failed: %s", body)
		}
	})
}

// A clip of the present waits for the recording, and not for ever.
func TestAClipWaitsForTheRecording(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.knife.fail(fault.Define(fault.Unavailable, "not_stored_yet", "", ""))
		c, err := w.clips.Cut(w.As("host"), w.wish(0, 10*time.Second))
		w.Must(err)
		w.Drain()
		w.Pass(15 * time.Second)
		if w.knife.cuts != 2 {
			t.Errorf("tried %d times", w.knife.cuts)
		}
		w.knife.fail(nil)
		w.Pass(15 * time.Second)
		if code, _ := w.get("/media/clip/" + string(c.ID) + ".mp4"); code != 200 {
			t.Errorf("%d", code)
		}
		w.knife.fail(fault.Define(fault.Unavailable, "not_stored_yet", "", ""))
		_, err = w.clips.Cut(w.As("host"), w.wish(0, 10*time.Second))
		w.Must(err)
		w.Drain()
		w.Pass(2 * time.Hour)
		if _, body := w.get("/api/sessions/" + string(w.session) + "/clips"); !strings.Contains(body, `"problem":"not_stored_yet"`) {
			t.Error(body)
		}
	})
}

func TestClipsGoWithTheRecording(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		c, err := w.clips.Cut(w.As("host"), w.wish(0, 10*time.Second))
		w.Must(err)
		w.Drain()
		_, err = w.Rooms.End(w.As("host"), w.room.ID)
		w.Must(err)
		w.Clock.Advance(room.MinRetention + time.Hour)
		for _, who := range []string{"admin", "admin2"} {
			_, err := w.Rooms.Delete(w.As(who), w.session, "保存期已满")
			w.Must(err)
		}
		w.Drain()
		if code, _ := w.get("/media/clip/" + string(c.ID) + ".mp4"); code != http.StatusNotFound {
			t.Errorf("%d", code)
		}
		left, err := w.Files.List(w.Ctx, "clip/", "", 10)
		w.Must(err)
		if len(left) != 0 {
			t.Errorf("%v", left)
		}
	})
}
