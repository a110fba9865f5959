package hls

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// wait bounds a blocking request.
const wait = 5 * time.Second

const (
	typePlaylist = "application/vnd.apple.mpegurl"
	typeMedia    = "video/mp4"
)

// ServePlaylist answers the media playlist, waiting for the asked part
// (_HLS_msn, _HLS_part) when there is one.
func (m *Muxer) ServePlaylist(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	msn, part, err := asked(r)
	if err != nil {
		h.Set("Cache-Control", "no-store")
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	text, tooFar := m.await(ctx, msn, part)
	switch {
	case tooFar:
		h.Set("Cache-Control", "no-store")
		http.Error(w, "_HLS_msn is too far ahead", http.StatusBadRequest)
		return
	case text == nil:
		h.Set("Cache-Control", "no-store")
		h.Set("Retry-After", "1")
		http.Error(w, "no picture yet", http.StatusServiceUnavailable)
		return
	}
	h.Set("Content-Type", typePlaylist)
	if msn >= 0 {
		h.Set("Cache-Control", "public, max-age=6") // this answer belongs to this number
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	h.Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text) // a player that left
}

func asked(r *http.Request) (msn, part int64, err error) {
	msn, part = -1, -1
	q := r.URL.Query()
	if s := q.Get("_HLS_msn"); s != "" {
		if msn, err = strconv.ParseInt(s, 10, 64); err != nil || msn < 0 {
			return 0, 0, fmt.Errorf("_HLS_msn must be a number")
		}
	}
	if s := q.Get("_HLS_part"); s != "" {
		if part, err = strconv.ParseInt(s, 10, 64); err != nil || part < 0 || msn < 0 {
			return 0, 0, fmt.Errorf("_HLS_part must be a number and needs _HLS_msn")
		}
	}
	return msn, part, nil
}

// await gives the playlist once it holds the part, or what there is when ctx
// ends: a player whose host is away keeps getting the unchanged list.
func (m *Muxer) await(ctx context.Context, msn, part int64) (text []byte, tooFar bool) {
	for {
		m.mu.RLock()
		text, changed := m.playlist, m.changed
		ready := text != nil && (m.closed || m.holds(msn, part))
		tooFar := text != nil && !m.closed && msn > m.next+2
		m.mu.RUnlock()
		if ready || tooFar {
			return text, tooFar
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return text, false
		}
	}
}

// holds: segment msn is complete, or part of it is there.
func (m *Muxer) holds(msn, part int64) bool {
	if msn < 0 {
		return true
	}
	for i := len(m.segments) - 1; i >= 0; i-- {
		s := m.segments[i]
		switch {
		case s.msn > msn && len(s.parts) > 0:
			return true
		case s.msn == msn:
			return s.done || part >= 0 && int64(len(s.parts)) > part
		}
	}
	return false
}

// ServeFile answers an init section, a segment or a part. The part promised
// next is waited for; anything else unknown is 404.
func (m *Muxer) ServeFile(w http.ResponseWriter, r *http.Request, name string) {
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	data := m.find(ctx, name)
	if data == nil {
		h.Set("Cache-Control", "no-store")
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	size := 0
	for _, d := range data {
		size += len(d)
	}
	h.Set("Content-Type", typeMedia)
	h.Set("Cache-Control", "public, max-age=86400, immutable")
	h.Set("Content-Length", strconv.Itoa(size))
	for _, d := range data {
		if _, err := w.Write(d); err != nil {
			return
		}
	}
}

func (m *Muxer) find(ctx context.Context, name string) [][]byte {
	for {
		m.mu.RLock()
		data, promised, changed := m.lookup(name), name == m.hint && !m.closed, m.changed
		m.mu.RUnlock()
		if data != nil || !promised {
			return data
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// lookup finds a file by name: PREFIX-EPOCH.init.mp4, PREFIX-EPOCH-MSN.m4s or
// PREFIX-EPOCH-MSN.PART.m4s.
func (m *Muxer) lookup(name string) [][]byte {
	rest, ok := strings.CutPrefix(name, m.prefix+"-")
	if !ok {
		return nil
	}
	if n, ok := strings.CutSuffix(rest, ".init.mp4"); ok {
		epoch, err := strconv.Atoi(n)
		if init := m.inits[epoch]; err == nil && init != nil {
			return [][]byte{init}
		}
		return nil
	}
	_, number, _ := strings.Cut(strings.TrimSuffix(rest, ".m4s"), "-")
	number, _, isPart := strings.Cut(number, ".")
	msn, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return nil
	}
	for _, s := range m.segments {
		if s.msn != msn {
			continue
		}
		if isPart {
			for _, p := range s.parts {
				if p.name == name {
					return [][]byte{p.data}
				}
			}
			return nil
		}
		if !s.done || name != fmt.Sprintf("%s-%d-%d.m4s", m.prefix, s.epoch, s.msn) {
			return nil
		}
		out := make([][]byte, len(s.parts))
		for i, p := range s.parts {
			out[i] = p.data
		}
		return out
	}
	return nil
}
