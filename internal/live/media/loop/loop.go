// Package loop publishes a short film over and over by RTMP, as an encoder
// would: the demo's farmer who never tires.
package loop

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/bluenviron/gortmplib"
	rtmp "github.com/bluenviron/gortmplib/pkg/codecs"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4/codecs"
)

// Sample is one picture or packet of sound.
type Sample struct {
	PTS, DTS time.Duration
	NALs     [][]byte // nil for sound
	Packet   []byte
}

// Film is a fragmented MP4 in memory, with H.264 and perhaps AAC.
type Film struct {
	sps, pps []byte
	aac      *mpeg4audio.AudioSpecificConfig
	samples  []Sample // by dts
	length   time.Duration
}

// Read reads a fragmented MP4.
func Read(data []byte) (*Film, error) {
	var in fmp4.Init
	if err := in.Unmarshal(bytes.NewReader(data)); err != nil {
		return nil, fmt.Errorf("film: %w", err)
	}
	f := &Film{}
	scales := map[int]time.Duration{}
	sound := 0
	for _, t := range in.Tracks {
		scales[t.ID] = time.Duration(t.TimeScale)
		switch c := t.Codec.(type) {
		case *codecs.H264:
			f.sps, f.pps = c.SPS, c.PPS
		case *codecs.MPEG4Audio:
			f.aac, sound = &c.Config, t.ID
		}
	}
	if f.sps == nil {
		return nil, errors.New("film: it has no H.264 picture")
	}
	start := bytes.Index(data, []byte("moof"))
	if start < 4 {
		return nil, errors.New("film: it is not fragmented")
	}
	end := len(data)
	if i := bytes.LastIndex(data, []byte("mfra")); i > start {
		end = i - 4
	}
	var parts fmp4.Parts
	if err := parts.Unmarshal(data[start-4 : end]); err != nil {
		return nil, fmt.Errorf("film: %w", err)
	}
	for _, p := range parts {
		for _, t := range p.Tracks {
			if err := f.take(t, scales[t.ID], t.ID == sound && sound != 0); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(f.samples, func(a, b Sample) int { return cmp.Compare(a.DTS, b.DTS) })
	return f, nil
}

func (f *Film) take(t *fmp4.PartTrack, scale time.Duration, sound bool) error {
	if scale == 0 {
		return fmt.Errorf("film: track %d is not described", t.ID)
	}
	at := int64(t.BaseTime) // in units of the track
	span := func(units int64) time.Duration { return time.Duration(units) * time.Second / scale }
	for _, s := range t.Samples {
		one := Sample{DTS: span(at), PTS: span(at + int64(s.PTSOffset))}
		if sound {
			one.Packet = s.Payload
		} else {
			var au h264.AVCC
			if err := au.Unmarshal(s.Payload); err != nil {
				return fmt.Errorf("film: %w", err)
			}
			one.NALs = au
		}
		f.samples = append(f.samples, one)
		at += int64(s.Duration)
		f.length = max(f.length, span(at))
	}
	return nil
}

// Length is one turn of the film.
func (f *Film) Length() time.Duration { return f.length }

// Params are the film's H.264 parameter sets.
func (f *Film) Params() (sps, pps []byte) { return f.sps, f.pps }

// Samples are one turn of the film, in the order of decoding. They are not to
// be changed.
func (f *Film) Samples() []Sample { return f.samples }

// Publish sends the film to an RTMP address, in real time, until ctx ends or
// the connection breaks.
func (f *Film) Publish(ctx context.Context, address string) error {
	return f.PublishMarked(ctx, address, func(nals [][]byte) [][]byte { return nals })
}

// PublishMarked is Publish with mark applied to each picture as it is sent: a
// benchmark writes the moment into it.
func (f *Film) PublishMarked(ctx context.Context, address string, mark func(nals [][]byte) [][]byte) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("loop: %w", err)
	}
	c := &gortmplib.Client{URL: u, Publish: true}
	if err := c.Initialize(ctx); err != nil {
		return fmt.Errorf("loop: %w", err)
	}
	stop := context.AfterFunc(ctx, c.Close)
	defer func() {
		if stop() {
			c.Close()
		}
	}()
	picture := &gortmplib.Track{Codec: &rtmp.H264{SPS: f.sps, PPS: f.pps}}
	tracks := []*gortmplib.Track{picture}
	var sound *gortmplib.Track
	if f.aac != nil {
		sound = &gortmplib.Track{Codec: &rtmp.MPEG4Audio{Config: f.aac}}
		tracks = append(tracks, sound)
	}
	w := &gortmplib.Writer{Conn: c, Tracks: tracks}
	if err := w.Initialize(); err != nil {
		return fmt.Errorf("loop: %w", err)
	}
	begin := time.Now()
	for turn := time.Duration(0); ; turn += f.length {
		for _, s := range f.samples {
			select {
			case <-time.After(time.Until(begin.Add(turn + s.DTS))):
			case <-ctx.Done():
				return nil
			}
			if s.NALs != nil {
				err = w.WriteH264(picture, turn+s.PTS, turn+s.DTS, mark(s.NALs))
			} else {
				err = w.WriteMPEG4Audio(sound, turn+s.PTS, s.Packet)
			}
			if err != nil {
				return fmt.Errorf("loop: %w", err)
			}
		}
	}
}
