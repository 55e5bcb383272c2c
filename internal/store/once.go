package store

import (
	"context"
	"fmt"
	"time"
)

// UseOnce notes that a thing which may be used once is used now: an MFA code,
// an assertion. Who comes second, here or in any other process, before or after
// a restart, gets [ErrExists].
//
// The thing must be worth nothing after until: the note may be dropped some
// time after that. An error that is not ErrExists does not tell whether the
// note was made; the caller refuses, and the thing may be lost.
func (db *DB) UseOnce(ctx context.Context, kind, id string, now, until time.Time) error {
	return db.Update(ctx, func(tx *Tx) error { return tx.UseOnce(kind, id, now, until) })
}

// onceSkew is how far the clocks of two processes may be apart: a note is kept
// this long after it is worth nothing.
const onceSkew = 10 * time.Minute

// sweepOnce is how many notes that are worth nothing are dropped with each that
// is made: more than one, so that they do not pile up, and few, so that no
// request pays for the past.
const sweepOnce = 8

// UseOnce is [DB.UseOnce] as a part of tx: the note holds if tx commits.
func (tx *Tx) UseOnce(kind, id string, now, until time.Time) error {
	err := tx.insert("insert into used_once (kind, id, until) values ($1, $2, $3) on conflict do nothing", kind, id, millis(until))
	if err != nil {
		return fmt.Errorf("using the %s: %w", kind, err)
	}
	_, err = tx.change(`delete from used_once where (kind, id) in
		(select kind, id from used_once where until < $1 order by until limit $2)`, millis(now.Add(-onceSkew)), sweepOnce)
	if err != nil {
		return fmt.Errorf("dropping what was used: %w", err)
	}
	return nil
}
