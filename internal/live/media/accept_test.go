package media_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/pmp4"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"go.uber.org/goleak"

	"tianbo/internal/live/media"
	"tianbo/internal/live/media/loop"
	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("tianbo/internal/platform/sqldb/sqldbtest.(*Server).Start.func1"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), // idle connections of the tests' own clients
		goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

// one runs a node for what has nothing to do with the database.
func one(t *testing.T, store blob.Store) *node {
	t.Helper()
	t.Parallel()
	db := sqldbtest.Open(t, sqldb.SQLite, []sqldb.Migrations{(*media.Engine)(nil).Migrations()})
	if store == nil {
		store = blob.NewDisk(t.TempDir())
	}
	n := start(t, db, t.TempDir(), store)
	t.Cleanup(n.Stop)
	return n
}

// packets are what ffprobe finds in a stream.
type packets struct{ Packets []packet }

type packet struct {
	Stream int    `json:"stream_index"`
	PTS    string `json:"pts_time"`
	DTS    string `json:"dts_time"`
	Flags  string `json:"flags"`
}

// probed reads a stream with ffprobe and demands that nothing is complained of.
func probed(t *testing.T, input string, more ...string) packets {
	t.Helper()
	args := append([]string{"-v", "error", "-print_format", "json", "-show_packets"}, more...)
	cmd := exec.Command("ffprobe", append(args, input)...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("ffprobe on %s: %v\n%s", input, err, &complaints)
	}
	var p packets
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func seconds(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (n *node) playing(t *testing.T, segments int) {
	t.Helper()
	eventually(t, "a playlist", func() bool {
		_, text := n.get(t, "/live/room_1/index.m3u8")
		return strings.Count(text, "#EXTINF") >= segments
	})
}

// A minute of an encoder's stream, as an HLS client sees it: nothing to
// complain of, decoding times that rise, sound that begins with its picture.
func TestAMinuteOfHLSIsClean(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute of real time")
	}
	n := one(t, nil)
	n.publish(t, key)
	n.playing(t, 2)
	p := probed(t, n.web.URL+"/live/room_1/index.m3u8", "-read_intervals", "%+60")
	last, first, count := map[int]float64{}, map[int]float64{}, map[int]int{}
	for _, k := range p.Packets {
		dts := seconds(t, k.DTS)
		if count[k.Stream] > 0 && dts <= last[k.Stream] {
			t.Fatalf("packet %d of stream %d: decoding time %f after %f", count[k.Stream], k.Stream, dts, last[k.Stream])
		}
		if count[k.Stream] == 0 {
			first[k.Stream] = seconds(t, k.PTS)
		}
		last[k.Stream], count[k.Stream] = dts, count[k.Stream]+1
	}
	if len(count) != 2 || count[0] < 1100 {
		t.Fatalf("packets %v", count)
	}
	if skew := first[0] - first[1]; skew > 0.1 || skew < -0.1 {
		t.Errorf("sound begins %f s from its picture", skew)
	}
}

// A publisher who is gone for fifteen seconds comes back under the same
// address and into the same recording; nothing is missing but the gap.
func TestFifteenSecondsAway(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute of real time")
	}
	n := one(t, nil)
	stop := n.publish(t, key)
	n.playing(t, 2)
	stop()
	eventually(t, "away", func() bool { return n.gate.heard() == "live away" })
	begin := time.Now()
	for time.Since(begin) < 15*time.Second { // the address answers all the while
		code, text := n.get(t, "/live/room_1/index.m3u8")
		if code != http.StatusOK || strings.Contains(text, "ENDLIST") {
			t.Fatalf("while away the playlist answers %d\n%s", code, text)
		}
		time.Sleep(500 * time.Millisecond)
	}
	n.publish(t, key)
	eventually(t, "playing again", func() bool {
		_, text := n.get(t, "/live/room_1/index.m3u8")
		_, after, found := strings.Cut(text, "#EXT-X-DISCONTINUITY\n")
		return found && strings.Contains(after, "#EXT-X-PART:")
	})
	eventually(t, "told", func() bool { return n.gate.heard() == "live away live" })
	time.Sleep(2 * time.Second) // something to record
	if err := n.End(n.ctx, session, "host"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "stored", func() bool { return n.Stats().Unsaved == 0 })
	_, text := n.get(t, "/replay/ses_1/index.m3u8")
	if strings.Count(text, "#EXT-X-DISCONTINUITY") != 1 || !strings.Contains(text, "#EXT-X-ENDLIST") {
		t.Fatalf("one recording with one gap\n%s", text)
	}
	probe(t, n.web.URL+"/replay/ses_1/index.m3u8", 0)
	whole, err := n.Length(n.ctx, session)
	if err != nil || whole < 15*time.Second {
		t.Errorf("the recording spans %v: %v", whole, err)
	}
	if gaps, err := n.Gaps(n.ctx, session); err != nil || len(gaps) != 0 {
		t.Errorf("marked as lost: %+v %v", gaps, err)
	}
}

