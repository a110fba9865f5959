package hls_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tianbo/internal/live/media/av"
	"tianbo/internal/live/media/hls"
)

var (
	sps = []byte{
		0x67, 0x42, 0xc0, 0x28, 0xd9, 0x00, 0x78, 0x02, 0x27, 0xe5, 0x84, 0x00, 0x00, 0x03, 0x00, 0x04,
		0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc9, 0x20,
	}
	pps = []byte{0x68, 0xce, 0x0f, 0xc8}
)

type feeder struct {
	m  *hls.Muxer
	at int64
	n  int
}

// run writes d µs of 20 pictures a second, a keyframe every two seconds, and
// Opus beside them.
func (f *feeder) run(d int64) {
	for end := f.at + d; f.at < end; f.at += 50_000 {
		f.m.Write(&av.Unit{PTS: f.at, DTS: f.at, Key: f.n%40 == 0, NALs: [][]byte{{0x65, byte(f.n)}}})
		f.n++
		for i := range int64(2) {
			f.m.Write(&av.Unit{Kind: av.Audio, PTS: f.at + i*25_000, Duration: 25_000, Packet: []byte{1, 2}})
		}
	}
}

func get(m *hls.Muxer, query string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	m.ServePlaylist(w, httptest.NewRequest(http.MethodGet, "/index.m3u8"+query, nil))
	return w
}

func file(m *hls.Muxer, name string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	m.ServeFile(w, httptest.NewRequest(http.MethodGet, "/"+name, nil), name)
	return w
}

func begin(m *hls.Muxer, n int) {
	m.Begin(av.Epoch{N: n, Params: av.Params{SPS: sps, PPS: pps, Opus: 2}})
}

func TestEveryListedFileIsServedAndNothingElse(t *testing.T) {
	m := hls.New("abc", time.Unix(0, 0), 5, 0)
	begin(m, 1)
	f := &feeder{m: m}
	f.run(31_000_000)
	text := get(m, "").Body.String()
	if strings.Count(text, "#EXTINF:2.00000") != 7 || strings.Count(text, "#EXT-X-PART:DURATION=0.25000") < 16 {
		t.Fatalf("unexpected playlist\n%s", text)
	}
	names := regexp.MustCompile(`(?m)^hls/(abc\S+)$|URI="hls/(abc[^"]+)"`).FindAllStringSubmatch(text, -1)
	for _, n := range names {
		name := n[1] + n[2]
		if strings.Contains(text, "HINT:TYPE=PART,URI=\"hls/"+name) {
			continue
		}
		if w := file(m, name); w.Code != 200 || w.Body.Len() == 0 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Fatalf("%s: %d", name, w.Code)
		}
	}
	for _, name := range []string{"", "abc", "abc-1-5.m4s", "abc-9.init.mp4", "abc-1-19.99.m4s", "xyz-1-19.m4s", "abc-1-99.0.m4s", "abc-2-19.m4s"} {
		if w := file(m, name); w.Code != 404 || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%q: %d %v", name, w.Code, w.Header())
		}
	}
	// A segment is its parts, byte for byte.
	seg := file(m, "abc-1-19.m4s").Body.Bytes()
	var joined []byte
	for i := range 8 {
		joined = append(joined, file(m, fmt.Sprintf("abc-1-19.%d.m4s", i)).Body.Bytes()...)
	}
	if !bytes.Equal(seg, joined) {
		t.Fatal("the segment differs from its parts")
	}
}

func TestBlockingReloadWaitsForItsPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := hls.New("abc", time.Unix(0, 0), 0, 0)
		begin(m, 1)
		f := &feeder{m: m}
		f.run(2_100_000)
		hint := regexp.MustCompile(`HINT:TYPE=PART,URI="hls/([^"]+)"`).FindStringSubmatch(get(m, "").Body.String())[1]
		var list string
		var part int
		go func() { list = get(m, "?_HLS_msn=1&_HLS_part=1").Body.String() }()
		go func() { part = file(m, hint).Code }()
		synctest.Wait()
		if list != "" || part != 0 {
			t.Fatalf("answered before the part was there: %d\n%s", part, list)
		}
		f.run(500_000)
		synctest.Wait()
		if !strings.Contains(list, "abc-1-1.1.m4s\"") || part != 200 {
			t.Fatalf("the promised part answered %d\n%s", part, list)
		}
	})
}

