package media

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tianbo/internal/kernel/id"
)

// storer moves finished files into the store and the index. What is not yet
// there stays on the local disk and is found again after a restart.
type storer struct {
	engine *Engine
	ctx    context.Context
	dir    string
	wake   chan struct{}
	quit   chan struct{}

	mu      sync.Mutex
	pending []string
}

// newStorer takes in what an earlier process left: whole files as they are,
// open ones up to their last whole fragment.
func newStorer(e *Engine) (*storer, error) {
	if err := os.MkdirAll(e.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder for recordings: %w", err)
	}
	s := &storer{engine: e, ctx: e.ctx, dir: e.Dir, wake: make(chan struct{}, 1), quit: make(chan struct{})}
	entries, err := os.ReadDir(e.Dir)
	if err != nil {
		return nil, fmt.Errorf("folder for recordings: %w", err)
	}
	for _, entry := range entries {
		path := filepath.Join(e.Dir, entry.Name())
		if whole, open := strings.CutSuffix(path, openSuffix); open {
			if err := s.recover(path, whole); err != nil {
				return nil, err
			}
			path = whole
		}
		if _, ok := parseName(path); ok {
			s.pending = append(s.pending, path)
		}
	}
	return s, nil
}

// recover closes the file of a process that died, and marks the hole.
func (s *storer) recover(path, whole string) error {
	r, ok := parseName(whole)
	if !ok {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("recovering a recording: %w", err)
	}
	defer f.Close()
	end, size := int64(0), int64(0)
	if info, err := f.Stat(); err == nil {
		size = info.Size()
	}
	if _, gops, _ := indexFile(f); len(gops) > 0 {
		g := gops[len(gops)-1]
		end = g.Offset + g.Size
		gap := Gap{Slot: r.Slot, Start: time.Duration(g.Start+g.Length) * time.Microsecond, Reason: "crash"}
		if err := insertGap(s.ctx, r.Session, gap); err != nil {
			return err
		}
	}
	s.engine.Log.Warn("a recording was cut off by a crash", "session", r.Session, "kept", end, "lost", size-end)
	if end == 0 {
		return os.Remove(path)
	}
	if err := os.Truncate(path, end); err != nil {
		return fmt.Errorf("recovering a recording: %w", err)
	}
	return os.Rename(path, whole)
}

// next is the number of a slot's next file.
func (s *storer) next(session id.Session, slot string, last int64) (int64, error) {
	seq, _, err := extent(s.ctx, session, slot)
	if err != nil {
		return 0, err
	}
	seq = max(seq, last)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pending {
		if r, ok := parseName(p); ok && r.Session == session && r.Slot == slot {
			seq = max(seq, r.Seq)
		}
	}
	return seq + 1, nil
}

func (s *storer) add(path string) {
	s.mu.Lock()
	s.pending = append(s.pending, path)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *storer) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending)
}

// holds reports whether a file of the slot waits to be stored.
func (s *storer) holds(session id.Session, slot string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.pending, func(p string) bool {
		r, ok := parseName(p)
		return ok && r.Session == session && r.Slot == slot
	})
}

// stop lets run finish what waits, once.
func (s *storer) stop() { close(s.quit) }

func (s *storer) run(ctx context.Context) {
	for pause := time.Second; ; {
		failed := s.drain(ctx)
		select {
		case <-s.quit:
			if s.waiting() > 0 && !failed {
				continue
			}
			return
		default:
		}
		var retry <-chan time.Time
		if failed {
			retry = time.After(pause)
			pause = min(2*pause, time.Minute)
		} else {
			pause = time.Second
		}
		select {
		case <-s.wake:
		case <-retry:
		case <-s.quit:
		}
	}
}

func (s *storer) drain(ctx context.Context) (failed bool) {
	s.mu.Lock()
	work := append([]string(nil), s.pending...)
	s.mu.Unlock()
	for _, path := range work {
		if err := s.keep(ctx, path); err != nil {
			s.engine.Log.Error("a recording could not be stored; it stays on the local disk", "file", filepath.Base(path), "error", err)
			failed = true
			continue
		}
		s.mu.Lock()
		for i, p := range s.pending {
			if p == path {
				s.pending = append(s.pending[:i], s.pending[i+1:]...)
				break
			}
		}
		s.mu.Unlock()
	}
	return failed
}

// keep stores one file, without holding it in memory. It may run again after a
// crash at any point.
func (s *storer) keep(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	r, _ := parseName(path)
	if r.InitSize, r.GOPs, err = indexFile(f); len(r.GOPs) == 0 {
		return s.setAside(path, err)
	}
	g := r.GOPs[len(r.GOPs)-1]
	r.Size = g.Offset + g.Size // what is torn at the end is left out
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, r.Size)); err != nil {
		return fmt.Errorf("hashing a recording: %w", err)
	}
	r.SHA256 = sum.Sum(nil)
	r.Key = fmt.Sprintf("rec/%s/%s/%06d.mp4", r.Session, r.Slot, r.Seq)
	if err := s.engine.Store.Put(ctx, r.Key, io.NewSectionReader(f, 0, r.Size), r.Size, "video/mp4"); err != nil {
		return err
	}
	if err := insertRecord(ctx, r); err != nil {
		return err
	}
	return os.Remove(path)
}

// setAside keeps a file that cannot be read, for a person to look at.
func (s *storer) setAside(path string, cause error) error {
	s.engine.Log.Error("a recorded file cannot be read; it was set aside", "file", filepath.Base(path), "error", cause)
	return os.Rename(path, path+".bad")
}