// film over WebRTC: a browser's stream, with pictures that can be decoded.
func sendFilm(ctx context.Context, f *loop.Film, video, audio *webrtc.TrackLocalStaticRTP) {
	pv := rtp.NewPacketizer(1200, 96, 1, &codecs.H264Payloader{}, rtp.NewRandomSequencer(), 90000)
	pa := rtp.NewPacketizer(1200, 111, 2, &codecs.OpusPayloader{}, rtp.NewRandomSequencer(), 48000)
	sps, pps := f.Params()
	begin := time.Now()
	for turn := time.Duration(0); ; turn += f.Length() {
		for _, s := range f.Samples() {
			if s.NALs == nil {
				continue
			}
			select {
			case <-time.After(time.Until(begin.Add(turn + s.DTS))):
			case <-ctx.Done():
				return
			}
			var au []byte
			nals := s.NALs
			if nals[len(nals)-1][0]&0x1F == 5 {
				nals = append([][]byte{sps, pps}, nals...)
			}
			for _, nal := range nals {
				au = append(append(au, 0, 0, 0, 1), nal...)
			}
			for _, p := range pv.Packetize(au, 4500) {
				_ = video.WriteRTP(p)
			}
			for range 2 {
				if audio == nil {
					break
				}
				for _, p := range pa.Packetize([]byte{0xf8, 0xff, 0xfe}, 1200) {
					_ = audio.WriteRTP(p)
				}
			}
		}
	}
}

