// Package id makes and reads the identifiers of Tianbo.
//
// An identifier is text: a short prefix that names the kind of thing, an
// underscore, and a UUIDv7 in 26 characters of lower-case Crockford base32:
// "room_01k2v9c3t8f6e0q5w7x4y1z2ab". Identifiers made later sort later, so
// they serve as keyset cursors; they carry no secret and grant no right.
package id

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Kind is a typed identifier: a string type that knows its prefix.
type Kind interface {
	~string
	Prefix() string
}

// ErrMalformed is wrapped by every error of Parse.
var ErrMalformed = errors.New("malformed identifier")

const (
	alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	bodyLen  = 26
)

var last struct {
	sync.Mutex
	milli int64
	seq   uint16
}

// New returns a fresh identifier of kind T. Identifiers made by one process
// are strictly increasing as long as its clock does not step back more than
// it makes identifiers; across processes they are unique, not ordered.
func New[T Kind]() T {
	var zero T
	return T(zero.Prefix() + "_" + encode(uuidv7(time.Now().UnixMilli())))
}

// Parse checks that s is an identifier of kind T.
func Parse[T Kind](s string) (T, error) {
	var zero T
	body, ok := strings.CutPrefix(s, zero.Prefix()+"_")
	if !ok || len(body) != bodyLen || body[0] > '7' {
		return zero, fmt.Errorf("%w: want %s_ and %d characters", ErrMalformed, zero.Prefix(), bodyLen)
	}
	for i := range len(body) {
		if strings.IndexByte(alphabet, body[i]) < 0 {
			return zero, fmt.Errorf("%w: character %d is not allowed", ErrMalformed, i+1)
		}
	}
	return T(s), nil
}

// Valid reports whether v parses as its own kind.
func Valid[T Kind](v T) bool {
	_, err := Parse[T](string(v))
	return err == nil
}

// uuidv7 makes the 128 bits of RFC 9562 version 7, with the 12 bits of rand_a
// as a counter within the millisecond.
func uuidv7(now int64) [16]byte {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand aborts the program instead
	last.Lock()
	if now > last.milli {
		last.milli, last.seq = now, binary.BigEndian.Uint16(b[6:])&0x07ff
	} else if last.seq++; last.seq > 0x0fff {
		last.milli, last.seq = last.milli+1, 0
	}
	milli, seq := last.milli, last.seq
	last.Unlock()
	binary.BigEndian.PutUint64(b[:8], uint64(milli)<<16|0x7000|uint64(seq))
	b[8] = b[8]&0x3f | 0x80
	return b
}

// encode writes 16 bytes as 26 base32 characters, most significant first.
func encode(b [16]byte) string {
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	var out [bodyLen]byte
	for i := bodyLen - 1; i >= 0; i-- {
		out[i] = alphabet[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}
