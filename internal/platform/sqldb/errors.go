package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tianbo/internal/kernel/fault"
)

var (
	// ErrOutcomeUnknown: the connection broke during COMMIT. The caller looks
	// its keys up on a fresh connection, or tells the person to repeat.
	ErrOutcomeUnknown = fault.Define(fault.Unavailable, "outcome_unknown",
		"网络断了一下，还不知道成没成。请用同一个请求再发一次", "The connection broke and the outcome is not known. Send the same request again.")
	// ErrStorageFull: the disk of the database is full.
	ErrStorageFull = fault.Define(fault.Unavailable, "storage_full",
		"服务器存储满了，这次没有保存。请联系管理员", "The server's storage is full; this was not saved. Tell the administrator.")
	// ErrAway: the database cannot be reached.
	ErrAway = fault.Define(fault.Unavailable, "database_away",
		"服务正在恢复，请稍后再试", "The service is recovering. Please try again shortly.")
)

// Explain finds the fault in an error that came out of the middle of rows,
// where the engine's own words have not been read yet.
func Explain(err error) error {
	if _, known := fault.Of(err); known {
		return err
	}
	return translate(err)
}

// translate turns what the engine says about itself into faults; errors of
// the statement stay as they are.
func translate(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return ErrStorageFull.Wrap(err)
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
			return ErrAway.Wrap(err)
		}
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "53100": // disk_full
			return ErrStorageFull.Wrap(err)
		case "57P01", "57P02", "57P03", "53300": // shutdown, crash, starting, too many connections
			return ErrAway.Wrap(err)
		}
		return err
	}
	if lost(err) {
		return ErrAway.Wrap(err)
	}
	return err
}

// lost reports whether the connection, not the statement, failed.
func lost(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}

// retryable: the engine has rolled the transaction back and asks to try again.
func retryable(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		code := lite.Code() & 0xff
		return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	return false
}

// commitError: when the engine answered, it has rolled back; when it did not,
// or only said that it is going away, nobody knows.
func commitError(d Dialect, err error) error {
	var pg *pgconn.PgError
	answered := errors.As(err, &pg) && !strings.HasPrefix(pg.Code, "57P") && !strings.HasPrefix(pg.Code, "08")
	if d == Postgres && !answered && !errors.Is(err, context.Canceled) {
		return ErrOutcomeUnknown.Wrap(err)
	}
	return fmt.Errorf("committing: %w", translate(err))
}
