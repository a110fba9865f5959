package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	_ "modernc.org/sqlite"             // the "sqlite" driver
)

// Dialect is the engine behind a DB.
type Dialect string

// The engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// DB is an open database: one way to write, one to read.
type DB struct {
	dialect Dialect
	dsn     string
	writer  *sql.DB
	reader  *sql.DB
}

// Open opens a SQLite file ("sqlite:PATH" or a bare path, made when missing)
// or a PostgreSQL server (postgres://…), and checks that it answers.
//
// SQLite runs in WAL mode with synchronous=FULL: what Write has committed is
// on disk. "?sync=off" after the path gives that up, for tests.
func Open(ctx context.Context, dsn string) (*DB, error) {
	var db *DB
	var err error
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		db, err = openPostgres(dsn)
	} else {
		db, err = openSQLite(strings.TrimPrefix(dsn, "sqlite:"))
	}
	if err != nil {
		return nil, err
	}
	if err := db.writer.PingContext(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("opening the database: %w", translate(err))
	}
	return db, nil
}

func openSQLite(path string) (*DB, error) {
	path, options, _ := strings.Cut(path, "?")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("folder of the database: %w", err)
	}
	sync := "FULL"
	if options == "sync=off" {
		sync = "OFF"
	}
	values := url.Values{"_pragma": {
		"journal_mode(WAL)", "synchronous(" + sync + ")", "busy_timeout(10000)", "foreign_keys(ON)", "temp_store(MEMORY)", "cache_size(-8000)",
	}}
	readValues := url.Values{"_pragma": append(append([]string{}, values["_pragma"]...), "query_only(ON)")}
	values.Set("_txlock", "immediate")
	writer, err := sql.Open("sqlite", "file:"+path+"?"+values.Encode())
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	writer.SetMaxOpenConns(1)
	reader, err := sql.Open("sqlite", "file:"+path+"?"+readValues.Encode())
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	n := max(4, runtime.NumCPU()*2)
	reader.SetMaxOpenConns(n)
	reader.SetMaxIdleConns(n)
	return &DB{dialect: SQLite, dsn: path, writer: writer, reader: reader}, nil
}

func openPostgres(dsn string) (*DB, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, fmt.Errorf("the database address cannot be read (it is not shown, it may hold a password)")
	}
	writer, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("opening PostgreSQL: %w", err)
	}
	q := u.Query()
	q.Set("default_transaction_read_only", "on")
	u.RawQuery = q.Encode()
	reader, err := sql.Open("pgx", u.String())
	if err != nil {
		return nil, fmt.Errorf("opening PostgreSQL: %w", err)
	}
	for _, pool := range []*sql.DB{writer, reader} {
		pool.SetMaxOpenConns(16)
		pool.SetMaxIdleConns(idleConnections)
		pool.SetConnMaxIdleTime(5 * time.Minute)
	}
	return &DB{dialect: Postgres, dsn: dsn, writer: writer, reader: reader}, nil
}

// Dialect is the engine.
func (db *DB) Dialect() Dialect { return db.dialect }

// Ping answers whether the database can be reached.
func (db *DB) Ping(ctx context.Context) error { return db.hear(db.reader.PingContext(ctx)) }

// idleConnections is how many connections a pool keeps for the next request.
const idleConnections = 8

// hear translates an error of the database. When the server behind it went
// away, every idle connection is as dead as the one that found out: they are
// dropped, so that one request pays for a restart and not each connection.
func (db *DB) hear(err error) error {
	err = translate(err)
	if db.dialect == Postgres && errors.Is(err, ErrAway) {
		for _, pool := range []*sql.DB{db.writer, db.reader} {
			pool.SetMaxIdleConns(0)
			pool.SetMaxIdleConns(idleConnections)
		}
	}
	return err
}

// Close waits for running statements and closes the connections.
func (db *DB) Close() error {
	readErr := db.reader.Close()
	if err := db.writer.Close(); err != nil {
		return fmt.Errorf("closing the database: %w", err)
	}
	return readErr
}
