package sqldb

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"time"

	"github.com/pressly/goose/v3"
)

// Migrations are one module's: SQL files in a folder "migrations", each with
// a "-- +goose Up" part, in six column types: TEXT, BIGINT, BOOLEAN, JSONB,
// BYTEA and DOUBLE PRECISION.
type Migrations struct {
	Module string
	FS     fs.FS
}

const migrationLock = 0x7469616e626f // "tianbo"

// Migrate brings the tables of the modules up to date, in the given order.
// Several processes may start at once on one PostgreSQL: one migrates, the
// others wait and find nothing to do.
func (db *DB) Migrate(ctx context.Context, all []Migrations) error {
	if db.dialect == Postgres {
		unlock, err := db.lockMigrations(ctx)
		if err != nil {
			return err
		}
		defer unlock()
	}
	for _, m := range all {
		if err := db.migrate(ctx, m); err != nil {
			return fmt.Errorf("migrating %s: %w", m.Module, translate(err))
		}
	}
	return nil
}

func (db *DB) lockMigrations(ctx context.Context) (func(), error) {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("locking migrations: %w", translate(err))
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		conn.Close()
		return nil, fmt.Errorf("locking migrations: %w", translate(err))
	}
	return func() {
		// Closing the session would release the lock as well.
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrationLock))
		conn.Close()
	}, nil
}

func (db *DB) migrate(ctx context.Context, m Migrations) error {
	folder, err := fs.Sub(m.FS, "migrations")
	if err != nil {
		return err
	}
	dialect := goose.DialectPostgres
	if db.dialect == SQLite {
		dialect, folder = goose.DialectSQLite3, sqliteFS{folder}
	}
	p, err := goose.NewProvider(dialect, db.writer, folder, goose.WithTableName(m.Module+"_migration"),
		goose.WithDisableGlobalRegistry(true))
	if err != nil {
		if errors.Is(err, goose.ErrNoMigrations) {
			return nil
		}
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// Pending lists the modules whose migrations have not all been run.
func (db *DB) Pending(ctx context.Context, all []Migrations) ([]string, error) {
	var out []string
	for _, m := range all {
		files, err := fs.Glob(m.FS, "migrations/*.sql")
		if err != nil {
			return nil, err
		}
		var version sql.NullInt64
		err = db.reader.QueryRowContext(ctx, `SELECT MAX(version_id) FROM `+m.Module+`_migration`).Scan(&version)
		if err != nil || version.Int64 < int64(len(files)) {
			out = append(out, m.Module)
		}
	}
	return out, nil
}

// sqliteFS rewrites migrations for SQLite as they are read.
type sqliteFS struct{ fs.FS }

func (f sqliteFS) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		return file, err
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	return &textFile{Reader: bytes.NewReader(forSQLite(text)), info: info}, nil
}

func (f sqliteFS) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(f.FS, name) }

type textFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *textFile) Stat() (fs.FileInfo, error) { return sizedInfo{f.info, f.Size()}, nil }
func (*textFile) Close() error                 { return nil }

type sizedInfo struct {
	fs.FileInfo
	size int64
}

func (i sizedInfo) Size() int64        { return i.size }
func (i sizedInfo) ModTime() time.Time { return i.FileInfo.ModTime() }

var rewrites = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`\bDOUBLE PRECISION\b`), "REAL"},
	{regexp.MustCompile(`\bBIGINT\b`), "INTEGER"},
	{regexp.MustCompile(`\bBOOLEAN\b`), "INTEGER/*BOOLEAN*/"},
	{regexp.MustCompile(`\bJSONB\b`), "TEXT/*JSONB*/"},
	{regexp.MustCompile(`\bBYTEA\b`), "BLOB"},
	{regexp.MustCompile(`(?i)\bDEFAULT FALSE\b`), "DEFAULT 0"},
	{regexp.MustCompile(`(?i)\bDEFAULT TRUE\b`), "DEFAULT 1"},
	{regexp.MustCompile(`(?ms)(^CREATE TABLE .*?^\));`), "$1 STRICT;"},
}

// forSQLite maps the six types and makes every table STRICT. Where two types
// become one, a note stays behind, which SQLite keeps with the table: a backup
// must tell them apart.
func forSQLite(text []byte) []byte {
	for _, r := range rewrites {
		text = r.pattern.ReplaceAll(text, []byte(r.with))
	}
	return text
}
