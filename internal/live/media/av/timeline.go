package av

// RTPTime maps the 32-bit stamps of one RTP track to the timeline. The first
// packet's arrival is the base; sender reports later correct the base of sound
// so that it fits the picture.
type RTPTime struct {
	Rate    int64
	started bool
	base    int64 // µs
	last    uint32
	ticks   int64 // since the first packet
}

// At is the time of a stamp. arrival, in µs, is used for the first one only.
func (t *RTPTime) At(stamp uint32, arrival int64) int64 {
	if !t.started {
		t.started, t.base, t.last = true, arrival, stamp
	}
	t.ticks += int64(int32(stamp - t.last))
	t.last = stamp
	return t.base + Micros(t.ticks, t.Rate)
}

// Started reports whether a packet has come.
func (t *RTPTime) Started() bool { return t.started }

// of is the time of a stamp near the last one, without moving on.
func (t *RTPTime) of(stamp uint32) int64 {
	return t.base + Micros(t.ticks+int64(int32(stamp-t.last)), t.Rate)
}

// Report is what an RTCP sender report says: this stamp was at this moment of
// the sender's wall clock.
type Report struct {
	NTP   uint64
	Stamp uint32
}

func (r Report) micros() int64 {
	return int64(r.NTP>>32)*1_000_000 + int64(r.NTP&0xFFFFFFFF)*1_000_000>>32
}

// Align moves sound so that it stands to the picture as the sender's reports
// say. A correction beyond a second is a broken clock and is not believed.
func Align(video *RTPTime, v Report, audio *RTPTime, a Report) {
	if !video.started || !audio.started {
		return
	}
	want := video.of(v.Stamp) + a.micros() - v.micros()
	if d := want - audio.of(a.Stamp); d > -1_000_000 && d < 1_000_000 {
		audio.base += d
	}
}

// Steady makes the stamps of sound follow one another exactly, as encoders
// that round to milliseconds do not, until they are off by more than tolerance.
type Steady struct {
	next    int64
	started bool
}

const steadyTolerance = 40_000 // µs

// At gives the time at which a packet of the duration is to stand, never one
// before the end of the packet before it. ok is false when the packet comes too
// late to stand anywhere.
func (s *Steady) At(pts, duration int64) (at int64, ok bool) {
	if s.started {
		switch d := pts - s.next; {
		case d < -steadyTolerance:
			return 0, false
		case d < steadyTolerance:
			pts = s.next
		}
	}
	s.started = true
	s.next = pts + duration
	return pts, true
}

// Next is where the sound so far ends.
func (s *Steady) Next() (at int64, started bool) { return s.next, s.started }

// Rising makes decoding times strictly rise, by a tick of 90 kHz at least.
type Rising struct {
	last    int64
	started bool
}

const tick = 12 // µs, one unit of 90 kHz rounded up

// At is dts, or just after the last one.
func (r *Rising) At(dts int64) int64 {
	if r.started && dts < r.last+tick {
		dts = r.last + tick
	}
	r.last, r.started = dts, true
	return dts
}
