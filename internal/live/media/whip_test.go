package media_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/sqldb"
)

func isFault(err error, want *fault.Error) bool {
	f, ok := fault.Of(err)
	return ok && f.Code() == want.Code()
}

var sps = []byte{0x67, 0x42, 0xc0, 0x28, 0xd9, 0x00, 0x78, 0x02, 0x27, 0xe5, 0x84, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc9, 0x20}

// peerAPI is a client with every codec a browser has.
func offer(t *testing.T, mimes ...string) (*webrtc.PeerConnection, []*webrtc.TrackLocalStaticRTP) {
	t.Helper()
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	var tracks []*webrtc.TrackLocalStaticRTP
	for _, m := range mimes {
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: m}, m, "s")
		if err != nil {
			t.Fatal(err)
		}
		sender, err := pc.AddTrack(track)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for buf := make([]byte, 1500); ; {
				if _, _, err := sender.Read(buf); err != nil {
					return
				}
			}
		}()
		if m == webrtc.MimeTypeVP8 { // offer nothing else
			for _, tr := range pc.GetTransceivers() {
				_ = tr.SetCodecPreferences([]webrtc.RTPCodecParameters{{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: m, ClockRate: 90000}, PayloadType: 96}})
			}
		}
		tracks = append(tracks, track)
	}
	return pc, tracks
}

func localOffer(t *testing.T, pc *webrtc.PeerConnection) string {
	t.Helper()
	o, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(o); err != nil {
		t.Fatal(err)
	}
	<-done
	return pc.LocalDescription().SDP
}

func (n *node) do(t testing.TB, method, path, ctype, token, body string, header ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequest(method, n.web.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", ctype)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func accept(t *testing.T, pc *webrtc.PeerConnection, res *http.Response) {
	t.Helper()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s %v", res.StatusCode, answer, err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)}); err != nil {
		t.Fatal(err)
	}
}

// send publishes synthetic pictures, 20 a second with a keyframe each second,
// and Opus, until the test ends.
func send(ctx context.Context, video, audio *webrtc.TrackLocalStaticRTP) {
	pv := rtp.NewPacketizer(1200, 96, 1, &codecs.H264Payloader{}, rtp.NewRandomSequencer(), 90000)
	pa := rtp.NewPacketizer(1200, 111, 2, &codecs.OpusPayloader{}, rtp.NewRandomSequencer(), 48000)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		au := []byte{0, 0, 0, 1, 0x41, 0x9a, byte(i)}
		if i%20 == 0 {
			au = append(append([]byte{0, 0, 0, 1}, sps...), 0, 0, 0, 1, 0x68, 0xce, 0x0f, 0xc8, 0, 0, 0, 1, 0x65, 0x88, byte(i))
		}
		for _, p := range pv.Packetize(au, 4500) {
			_ = video.WriteRTP(p)
		}
		for range 2 {
			for _, p := range pa.Packetize([]byte{0xf8, 0xff, 0xfe}, 1200) {
				_ = audio.WriteRTP(p)
			}
		}
	}
}

