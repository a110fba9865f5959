// Package av holds what the inputs give and the outputs take: H.264 access
// units and Opus or AAC packets on one timeline of a broadcast, in
// microseconds since its first picture was expected.
package av

import (
	"bytes"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4/codecs"
)

// Kind tells pictures from sound.
type Kind uint8

// The kinds.
const (
	Video Kind = iota
	Audio
)

// Unit is one picture or one packet of sound. It is never changed once it has
// been handed on.
type Unit struct {
	Kind     Kind
	PTS, DTS int64 // µs
	Duration int64 // µs; of sound only
	Key      bool
	NALs     [][]byte // of a picture; SPS and PPS stand before each IDR
	Packet   []byte   // of sound
}

// Size is the number of media bytes.
func (u *Unit) Size() int {
	n := len(u.Packet)
	for _, nal := range u.NALs {
		n += len(nal)
	}
	return n
}

// Params describe the codecs from one point of the stream on.
type Params struct {
	SPS, PPS []byte
	// Opus is the number of Opus channels, or 0.
	Opus int
	// AAC is set when the sound is AAC.
	AAC *mpeg4audio.AudioSpecificConfig
	// Reordered: pictures are not sent in the order shown (B-frames), which
	// WebRTC viewers cannot play.
	Reordered bool
}

// Silent reports a stream without sound.
func (p Params) Silent() bool { return p.Opus == 0 && p.AAC == nil }

// AudioRate is the time scale of the sound track.
func (p Params) AudioRate() int64 {
	if p.AAC != nil {
		return int64(p.AAC.SampleRate)
	}
	return 48000
}

func (p Params) audioCodec() codecs.Codec {
	switch {
	case p.AAC != nil:
		return &codecs.MPEG4Audio{Config: *p.AAC}
	case p.Opus > 0:
		return &codecs.Opus{ChannelCount: p.Opus}
	}
	return nil
}

// Same reports whether both describe the same init section.
func (p Params) Same(q Params) bool {
	a, errA := p.Init()
	b, errB := q.Init()
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// Resolution is the width and height in pixels, zero when unreadable.
func (p Params) Resolution() (width, height int) {
	var sps h264.SPS
	if sps.Unmarshal(p.SPS) != nil {
		return 0, 0
	}
	return sps.Width(), sps.Height()
}

// Epoch begins a stretch of one publisher connection with one set of
// parameters. Numbers rise within a session and never repeat.
type Epoch struct {
	N      int
	Params Params
}

// Sink takes a stream. Begin comes before the first unit and again whenever
// the publisher or the parameters change; the unit after Begin is a keyframe.
type Sink interface {
	Begin(e Epoch)
	Write(u *Unit)
}

// ParameterSets finds SPS and PPS among NAL units.
func ParameterSets(nals [][]byte) (sps, pps []byte) {
	for _, n := range nals {
		if len(n) == 0 {
			continue
		}
		switch h264.NALUType(n[0] & 0x1F) {
		case h264.NALUTypeSPS:
			sps = n
		case h264.NALUTypePPS:
			pps = n
		}
	}
	return sps, pps
}

// Canonical gives the NAL units of a picture without delimiters and empty
// ones, with SPS and PPS exactly once, before an IDR. Encoders send them apart,
// together, or in a header only.
func Canonical(nals [][]byte, key bool, sps, pps []byte) [][]byte {
	out := make([][]byte, 0, len(nals)+2)
	if key {
		out = append(out, sps, pps)
	}
	for _, n := range nals {
		if len(n) == 0 {
			continue
		}
		switch h264.NALUType(n[0] & 0x1F) {
		case h264.NALUTypeSPS, h264.NALUTypePPS, h264.NALUTypeAccessUnitDelimiter, h264.NALUTypeFillerData:
		default:
			out = append(out, n)
		}
	}
	return out
}
