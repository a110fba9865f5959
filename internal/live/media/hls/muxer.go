// Package hls makes Low-Latency HLS (RFC 8216bis) of one stream and serves it
// from memory.
//
// Names of parts and segments carry the session, the epoch and a number that
// never repeats, so that any cache may keep them for ever. A publisher that
// returns begins a new epoch behind a discontinuity: players go on under the
// same address.
package hls

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"tianbo/internal/live/media/av"
)

const (
	// window is the number of whole segments in the playlist; behind it,
	// spare ones stay for players that lag.
	window, spare = 7, 3
	// detailed is the number of newest segments listed with their parts.
	detailed = 3
	// partTarget bounds the length of a part, µs.
	partTarget = 250_000
	// stillSlack is how long a part waits for a picture that is late.
	stillSlack = 150_000
	// segmentMin is the least length of a segment, µs.
	segmentMin = 1_000_000
	// maxPart bounds the bytes of one part: a hostile stream ends there.
	maxPart = 8 << 20
)

// Folder stands before file names in the playlist.
const Folder = "hls/"

type part struct {
	name        string
	data        []byte
	duration    int64 // µs
	independent bool
}

type segment struct {
	msn      int64
	epoch    int
	begins   bool // the first of its epoch
	start    int64
	duration int64
	parts    []part
	done     bool
}

// Muxer is an av.Sink that one goroutine feeds and many requests read.
type Muxer struct {
	prefix string
	origin time.Time // of the timeline

	// owned by the feeding goroutine
	epoch     av.Epoch
	frag      av.Fragment
	partStart int64
	open      bool // a segment is being filled
	pending   bool // the next segment begins an epoch
	broken    bool // the epoch's parameters cannot be described
	parts     uint32

	mu       sync.RWMutex
	segments []*segment
	inits    map[int][]byte
	next     int64 // msn of the next segment
	dropped  int64 // discontinuities that left the list
	target   int64 // seconds
	playlist []byte
	hint     string // the part that comes next, when that is known
	changed  chan struct{}
	closed   bool
}

// New makes a muxer. Files are listed under Folder, relative to the playlist.
// prefix, of lower-case letters and digits, names the
// session in file names; first is the number of the first segment, which must
// be beyond any that an earlier muxer of the session has used, as epochs is
// the number of epochs before.
func New(prefix string, origin time.Time, first int64, epochs int) *Muxer {
	return &Muxer{
		prefix: prefix, origin: origin, next: first, dropped: int64(epochs), target: 2,
		inits: map[int][]byte{}, changed: make(chan struct{}),
	}
}

// Begin starts an epoch.
func (m *Muxer) Begin(e av.Epoch) {
	m.finish()
	init, err := e.Params.Init()
	if m.broken = err != nil; m.broken {
		return // no player could open it
	}
	m.epoch, m.frag, m.pending = e, av.Fragment{Params: e.Params}, true
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inits[e.N] = init
}

// Pause closes what is open: the publisher is away.
func (m *Muxer) Pause() { m.finish() }

// Clear forgets all that can still be seen, for a broadcast that is taken off
// the air. What comes later begins an epoch.
func (m *Muxer) Clear() {
	m.finish()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.segments {
		if s.begins {
			m.dropped++
		}
	}
	m.segments, m.playlist, m.hint = nil, nil, ""
	clear(m.inits)
	close(m.changed)
	m.changed = make(chan struct{})
}

// finish gives the last picture a length and closes the segment.
func (m *Muxer) finish() {
	if !m.open {
		return
	}
	end := m.partStart
	if u := m.frag.Held(); u != nil {
		end = max(u.DTS, m.partStart) + 40_000
		_ = m.frag.Release(u.DTS + 40_000) // a picture that cannot be packed is left out
	}
	m.open = false
	m.flush(end, true)
}

// Write takes the next unit. The first after Begin must be a keyframe; others
// are passed over until one comes.
func (m *Muxer) Write(u *av.Unit) {
	if u.Kind == av.Audio {
		if !m.open {
			return
		}
		m.frag.Sound(u)
		if end := u.PTS + u.Duration; end-m.partStart >= partTarget+stillSlack || m.frag.Bytes() > maxPart {
			m.flush(end, false)
		}
		return
	}
	if !m.open {
		if u.Key && !m.broken {
			m.start(u)
		}
		return
	}
	last := m.frag.Held()
	if last != nil {
		_ = m.frag.Release(u.DTS)
	}
	switch {
	case u.Key && u.DTS-m.segmentStart() >= segmentMin:
		m.flush(max(u.DTS, m.partStart+1), true)
		m.start(u)
		return
	case u.DTS-m.partStart >= partTarget, last != nil && u.DTS-m.partStart+(u.DTS-last.DTS) > partTarget+1000, m.frag.Bytes() > maxPart:
		m.flush(max(u.DTS, m.partStart+1), false)
	}
	m.frag.Hold(u)
}

func (m *Muxer) segmentStart() int64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.segments[len(m.segments)-1].start
}

