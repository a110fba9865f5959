package media

import (
	"encoding/binary"
	"errors"
	"fmt"

	"tianbo/internal/live/media/av"
)

var errTorn = errors.New("the file ends within a fragment")

// box is one ISO BMFF box: its name and its place.
type box struct {
	name       string
	start, end int // with the header
	body       int // where the content begins
}

// eachBox walks the boxes of data[from:to]. It stops with errTorn at one that
// is not whole.
func eachBox(data []byte, from, to int, visit func(box) error) error {
	for at := from; at < to; {
		if to-at < 8 {
			return errTorn
		}
		size := int64(binary.BigEndian.Uint32(data[at:]))
		b := box{name: string(data[at+4 : at+8]), start: at, body: at + 8}
		if size == 1 {
			if to-at < 16 {
				return errTorn
			}
			size = int64(binary.BigEndian.Uint64(data[at+8:]) & (1<<62 - 1))
			b.body = at + 16
		}
		if size < int64(b.body-at) || size > int64(to-at) {
			return errTorn
		}
		b.end = at + int(size)
		if err := visit(b); err != nil {
			return err
		}
		at = b.end
	}
	return nil
}

// trackRun is what a traf says.
type trackRun struct {
	id       uint32
	base     int64 // ticks
	duration int64 // ticks
}

var errBox = errors.New("unexpected content of a box")

func readRun(data []byte, traf box) (t trackRun, err error) {
	defaultDuration := int64(0)
	err = eachBox(data, traf.body, traf.end, func(b box) error {
		d := data[b.body:b.end]
		if len(d) < 8 {
			return errBox
		}
		flags := binary.BigEndian.Uint32(d) & 0xFFFFFF
		switch b.name {
		case "tfhd":
			t.id = binary.BigEndian.Uint32(d[4:])
			at := 8
			for _, f := range []struct {
				flag uint32
				size int
			}{{0x1, 8}, {0x2, 4}} {
				if flags&f.flag != 0 {
					at += f.size
				}
			}
			if flags&0x8 != 0 {
				if len(d) < at+4 {
					return errBox
				}
				defaultDuration = int64(binary.BigEndian.Uint32(d[at:]))
			}
		case "tfdt":
			if d[0] != 1 || len(d) < 12 {
				return errBox
			}
			t.base = int64(binary.BigEndian.Uint64(d[4:]))
			if t.base < 0 {
				return errBox
			}
		case "trun":
			return t.addRun(d, flags, defaultDuration)
		}
		return nil
	})
	return t, err
}

func (t *trackRun) addRun(d []byte, flags uint32, defaultDuration int64) error {
	count := int(binary.BigEndian.Uint32(d[4:]))
	at, each := 8, 0
	if flags&0x1 != 0 {
		at += 4
	}
	if flags&0x4 != 0 {
		at += 4
	}
	for _, f := range []uint32{0x100, 0x200, 0x400, 0x800} {
		if flags&f != 0 {
			each += 4
		}
	}
	if count < 0 || count > 1<<20 || len(d) < at || each > 0 && (len(d)-at)/each < count {
		return errBox
	}
	if flags&0x100 == 0 {
		t.duration += int64(count) * defaultDuration
		return nil
	}
	for i := range count {
		t.duration += int64(binary.BigEndian.Uint32(d[at+i*each:]))
	}
	return nil
}

// runs are the tracks of a moof.
func runs(data []byte, moof box) ([]trackRun, error) {
	var out []trackRun
	err := eachBox(data, moof.body, moof.end, func(b box) error {
		if b.name != "traf" {
			return nil
		}
		t, err := readRun(data, b)
		if err != nil {
			return err
		}
		out = append(out, t)
		return nil
	})
	return out, err
}

// indexFragments finds the GOPs in fragments; offsets count from the start of
// data plus at. At a torn end it gives those that are whole, and errTorn.
func indexFragments(data []byte, at int64) ([]gop, error) {
	var out []gop
	var open *gop
	err := eachBox(data, 0, len(data), func(b box) error {
		switch b.name {
		case "moof":
			tracks, err := runs(data, b)
			if err != nil {
				return err
			}
			g := gop{Offset: at + int64(b.start)}
			for _, t := range tracks {
				if t.id == av.VideoTrack {
					g.Start = av.Micros(t.base, av.VideoRate)
					g.Length = av.Micros(t.base+t.duration, av.VideoRate) - g.Start
				}
			}
			open = &g
		case "mdat":
			if open == nil {
				return fmt.Errorf("%w: mdat without moof", errBox)
			}
			open.Size = at + int64(b.end) - open.Offset
			if open.Length > 0 {
				out = append(out, *open)
			}
			open = nil
		}
		return nil
	})
	if err == nil && open != nil {
		err = errTorn
	}
	return out, err
}

// initEnd is the length of the init section (ftyp, moov) at the start.
func initEnd(data []byte) (int64, error) {
	end := int64(0)
	stop := errors.New("stop")
	err := eachBox(data, 0, len(data), func(b box) error {
		if b.name == "moof" {
			return stop
		}
		if b.name == "moov" {
			end = int64(b.end)
		}
		return nil
	})
	if end == 0 {
		return 0, fmt.Errorf("init section: %w", errors.Join(errBox, err))
	}
	return end, nil
}
