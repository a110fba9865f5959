package app

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/sqldb"
)

// manifest is the last file of a backup: without it the backup is not whole.
type manifest struct {
	Version string            `json:"version"`
	Made    time.Time         `json:"made"`
	Rows    map[string]int64  `json:"rows"`
	SHA256  map[string]string `json:"sha256"` // of every other file
}

const manifestName = "manifest.json"

// Backup writes the database as of one moment, the sealing keys and all stored
// files to w, as a tar archive. A server may run meanwhile. It holds keys and
// personal data: keep it where only administrators read.
func Backup(ctx context.Context, c *conf.Config, version string, w io.Writer, progress func(string)) error {
	db, err := OpenDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	store, err := openStore(ctx, c)
	if err != nil {
		return err
	}
	b := &backup{tar: tar.NewWriter(w), manifest: manifest{version, time.Now().UTC(), map[string]int64{}, map[string]string{}}}
	err = sqldb.Read(db.Attach(ctx), func(ctx context.Context) error {
		tables, err := sqldb.Tables(ctx)
		if err != nil {
			return err
		}
		for _, table := range tables {
			progress(table)
			if err := b.table(ctx, table); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	// Files are never changed, so those the database names are there.
	if err := b.keys(keyFolder(c)); err != nil {
		return err
	}
	if err := b.files(ctx, store, progress); err != nil {
		return err
	}
	text, err := json.MarshalIndent(b.manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := b.add(manifestName, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	return b.tar.Close()
}

type backup struct {
	tar      *tar.Writer
	manifest manifest
}

func (b *backup) add(name string, size int64, r io.Reader) error {
	if err := b.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: b.manifest.Made, Format: tar.FormatPAX}); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(b.tar, h), r); err != nil {
		return fmt.Errorf("backup of %s: %w", name, err)
	}
	b.manifest.SHA256[name] = hex.EncodeToString(h.Sum(nil))
	return nil
}

// table goes by way of a temporary file: tar wants to know the size first.
func (b *backup) table(ctx context.Context, table string) error {
	f, err := os.CreateTemp("", "tianbo-backup-*")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	rows, err := sqldb.Dump(ctx, table, f)
	if err != nil {
		return err
	}
	b.manifest.Rows[table] = rows
	size, err := f.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return b.add("db/"+table+".jsonl", size, f)
}

func (b *backup) keys(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("backup of keys: %w", err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return fmt.Errorf("backup of keys: %w", err)
		}
		if err := b.add("keys/"+e.Name(), int64(len(data)), bytes.NewReader(data)); err != nil {
			return err
		}
	}
	return nil
}

func (b *backup) files(ctx context.Context, store blob.Store, progress func(string)) error {
	for after := ""; ; {
		page, err := store.List(ctx, "", after, 500)
		if err != nil {
			return err
		}
		for _, info := range page {
			progress(info.Key)
			if err := b.file(ctx, store, info.Key); err != nil {
				return err
			}
		}
		if len(page) < 500 {
			return nil
		}
		after = page[len(page)-1].Key
	}
}

// file adds one as it is now: it may have been replaced since it was listed.
func (b *backup) file(ctx context.Context, store blob.Store, key string) error {
	f, err := store.Open(ctx, key)
	if errors.Is(err, blob.ErrNotFound) {
		return nil // deleted meanwhile, as its owner wished
	}
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("backup of %s: %w", key, err)
	}
	return b.add("files/"+key, size, f)
}

