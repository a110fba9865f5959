package av

import (
	"bytes"
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4/codecs"
)

const (
	// VideoTrack is the number of the picture's track in every file.
	VideoTrack = 1
	// AudioTrack is that of the sound.
	AudioTrack = 2
	// VideoRate is the time scale of the video track.
	VideoRate = 90000
)

// Ticks turns µs into units of a time scale, rounding down.
func Ticks(us, rate int64) int64 { return us/1_000_000*rate + us%1_000_000*rate/1_000_000 }

// Micros turns units of a time scale into µs.
func Micros(ticks, rate int64) int64 {
	return ticks/rate*1_000_000 + ticks%rate*1_000_000/rate
}

// Init is the init section of the parameters.
func (p Params) Init() ([]byte, error) {
	in := fmp4.Init{Tracks: []*fmp4.InitTrack{
		{ID: VideoTrack, TimeScale: VideoRate, Codec: &codecs.H264{SPS: p.SPS, PPS: p.PPS}},
	}}
	if c := p.audioCodec(); c != nil {
		in.Tracks = append(in.Tracks, &fmp4.InitTrack{ID: AudioTrack, TimeScale: uint32(p.AudioRate()), Codec: c})
	}
	var buf seekablebuffer.Buffer
	if err := in.Marshal(&buf); err != nil {
		return nil, fmt.Errorf("init section: %w", err)
	}
	return buf.Bytes(), nil
}

// Fragment gathers units into one moof+mdat. A picture's duration is known
// only when the next one comes, so the newest picture is held back.
type Fragment struct {
	Params Params
	held   *Unit
	video  fmp4.PartTrack
	audio  fmp4.PartTrack
	bytes  int
	first  bool // the fragment's first picture is a keyframe
}

// Held is the picture whose end is not yet known, or nil.
func (f *Fragment) Held() *Unit { return f.held }

// Empty reports whether there is nothing to write.
func (f *Fragment) Empty() bool { return len(f.video.Samples) == 0 && len(f.audio.Samples) == 0 }

// Bytes is the media gathered so far.
func (f *Fragment) Bytes() int { return f.bytes }

// Independent reports whether the fragment begins with a keyframe.
func (f *Fragment) Independent() bool { return f.first }

// Release gives the held picture its duration: until dts, that of the next.
func (f *Fragment) Release(dts int64) error {
	u := f.held
	if u == nil {
		return nil
	}
	f.held = nil
	payload, err := h264.AVCC(u.NALs).Marshal()
	if err != nil {
		return fmt.Errorf("packing a picture: %w", err)
	}
	at := Ticks(u.DTS, VideoRate)
	if len(f.video.Samples) == 0 {
		f.video.BaseTime = uint64(at)
		f.first = u.Key
	}
	f.video.Samples = append(f.video.Samples, &fmp4.Sample{
		Duration:        uint32(max(Ticks(dts, VideoRate)-at, 1)),
		PTSOffset:       int32(Ticks(u.PTS, VideoRate) - at),
		IsNonSyncSample: !u.Key,
		Payload:         payload,
	})
	f.bytes += len(payload)
	return nil
}

// Hold takes the next picture. The one before must have been released.
func (f *Fragment) Hold(u *Unit) { f.held = u }

// Sound adds a packet of sound.
func (f *Fragment) Sound(u *Unit) {
	rate := f.Params.AudioRate()
	at := Ticks(u.PTS, rate)
	if len(f.audio.Samples) == 0 {
		f.audio.BaseTime = uint64(max(at, 0))
	}
	f.audio.Samples = append(f.audio.Samples, &fmp4.Sample{
		Duration: uint32(max(Ticks(u.PTS+u.Duration, rate)-at, 1)),
		Payload:  u.Packet,
	})
	f.bytes += len(u.Packet)
}

// Take writes what was gathered, apart from the held picture, and starts anew.
func (f *Fragment) Take(sequence uint32) ([]byte, error) {
	p := fmp4.Part{SequenceNumber: sequence}
	if len(f.video.Samples) > 0 {
		v := f.video
		v.ID = VideoTrack
		p.Tracks = append(p.Tracks, &v)
	}
	if len(f.audio.Samples) > 0 {
		a := f.audio
		a.ID = AudioTrack
		p.Tracks = append(p.Tracks, &a)
	}
	f.video, f.audio, f.bytes, f.first = fmp4.PartTrack{}, fmp4.PartTrack{}, 0, false
	var buf seekablebuffer.Buffer
	if err := p.Marshal(&buf); err != nil {
		return nil, fmt.Errorf("fragment: %w", err)
	}
	// The buffer has grown by doubling; what is kept for viewers is not to.
	return bytes.Clone(buf.Bytes()), nil
}
