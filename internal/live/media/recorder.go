package media

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/live/media/av"
)

const (
	fileLength = 60_000_000 // µs
	fileSize   = 32 << 20
	// gopBytes bounds one fragment in memory.
	gopBytes = 16 << 20
)

// recorder is the sink that keeps everything: one fragment a GOP, appended and
// synced, so that a crash loses at most the GOP under way. A finished file goes
// to the storer.
type recorder struct {
	store   *storer
	session id.Session
	slot    string
	log     *slog.Logger
	leftOut atomic.Bool

	epoch av.Epoch
	frag  av.Fragment
	file  *os.File
	path  string
	start int64 // of the file
	size  int64
	parts uint32
	seq   int64
	dead  time.Time // the disk failed; tried again later
}

func newRecorder(s *storer, session id.Session, slot string, log *slog.Logger) *recorder {
	return &recorder{store: s, session: session, slot: slot, log: log}
}

// lost is told from another goroutine that units were left out.
func (r *recorder) lost() { r.leftOut.Store(true) }

// Begin starts an epoch in a file of its own.
func (r *recorder) Begin(e av.Epoch) {
	r.Pause()
	r.epoch, r.frag = e, av.Fragment{Params: e.Params}
}

// Pause finishes the file.
func (r *recorder) Pause() {
	if u := r.frag.Held(); u != nil {
		r.cut(u.DTS + 40_000)
	}
	r.finish()
}

// Write keeps a unit.
func (r *recorder) Write(u *av.Unit) {
	held := r.frag.Held()
	if u.Kind == av.Audio {
		if held != nil || !r.frag.Empty() {
			r.frag.Sound(u)
		}
		return
	}
	if held == nil && !u.Key {
		return
	}
	if r.leftOut.Swap(false) {
		r.gap(u.DTS, "overflow")
	}
	switch {
	case u.Key || r.frag.Bytes() > gopBytes:
		if held != nil {
			r.cut(u.DTS)
		}
		if r.file != nil && u.Key && (u.DTS-r.start >= fileLength || r.size >= fileSize) {
			r.finish()
		}
	case held != nil:
		_ = r.frag.Release(u.DTS) // a picture that cannot be packed is left out
	}
	r.frag.Hold(u)
}

// cut writes the GOP that ends at end.
func (r *recorder) cut(end int64) {
	_ = r.frag.Release(end)
	if r.frag.Empty() {
		return
	}
	r.parts++
	data, err := r.frag.Take(r.parts)
	if err == nil {
		err = r.append(data)
	}
	if err != nil {
		r.log.Error("the recording could not be written", "session", r.session, "error", err)
		r.gap(end, "disk")
		r.abandon()
	}
}

func (r *recorder) append(data []byte) error {
	if r.file == nil {
		if time.Since(r.dead) < 5*time.Second {
			return nil
		}
		if err := r.create(); err != nil {
			return err
		}
		if _, size, moof, err := readBox(bytes.NewReader(data), 0); err == nil && size > 0 {
			if g, err := openGOP(moof, 0); err == nil {
				r.start = g.Start
			}
		}
	}
	n, err := r.file.Write(data)
	r.size += int64(n)
	if err != nil {
		return err
	}
	return r.file.Sync()
}

func (r *recorder) create() error {
	seq, err := r.store.next(r.session, r.slot, r.seq)
	if err != nil {
		return err
	}
	r.seq = seq
	r.path = filepath.Join(r.store.dir, fileName(r.session, r.slot, r.seq, int64(r.epoch.N))+openSuffix)
	if r.file, err = os.OpenFile(r.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
		r.file = nil
		return err
	}
	init, err := r.epoch.Params.Init()
	if err != nil {
		return err
	}
	r.size = int64(len(init))
	_, err = r.file.Write(init)
	return err
}

// finish closes the file and gives it to the storer.
func (r *recorder) finish() {
	if r.file == nil {
		return
	}
	err := r.file.Close()
	done := strings.TrimSuffix(r.path, openSuffix)
	if err == nil {
		err = os.Rename(r.path, done)
	}
	r.file = nil
	if err != nil {
		r.log.Error("a recorded file could not be closed", "session", r.session, "error", err)
		return
	}
	r.store.add(done)
}

// abandon leaves a file that cannot be written; recovery takes what is whole.
func (r *recorder) abandon() {
	r.dead = time.Now()
	if r.file != nil {
		_ = r.file.Close()
		_ = os.Rename(r.path, strings.TrimSuffix(r.path, openSuffix))
		r.file = nil
		r.store.add(strings.TrimSuffix(r.path, openSuffix))
	}
}

func (r *recorder) gap(at int64, reason string) {
	g := Gap{Slot: r.slot, Start: time.Duration(at) * time.Microsecond, Reason: reason}
	if err := insertGap(r.store.ctx, r.session, g); err != nil {
		r.log.Error("a gap in the recording could not be noted", "session", r.session, "reason", reason, "error", err)
	}
}

// openSuffix marks a file that is still being written.
const openSuffix = ".open"

func fileName(session id.Session, slot string, seq, epoch int64) string {
	return fmt.Sprintf("%s.%s.%06d.%d.mp4", session, slot, seq, epoch)
}

// parseName reads what fileName made.
func parseName(name string) (r record, ok bool) {
	parts := strings.Split(filepath.Base(name), ".")
	if len(parts) < 5 || parts[4] != "mp4" {
		return record{}, false
	}
	var err1, err2 error
	r.Session, r.Slot = id.Session(parts[0]), parts[1]
	r.Seq, err1 = strconv.ParseInt(parts[2], 10, 64)
	r.Epoch, err2 = strconv.ParseInt(parts[3], 10, 64)
	return r, err1 == nil && err2 == nil
}
