package store

import "context"

// What tests outside the package reach for.

func (db *DB) FlushMarks()                    { db.used.flush() }
func (db *DB) Poll(ctx context.Context) error { return db.poll(ctx) }

func (db *DB) WaitingMarks() int {
	db.used.mu.Lock()
	defer db.used.mu.Unlock()
	return len(db.used.waiting)
}

func (db *DB) SkipEpochs(ctx context.Context, n int) error {
	return db.aside(ctx, func(tx *Tx) error {
		_, err := tx.exec("update epoch set n = n + $1", n)
		return err
	})
}
