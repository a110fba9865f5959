package media

import (
	"bytes"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"tianbo/internal/live/media/av"
)

// feed is one publisher connection of a channel: it turns what an input gives
// into units on the timeline.
type feed struct {
	c     *channel
	key   [32]byte
	hang  func() // ends the connection
	ended atomic.Bool
	last  atomic.Int64 // UnixNano of the newest packet
	bytes atomic.Int64

	mu      sync.Mutex
	params  av.Params
	begun   bool // the epoch has begun; false asks for a keyframe
	resting bool // silence has been noticed
	rising  av.Rising
	steady  av.Steady
	refresh func() // asks the publisher for a keyframe; may be nil
}

func newFeed(c *channel, key [32]byte, hang func()) *feed {
	f := &feed{c: c, key: key, hang: sync.OnceFunc(hang)}
	f.last.Store(time.Now().UnixNano())
	return f
}

// silent: nothing has come for two seconds.
func (f *feed) silent() bool { return time.Since(time.Unix(0, f.last.Load())) > silence }

// rest notes the silence; it reports whether it is new. What comes later
// begins an epoch.
func (f *feed) rest() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	was := f.resting
	f.resting, f.begun = true, false
	return !was
}

// touched notes that something has come, whatever it is.
func (f *feed) touched(n int) {
	f.last.Store(time.Now().UnixNano())
	f.bytes.Add(int64(n))
}

// sound says which sound to expect, before the first picture.
func (f *feed) sound(set func(*av.Params)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	set(&f.params)
}

// picture takes one access unit.
func (f *feed) picture(pts, dts int64, nals [][]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended.Load() {
		return
	}
	key := h264.IsRandomAccess(nals)
	if key && !f.keyed(nals, pts != dts) {
		return
	}
	if !f.begun {
		f.ask()
		return
	}
	if pts != dts && !f.params.Reordered {
		f.params.Reordered = true
		f.c.out.refuse()
	}
	u := &av.Unit{DTS: f.rising.At(dts), Key: key, NALs: av.Canonical(nals, key, f.params.SPS, f.params.PPS)}
	u.PTS = max(pts, u.DTS)
	f.fill(u.DTS)
	f.hand(u)
}

// keyed looks at a keyframe's parameters; new ones begin an epoch.
func (f *feed) keyed(nals [][]byte, reordered bool) bool {
	sps, pps := av.ParameterSets(nals)
	if sps == nil {
		sps = f.params.SPS
	}
	if pps == nil {
		pps = f.params.PPS
	}
	if sps == nil || pps == nil {
		f.ask()
		return false
	}
	if f.begun && bytes.Equal(sps, f.params.SPS) && bytes.Equal(pps, f.params.PPS) {
		return true
	}
	// The bytes belong to the input: keep a copy.
	f.params.SPS, f.params.PPS = bytes.Clone(sps), bytes.Clone(pps)
	f.params.Reordered = reordered
	if _, err := f.params.Init(); err != nil {
		f.c.engine.Log.Warn("a publisher sends parameters that cannot be read", "session", f.c.session, "error", err)
		return false
	}
	n, err := nextEpoch(f.c.engine.ctx, f.c.session, f.c.slot)
	if err != nil {
		f.c.engine.Log.Error("an epoch could not be recorded; waiting for the next keyframe", "session", f.c.session, "error", err)
		return false
	}
	f.begun, f.resting = true, false
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	if f.c.feed != f {
		return false
	}
	f.c.send(item{epoch: &av.Epoch{N: n, Params: f.params}})
	f.c.report.set(live)
	return true
}

// opusSilence is 20 ms of nothing.
var opusSilence = []byte{0xF8, 0xFF, 0xFE}

// fill puts silence where the promised sound does not come: players stop at a
// hole in one of two tracks.
func (f *feed) fill(until int64) {
	const lag, step = 600_000, 20_000
	if f.params.Opus == 0 {
		return
	}
	next, started := f.steady.Next()
	if !started || until-next > 10_000_000 {
		next = until - lag
		f.steady.At(next, 0)
	}
	for next < until-lag {
		at, ok := f.steady.At(next, step)
		if !ok {
			return
		}
		f.hand(&av.Unit{Kind: av.Audio, PTS: at, DTS: at, Duration: step, Packet: opusSilence})
		next = at + step
	}
}

// packet takes one packet of sound.
func (f *feed) packet(pts, duration int64, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended.Load() || !f.begun || duration <= 0 {
		return
	}
	if at, ok := f.steady.At(pts, duration); ok {
		f.hand(&av.Unit{Kind: av.Audio, PTS: at, DTS: at, Duration: duration, Packet: data})
	}
}

func (f *feed) hand(u *av.Unit) {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	if f.c.feed == f {
		f.c.send(item{unit: u})
	}
}

func (f *feed) ask() {
	if f.refresh != nil {
		f.refresh()
	}
}

// wanted asks for a keyframe, for a viewer who has just come.
func (f *feed) wanted() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ask()
}
