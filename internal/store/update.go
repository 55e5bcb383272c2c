package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// combiner gathers the updates that wait for the writer.
type combiner struct {
	writing sync.Mutex // held by the one who runs a batch

	mu      sync.Mutex
	waiting []*update // guarded by mu
}

// update is one call of DB.Update, on its way.
type update struct {
	ctx      context.Context
	f        func(*Tx) error
	done     bool // guarded by combiner.writing, like the rest
	err      error
	panicked any
	changes  []Change
}

const (
	maxBatch   = 64 // updates that share a commit
	maxRetries = 10 // of a batch that the database asks to run again
)

// Update runs f in a transaction that is on disk when Update returns. An error
// of f rolls back what f did. f may run more than once: it must have no effect
// but on tx and on variables that it sets anew each time.
//
// Whoever gets the writer runs all updates that wait for it, each under a
// savepoint, and commits once for all of them.
func (db *DB) Update(ctx context.Context, f func(*Tx) error) error {
	u := &update{ctx: ctx, f: f}
	w := &db.writes
	w.mu.Lock()
	w.waiting = append(w.waiting, u)
	w.mu.Unlock()

	db.settle(u)
	if u.panicked != nil {
		panic(u.panicked)
	}
	return unavailable(u.err)
}

// settle waits for the writer, and runs batches until u has been in one.
func (db *DB) settle(u *update) {
	db.writes.writing.Lock()
	defer db.writes.writing.Unlock()
	for !u.done {
		db.writes.gather()
		db.runBatch(db.writes.take())
	}
}

// gather lets those arrive who are on their way: as long as others that can run
// add updates, a commit now would serve few, and the next would come at once.
// It does not sleep: who is alone commits at once.
func (w *combiner) gather() {
	for before := -1; ; {
		w.mu.Lock()
		n := len(w.waiting)
		w.mu.Unlock()
		if n == before || n >= maxBatch {
			return
		}
		before = n
		runtime.Gosched()
	}
}

func (w *combiner) take() []*update {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.waiting), maxBatch)
	batch := w.waiting[:n:n]
	w.waiting = w.waiting[n:]
	return batch
}

// runBatch runs the updates, commits, and tells the subscribers.
func (db *DB) runBatch(batch []*update) {
	var err error
	for range maxRetries {
		if err = db.tryBatch(batch); !mustRetry(err) {
			break
		}
	}
	if err != nil {
		db.name.renew() // what is committed after all comes back through Watch
	}
	var touched []Change
	for _, u := range batch {
		u.done = true
		if err != nil && u.err == nil && u.panicked == nil {
			u.err = fmt.Errorf("committing: %w", err)
		}
		touched = append(touched, u.changes...)
	}
	// Also after a failed commit: it may have reached the disk all the same.
	db.tell(touched)
}

// tryBatch returns the error of the transaction as a whole; those of single
// updates stay with them.
func (db *DB) tryBatch(batch []*update) error {
	tx, err := db.open(context.WithoutCancel(batch[0].ctx), db.writer)
	if err != nil {
		return err
	}
	epoch, err := tx.nextEpoch()
	good := 0
	for _, u := range batch {
		if err != nil {
			break
		}
		var kept bool
		kept, err = tx.runOne(u, len(batch) > 1)
		if kept {
			good++
		}
	}
	if err == nil && good > 0 {
		err = tx.logChanges(epoch, batch)
	}
	if err != nil || good == 0 {
		return errors.Join(err, tx.rollback())
	}
	return tx.commit()
}

// aside runs f in a transaction of its own that takes no place in the order of
// changes: for marks that no cache holds.
func (db *DB) aside(ctx context.Context, f func(*Tx) error) error {
	db.writes.writing.Lock()
	defer db.writes.writing.Unlock()
	tx, err := db.open(ctx, db.writer)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.rollback())
	}
	return tx.commit()
}

// runOne runs one update and reports whether its work is kept. The error is
// one that ends the whole batch.
func (tx *Tx) runOne(u *update, shared bool) (kept bool, err error) {
	u.err, u.panicked, u.changes, tx.changes = nil, nil, nil, nil
	if u.err = u.ctx.Err(); u.err != nil {
		return false, nil
	}
	if shared {
		if _, err := tx.exec("savepoint one"); err != nil {
			return false, err
		}
	}
	tx.call(u)
	if mustRetry(u.err) || surroundings(u.err) {
		return false, u.err // the transaction may be gone with it, and the savepoint
	}
	if u.err == nil && u.panicked == nil {
		if shared {
			_, err = tx.exec("release savepoint one")
		}
		u.changes = tx.changes
		return true, err
	}
	if shared {
		if _, err = tx.exec("rollback to savepoint one"); err == nil {
			_, err = tx.exec("release savepoint one")
		}
	}
	return false, err
}

// call runs the function; a panic is kept for the goroutine that it belongs to.
func (tx *Tx) call(u *update) {
	defer func() { u.panicked = recover() }()
	u.err = u.f(tx)
}
