package dayroot_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tianbo/internal/market/ledger/dayroot"
)

// The leaves and roots are those of the Certificate Transparency test vectors
// (RFC 6962 reference implementation).
func TestRootOfKnownVectors(t *testing.T) {
	t.Parallel()
	inputs := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := map[int]string{
		1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var leaves []dayroot.Hash
	for i, in := range inputs {
		raw, err := hex.DecodeString(in)
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, dayroot.Leaf(raw))
		want, ok := roots[i+1]
		if !ok {
			continue
		}
		root, err := dayroot.Root(leaves)
		if err != nil || hex.EncodeToString(root[:]) != want {
			t.Errorf("root of %d leaves: %x %v, want %s", i+1, root[:], err, want)
		}
	}
}

func TestEveryLeafIsProvedAndNoOther(t *testing.T) {
	t.Parallel()
	for size := 1; size < 40; size++ {
		var leaves []dayroot.Hash
		for i := range size {
			leaves = append(leaves, dayroot.Leaf([]byte(fmt.Sprint(i))))
		}
		root, err := dayroot.Root(leaves)
		if err != nil {
			t.Fatal(err)
		}
		for n := range int64(size) {
			path, err := dayroot.Prove(leaves, n)
			if err != nil {
				t.Fatal(err)
			}
			if err := dayroot.CheckProof(path, int64(size), root, n, leaves[n]); err != nil {
				t.Errorf("leaf %d of %d: %v", n, size, err)
			}
			if err := dayroot.CheckProof(path, int64(size), root, n, dayroot.Leaf([]byte("x"))); !errors.Is(err, dayroot.ErrProof) {
				t.Errorf("another leaf passed at %d of %d", n, size)
			}
		}
		if _, err := dayroot.Prove(leaves, int64(size)); !errors.Is(err, dayroot.ErrProof) {
			t.Errorf("a leaf beyond the end: %v", err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	secret, verifier, err := dayroot.Key()
	if err != nil {
		f.Fatal(err)
	}
	d := dayroot.Day{Day: "2026-09-20", Journals: 3, Root: dayroot.Leaf([]byte("x"))}
	good, err := dayroot.Sign(d, secret)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(strings.Replace(good, "3", "4", 1))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := dayroot.Open(text, verifier)
		if err == nil && got != d {
			t.Errorf("a note that nobody signed was opened: %+v", got)
		}
	})
}
