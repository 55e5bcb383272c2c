package courier

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"sync/atomic"
	"time"

	"github.com/daypass/daypass/internal/bucket"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/internal/store"
)

type counter struct{ atomic.Int64 }

// putStatus changes what GetTrailStatus tells of a trail.
func (c *Courier) putStatus(tx *store.Tx, arn string, change func(*iam.TrailStatus)) error {
	s, err := tx.TrailStatus(arn)
	if err != nil {
		return err
	}
	change(&s)
	return tx.PutTrailStatus(arn, s)
}

// Codes of failures that are not the store's.
const (
	unreachable = "Unreachable"
	internal    = "InternalFailure"
	inPlain     = "NotEncrypted" // the store takes what it is to encrypt, and does not say that it has
)

// codeOf is what GetTrailStatus tells of a failure. The log has the rest.
func codeOf(err error) string {
	switch {
	case bucket.Code(err) != "":
		return bucket.Code(err)
	case errors.Is(err, bucket.ErrNoSuchBucket):
		return "NoSuchBucket"
	case errors.Is(err, bucket.ErrNotEncrypted):
		return inPlain
	case errors.Is(err, store.ErrUnavailable):
		return internal
	}
	if _, ours := errors.AsType[*fs.PathError](err); ours {
		return internal // a file of the spool, or one with credentials
	}
	return unreachable
}

// forgetAfter is how long a trail that was deleted is tried to be delivered.
const forgetAfter = 7 * 24 * time.Hour

// report tells of the failures of an attempt: to GetTrailStatus each time, to
// the log once a period; and there when they have passed.
func (c *Courier) report(ctx context.Context, t iam.Trail, w *work, err, errDigest error) {
	both := cmp.Or(err, errDigest)
	if both == nil {
		if w.failed > 0 {
			c.Log.Info("the records of a trail are delivered again", "trail", t.ARN, "attempts", w.failed)
		}
		w.failed, w.told = 0, time.Time{}
		return
	}
	w.failed++
	c.failures.Add(1)
	now := c.Now()
	if w.told.IsZero() || now.Sub(w.told) >= c.Period || now.Before(w.told) {
		w.told = now
		c.Log.Error("the records of a trail cannot be delivered; they are kept, and it is tried again", "trail", t.ARN, "attempts", w.failed, "err", both)
	}
	if t.Gone && (errors.Is(both, bucket.ErrNoSuchBucket) || !t.Logging && now.Sub(t.Stopped) > forgetAfter) {
		c.Log.Error("a trail was deleted, and what it had is given up: it stays in the spool alone", "trail", t.ARN, "err", both)
		_ = c.DB.Update(ctx, func(tx *store.Tx) error { return forget(tx, t) })
		return
	}
	// If this fails too, the next attempt is soon.
	_ = c.DB.Update(ctx, func(tx *store.Tx) error {
		return c.putStatus(tx, t.ARN, func(s *iam.TrailStatus) {
			if err != nil {
				s.Attempt, s.Error = now, codeOf(err)
			}
			if errDigest != nil {
				s.DigestAttempt, s.DigestError = now, codeOf(errDigest)
			}
		})
	})
}

// Stats are the figures of a courier since it was made.
type Stats struct {
	Records, Files, Bytes int64         // put into buckets; bytes are compressed
	Digests               int64         // made
	Failures              int64         // attempts that failed
	Failing               int64         // trails whose last attempt failed
	Behind                int64         // bytes of the spool that the slowest trail has not delivered
	Age                   time.Duration // since the trail that waits longest had nothing left to deliver
}

// Stats returns the figures of now.
func (c *Courier) Stats() Stats {
	s := Stats{
		Records: c.records.Load(), Files: c.files.Load(), Bytes: c.bytes.Load(), Digests: c.digests.Load(), Failures: c.failures.Load(),
	}
	now := c.Now()
	var slowest *spool.Position
	c.mu.Lock()
	for _, w := range c.trails {
		if w.failing {
			s.Failing++
		}
		if !w.begun {
			continue
		}
		s.Age = max(s.Age, now.Sub(w.cleared))
		if at := w.cursor; slowest == nil || at.Compare(*slowest) < 0 {
			slowest = &at
		}
	}
	c.mu.Unlock()
	if slowest != nil {
		s.Behind, _, _ = spool.Behind(c.Spool.Dir(), *slowest)
	}
	return s
}
