package store

import (
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
)

// The kinds of failure that a caller may ask for.
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("exists already")
	ErrReadOnly = errors.New("write in a View")
	ErrTooMany  = errors.New("too many")
	ErrInUse    = errors.New("in use by another daypass")

	// ErrUnavailable is in every error of [DB.View], [DB.Load] and [DB.Update]
	// that the database's surroundings cause: a disk that is full, failing or
	// read-only, a connection that is lost. The same call may succeed later;
	// what was answered before stands. An Update that ends with it is not to be
	// taken as undone: when the answer of a commit is lost, nobody knows.
	ErrUnavailable = errors.New("database unavailable")

	// ErrCorrupt is in errors of reading what is not as it was written. It is
	// not ErrUnavailable: it does not pass.
	ErrCorrupt = errors.New("the database is damaged")
)

// unavailable puts ErrUnavailable into an error that the surroundings of the
// database have caused, or ErrCorrupt into one that its damage has, and leaves
// any other as it is.
func unavailable(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrUnavailable), errors.Is(err, ErrCorrupt):
		return err
	case surroundings(err):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	case corrupt(err):
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return err
}

func corrupt(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		code := e.Code() & 0xff
		return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "XX001" || pg.Code == "XX002") // a damaged page, a damaged index
}

func surroundings(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff { // the rest of the code says more of the same
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY,
			sqlite3.SQLITE_BUSY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL:
			return true
		}
		return false
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case strings.HasPrefix(e.Code, "08"), // the connection
			strings.HasPrefix(e.Code, "53"),  // disk, memory, connections are used up
			strings.HasPrefix(e.Code, "57P"), // shut down, starting, dropped
			strings.HasPrefix(e.Code, "58"),  // its own disk
			e.Code == "25006",                // it is a standby
			e.Code == "25P03",                // we were silent amid a transaction
			e.Code == "57014":                // a statement took too long
			return true
		}
		return false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return pgconn.SafeToRetry(err) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// mustRetry reports whether the database asks to run the transaction again.
func mustRetry(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01") // serialization failure, deadlock
}

// missing adds what was looked for to ErrNotFound.
func missing(err error, kind, name string) error {
	if err != nil {
		return fmt.Errorf("%s %s: %w", kind, name, err)
	}
	return nil
}
