package seal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"tianbo/internal/platform/seal"
)

func TestSealedValuesAreBoundToTheirPlace(t *testing.T) {
	dir := t.TempDir()
	s, err := seal.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Text("13900000001", "account acc_1")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(a, []byte("139")) {
		t.Error("the plain text shows")
	}
	if got, err := s.OpenText(a, "account acc_1"); err != nil || got != "13900000001" {
		t.Errorf("%q %v", got, err)
	}
	if _, err := s.OpenText(a, "account acc_2"); err == nil {
		t.Error("a value moved to another row opened")
	}
	a[len(a)-1] ^= 1
	if _, err := s.OpenText(a, "account acc_1"); err == nil {
		t.Error("an altered value opened")
	}
}

func TestRotationKeepsOldValuesReadable(t *testing.T) {
	dir := t.TempDir()
	s, err := seal.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	old, err := s.Text("x", "c")
	if err != nil {
		t.Fatal(err)
	}
	if err := seal.Rotate(dir); err != nil {
		t.Fatal(err)
	}
	again, err := seal.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.OpenText(old, "c"); err != nil || got != "x" {
		t.Errorf("%q %v", got, err)
	}
	fresh, err := again.Text("y", "c")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenText(fresh, "c"); err == nil {
		t.Error("the old key opened what the new one sealed")
	}
	if !bytes.Equal(s.Index("phone", "1"), again.Index("phone", "1")) || bytes.Equal(s.Index("phone", "1"), s.Index("name", "1")) {
		t.Error("the blind index must be stable and differ by purpose")
	}
	for _, name := range []string{"seal.json", "index.key"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
}
