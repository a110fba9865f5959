package media

import (
	"bytes"
	"os"
	"testing"
)

// Recovery reads files torn anywhere: no bytes may bring it down, and what it
// gives lies within the file.
func FuzzIndex(f *testing.F) {
	data, err := os.ReadFile("testdata/film.mp4")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[:20_000])
	f.Add(data[:1200])
	f.Add([]byte("\x00\x00\x00\x01moof\x00\x00\x00\x00\x00\x00\x00\x10"))
	f.Fuzz(func(t *testing.T, data []byte) {
		n, gops, _ := indexFile(bytes.NewReader(data))
		for _, g := range gops {
			if g.Offset < n || g.Size <= 0 || g.Offset+g.Size > int64(len(data)) || g.Length <= 0 {
				t.Fatalf("%+v in %d bytes", g, len(data))
			}
		}
	})
}

func TestTornFilesKeepWhatIsWhole(t *testing.T) {
	data, err := os.ReadFile("testdata/film.mp4")
	if err != nil {
		t.Fatal(err)
	}
	n, whole, _ := indexFile(bytes.NewReader(data))
	if n == 0 || len(whole) != 3 {
		t.Fatalf("%d GOPs", len(whole))
	}
	end := whole[2].Offset + whole[2].Size
	for cut := whole[1].Offset + whole[1].Size; cut < end; cut += 501 {
		if _, torn, err := indexFile(bytes.NewReader(data[:cut])); len(torn) != 2 || torn[1] != whole[1] || err == nil && cut != whole[2].Offset {
			t.Fatalf("cut at %d: %+v %v", cut, torn, err)
		}
	}
	if _, all, err := indexFile(bytes.NewReader(data[:end])); err != nil || len(all) != 3 {
		t.Fatalf("%d GOPs: %v", len(all), err)
	}
}
