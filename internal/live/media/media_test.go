package media_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/live/media"
	"tianbo/internal/live/media/loop"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

const (
	room    = id.Room("room_1")
	session = id.Session("ses_1")
	key     = "thekey"
)

// gate lets the key publish; told collects what the engine reports.
type gate struct {
	mu   sync.Mutex
	told []string
}

func (*gate) Authorize(_ context.Context, secret string) (media.Publisher, error) {
	switch secret {
	case key, "other":
	case "guest":
		return media.Publisher{Room: room, Session: session, Slot: "guest1"}, nil
	default:
		return media.Publisher{}, media.ErrToken
	}
	return media.Publisher{Room: room, Session: session, Slot: media.SlotHost}, nil
}
func (*gate) MayReplay(context.Context, id.Session) error { return nil }
func (g *gate) tell(s string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.told = append(g.told, s)
	return nil
}
func (g *gate) Live(context.Context, id.Session) error { return g.tell("live") }
func (g *gate) Away(context.Context, id.Session) error { return g.tell("away") }
func (g *gate) heard() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return strings.Join(g.told, " ")
}

type node struct {
	*media.Engine
	gate *gate
	web  *httptest.Server
	dir  string
	ctx  context.Context
}

func start(t testing.TB, db *sqldb.DB, dir string, store blob.Store) *node {
	t.Helper()
	n := &node{gate: &gate{}, dir: dir}
	n.ctx = db.Attach(context.Background())
	n.Engine = media.New(media.Deps{
		Gate: n.gate, Events: n.gate, Store: store, Clock: clock.System, Log: slog.New(slog.DiscardHandler),
		Dir: filepath.Join(dir, "rec"), UDP: "127.0.0.1:0", RTMP: "127.0.0.1:0", Viewers: 10,
	})
	if err := n.Start(n.ctx); err != nil {
		t.Fatal(err)
	}
	policies, err := authz.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	api := httpapi.New(httpapi.Deps{Auth: nobody{}, Policies: policies, Attach: db.Attach, Clock: clock.System})
	n.Routes(api)
	n.web = httptest.NewServer(api.Handler(http.NotFoundHandler()))
	t.Cleanup(n.web.Close)
	return n
}

type nobody struct{}

func (nobody) Authenticate(context.Context, *http.Request) (authz.Actor, error) {
	return authz.Actor{}, nil
}

// each runs a test on both databases, with a node.
func each(t *testing.T, test func(t *testing.T, n *node, db *sqldb.DB, store blob.Store)) {
	sqldbtest.Each(t, []sqldb.Migrations{(*media.Engine)(nil).Migrations()}, func(t *testing.T, _ context.Context, db *sqldb.DB) {
		dir := t.TempDir()
		store := blob.NewDisk(filepath.Join(dir, "blob"))
		n := start(t, db, dir, store)
		stopped := false
		t.Cleanup(func() {
			if !stopped {
				n.Stop()
			}
		})
		test(t, n, db, store)
	})
}

func film(t *testing.T) *loop.Film {
	t.Helper()
	data, err := os.ReadFile("testdata/film.mp4")
	if err != nil {
		t.Fatal(err)
	}
	f, err := loop.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (n *node) publish(t *testing.T, secret string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = film(t).Publish(ctx, "rtmp://"+n.RTMPAddr()+"/live/"+secret)
	}()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(stop)
	return stop
}

