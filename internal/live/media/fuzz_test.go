package media_test

import (
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"tianbo/internal/live/media"
	"tianbo/internal/live/media/loop"
	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

func fuzzed(f *testing.F) *node {
	db := sqldbtest.Open(f, sqldb.SQLite, []sqldb.Migrations{(*media.Engine)(nil).Migrations()})
	n := start(f, db, f.TempDir(), blob.NewDisk(f.TempDir()))
	f.Cleanup(n.Stop)
	return n
}

// No description that a client sends brings the node down, publishes without
// pictures, or leaves a connection behind.
func FuzzWHIP(f *testing.F) {
	n := fuzzed(f)
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		f.Fatal(err)
	}
	defer pc.Close()
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo); err != nil {
		f.Fatal(err)
	}
	o, err := pc.CreateOffer(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(o.SDP)
	f.Add(strings.ReplaceAll(o.SDP, "H264", "VP8"))
	f.Add(strings.ReplaceAll(o.SDP, "a=mid:0", "a=mid:\x00"))
	f.Add(o.SDP[:200])
	f.Add("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=fingerprint:sha-256 00\r\na=ice-ufrag:a\r\na=ice-pwd:b\r\n")
	f.Fuzz(func(t *testing.T, sdp string) {
		for _, end := range []string{"whip", "whep"} {
			res := n.do(t, "POST", "/live/room_1/"+end, "application/sdp", key, sdp)
			if res.StatusCode >= 500 && res.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("%s answers %d", end, res.StatusCode)
			}
			if where := res.Header.Get("Location"); where != "" {
				n.do(t, "PATCH", where, "application/trickle-ice-sdpfrag", "", sdp, "If-Match", "*")
				n.do(t, "DELETE", where, "", "", "")
			}
		}
	})
}

// Whatever an encoder sends, the node goes on and lets the connection go.
func FuzzRTMP(f *testing.F) {
	n := fuzzed(f)
	hello := append([]byte{3}, make([]byte, 1536)...)
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add(hello)
	f.Add(append(append(hello, make([]byte, 1536)...), "\x03\x00\x00\x00\x00\x00\x19\x14\x00\x00\x00\x00\x02\x00\x07connect\x00?\xf0\x00\x00\x00\x00\x00\x00\x03\x00\x00\x09"...))
	f.Add([]byte{6, 1, 2, 3})
	f.Fuzz(func(t *testing.T, data []byte) {
		conn, err := net.Dial("tcp", n.RTMPAddr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(200 * time.Millisecond))
		_, _ = conn.Write(data)
		_ = conn.(*net.TCPConn).CloseWrite()
		for buf := make([]byte, 4096); ; {
			if _, err := conn.Read(buf); err != nil {
				break
			}
		}
		if n.Stats().Publishers != 0 {
			t.Error("bytes without a key publish")
		}
	})
}

// A film is made by anyone: reading one that is broken is an error and no more.
func FuzzFilm(f *testing.F) {
	data, err := os.ReadFile("testdata/film.mp4")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[:30_000])
	f.Add(data[:900])
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = loop.Read(data) })
}
