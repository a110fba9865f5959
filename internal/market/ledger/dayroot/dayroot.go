// Package dayroot is one signed root a day over the hashes of a day's journals:
// an RFC 6962 Merkle tree (golang.org/x/mod/sumdb/tlog) whose root stands in a
// signed note (golang.org/x/mod/sumdb/note). With the note, one journal and its
// proof, anybody can check offline that the journal was there, unchanged, when
// the day was closed. Pure: no clock, no randomness but Key's, no I/O.
package dayroot

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a node of the tree: SHA-256.
type Hash = tlog.Hash

// signer is the name in every note's signature line.
const signer = "tianbo-ledger"

// form is the first line of a note.
const form = "tianbo.ledger.day/1"

// ErrNote says that a note is not a day's root signed by the given key.
var ErrNote = errors.New("dayroot: not a day's root signed by this key")

// ErrProof says that a journal is not proved to be in the day.
var ErrProof = errors.New("dayroot: the journal is not in this day's tree")

// Leaf is the hash of a record: H(0x00 ‖ bytes).
func Leaf(record []byte) Hash { return tlog.RecordHash(record) }

// tree keeps the stored hashes in the order of tlog.StoredHashIndex.
type tree []Hash

// ReadHashes implements tlog.HashReader.
func (t tree) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(t)) {
			return nil, fmt.Errorf("dayroot: no hash %d", x)
		}
		out[i] = t[x]
	}
	return out, nil
}

func plant(leaves []Hash) (tree, error) {
	t := make(tree, 0, 2*len(leaves))
	for n, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(int64(n), leaf, t)
		if err != nil {
			return nil, err
		}
		t = append(t, more...)
	}
	return t, nil
}

// Root is the root over the leaves in their order; of none, the hash of nothing.
func Root(leaves []Hash) (Hash, error) {
	t, err := plant(leaves)
	if err != nil {
		return Hash{}, err
	}
	return tlog.TreeHash(int64(len(leaves)), t)
}

// Prove gives the audit path of leaf n.
func Prove(leaves []Hash, n int64) ([]Hash, error) {
	if n < 0 || n >= int64(len(leaves)) {
		return nil, ErrProof
	}
	t, err := plant(leaves)
	if err != nil {
		return nil, err
	}
	return tlog.ProveRecord(int64(len(leaves)), n, t)
}

// CheckProof is nil when leaf is the n-th of size under root.
func CheckProof(path []Hash, size int64, root Hash, n int64, leaf Hash) error {
	if err := tlog.CheckRecord(path, size, root, n, leaf); err != nil {
		return ErrProof
	}
	return nil
}

// Key makes a fresh pair: a secret to sign with and a verifier to publish.
func Key() (secret, verifier string, err error) { return note.GenerateKey(rand.Reader, signer) }

// Day is what a note says.
type Day struct {
	Day      string // 2006-01-02
	Journals int64
	Root     Hash
}

// Sign writes and signs the note of a day.
func Sign(d Day, secret string) (string, error) {
	s, err := note.NewSigner(secret)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%s\n%s\n%d\n%s\n", form, d.Day, d.Journals, base64.StdEncoding.EncodeToString(d.Root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, s)
	return string(signed), err
}

// Open reads a note that one of the verifiers signed.
func Open(signed string, verifiers ...string) (Day, error) {
	var list []note.Verifier
	for _, v := range verifiers {
		verifier, err := note.NewVerifier(v)
		if err != nil {
			return Day{}, fmt.Errorf("%w: %w", ErrNote, err)
		}
		list = append(list, verifier)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(list...))
	if err != nil {
		return Day{}, fmt.Errorf("%w: %w", ErrNote, err)
	}
	lines := strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")
	if len(lines) != 4 || lines[0] != form {
		return Day{}, ErrNote
	}
	count, err := strconv.ParseInt(lines[2], 10, 64)
	if err != nil || count < 0 {
		return Day{}, ErrNote
	}
	raw, err := base64.StdEncoding.DecodeString(lines[3])
	if err != nil || len(raw) != len(Hash{}) {
		return Day{}, ErrNote
	}
	d := Day{Day: lines[1], Journals: count}
	copy(d.Root[:], raw)
	return d, nil
}