func TestWHIPToHLSAndWHEP(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, n *node, _ *sqldb.DB, _ blob.Store) {
		pc, tracks := offer(t, webrtc.MimeTypeH264, webrtc.MimeTypeOpus)
		res := n.do(t, "POST", "/live/room_1/whip", "application/sdp", key, localOffer(t, pc))
		accept(t, pc, res)
		where, etag := res.Header.Get("Location"), res.Header.Get("ETag")
		if !strings.HasPrefix(where, "/live/room_1/whip/") || etag == "" {
			t.Fatalf("location %q etag %q", where, etag)
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go send(ctx, tracks[0], tracks[1])
		eventually(t, "a playlist", func() bool {
			_, text := n.get(t, "/live/room_1/index.m3u8")
			return strings.Contains(text, "#EXTINF")
		})

		viewer, err := webrtc.NewPeerConnection(webrtc.Configuration{})
		if err != nil {
			t.Fatal(err)
		}
		defer viewer.Close()
		for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio} {
			if _, err := viewer.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
				t.Fatal(err)
			}
		}
		got := make(chan webrtc.RTPCodecType, 2)
		viewer.OnTrack(func(tr *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
			if _, _, err := tr.ReadRTP(); err == nil {
				got <- tr.Kind()
			}
		})
		seen := n.do(t, "POST", "/live/room_1/whep", "application/sdp", "", localOffer(t, viewer))
		accept(t, viewer, seen)
		if a, b := <-got, <-got; a == b {
			t.Fatalf("two tracks of %v", a)
		}
		if n.Stats().Viewers != 1 {
			t.Fatalf("%+v", n.Stats())
		}
		if res := n.do(t, "DELETE", seen.Header.Get("Location"), "", "", ""); res.StatusCode != 200 || n.Stats().Viewers != 0 {
			t.Fatalf("%d %+v", res.StatusCode, n.Stats())
		}

		// The phone changes its network: new ICE credentials on the same resource.
		o, err := pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
		if err != nil {
			t.Fatal(err)
		}
		done := webrtc.GatheringCompletePromise(pc)
		if err := pc.SetLocalDescription(o); err != nil {
			t.Fatal(err)
		}
		<-done
		var fragment strings.Builder
		for line := range strings.SplitSeq(pc.PendingLocalDescription().SDP, "\r\n") {
			for _, p := range []string{"a=ice-ufrag", "a=ice-pwd", "a=candidate"} {
				if strings.HasPrefix(line, p) {
					fragment.WriteString(line + "\r\n")
				}
			}
		}
		const ice = "application/trickle-ice-sdpfrag"
		if res := n.do(t, "PATCH", where, ice, "", fragment.String(), "If-Match", `"old"`); res.StatusCode != http.StatusPreconditionFailed {
			t.Fatalf("a stale ETag answers %d", res.StatusCode)
		}
		res = n.do(t, "PATCH", where, ice, "", fragment.String(), "If-Match", etag)
		if body, _ := io.ReadAll(res.Body); res.StatusCode != 200 || res.Header.Get("ETag") == etag || !strings.Contains(string(body), "a=ice-pwd:") {
			t.Fatalf("restart: %d %s %s", res.StatusCode, res.Header.Get("ETag"), body)
		}
		// The same token from a new connection takes over at once.
		again, more := offer(t, webrtc.MimeTypeH264, webrtc.MimeTypeOpus)
		second := n.do(t, "POST", "/live/room_1/whip", "application/sdp", key, localOffer(t, again))
		accept(t, again, second)
		go send(ctx, more[0], more[1])
		eventually(t, "the second epoch", func() bool {
			_, text := n.get(t, "/live/room_1/index.m3u8")
			return strings.Contains(text, "#EXT-X-DISCONTINUITY\n")
		})
		third, _ := offer(t, webrtc.MimeTypeH264)
		if res := n.do(t, "POST", "/live/room_1/whip", "application/sdp", "other", localOffer(t, third)); res.StatusCode != http.StatusConflict {
			t.Fatalf("another token answers %d", res.StatusCode)
		}
		if res := n.do(t, "DELETE", second.Header.Get("Location"), "", "", ""); res.StatusCode != 200 {
			t.Fatalf("DELETE %d", res.StatusCode)
		}
		eventually(t, "away", func() bool { return strings.HasSuffix(n.gate.heard(), "away") })
		if res := n.do(t, "DELETE", second.Header.Get("Location"), "", "", ""); res.StatusCode != 404 {
			t.Fatalf("DELETE twice %d", res.StatusCode)
		}
	})
}

func TestWHIPRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, n *node, _ *sqldb.DB, _ blob.Store) {
		h264, _ := offer(t, webrtc.MimeTypeH264)
		good := localOffer(t, h264)
		vp8, _ := offer(t, webrtc.MimeTypeVP8)
		for name, c := range map[string]struct {
			path, ctype, token, body string
			status                   int
		}{
			"no token":     {"/live/room_1/whip", "application/sdp", "", good, 401},
			"wrong token":  {"/live/room_1/whip", "application/sdp", "x", good, 401},
			"wrong room":   {"/live/room_2/whip", "application/sdp", key, good, 401},
			"wrong slot":   {"/live/room_1/guest/guest1/whip", "application/sdp", key, good, 401},
			"wrong type":   {"/live/room_1/whip", "text/plain", key, good, 415},
			"no body":      {"/live/room_1/whip", "application/sdp", key, "", 422},
			"not SDP":      {"/live/room_1/whip", "application/sdp", key, "hello", 422},
			"too large":    {"/live/room_1/whip", "application/sdp", key, strings.Repeat("a", 65<<10), 413},
			"VP8 only":     {"/live/room_1/whip", "application/sdp", key, localOffer(t, vp8), 422},
			"nothing live": {"/live/room_9/whep", "application/sdp", "", good, 404},
		} {
			if res := n.do(t, "POST", c.path, c.ctype, c.token, c.body); res.StatusCode != c.status {
				body, _ := io.ReadAll(res.Body)
				t.Errorf("%s: %d instead of %d: %s", name, res.StatusCode, c.status, body)
			}
		}
		if s := n.Stats(); s.Publishers != 0 {
			t.Errorf("%+v", s)
		}
		if err := errors.Join(n.Kick(n.ctx, "ses_none"), n.End(n.ctx, "ses_none", "")); err != nil {
			t.Error(err)
		}
	})
}
