// Package blob keeps files: recordings, clips, pictures. A Store is a folder
// or a bucket; both pass one conformance suite.
//
// Keys are slash-separated paths of lower-case letters, digits, '-', '_' and
// '.', such as "rec/ses_…/000001.mp4". What Put has acknowledged is durable,
// and a reader sees a whole file or none.
package blob

import (
	"context"
	"io"
	"strings"
	"time"

	"tianbo/internal/kernel/fault"
)

var (
	// ErrNotFound: there is no such file.
	ErrNotFound = fault.Define(fault.NotFound, "file_not_found", "文件不在了", "The file is not there.")
	// ErrKey: the key is not of the allowed form.
	ErrKey = fault.Define(fault.Invalid, "file_key", "文件名不合规", "The file key is not allowed.")
	// ErrFull: no space is left.
	ErrFull = fault.Define(fault.Unavailable, "storage_full",
		"服务器存储满了，这次没有保存。请联系管理员", "The server's storage is full; this was not saved. Tell the administrator.")
)

// Info describes a file.
type Info struct {
	Key      string
	Size     int64
	Modified time.Time
}

// Store keeps files. It is safe for concurrent use.
type Store interface {
	// Put writes a file, replacing one of the same key. size is the exact
	// number of bytes r gives; another number is an error and nothing is kept.
	Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) error
	// Open reads a file from any place. The caller closes it.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Stat describes a file.
	Stat(ctx context.Context, key string) (Info, error)
	// Delete removes a file; removing none is no error.
	Delete(ctx context.Context, key string) error
	// List gives the files whose key begins with prefix and sorts after
	// after, in order, at most limit.
	List(ctx context.Context, prefix, after string, limit int) ([]Info, error)
}

// CheckKey reports a key that no Store takes.
func CheckKey(key string) error {
	if len(key) == 0 || len(key) > 255 {
		return ErrKey
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part[0] == '.' {
			return ErrKey
		}
		for i := range len(part) {
			c := part[i]
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
				return ErrKey
			}
		}
	}
	return nil
}
