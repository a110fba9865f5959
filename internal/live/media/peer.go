package media

import (
	"crypto/rand"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/httpapi"
)

const (
	maxSDP  = 64 << 10
	typeSDP = "application/sdp"
	typeICE = "application/trickle-ice-sdpfrag"
	// answering bounds the making of an answer.
	answering = 5 * time.Second
)

// peer is one WHIP or WHEP resource (RFC 9725).
type peer struct {
	name  string // the unguessable last part of its URL
	room  id.Room
	kind  string // "whip" or "whep"
	pc    *webrtc.PeerConnection
	close func()

	mu   sync.Mutex
	etag string
}

// readSDP reads an offer or a fragment of the type.
func readSDP(r *http.Request, want string) (string, error) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != want {
		return "", ErrSDPType
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxSDP))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return "", ErrSDPSize
	case err != nil || len(body) == 0:
		return "", ErrSDP
	}
	return string(body), nil
}

// add makes the peer known under a name of its own.
func (e *Engine) add(p *peer) {
	p.name = rand.Text()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.peers[p.name] = p
}

func (e *Engine) remove(p *peer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.peers, p.name)
}

// answer completes the exchange and waits for the node's own candidates, of
// which there are few and none remote.
func (p *peer) answer(offer string) (string, error) {
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", ErrSDP.Wrap(err)
	}
	answer, err := p.pc.CreateAnswer(nil)
	if err != nil {
		return "", ErrSDP.Wrap(err)
	}
	if err := p.pc.SetLocalDescription(answer); err != nil {
		return "", ErrSDP.Wrap(err)
	}
	select {
	case <-gathered:
	case <-time.After(answering):
	}
	sdp := p.pc.LocalDescription().SDP
	p.mu.Lock()
	p.etag = `"` + attribute(sdp, "ice-ufrag") + `"`
	p.mu.Unlock()
	return sdp, nil
}

// created answers 201 as RFC 9725 asks.
func (p *peer) created(w http.ResponseWriter, r *http.Request, sdp string) {
	h := w.Header()
	h.Set("Content-Type", typeSDP)
	h.Set("Location", strings.TrimSuffix(r.URL.Path, "/")+"/"+p.name)
	h.Set("ETag", p.etag)
	h.Set("Accept-Patch", typeICE)
	h.Set("Access-Control-Expose-Headers", "Location, ETag, Accept-Patch")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(sdp)))
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, sdp) // the client left: its connection times out
}

// resource serves PATCH and DELETE on a WHIP or WHEP resource. Its name is the
// proof: 128 random bits that only its maker was told.
func (e *Engine) resource(kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		p := e.peers[r.PathValue("peer")]
		e.mu.Unlock()
		if p == nil || p.kind != kind || p.room != id.Room(r.PathValue("room")) {
			httpapi.WriteProblem(w, r, ErrNoResource)
			return
		}
		if r.Method == http.MethodDelete {
			p.close()
			w.WriteHeader(http.StatusOK)
			return
		}
		if err := p.patch(w, r); err != nil {
			httpapi.WriteProblem(w, r, err)
		}
	}
}

// patch takes further candidates, or restarts ICE when the fragment has new
// credentials: a phone that changed its network goes on.
func (p *peer) patch(w http.ResponseWriter, r *http.Request) error {
	fragment, err := readSDP(r, typeICE)
	if err != nil {
		return err
	}
	p.mu.Lock()
	etag := p.etag
	p.mu.Unlock()
	ufrag, pwd := attribute(fragment, "ice-ufrag"), attribute(fragment, "ice-pwd")
	remote := p.pc.CurrentRemoteDescription()
	restart := ufrag != "" && remote != nil && attribute(remote.SDP, "ice-ufrag") != ufrag
	if match := r.Header.Get("If-Match"); match != etag && (match != "*" || !restart) && (match != "" || restart) {
		return ErrStale
	}
	if !restart {
		for _, c := range attributes(fragment, "candidate") {
			if err := p.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: "candidate:" + c}); err != nil {
				return ErrSDP.Wrap(err)
			}
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if pwd == "" {
		return ErrSDP
	}
	sdp, err := p.answer(restarted(remote.SDP, fragment, ufrag, pwd))
	if err != nil {
		return err
	}
	out := "a=ice-lite\r\na=ice-ufrag:" + attribute(sdp, "ice-ufrag") + "\r\na=ice-pwd:" + attribute(sdp, "ice-pwd") + "\r\n"
	if mid := attribute(sdp, "mid"); mid != "" {
		out += "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:" + mid + "\r\n"
	}
	for _, c := range attributes(sdp, "candidate") {
		out += "a=candidate:" + c + "\r\n"
	}
	p.mu.Lock()
	etag = p.etag
	p.mu.Unlock()
	h := w.Header()
	h.Set("Content-Type", typeICE)
	h.Set("ETag", etag)
	h.Set("Access-Control-Expose-Headers", "ETag")
	_, _ = io.WriteString(w, out+"a=end-of-candidates\r\n")
	return nil
}

// restarted is the earlier offer with new ICE credentials and candidates.
func restarted(offer, fragment, ufrag, pwd string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.ReplaceAll(offer, "\r\n", "\n"), "\n") {
		switch {
		case line == "", strings.HasPrefix(line, "a=candidate:"), strings.HasPrefix(line, "a=end-of-candidates"):
			continue
		case strings.HasPrefix(line, "a=ice-ufrag:"):
			line = "a=ice-ufrag:" + ufrag
		case strings.HasPrefix(line, "a=ice-pwd:"):
			line = "a=ice-pwd:" + pwd
		}
		b.WriteString(line + "\r\n")
		if strings.HasPrefix(line, "a=mid:") {
			for _, c := range attributes(fragment, "candidate") {
				b.WriteString("a=candidate:" + c + "\r\n")
			}
		}
	}
	return b.String()
}

// attributes are the values of the SDP lines a=name:value.
func attributes(sdp, name string) []string {
	var out []string
	for line := range strings.SplitSeq(sdp, "\n") {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "a="+name+":"); ok {
			out = append(out, v)
		}
	}
	return out
}

func attribute(sdp, name string) string {
	if all := attributes(sdp, name); len(all) > 0 {
		return all[0]
	}
	return ""
}
