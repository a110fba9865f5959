package interact

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"tianbo/internal/kernel/id"
)

// SeedHash is what is published before a draw: whoever gets the seed later can
// see that it was fixed.
func SeedHash(seed []byte) string {
	h := sha256.Sum256(seed)
	return hex.EncodeToString(h[:])
}

// ListHash is the SHA-256 over the entries, sorted, each followed by a newline.
func ListHash(entries []id.Entry) string {
	sorted := slices.Clone(entries)
	slices.Sort(sorted)
	var b strings.Builder
	for _, e := range sorted {
		b.WriteString(string(e) + "\n")
	}
	h := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(h[:])
}

// Winners are the n entries with the smallest HMAC-SHA256(seed, list hash ‖
// entry), in that order. Anyone can repeat it from what is published after the
// draw: seed, list hash and entries.
func Winners(seed []byte, entries []id.Entry, n int) []id.Entry {
	list := ListHash(entries)
	lot := func(e id.Entry) []byte {
		mac := hmac.New(sha256.New, seed)
		mac.Write([]byte(list + string(e)))
		return mac.Sum(nil)
	}
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, func(a, b id.Entry) int { return bytes.Compare(lot(a), lot(b)) })
	return sorted[:min(n, len(sorted))]
}
