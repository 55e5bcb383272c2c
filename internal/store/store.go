package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"github.com/jackc/pgx/v5"
)

// Config says where the database is.
type Config struct {
	URL string // "postgres://…"; "" means SQLite
	Dir string // the directory of daypass.db; used when URL is ""

	// Exclusive takes the directory for serving: a second exclusive Open fails
	// with [ErrInUse]. Without it the database may be opened beside a running
	// service. PostgreSQL ignores it: replicas are welcome there.
	Exclusive bool

	// Ephemeral does not wait for the disk: a power cut may lose or damage the
	// database. For tests. PostgreSQL ignores it.
	Ephemeral bool

	Log *slog.Logger // nil means slog.Default
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	readers *pool // View
	loaders *pool // Load; apart, so that a View may wait for a Load
	pollers *pool // the poll of Watch alone, which nothing may hold up
	writer  *pool // Update
	writes  combiner
	used    *marks
	lock    *os.File // held while open, if Exclusive
	log     *slog.Logger
	name    writerName
	watch   watch
	listens *pgx.ConnConfig // how to connect to a database that notifies; nil when it does not

	mu          sync.Mutex
	subscribers []func([]Change) // guarded by mu
	seen        int64            // the epoch up to which Watch has reported; guarded by mu
}

// Open opens the database and brings its schema up to date.
func Open(ctx context.Context, c Config) (*DB, error) {
	db := &DB{log: c.Log}
	db.name.renew()
	if db.log == nil {
		db.log = slog.Default()
	}
	var err error
	switch {
	case c.URL != "":
		err = db.openPostgres(ctx, c)
	case c.Dir != "":
		err = db.openSQLite(ctx, c)
	default:
		err = errors.New("opening the store: neither a directory nor a database URL is given")
	}
	if err == nil {
		err = db.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.close())
	}
	db.used = startMarks(db)
	return db, nil
}

// Close writes what [DB.MarkUsed] has gathered and closes the database.
func (db *DB) Close() error {
	db.used.stop()
	return db.close()
}

func (db *DB) close() error {
	var errs []error
	for _, p := range []*pool{db.readers, db.loaders, db.pollers, db.writer} {
		if p != nil {
			errs = append(errs, p.close())
		}
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
	}
	return errors.Join(errs...)
}

// Ping reports whether the database answers, and whether what other processes
// changed is known here.
func (db *DB) Ping(ctx context.Context) error {
	err := db.View(ctx, func(tx *Tx) error {
		_, err := tx.epoch()
		return err
	})
	if err != nil {
		return fmt.Errorf("asking the database: %w", err)
	}
	return nil
}