func (m *Muxer) start(u *av.Unit) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.segments = append(m.segments, &segment{msn: m.next, epoch: m.epoch.N, begins: m.pending, start: u.DTS})
	m.next++
	m.pending, m.open, m.partStart = false, true, u.DTS
	m.frag.Hold(u)
	m.trim()
}

// flush closes the part at end and, if last, the segment.
func (m *Muxer) flush(end int64, last bool) {
	var p part
	if !m.frag.Empty() {
		independent := m.frag.Independent()
		m.parts++
		if data, err := m.frag.Take(m.parts); err == nil {
			p = part{data: data, duration: max(end-m.partStart, 1), independent: independent}
			m.partStart = end
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.segments[len(m.segments)-1]
	if p.data != nil {
		p.name = fmt.Sprintf("%s-%d-%d.%d.m4s", m.prefix, s.epoch, s.msn, len(s.parts))
		s.parts = append(s.parts, p)
		s.duration += p.duration
	}
	if last {
		s.done = true
		m.target = max(m.target, (s.duration+500_000)/1_000_000)
	}
	// While the publisher is away nobody knows which epoch comes next, so no
	// part is promised.
	switch {
	case !last:
		m.hint = fmt.Sprintf("%s-%d-%d.%d.m4s", m.prefix, s.epoch, s.msn, len(s.parts))
	case m.open:
		m.hint = fmt.Sprintf("%s-%d-%d.0.m4s", m.prefix, s.epoch, m.next)
	default:
		m.hint = ""
	}
	m.publish()
}

// trim drops segments that left the window and the inits nobody needs.
func (m *Muxer) trim() {
	for len(m.segments) > window+spare+1 {
		if m.segments[0].begins {
			m.dropped++
		}
		m.segments = m.segments[1:]
	}
	for n := range m.inits {
		if len(m.segments) > 0 && n < m.segments[0].epoch {
			delete(m.inits, n)
		}
	}
}

// publish renders the playlist and wakes those who wait for it.
func (m *Muxer) publish() {
	m.playlist = m.render()
	close(m.changed)
	m.changed = make(chan struct{})
}

// Close ends the playlist: players stop asking.
func (m *Muxer) Close() {
	m.finish()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.closed = true
		m.publish()
	}
}

func seconds(us int64) string { return fmt.Sprintf("%.5f", float64(us)/1e6) }

func (m *Muxer) render() []byte {
	shown := m.segments
	if len(shown) > window+1 {
		shown = shown[len(shown)-window-1:]
	}
	if len(shown) == 0 || len(shown[0].parts) == 0 {
		return nil
	}
	discontinuities := m.dropped
	for _, s := range m.segments {
		if s.begins && s.msn < shown[0].msn {
			discontinuities++
		}
	}
	// The first segment's own discontinuity is told by the sequence number.
	if shown[0].begins {
		discontinuities++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGETDURATION:%d\n", m.target)
	fmt.Fprintf(&b, "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=%s\n#EXT-X-PART-INF:PART-TARGET=%s\n",
		seconds(3*m.partLimit()), seconds(m.partLimit()))
	fmt.Fprintf(&b, "#EXT-X-MEDIA-SEQUENCE:%d\n#EXT-X-DISCONTINUITY-SEQUENCE:%d\n", shown[0].msn, discontinuities)
	epoch := -1
	for i, s := range shown {
		if len(s.parts) == 0 {
			continue
		}
		if s.epoch != epoch {
			if i > 0 {
				b.WriteString("#EXT-X-DISCONTINUITY\n")
			}
			fmt.Fprintf(&b, "#EXT-X-MAP:URI=\"%s%s-%d.init.mp4\"\n", Folder, m.prefix, s.epoch)
			epoch = s.epoch
		}
		fmt.Fprintf(&b, "#EXT-X-PROGRAM-DATE-TIME:%s\n", m.origin.Add(time.Duration(s.start)*time.Microsecond).UTC().Format("2006-01-02T15:04:05.000Z"))
		if len(shown)-i <= detailed {
			for _, p := range s.parts {
				fmt.Fprintf(&b, "#EXT-X-PART:DURATION=%s,URI=\"%s%s\"", seconds(p.duration), Folder, p.name)
				if p.independent {
					b.WriteString(",INDEPENDENT=YES")
				}
				b.WriteByte('\n')
			}
		}
		if s.done {
			fmt.Fprintf(&b, "#EXTINF:%s,\n%s%s-%d-%d.m4s\n", seconds(s.duration), Folder, m.prefix, s.epoch, s.msn)
		}
	}
	if m.closed {
		b.WriteString("#EXT-X-ENDLIST\n")
		return []byte(b.String())
	}
	if m.hint != "" {
		fmt.Fprintf(&b, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=%q\n", Folder+m.hint)
	}
	return []byte(b.String())
}

// partLimit is the announced PART-TARGET: the target, or the longest part in
// the list where pictures come more slowly.
func (m *Muxer) partLimit() int64 {
	limit := int64(partTarget)
	for _, s := range m.segments {
		for _, p := range s.parts {
			limit = max(limit, p.duration)
		}
	}
	return limit
}