// Restore reads a backup into an empty data folder and database, then verifies
// every file and every table against the manifest. It goes between engines: a
// backup of SQLite restores into PostgreSQL.
func Restore(ctx context.Context, c *conf.Config, r io.Reader, progress func(string)) error {
	db, err := OpenDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := Migrate(ctx, db); err != nil {
		return err
	}
	store, err := openStore(ctx, c)
	if err != nil {
		return err
	}
	if entries, err := os.ReadDir(keyFolder(c)); err == nil && len(entries) > 0 {
		return errors.New("restore: there are sealing keys already; restore into an empty data folder")
	}
	var m manifest
	seen := map[string]string{}
	err = sqldb.Write(db.Attach(ctx), func(ctx context.Context) error {
		archive := tar.NewReader(r)
		for {
			h, err := archive.Next()
			if errors.Is(err, io.EOF) {
				return m.check(seen)
			}
			if err != nil {
				return fmt.Errorf("restore: the archive cannot be read: %w", err)
			}
			progress(h.Name)
			sum := sha256.New()
			body := io.TeeReader(archive, sum)
			if err := unpack(ctx, c, store, h, body, &m); err != nil {
				return err
			}
			if _, err := io.Copy(io.Discard, body); err != nil {
				return fmt.Errorf("restore of %s: %w", h.Name, err)
			}
			seen[h.Name] = hex.EncodeToString(sum.Sum(nil))
		}
	})
	if err != nil {
		// The database has rolled back; without the keys a second try may begin.
		return errors.Join(err, os.RemoveAll(keyFolder(c)))
	}
	return verify(db.Attach(ctx), m, c, store, progress)
}

func unpack(ctx context.Context, c *conf.Config, store blob.Store, h *tar.Header, body io.Reader, m *manifest) error {
	folder, name, _ := strings.Cut(h.Name, "/")
	switch {
	case h.Name == manifestName:
		return json.NewDecoder(body).Decode(m)
	case folder == "db":
		table := strings.TrimSuffix(name, ".jsonl")
		known, err := sqldb.Tables(ctx)
		if err != nil {
			return err
		}
		for _, k := range known {
			if k == table {
				_, err := sqldb.Load(ctx, table, body)
				return err
			}
		}
		return fmt.Errorf("restore: this version has no table %q; use the version that made the backup", table)
	case folder == "keys" && filepath.Base(name) == name:
		if err := os.MkdirAll(keyFolder(c), 0o700); err != nil {
			return fmt.Errorf("restore of keys: %w", err)
		}
		data, err := io.ReadAll(io.LimitReader(body, 1<<20))
		if err != nil {
			return fmt.Errorf("restore of keys: %w", err)
		}
		return os.WriteFile(filepath.Join(keyFolder(c), name), data, 0o600)
	case folder == "files":
		return store.Put(ctx, name, body, h.Size, "application/octet-stream")
	}
	return fmt.Errorf("restore: unexpected file %q in the archive", h.Name)
}

func (m *manifest) check(seen map[string]string) error {
	if m.Made.IsZero() {
		return errors.New("restore: the backup is not whole, its manifest is missing")
	}
	for name, sum := range m.SHA256 {
		if seen[name] != sum {
			return fmt.Errorf("restore: %s is missing or damaged", name)
		}
	}
	return nil
}

// verify reads everything back from where it was restored to.
func verify(ctx context.Context, m manifest, c *conf.Config, store blob.Store, progress func(string)) error {
	for name, sum := range m.SHA256 {
		folder, key, _ := strings.Cut(name, "/")
		if folder == "db" {
			continue
		}
		progress("verifying " + name)
		var f io.ReadCloser
		var err error
		if folder == "keys" {
			f, err = os.Open(filepath.Join(keyFolder(c), key))
		} else {
			f, err = store.Open(ctx, key)
		}
		if err != nil {
			return fmt.Errorf("restore: %s: %w", name, err)
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil || hex.EncodeToString(h.Sum(nil)) != sum {
			return errors.Join(fmt.Errorf("restore: %s differs from the backup after restoring", name), err)
		}
	}
	return sqldb.Read(ctx, func(ctx context.Context) error {
		for table, rows := range m.Rows {
			progress("verifying " + table)
			h := sha256.New()
			n, err := sqldb.Dump(ctx, table, h)
			if err != nil {
				return err
			}
			if n != rows || hex.EncodeToString(h.Sum(nil)) != m.SHA256["db/"+table+".jsonl"] {
				return fmt.Errorf("restore: table %s differs from the backup after restoring", table)
			}
		}
		return nil
	})
}