// whip publishes the film from a WebRTC client until the test ends or stop.
func (n *node) whip(t *testing.T, path, token string) (where string, stop func()) {
	t.Helper()
	pc, tracks := offer(t, webrtc.MimeTypeH264, webrtc.MimeTypeOpus)
	res := n.do(t, "POST", path, "application/sdp", token, localOffer(t, pc))
	accept(t, pc, res)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	f := film(t)
	go func() { defer close(done); sendFilm(ctx, f, tracks[0], tracks[1]) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return res.Header.Get("Location"), stop
}

// A browser's stream is decoded by an HLS client without a complaint, live and
// from the recording.
func TestABrowsersStreamIsClean(t *testing.T) {
	n := one(t, nil)
	n.whip(t, "/live/room_1/whip", key)
	n.playing(t, 2)
	probe(t, n.web.URL+"/live/room_1/index.m3u8", 6)
	if err := n.End(n.ctx, session, "host"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "stored", func() bool { return n.Stats().Unsaved == 0 })
	p := probed(t, n.web.URL+"/replay/ses_1/index.m3u8")
	if len(p.Packets) < 100 {
		t.Errorf("%d packets", len(p.Packets))
	}
}

// The phone is killed: without a word of farewell the host is away after two
// seconds of silence, and the same token takes over at once.
func TestASilentPublisherIsAway(t *testing.T) {
	n := one(t, nil)
	_, stop := n.whip(t, "/live/room_1/whip", key)
	n.playing(t, 1)
	stop() // nothing more comes, the connection stays
	eventually(t, "away", func() bool { return n.gate.heard() == "live away" })
	n.whip(t, "/live/room_1/whip", key)
	eventually(t, "back", func() bool { return n.gate.heard() == "live away live" })
}

// On a poor line the phone sends a still photo, one picture a second, and
// sound: sound does not wait for pictures.
func TestSoundWithAStillPhoto(t *testing.T) {
	n := one(t, nil)
	pc, tracks := offer(t, webrtc.MimeTypeH264, webrtc.MimeTypeOpus)
	accept(t, pc, n.do(t, "POST", "/live/room_1/whip", "application/sdp", key, localOffer(t, pc)))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	f := film(t)
	var still [][]byte
	sps, pps := f.Params()
	for _, s := range f.Samples() {
		if s.NALs != nil {
			still = append([][]byte{sps, pps}, s.NALs...)
			break
		}
	}
	go func() {
		pv := rtp.NewPacketizer(1200, 96, 1, &codecs.H264Payloader{}, rtp.NewRandomSequencer(), 90000)
		pa := rtp.NewPacketizer(1200, 111, 2, &codecs.OpusPayloader{}, rtp.NewRandomSequencer(), 48000)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			if i%50 == 0 {
				var au []byte
				for _, nal := range still {
					au = append(append(au, 0, 0, 0, 1), nal...)
				}
				for _, p := range pv.Packetize(au, 90000) {
					_ = tracks[0].WriteRTP(p)
				}
			}
			for _, p := range pa.Packetize([]byte{0xf8, 0xff, 0xfe}, 960) {
				_ = tracks[1].WriteRTP(p)
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	n.playing(t, 2)
	_, text := n.get(t, "/live/room_1/index.m3u8")
	if strings.Count(text, "#EXT-X-PART:") < 4 {
		t.Errorf("parts wait for pictures\n%s", text)
	}
	probe(t, n.web.URL+"/live/room_1/index.m3u8", 3)
}

// Pictures that are sent out of order are for HLS: WebRTC viewers are told so.
func TestBFramesAreForHLSOnly(t *testing.T) {
	n := one(t, nil)
	file := filepath.Join(t.TempDir(), "b.mp4")
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=20:duration=6", "-c:v", "libx264", "-bf", "2", "-g", "40",
		"-pix_fmt", "yuv420p", "-movflags", "frag_keyframe+empty_moov+default_base_moof", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := loop.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = f.Publish(ctx, "rtmp://"+n.RTMPAddr()+"/live/"+key) }()
	t.Cleanup(func() { cancel(); <-done })
	n.playing(t, 2)
	viewer, _ := offer(t, webrtc.MimeTypeH264)
	eventually(t, "WebRTC is refused", func() bool {
		res := n.do(t, "POST", "/live/room_1/whep", "application/sdp", "", localOffer(t, viewer))
		body, _ := io.ReadAll(res.Body)
		return res.StatusCode == http.StatusServiceUnavailable && bytes.Contains(body, []byte("use_hls"))
	})
	probe(t, n.web.URL+"/live/room_1/index.m3u8", 4)
}

// A guest is a second picture beside the host's: seen by WHEP and HLS under an
// address of its own, recorded apart, and sent away without touching the host.
func TestAGuestBesideTheHost(t *testing.T) {
	n := one(t, nil)
	n.publish(t, key)
	n.playing(t, 1)
	n.whip(t, "/live/room_1/guest/guest1/whip", "guest")
	eventually(t, "the guest's playlist", func() bool {
		_, text := n.get(t, "/live/room_1/guest/guest1/index.m3u8")
		return strings.Contains(text, "#EXTINF")
	})
	viewer, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	defer viewer.Close()
	if _, err := viewer.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
		t.Fatal(err)
	}
	got := make(chan struct{}, 1)
	viewer.OnTrack(func(tr *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		if _, _, err := tr.ReadRTP(); err == nil {
			got <- struct{}{}
		}
	})
	accept(t, viewer, n.do(t, "POST", "/live/room_1/guest/guest1/whep", "application/sdp", "", localOffer(t, viewer)))
	<-got
	if n.gate.heard() != "live" {
		t.Errorf("the guest is taken for the host: %s", n.gate.heard())
	}
	if err := n.KickGuest(n.ctx, room, "guest1"); err != nil {
		t.Fatal(err)
	}
	if code, _ := n.get(t, "/live/room_1/guest/guest1/index.m3u8"); code != http.StatusNotFound {
		t.Errorf("a guest who was sent away answers %d", code)
	}
	if code, _ := n.get(t, "/live/room_1/index.m3u8"); code != http.StatusOK || n.Stats().Publishers != 1 {
		t.Errorf("the host answers %d, %+v", code, n.Stats())
	}
	eventually(t, "the guest's recording", func() bool {
		code, _ := n.get(t, "/replay/ses_1/guest/guest1/index.m3u8")
		return code == http.StatusOK
	})
}

// Taken off the air, nothing is seen, not even what was just shown; let back,
// only what is new.
func TestOffTheAir(t *testing.T) {
	n := one(t, nil)
	stop := n.publish(t, key)
	n.playing(t, 2)
	_, before := n.get(t, "/live/room_1/index.m3u8")
	if err := n.Kick(n.ctx, session); err != nil {
		t.Fatal(err)
	}
	stop()
	part := before[strings.LastIndex(before, "hls/"):]
	part = part[:strings.IndexAny(part, "\"\n")]
	for _, path := range []string{"/live/room_1/index.m3u8", "/live/room_1/" + part} {
		if code, _ := n.get(t, path); code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, code)
		}
	}
	if res := n.do(t, "POST", "/live/room_1/whep", "application/sdp", "", "v=0"); res.StatusCode != http.StatusNotFound {
		t.Errorf("WHEP answers %d", res.StatusCode)
	}
	if err := n.Open(n.ctx, room, session); err != nil {
		t.Fatal(err)
	}
	n.publish(t, key)
	n.playing(t, 1)
	if _, after := n.get(t, "/live/room_1/index.m3u8"); strings.Contains(after, "-1-") || !strings.Contains(after, "-2-") {
		t.Errorf("what was shown before is still there\n%s", after)
	}
	if err := n.End(n.ctx, session, "host"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "stored", func() bool { return n.Stats().Unsaved == 0 })
	if _, text := n.get(t, "/replay/ses_1/index.m3u8"); !strings.Contains(text, "#EXT-X-DISCONTINUITY") {
		t.Error("the recording does not hold both stretches")
	}
}

