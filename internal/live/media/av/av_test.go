package av_test

import (
	"bytes"
	"testing"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"pgregory.net/rapid"

	"tianbo/internal/live/media/av"
)

// A baseline 1920x1080 stream's parameter sets.
var (
	sps = []byte{
		0x67, 0x42, 0xc0, 0x28, 0xd9, 0x00, 0x78, 0x02, 0x27, 0xe5, 0x84, 0x00, 0x00, 0x03, 0x00, 0x04,
		0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc9, 0x20,
	}
	pps = []byte{0x68, 0xce, 0x0f, 0xc8}
)

func TestTicksAndMicrosInvert(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]int64{90000, 48000, 44100, 16000}).Draw(t, "rate")
		ticks := rapid.Int64Range(0, 1<<45).Draw(t, "ticks")
		if got := av.Ticks(av.Micros(ticks, rate), rate); got != ticks && got != ticks-1 {
			t.Fatalf("%d ticks became %d", ticks, got)
		}
	})
}

func TestRTPTimeSurvivesTheWrap(t *testing.T) {
	c := av.RTPTime{Rate: 90000}
	stamp := uint32(0xFFFFFFFF - 90000)
	for i := range int64(20) {
		if got := c.At(stamp, 5_000_000); got != 5_000_000+i*500_000 {
			t.Fatalf("packet %d is at %d", i, got)
		}
		stamp += 45000
	}
}

func TestAlignFollowsSenderReports(t *testing.T) {
	video, audio := av.RTPTime{Rate: 90000}, av.RTPTime{Rate: 48000}
	video.At(1000, 0)
	audio.At(700, 200_000) // sound arrived 200 ms late, but was taken together
	second := uint64(100) << 32
	av.Align(&video, av.Report{NTP: second, Stamp: 1000}, &audio, av.Report{NTP: second, Stamp: 700})
	if got := audio.At(700, 0); got != 0 {
		t.Fatalf("sound stands at %d µs, not with its picture", got)
	}
	before := audio.At(700+48000, 0)
	av.Align(&video, av.Report{NTP: second, Stamp: 1000}, &audio, av.Report{NTP: second + 9<<32, Stamp: 700})
	if got := audio.At(700+48000, 0); got != before {
		t.Fatal("a clock nine seconds off was believed")
	}
}

func TestSteadyAndRising(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s av.Steady
		var r av.Rising
		end, last := int64(-1<<62), int64(-1<<62)
		for range rapid.IntRange(1, 60).Draw(t, "n") {
			pts := rapid.Int64Range(-1_000_000, 10_000_000).Draw(t, "pts")
			at, ok := s.At(pts, 20_000)
			if ok && at < end {
				t.Fatalf("packet at %d begins before %d, the end of the one before", at, end)
			}
			if ok {
				end = at + 20_000
			}
			d := r.At(pts)
			if d <= last {
				t.Fatalf("dts %d after %d", d, last)
			}
			last = d
		}
	})
	var s av.Steady
	for i, ms := range []int64{0, 23, 46, 70, 93} { // AAC at 44.1 kHz, rounded
		if got, ok := s.At(ms*1000, 23_220); !ok || got != int64(i)*23_220 {
			t.Fatalf("packet %d at %d", i, got)
		}
	}
}

func TestFragmentKeepsTimesAndBytes(t *testing.T) {
	p := av.Params{SPS: sps, PPS: pps, Opus: 2}
	if w, h := p.Resolution(); w != 1920 || h != 1080 {
		t.Errorf("resolution %dx%d", w, h)
	}
	f := av.Fragment{Params: p}
	for i := range int64(5) {
		at := 1_000_000 + i*50_000
		if err := f.Release(at); err != nil {
			t.Fatal(err)
		}
		f.Hold(&av.Unit{PTS: at, DTS: at, Key: i == 0, NALs: [][]byte{{0x65, byte(i), 1}}})
		f.Sound(&av.Unit{Kind: av.Audio, PTS: at, Duration: 50_000, Packet: []byte{byte(i)}})
	}
	if !f.Independent() || f.Held() == nil {
		t.Fatal("the fragment forgot its keyframe or the picture it holds")
	}
	data, err := f.Take(7)
	if err != nil {
		t.Fatal(err)
	}
	var parts fmp4.Parts
	if err := parts.Unmarshal(data); err != nil {
		t.Fatal(err)
	}
	tr := parts[0].Tracks
	if len(tr) != 2 || len(tr[0].Samples) != 4 || len(tr[1].Samples) != 5 || tr[0].BaseTime != 90000 || tr[1].BaseTime != 48000 {
		t.Fatalf("unexpected fragment %+v", parts[0])
	}
	if tr[0].Samples[0].Duration != 4500 || !tr[0].Samples[1].IsNonSyncSample || !bytes.HasSuffix(tr[0].Samples[2].Payload, []byte{0x65, 2, 1}) {
		t.Fatalf("unexpected samples %+v", tr[0].Samples[0])
	}
}
