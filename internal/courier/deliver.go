package courier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/daypass/daypass/internal/bucket"
	"github.com/daypass/daypass/internal/digest"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/internal/store"
)

// begin finds the first record that is a new trail's, and stores its position.
// Records before it are of the time when the trail did not log. From there on
// nothing is left out by its time: a clock may be set back.
func (c *Courier) begin(ctx context.Context, t iam.Trail) (at store.Cursor, ok bool, err error) {
	first, err := c.since(t.Started.Truncate(time.Second))
	if err != nil {
		return at, false, err
	}
	at = store.Cursor(first)
	err = c.DB.Update(ctx, func(tx *store.Tx) error {
		now, err := tx.Trail(t.ARN)
		if ok = err == nil && now.Logging; ok {
			err = tx.PutTrailCursor(t.ARN, c.spool, at)
		}
		if errors.Is(err, store.ErrNotFound) {
			return nil // deleted meanwhile
		}
		return err
	})
	return at, ok && err == nil, err
}

var errFound = errors.New("found")

// clockSlack is how far a clock may have been set back since a trail began to
// log, for what came then to be found.
const clockSlack = time.Hour

// since returns the position of the first record of a time or after.
func (c *Courier) since(start time.Time) (at spool.Position, err error) {
	at, err = spool.Since(c.Spool.Dir(), start.Add(-clockSlack))
	if err != nil {
		return at, err
	}
	for {
		next, err := spool.Read(c.Spool.Dir(), at, func(record []byte) error {
			if h, ok := readHead(record); ok && !h.Time.Before(start) {
				return errFound
			}
			return nil
		})
		switch {
		case errors.Is(err, errFound):
			return next, nil
		case err != nil || next == at:
			return at, err
		}
		at = next
	}
}

// deliver puts what the spool has for a trail into its bucket.
func (c *Courier) deliver(ctx context.Context, t iam.Trail, w *work) error {
	if !w.begun {
		return nil
	}
	end, err := spool.End(c.Spool.Dir())
	if err != nil {
		return err
	}
	settled := t.Gone && t.Logging || !t.Logging && c.Now().Sub(t.Stopped) >= c.Settle
	for {
		if w.batch == nil {
			if w.cursor.Compare(end) >= 0 {
				break
			}
			if w.batch, err = c.gather(&t, w.cursor, end); err != nil {
				return err
			}
			if w.batch.next == w.cursor {
				w.batch = nil
				break // what is there is not whole yet
			}
		}
		if err := c.upload(ctx, &t, w); err != nil {
			return err
		}
		if err := c.note(ctx, &t, w.batch); err != nil {
			return err
		}
		c.mu.Lock()
		w.cursor = w.batch.next
		c.mu.Unlock()
		w.batch = nil
		c.hold()
	}
	if !settled {
		return nil
	}
	err = c.DB.Update(ctx, func(tx *store.Tx) error { return tx.DeleteTrailCursor(t.ARN, c.spool) })
	if err == nil {
		c.mu.Lock()
		w.begun = false
		c.mu.Unlock()
	}
	return err
}

// upload puts the files of the batch that are not there yet.
func (c *Courier) upload(ctx context.Context, t *iam.Trail, w *work) error {
	for _, f := range w.batch.files {
		if f.put {
			continue
		}
		if err := c.tryKey(ctx, t, w); err != nil {
			return fmt.Errorf("trying the key %s of the bucket %s: %w", t.Key, t.Bucket, err)
		}
		f.name(t, c.Now())
		err := c.Bucket.Put(ctx, bucket.Object{Bucket: f.bucket, Key: f.object, Body: f.body, Type: "application/json", Encoding: "gzip", KMSKey: t.Key})
		if err != nil {
			w.tried = sealing{}
			return fmt.Errorf("putting a log file into the bucket %s: %w", f.bucket, err)
		}
		f.put = true
		c.files.Add(1)
		c.records.Add(int64(f.records))
		c.bytes.Add(int64(len(f.body)))
	}
	return nil
}

// sealing is a key that a bucket is to encrypt files under.
type sealing struct{ bucket, key string }

// tryKey tries the trail's key, if it has one, on an object without content: a
// store that passes over what it is asked for would have the records in plain.
func (c *Courier) tryKey(ctx context.Context, t *iam.Trail, w *work) error {
	wanted := sealing{t.Bucket, t.Key}
	if t.Key == "" || w.tried == wanted {
		return nil
	}
	err := c.Bucket.Check(ctx, t.Bucket, digest.Root(t.Prefix, t.Account), t.Key)
	if err == nil {
		w.tried = wanted
	}
	return err
}

// note stores that a batch is in the bucket.
func (c *Courier) note(ctx context.Context, t *iam.Trail, b *batch) error {
	err := c.DB.Update(ctx, func(tx *store.Tx) error {
		for _, f := range b.files {
			if !t.Digests {
				break
			}
			// Who stored it before was this transaction, if its answer was lost.
			if err := tx.AddLogFile(f.logFile(t.ARN, c.Now())); err != nil && !errors.Is(err, store.ErrExists) {
				return err
			}
		}
		if err := tx.PutTrailCursor(t.ARN, c.spool, store.Cursor(b.next)); err != nil || len(b.files) == 0 {
			return err
		}
		return c.putStatus(tx, t.ARN, func(s *iam.TrailStatus) { s.Attempt, s.Delivered, s.Error = c.Now(), c.Now(), "" })
	})
	if err != nil {
		return fmt.Errorf("noting what was delivered: %w", err)
	}
	return nil
}
