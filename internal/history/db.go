package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver
)

// fileName is the file of the history in the data directory.
const fileName = "history.db"

// The tables. A block's text and filter are apart from its text, so that looking
// through filters reads nothing else. They are no part of the schema of
// daypass.db and its migrations: what they hold is derived, and no backup has it.
var tables = []string{
	`create table if not exists history_block (
		spool text not null, number bigint not null, oldest text not null, newest text not null,
		bytes bigint not null, filter bytea not null, primary key (spool, number))`,
	`create index if not exists history_newest on history_block (newest, spool, number)`,
	`create table if not exists history_text (
		spool text not null, number bigint not null, body bytea not null, primary key (spool, number))`,
	`create table if not exists history_cursor (
		spool text not null primary key, segment bigint not null, place bigint not null, number bigint not null)`,
}

// database is the tables of the history, in a SQLite file of their own or beside
// the others in PostgreSQL.
type database struct {
	read, write *sql.DB
	file        string      // "" for PostgreSQL
	is          os.FileInfo // of the file when it was opened
}

// Times that no statement takes on a healthy database.
const (
	lookupLimit = 10 * time.Second
	fillLimit   = 30 * time.Second
)

// openSQLite opens DIR/history.db. It waits for the disk at checkpoints only: a
// power cut may take the last moments, and the cursor with them, so that they
// are read from the spool again.
func openSQLite(ctx context.Context, dir string, ephemeral bool) (*database, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	db := &database{file: filepath.Join(dir, fileName)}
	f, err := os.OpenFile(db.file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	db.is, err = f.Stat()
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	synchronous := "normal"
	if ephemeral {
		synchronous = "off"
	}
	db.write, err = db.pool("&_txlock=immediate&_pragma=synchronous("+synchronous+")", 1)
	if err == nil {
		err = db.setUp(ctx, strings.NewReplacer())
	}
	if err == nil {
		db.read, err = db.pool("&_pragma=query_only(1)", 2)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", db.file, err), db.close())
	}
	return db, nil
}

// openSQLiteBeside opens DIR/history.db for reading, beside who fills it. It
// returns nil when there is none.
func openSQLiteBeside(dir string) (*database, error) {
	db := &database{file: filepath.Join(dir, fileName)}
	info, err := os.Stat(db.file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	db.read, err = db.pool("&_pragma=query_only(1)", 1)
	return db, err
}

func (db *database) pool(settings string, size int) (*sql.DB, error) {
	u := url.URL{Scheme: "file", Path: db.file, RawQuery: "_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)" + settings}
	pool, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return pool, nil
}

// openPostgres opens the tables in the database that the URL names, with three
// connections at most. The URL may hold a password: no error shows it.
func openPostgres(ctx context.Context, databaseURL string, write bool) (*database, error) {
	conf, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, errors.New("malformed database URL")
	}
	if conf.RuntimeParams["application_name"] == "" {
		conf.RuntimeParams["application_name"] = "daypass history"
	}
	if conf.ConnectTimeout == 0 {
		conf.ConnectTimeout = 5 * time.Second
	}
	db := &database{read: stdlib.OpenDB(*conf)}
	db.read.SetMaxOpenConns(2)
	if !write {
		return db, nil
	}
	db.write = stdlib.OpenDB(*conf)
	db.write.SetMaxOpenConns(1)
	// PostgreSQL compares texts by the database's language unless told otherwise.
	if err := db.setUp(ctx, strings.NewReplacer(" text ", ` text collate "C" `)); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the event history: %w", err), db.close())
	}
	return db, nil
}

// setUp makes the tables that are not there. Two processes may do so at once:
// the lock is PostgreSQL's, and SQLite has the transaction for it.
func (db *database) setUp(ctx context.Context, dialect *strings.Replacer) error {
	return db.update(ctx, func(tx *sql.Tx) error {
		if db.file == "" {
			if _, err := tx.ExecContext(ctx, "select pg_advisory_xact_lock(7871)"); err != nil {
				return err
			}
		}
		for _, t := range tables {
			if _, err := tx.ExecContext(ctx, dialect.Replace(t)); err != nil {
				return err
			}
		}
		return nil
	})
}

// update runs f in a transaction.
func (db *database) update(ctx context.Context, f func(*sql.Tx) error) error {
	ctx, stop := context.WithTimeout(ctx, fillLimit)
	defer stop()
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (db *database) close() error {
	var errs []error
	for _, pool := range []*sql.DB{db.read, db.write} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// moved reports whether the file is not the one that was opened: somebody has
// deleted or replaced it.
func (db *database) moved() bool {
	if db.file == "" {
		return false
	}
	info, err := os.Stat(db.file)
	return errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(info, db.is)
}
