package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Tx is a transaction: one moment of the database. It is for one goroutine and
// ends with the function it was given to.
type Tx struct {
	ctx     context.Context
	stop    context.CancelFunc
	db      *DB
	pool    *pool
	conn    *conn
	write   bool
	changes []Change
}

// View runs f on a snapshot that does not change while f runs.
func (db *DB) View(ctx context.Context, f func(*Tx) error) error {
	return db.read(ctx, db.readers, f)
}

// Load is View for filling a cache. It has connections of its own: a function
// that runs inside a View or an Update may wait for a Load without waiting for
// itself. f must not call View, Update or Load.
func (db *DB) Load(ctx context.Context, f func(*Tx) error) error {
	return db.read(ctx, db.loaders, f)
}

func (db *DB) read(ctx context.Context, p *pool, f func(*Tx) error) (err error) {
	tx, err := db.open(ctx, p)
	if err != nil {
		return unavailable(err)
	}
	defer func() { _ = tx.rollback() }() // also when f panics
	return unavailable(f(tx))
}

// open begins a transaction on a connection of the pool. A process that does
// not know what others have changed begins none but the one that finds out:
// it would wait for a database that does not answer.
func (db *DB) open(ctx context.Context, p *pool) (*Tx, error) {
	if p != db.pollers {
		if err := db.Fresh(); err != nil {
			return nil, err
		}
	}
	tx := &Tx{db: db, pool: p, write: p == db.writer}
	tx.ctx, tx.stop = p.context(ctx)
	var err error
	if tx.conn, err = p.acquire(ctx, tx.ctx); err != nil {
		tx.stop()
		return nil, fmt.Errorf("waiting for the database: %w", err)
	}
	if err := tx.begin(ctx); err != nil {
		tx.stop()
		p.release(tx.conn, false)
		return nil, fmt.Errorf("beginning a transaction: %w", err)
	}
	return tx, nil
}

// begin begins the transaction. A connection that has gone stale while it
// waited is replaced once.
func (tx *Tx) begin(caller context.Context) error {
	waited := len(tx.conn.prepared) > 0
	err := tx.tryBegin()
	if err == nil || !waited || caller.Err() != nil || tx.ctx.Err() != nil {
		return err
	}
	fresh, e := tx.reconnect()
	if e != nil {
		return e
	}
	tx.conn = fresh
	return tx.tryBegin()
}

// reconnect makes a connection for the slot of the transaction's, which it
// closes.
func (tx *Tx) reconnect() (*conn, error) {
	tx.conn.discard()
	return tx.pool.connect(tx.ctx)
}

func (tx *Tx) tryBegin() error {
	ctx, stop := tx.pool.within(tx.ctx, beginLimit)
	defer stop()
	s, err := tx.conn.stmt(ctx, tx.pool.begin)
	if err == nil {
		_, err = s.ExecContext(ctx)
	}
	return err
}

var errAborted = errors.New("a statement has failed and the transaction with it")

func (tx *Tx) commit() error {
	if tx.conn.aborted() {
		return errors.Join(errAborted, tx.rollback())
	}
	_, err := tx.exec("commit")
	if err != nil {
		return errors.Join(err, tx.rollback())
	}
	tx.stop()
	tx.pool.release(tx.conn, true)
	return nil
}

// rollback ends the transaction on a context of its own: the caller's may have
// ended. A connection that cannot roll back is discarded.
func (tx *Tx) rollback() error {
	tx.stop()
	ctx, stop := tx.pool.within(context.WithoutCancel(tx.ctx), endLimit)
	defer stop()
	s, err := tx.conn.stmt(ctx, "rollback")
	if err == nil {
		_, err = s.ExecContext(ctx)
	}
	tx.pool.release(tx.conn, err == nil)
	return err
}

// exec runs a statement and returns how many rows it touched.
func (tx *Tx) exec(query string, args ...any) (int64, error) {
	s, err := tx.conn.stmt(tx.ctx, query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(tx.ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// change runs a statement that writes; it refuses to in a View.
func (tx *Tx) change(query string, args ...any) (int64, error) {
	if !tx.write {
		return 0, ErrReadOnly
	}
	return tx.exec(query, args...)
}

// insert runs an "insert … on conflict do nothing"; a row that is there
// already is ErrExists.
func (tx *Tx) insert(query string, args ...any) error {
	n, err := tx.change(query, args...)
	if err == nil && n == 0 {
		err = ErrExists
	}
	return err
}

// must runs a statement that has to touch a row; none is ErrNotFound.
func (tx *Tx) must(query string, args ...any) error {
	n, err := tx.change(query, args...)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// A scanner is a row to read columns from.
type scanner interface{ Scan(dest ...any) error }

// list returns every row of the query.
func list[T any](tx *Tx, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	s, err := tx.conn.stmt(tx.ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(tx.ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// one returns the single row of the query, or ErrNotFound.
func one[T any](tx *Tx, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	s, err := tx.conn.stmt(tx.ctx, query)
	if err != nil {
		return *new(T), err
	}
	v, err := scan(s.QueryRowContext(tx.ctx, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return v, err
}

func scanInt(r scanner) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}

func scanText(r scanner) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}

// count returns the number that the query selects.
func (tx *Tx) count(query string, args ...any) (int, error) {
	n, err := one(tx, scanInt, query, args...)
	return int(n), err
}

// millis is a time as a column holds it: 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}