// A clip is the recording's own bytes in a plain MP4 that begins with a
// keyframe.
func TestAClipIsNotEncodedAnew(t *testing.T) {
	n := one(t, nil)
	n.publish(t, key)
	n.playing(t, 4)
	var none bytes.Buffer
	if _, _, err := n.Cut(n.ctx, session, time.Second, 3*time.Second, &none); !isFault(err, media.ErrNotYet) {
		t.Errorf("a clip of what is not yet stored: %v", err)
	}
	if err := n.End(n.ctx, session, "host"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "stored", func() bool { return n.Stats().Unsaved == 0 })
	var clip bytes.Buffer
	from, length, err := n.Cut(n.ctx, session, 2500*time.Millisecond, 5*time.Second, &clip)
	if err != nil || from > 2500*time.Millisecond || length < 2*time.Second {
		t.Fatalf("%v %v %v", from, length, err)
	}
	_, whole := n.get(t, "/replay/ses_1/file/000001.mp4")
	var recorded fmp4.Parts
	if err := recorded.Unmarshal([]byte(whole[strings.Index(whole, "moof")-4:])); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, p := range recorded {
		for _, tr := range p.Tracks {
			for _, s := range tr.Samples {
				known[string(s.Payload)] = true
			}
		}
	}
	var p pmp4.Presentation
	if err := p.Unmarshal(bytes.NewReader(clip.Bytes())); err != nil {
		t.Fatal(err)
	}
	if len(p.Tracks) != 2 || p.Tracks[0].Samples[0].IsNonSyncSample {
		t.Fatalf("%d tracks, or the first picture is no keyframe", len(p.Tracks))
	}
	for _, tr := range p.Tracks {
		for i, s := range tr.Samples {
			if payload, err := s.GetPayload(); err != nil || !known[string(payload)] {
				t.Fatalf("sample %d of track %d is not the recording's: %v", i, tr.ID, err)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "clip.mp4")
	if err := os.WriteFile(file, clip.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	probe(t, file, 0)
	found := probed(t, file)
	first := found.Packets[slices.IndexFunc(found.Packets, func(k packet) bool { return k.Stream == 0 })]
	if !strings.HasPrefix(first.Flags, "K") || seconds(t, first.PTS) > 0.1 {
		t.Errorf("%+v", first)
	}
}

// away is a store that cannot be reached.
type away struct {
	blob.Store
	gone chan struct{} // closed once it is back
}

func (a away) Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) error {
	select {
	case <-a.gone:
		return a.Store.Put(ctx, key, r, size, contentType)
	default:
		return blob.ErrFull
	}
}

// While the store is away the recording spills to the local disk; nothing is
// lost, and it is stored when the store is back.
func TestTheRecordingSpillsToTheDisk(t *testing.T) {
	store := away{blob.NewDisk(t.TempDir()), make(chan struct{})}
	n := one(t, store)
	stop := n.publish(t, key)
	n.playing(t, 2)
	stop()
	eventually(t, "a file waits", func() bool { return n.Stats().Unsaved == 1 })
	if code, _ := n.get(t, "/replay/ses_1/index.m3u8"); code != http.StatusNotFound {
		t.Errorf("%d", code)
	}
	close(store.gone)
	eventually(t, "it is stored", func() bool { return n.Stats().Unsaved == 0 })
	probe(t, n.web.URL+"/replay/ses_1/index.m3u8", 0)
	if gaps, err := n.Gaps(n.ctx, session); err != nil || len(gaps) != 0 {
		t.Errorf("%+v %v", gaps, err)
	}
}

// When not even the local disk takes it, the hole is marked, viewers go on
// watching, and recording goes on once there is room again.
func TestAFullDiskIsAMarkedGap(t *testing.T) {
	n := one(t, nil)
	folder := filepath.Join(n.dir, "rec")
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder, nil, 0o600); err != nil { // no folder can be there
		t.Fatal(err)
	}
	n.publish(t, key)
	eventually(t, "the hole is marked", func() bool {
		gaps, err := n.Gaps(n.ctx, session)
		return err == nil && len(gaps) > 0 && gaps[0].Reason == "disk"
	})
	n.playing(t, 1)
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	eventually(t, "recording goes on", func() bool {
		open, _ := filepath.Glob(filepath.Join(folder, "*.open"))
		return len(open) == 1
	})
	if err := n.End(n.ctx, session, "host"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "stored", func() bool { return n.Stats().Unsaved == 0 })
	probe(t, n.web.URL+"/replay/ses_1/index.m3u8", 0)
}
