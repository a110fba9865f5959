package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/pmp4"

	"tianbo/internal/kernel/id"
	"tianbo/internal/live/media/av"
	"tianbo/internal/platform/blob"
)

// Cut writes the span of a recording as one MP4 that every player and phone
// takes, without encoding anew: from the keyframe at or before from to the end
// of the GOP that holds to. Pictures and sound are copied byte for byte; only
// times and places are written anew. It answers where the clip truly begins,
// and its length. What is not yet stored gives ErrNotYet.
func (e *Engine) Cut(ctx context.Context, session id.Session, from, to time.Duration, w io.Writer) (start, length time.Duration, err error) {
	files, err := records(ctx, session, SlotHost, from.Microseconds(), to.Microseconds())
	if err != nil {
		return 0, 0, err
	}
	if n := len(files); (n == 0 || files[n-1].end() < to.Microseconds()) && e.recording(session) {
		return 0, 0, ErrNotYet
	}
	c := &cutter{ctx: ctx, store: e.Store}
	defer c.close()
	if err := c.choose(files, from.Microseconds(), to.Microseconds()); err != nil {
		return 0, 0, err
	}
	p, err := c.presentation()
	if err != nil {
		return 0, 0, err
	}
	if err := p.Marshal(w); err != nil {
		return 0, 0, fmt.Errorf("writing a clip: %w", err)
	}
	first, last := c.spans[0], c.spans[len(c.spans)-1]
	begins := first.Start
	return time.Duration(begins) * time.Microsecond, time.Duration(last.Start+last.Length-begins) * time.Microsecond, nil
}

// recording reports whether more of the session may still come to the store.
func (e *Engine) recording(session id.Session) bool {
	for _, c := range e.of(session) {
		if c.slot == SlotHost && !c.over() {
			return true
		}
	}
	return e.store.holds(session, SlotHost)
}

// span is a GOP and the file that has it.
type span struct {
	gop
	key string
}

// cutter reads the chosen GOPs of a recording, one or two at a time.
type cutter struct {
	ctx   context.Context
	store blob.Store
	init  []byte
	spans []span

	file    io.ReadSeekCloser
	opened  string
	parts   [2]*fmp4.Part // of the spans numbered in loaded
	loaded  [2]int
	replace int
}

func (c *cutter) close() {
	if c.file != nil {
		c.file.Close()
	}
}

// choose finds the GOPs from the one that holds from to the one that holds to.
// They must be of one connection of the publisher: what lies between two was
// not recorded, and the picture may have another shape.
func (c *cutter) choose(files []record, from, to int64) error {
	epoch := int64(-1)
	for _, f := range files {
		for _, g := range f.GOPs {
			if g.Start+g.Length <= from || g.Start >= to {
				continue
			}
			if epoch < 0 {
				epoch = f.Epoch
				var err error
				if c.init, err = c.read(f.Key, 0, f.InitSize); err != nil {
					return err
				}
			}
			if f.Epoch != epoch {
				return ErrCrossesChange
			}
			c.spans = append(c.spans, span{g, f.Key})
		}
	}
	if len(c.spans) == 0 {
		return ErrNotRecorded
	}
	c.loaded = [2]int{-1, -1}
	return nil
}

func (c *cutter) read(key string, at, n int64) ([]byte, error) {
	if c.opened != key {
		c.close()
		f, err := c.store.Open(c.ctx, key)
		if err != nil {
			return nil, err
		}
		c.file, c.opened = f, key
	}
	if _, err := c.file.Seek(at, io.SeekStart); err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(c.file, data); err != nil {
		return nil, fmt.Errorf("%s is shorter than its index: %w", key, err)
	}
	return data, nil
}

// part is the fragment of a span. Two are kept, for the sound of one ends
// within the next.
func (c *cutter) part(i int) (*fmp4.Part, error) {
	for k, n := range c.loaded {
		if n == i {
			return c.parts[k], nil
		}
	}
	s := c.spans[i]
	data, err := c.read(s.key, s.Offset, s.Size)
	if err != nil {
		return nil, err
	}
	var parts fmp4.Parts
	if err := parts.Unmarshal(data); err != nil || len(parts) != 1 {
		return nil, fmt.Errorf("a fragment of %s cannot be read: %w", s.key, errors.Join(errBox, err))
	}
	c.parts[c.replace], c.loaded[c.replace] = parts[0], i
	c.replace = 1 - c.replace
	return parts[0], nil
}

// presentation describes the clip; the media is read as it is written.
func (c *cutter) presentation() (*pmp4.Presentation, error) {
	var init fmp4.Init
	if err := init.Unmarshal(bytes.NewReader(c.init)); err != nil {
		return nil, fmt.Errorf("init section: %w", err)
	}
	p := &pmp4.Presentation{}
	for _, t := range init.Tracks {
		track := &pmp4.Track{ID: t.ID, TimeScale: t.TimeScale, Codec: t.Codec}
		if err := c.fill(track); err != nil {
			return nil, err
		}
		if len(track.Samples) > 0 {
			p.Tracks = append(p.Tracks, track)
		}
	}
	return p, nil
}

// fill lists the samples of a track: each lasts until the next begins, and
// sound from before the first picture is left out.
func (c *cutter) fill(track *pmp4.Track) error {
	zero := av.Ticks(c.spans[0].Start, int64(track.TimeScale))
	next := zero
	for i := range c.spans {
		part, err := c.part(i)
		if err != nil {
			return err
		}
		for k, t := range part.Tracks {
			if t.ID != track.ID {
				continue
			}
			at := int64(t.BaseTime)
			for n, s := range t.Samples {
				if at >= zero {
					c.place(track, next, at)
					track.Samples = append(track.Samples, &pmp4.Sample{
						Duration: s.Duration, PTSOffset: s.PTSOffset, IsNonSyncSample: s.IsNonSyncSample, PayloadSize: uint32(len(s.Payload)),
						GetPayload: func() ([]byte, error) {
							part, err := c.part(i)
							if err != nil {
								return nil, err
							}
							return part.Tracks[k].Samples[n].Payload, nil
						},
					})
					next = at + int64(s.Duration)
				}
				at += int64(s.Duration)
			}
		}
	}
	return nil
}

// place lets a sample begin at its time though the ones before end at next.
func (*cutter) place(track *pmp4.Track, next, at int64) {
	if n := len(track.Samples); n > 0 {
		last := track.Samples[n-1]
		last.Duration = uint32(max(int64(last.Duration)+at-next, 1))
		return
	}
	track.TimeOffset = int32(at - next)
}
