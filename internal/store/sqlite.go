package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	_ "modernc.org/sqlite" // the driver
)

const sqliteFile = "daypass.db"

// openSQLite opens DIR/daypass.db: one connection that writes, and readers that
// cannot. Pragmas are in the DSN, since one that is executed reaches one pooled
// connection only.
func (db *DB) openSQLite(ctx context.Context, c Config) error {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return fmt.Errorf("data directory %s: %w", c.Dir, err)
	}
	if err := prepareDir(dir); err != nil {
		return err
	}
	if c.Exclusive {
		if db.lock, err = lockDir(dir); err != nil {
			return err
		}
	}
	file := filepath.Join(dir, sqliteFile)
	synchronous := "full"
	if c.Ephemeral {
		synchronous = "off"
		if err := startFromTemplate(file); err != nil {
			return err
		}
	}
	open := func(mode string, size int, begin string) (*pool, error) {
		return sqlitePool(file, "_pragma=busy_timeout(10000)&_pragma=synchronous("+synchronous+")"+
			"&_pragma=journal_mode(wal)&_pragma=foreign_keys(1)"+mode, size, begin)
	}
	if db.writer, err = open("", 1, "begin immediate"); err != nil {
		return err
	}
	if err := db.migrate(ctx, sqliteDialect); err != nil {
		return fmt.Errorf("opening %s: %w", file, unavailable(err))
	}
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	if db.readers, err = open("&_pragma=query_only(1)", readers, "begin"); err != nil {
		return err
	}
	if db.loaders, err = open("&_pragma=query_only(1)", max(2, readers/2), "begin"); err != nil {
		return err
	}
	db.pollers, err = open("&_pragma=query_only(1)", 1, "begin")
	return err
}

func sqlitePool(file, pragmas string, size int, begin string) (*pool, error) {
	u := url.URL{Scheme: "file", Path: file, RawQuery: pragmas}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", file, err)
	}
	return newPool(db, size, begin), nil
}

// prepareDir makes the directory and the database file, so that nobody else
// can read them, and says in one line what stands in the way.
func prepareDir(dir string) error {
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		var f *os.File
		f, err = os.OpenFile(filepath.Join(dir, sqliteFile), os.O_RDWR|os.O_CREATE, 0o600)
		if err == nil {
			return f.Close()
		}
	}
	return dirError(dir, err)
}

func dirError(dir string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("data directory %s is not writable: %w", dir, errors.Unwrap(err))
	}
	return fmt.Errorf("data directory %s cannot be used: %w", dir, err)
}
