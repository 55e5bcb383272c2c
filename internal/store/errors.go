package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// The kinds of failure that a caller may ask for.
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("exists already")
	ErrReadOnly = errors.New("write in a View")
	ErrInUse    = errors.New("in use by another daypass")
)

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