func (n *node) get(t *testing.T, path string) (int, string) {
	t.Helper()
	res, err := http.Get(n.web.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// eventually asks until ok, for media runs in real time.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never happened: %s", what)
}

func TestEncoderToHLSRecordingReplayAndClip(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, n *node, _ *sqldb.DB, _ blob.Store) {
		if code, _ := n.get(t, "/live/room_1/index.m3u8"); code != http.StatusNotFound {
			t.Fatalf("a room that is not open answers %d", code)
		}
		stop := n.publish(t, key)
		eventually(t, "two segments", func() bool {
			_, text := n.get(t, "/live/room_1/index.m3u8")
			return strings.Count(text, "#EXTINF") >= 2
		})
		probe(t, n.web.URL+"/live/room_1/index.m3u8", 3)
		stop()
		eventually(t, "the host is away", func() bool { return n.gate.heard() == "live away" })
		_, before := n.get(t, "/live/room_1/index.m3u8")
		n.publish(t, key)
		eventually(t, "the host is back", func() bool {
			_, text := n.get(t, "/live/room_1/index.m3u8")
			return n.gate.heard() == "live away live" && strings.Contains(text, "#EXT-X-DISCONTINUITY\n")
		})
		if strings.Contains(before, "ENDLIST") {
			t.Fatal("the playlist ended while the host was away")
		}
		eventually(t, "a segment of the second epoch", func() bool {
			_, text := n.get(t, "/live/room_1/index.m3u8")
			return regexp.MustCompile(`(?m)^hls/\S+-2-\d+\.m4s$`).MatchString(text)
		})
		if err := n.End(n.ctx, session, "host"); err != nil {
			t.Fatal(err)
		}
		if _, text := n.get(t, "/live/room_1/index.m3u8"); !strings.Contains(text, "ENDLIST") {
			t.Fatal("the playlist does not end")
		}
		eventually(t, "the recording is stored", func() bool {
			_, text := n.get(t, "/replay/ses_1/index.m3u8")
			return strings.Contains(text, "#EXT-X-DISCONTINUITY")
		})
		if _, text := n.get(t, "/replay/ses_1/index.m3u8"); strings.Count(text, "#EXT-X-PROGRAM-DATE-TIME:") < 2 {
			t.Fatalf("a recording with a hole does not tell the time of day after it:\n%s", text)
		}
		probe(t, n.web.URL+"/replay/ses_1/index.m3u8", 0)
		var clip bytes.Buffer
		from, length, err := n.Cut(n.ctx, session, 1500*time.Millisecond, 2500*time.Millisecond, &clip)
		if err != nil || from > 1500*time.Millisecond || length < time.Second {
			t.Fatalf("cut %v %v: %v", from, length, err)
		}
		file := filepath.Join(t.TempDir(), "clip.mp4")
		if err := os.WriteFile(file, clip.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		probe(t, file, 0)
		whole, err := n.Length(n.ctx, session)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := n.Cut(n.ctx, session, 0, whole+time.Minute, io.Discard); !isFault(err, media.ErrCrossesChange) {
			t.Fatalf("a clip across a break: %v", err)
		}
		if _, _, err := n.Cut(n.ctx, session, time.Hour, 2*time.Hour, io.Discard); !isFault(err, media.ErrNotRecorded) {
			t.Fatalf("a clip of nothing: %v", err)
		}
		if err := n.Erase(n.ctx, session); err != nil {
			t.Fatal(err)
		}
		if code, _ := n.get(t, "/replay/ses_1/file/000001.mp4"); code != http.StatusNotFound {
			t.Fatalf("an erased recording answers %d", code)
		}
	})
}

// probe has ffmpeg decode a stream and demands that it finds nothing wrong.
func probe(t *testing.T, input string, seconds int) {
	t.Helper()
	args := []string{"-v", "error", "-xerror"}
	args = append(args, "-i", input)
	if seconds > 0 {
		args = append(args, "-t", strconv.Itoa(seconds))
	}
	out, err := exec.Command("ffmpeg", append(args, "-f", "null", "-")...).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Fatalf("ffmpeg on %s: %v\n%s", input, err, out)
	}
}

func TestAnotherPublisherIsRefusedWhileOneSends(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, n *node, _ *sqldb.DB, _ blob.Store) {
		n.publish(t, key)
		eventually(t, "on air", func() bool { return n.gate.heard() == "live" })
		err := film(t).Publish(context.Background(), "rtmp://"+n.RTMPAddr()+"/live/other")
		if err == nil {
			t.Fatal("two publishers at once")
		}
		if n.Stats().Publishers != 1 {
			t.Fatalf("%+v", n.Stats())
		}
		// Kicked, the host is not called away: the room knows already.
		if err := n.Kick(n.ctx, session); err != nil {
			t.Fatal(err)
		}
		eventually(t, "nobody sends", func() bool { return n.Stats().Publishers == 0 })
		if n.gate.heard() != "live" {
			t.Fatal(n.gate.heard())
		}
	})
}

// A process that dies leaves an open file: whole fragments are kept, the hole
// is marked, and numbering goes on.
func TestRecoveryAfterACrash(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, n *node, db *sqldb.DB, store blob.Store) {
		n.publish(t, key)
		var open []string
		eventually(t, "a recorded fragment", func() bool {
			open, _ = filepath.Glob(filepath.Join(n.dir, "rec", "*.open"))
			if len(open) != 1 {
				return false
			}
			info, err := os.Stat(open[0])
			return err == nil && info.Size() > 60_000
		})
		data, err := os.ReadFile(open[0])
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir() // the disk as the dead process left it
		if err := os.MkdirAll(filepath.Join(dir, "rec"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "rec", filepath.Base(open[0])), data[:len(data)-1000], 0o600); err != nil {
			t.Fatal(err)
		}
		second := start(t, db, dir, store)
		defer second.Stop()
		eventually(t, "what was whole is stored", func() bool {
			code, _ := second.get(t, "/replay/ses_1/index.m3u8")
			return code == http.StatusOK
		})
		probe(t, second.web.URL+"/replay/ses_1/index.m3u8", 0)
		gaps, err := second.Gaps(second.ctx, session)
		if err != nil || len(gaps) != 1 || gaps[0].Reason != "crash" {
			t.Fatalf("gaps %+v: %v", gaps, err)
		}
	})
}
