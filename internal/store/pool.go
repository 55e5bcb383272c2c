package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// pool hands out connections, at most as many as it has slots. Each connection
// keeps its prepared statements: their texts are constants of this package, so
// they are few.
type pool struct {
	db    *sql.DB
	slots chan *conn // a nil in it stands for a connection to be opened
	begin string     // how a transaction of this pool begins

	// cancel says that statements stop when the caller's context ends. Stopping
	// one in SQLite may roll back the transaction around it, and its statements
	// are short: they run to their end. So do those of updates, since one
	// caller's leaving must not undo the work of others.
	cancel bool

	// limit is for a transaction, the wait for its connection included; 0 is
	// none. A connection over a network needs one: its peer may be gone without
	// a word.
	limit time.Duration
}

type conn struct {
	sql      *sql.Conn
	prepared map[string]*sql.Stmt
}

func newPool(db *sql.DB, size int, begin string) *pool {
	p := &pool{db: db, slots: make(chan *conn, size), begin: begin}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(0) // idle ones wait in the slots
	for range size {
		p.slots <- nil
	}
	return p
}

// The limits of what a healthy database does at once.
const (
	beginLimit = 2 * time.Second
	endLimit   = 2 * time.Second
)

// context returns the context of a transaction that the caller's begins.
func (p *pool) context(ctx context.Context) (context.Context, context.CancelFunc) {
	if !p.cancel {
		ctx = context.WithoutCancel(ctx)
	}
	return p.within(ctx, p.limit)
}

// within limits a step of a transaction, where this pool has limits.
func (p *pool) within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if p.limit == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, limit)
}

// acquire waits for a free slot, as long as the caller and the transaction may,
// and returns its connection.
func (p *pool) acquire(caller, tx context.Context) (*conn, error) {
	var c *conn
	select {
	case c = <-p.slots:
	case <-caller.Done():
		return nil, caller.Err()
	case <-tx.Done():
		return nil, tx.Err()
	}
	if c != nil {
		return c, nil
	}
	c, err := p.connect(tx)
	if err != nil {
		p.slots <- nil
	}
	return c, err
}

func (p *pool) connect(ctx context.Context) (*conn, error) {
	s, err := p.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{sql: s, prepared: map[string]*sql.Stmt{}}, nil
}

// release gives the slot back, and the connection with it if it is sound.
func (p *pool) release(c *conn, sound bool) {
	if !sound {
		c.discard()
		c = nil
	}
	p.slots <- c
}

// close waits for the transactions under way and closes all connections.
func (p *pool) close() error {
	for range cap(p.slots) {
		if c := <-p.slots; c != nil {
			c.finalize()
			_ = c.sql.Close()
		}
	}
	err := p.db.Close()
	for range cap(p.slots) {
		p.slots <- nil // a later acquire fails instead of waiting
	}
	return err
}

// discard closes the connection itself, so that no transaction that may still
// be open on it is met by the next caller.
func (c *conn) discard() {
	c.finalize()
	_ = c.sql.Raw(func(any) error { return driver.ErrBadConn })
	_ = c.sql.Close()
}

// finalize ends the statements of a connection to SQLite, which would keep the
// files open after it: database/sql closes no statements that were prepared on
// a connection. Those of PostgreSQL end with the connection, and to end them
// one by one could take long where the peer is gone.
func (c *conn) finalize() {
	_ = c.sql.Raw(func(driver any) error {
		if _, ok := driver.(*stdlib.Conn); ok {
			clear(c.prepared)
		}
		return nil
	})
	for _, s := range c.prepared {
		_ = s.Close()
	}
}

// aborted reports whether PostgreSQL has given up the transaction that is open
// on the connection: it would answer a commit with a rollback, and no error.
func (c *conn) aborted() (aborted bool) {
	_ = c.sql.Raw(func(driver any) error {
		if pg, ok := driver.(*stdlib.Conn); ok {
			aborted = pg.Conn().PgConn().TxStatus() == 'E'
		}
		return nil
	})
	return aborted
}

func (c *conn) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := c.prepared[query]; s != nil {
		return s, nil
	}
	s, err := c.sql.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	c.prepared[query] = s
	return s, nil
}
