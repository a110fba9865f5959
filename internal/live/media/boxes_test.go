package media

import (
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
		n, err := initEnd(data)
		if err != nil {
			return
		}
		gops, _ := indexFragments(data[n:], n)
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
	n, err := initEnd(data)
	if err != nil {
		t.Fatal(err)
	}
	whole, _ := indexFragments(data[n:], n)
	if len(whole) != 3 {
		t.Fatalf("%d GOPs", len(whole))
	}
	cut := whole[2].Offset + whole[2].Size - 1
	torn, err := indexFragments(data[n:cut], n)
	if err == nil || len(torn) != 2 || torn[1] != whole[1] {
		t.Fatalf("%+v %v", torn, err)
	}
}