// A player whose host is away gets the unchanged list after a while, and a
// part that never comes is not found.
func TestWaitingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := hls.New("abc", time.Unix(0, 0), 0, 0)
		if w := get(m, ""); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Fatalf("before the first picture: %d", w.Code)
		}
		begin(m, 1)
		(&feeder{m: m}).run(2_100_000)
		if w := get(m, "?_HLS_msn=1&_HLS_part=3"); w.Code != 200 || !strings.Contains(w.Body.String(), "EXTINF") {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w := file(m, "abc-1-1.0.m4s"); w.Code != http.StatusNotFound {
			t.Fatalf("%d", w.Code)
		}
	})
}

func TestReturnIsADiscontinuityUnderTheSameAddress(t *testing.T) {
	m := hls.New("abc", time.Unix(0, 0), 0, 0)
	begin(m, 1)
	f := &feeder{m: m}
	f.run(4_000_000)
	m.Pause()
	if text := get(m, "").Body.String(); strings.Contains(text, "HINT") || strings.Contains(text, "ENDLIST") {
		t.Fatalf("while away nothing is promised and nothing has ended\n%s", text)
	}
	f.at, f.n = f.at+15_000_000, 0
	begin(m, 2)
	f.run(4_000_000)
	text := get(m, "").Body.String()
	if !strings.Contains(text, "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"hls/abc-2.init.mp4\"") {
		t.Fatalf("no discontinuity\n%s", text)
	}
	if !strings.Contains(text, "1970-01-01T00:00:19.000Z") {
		t.Fatalf("the gap is not in the clock\n%s", text)
	}
	first := regexp.MustCompile(`DISCONTINUITY-SEQUENCE:(\d+)`).FindStringSubmatch(text)[1]
	f.run(60_000_000)
	if after := regexp.MustCompile(`DISCONTINUITY-SEQUENCE:(\d+)`).FindStringSubmatch(get(m, "").Body.String())[1]; first != "1" || after != "2" {
		t.Fatalf("discontinuity sequence %s, later %s", first, after)
	}
	m.Close()
	if !strings.Contains(get(m, "?_HLS_msn=9999").Body.String(), "ENDLIST") {
		t.Fatal("a closed list does not say so")
	}
}

func TestBadQuestions(t *testing.T) {
	m := hls.New("abc", time.Unix(0, 0), 0, 0)
	begin(m, 1)
	(&feeder{m: m}).run(3_000_000)
	for _, q := range []string{"?_HLS_msn=x", "?_HLS_msn=-1", "?_HLS_part=1", "?_HLS_msn=1&_HLS_part=x", "?_HLS_msn=99"} {
		if w := get(m, q); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", q, w.Code)
		}
	}
}

// One picture a second, as sent for a still photo, must not hold back sound.
func TestAStillPhotoDoesNotStallSound(t *testing.T) {
	m := hls.New("abc", time.Unix(0, 0), 0, 0)
	begin(m, 1)
	for at := int64(0); at < 4_000_000; at += 20_000 {
		if at%1_000_000 == 0 {
			m.Write(&av.Unit{PTS: at, DTS: at, Key: at%2_000_000 == 0, NALs: [][]byte{{0x65}}})
		}
		m.Write(&av.Unit{Kind: av.Audio, PTS: at, Duration: 20_000, Packet: []byte{1}})
	}
	if text := get(m, "").Body.String(); strings.Count(text, "#EXT-X-PART:") < 8 {
		t.Fatalf("parts wait for pictures\n%s", text)
	}
}

func FuzzServe(f *testing.F) {
	m := hls.New("abc", time.Unix(0, 0), 0, 0)
	begin(m, 1)
	(&feeder{m: m}).run(5_000_000)
	m.Close()
	f.Add("abc-1-1.m4s", "1", "2")
	f.Fuzz(func(t *testing.T, name, msn, part string) {
		file(m, name)
		r := httptest.NewRequest(http.MethodGet, "/index.m3u8", nil)
		q := r.URL.Query()
		q.Set("_HLS_msn", msn)
		q.Set("_HLS_part", part)
		r.URL.RawQuery = q.Encode()
		m.ServePlaylist(httptest.NewRecorder(), r)
	})
}
