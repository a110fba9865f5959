package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

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

// maxHead bounds what is read of a file to understand it: an init section or
// the description of one fragment.
const maxHead = 1 << 20

// indexFile finds the init section and the GOPs of a recorded file, reading
// descriptions only. Of a file that is torn it gives what is whole, and the
// error; without an init section it gives nothing.
func indexFile(f io.ReaderAt) (initSize int64, out []gop, err error) {
	var open *gop
	for at := int64(0); ; {
		name, size, head, err := readBox(f, at)
		if errors.Is(err, io.EOF) && open == nil {
			return initSize, out, nil
		}
		if err != nil {
			return initSize, out, errors.Join(errTorn, err)
		}
		switch {
		case name == "moov":
			initSize = at + size
		case name == "moof" && initSize > 0:
			if open, err = openGOP(head, at); err != nil {
				return initSize, out, err
			}
		case name == "mdat":
			if open == nil {
				return initSize, out, fmt.Errorf("%w: mdat without moof", errBox)
			}
			open.Size = at + size - open.Offset
			if open.Length > 0 {
				out = append(out, *open)
			}
			open = nil
		}
		at += size
	}
}

// openGOP reads the description of a fragment that begins at.
func openGOP(moof []byte, at int64) (*gop, error) {
	tracks, err := runs(moof, box{name: "moof", body: 8, end: len(moof)})
	if err != nil {
		return nil, err
	}
	g := &gop{Offset: at}
	for _, t := range tracks {
		if t.id == av.VideoTrack {
			g.Start = av.Micros(t.base, av.VideoRate)
			g.Length = av.Micros(t.base+t.duration, av.VideoRate) - g.Start
		}
	}
	return g, nil
}

// readBox reads the header of the box at, and the whole of it when it is a
// description. The box must end within the file.
func readBox(f io.ReaderAt, at int64) (name string, size int64, whole []byte, err error) {
	var header [16]byte
	n, _ := f.ReadAt(header[:], at) // how much there is says it all
	if n == 0 {
		return "", 0, nil, io.EOF
	}
	if n < 8 {
		return "", 0, nil, errTorn
	}
	name, size = string(header[4:8]), int64(binary.BigEndian.Uint32(header[:4]))
	least := int64(8)
	if size == 1 && n == 16 {
		size, least = int64(binary.BigEndian.Uint64(header[8:])&(1<<62-1)), 16
	}
	if size < least || size > 1<<40 {
		return "", 0, nil, errBox
	}
	if name == "moof" {
		if size > maxHead || least != 8 {
			return "", 0, nil, errBox
		}
		whole = make([]byte, size)
		if _, err := f.ReadAt(whole, at); err != nil {
			return "", 0, nil, errTorn
		}
		return name, size, whole, nil
	}
	if n, _ := f.ReadAt(make([]byte, 1), at+size-1); n != 1 {
		return "", 0, nil, errTorn
	}
	return name, size, nil, nil
}
