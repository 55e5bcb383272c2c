// Package courier delivers the records of calls to the buckets of trails.
//
// Each process that serves has a spool of records (package spool) and a
// courier, which reads it from end to end for each trail. What belongs to the
// trail goes into files, one for each Region, in the form and under the names
// that CloudTrail's have:
//
//	[PREFIX/]AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz
//
// When the files are in the bucket, one transaction of the store notes them and
// how far the spool has been read. A process that dies in between delivers the
// same records again, in other files: at least once. Until then the spool is
// held: what the bucket does not take stays on the disk, and when the disk is
// full calls are refused.
//
// The files of an hour, of all processes, are vouched for by a digest (package
// digest) for each Region. It is made and signed in one transaction of the
// store, which are one after the other, so the chain never forks; then any
// process uploads it, until it is there, byte for byte.
package courier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/daypass/daypass/internal/bucket"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/internal/store"
)

// Config is what a [Courier] works with.
type Config struct {
	DB     *store.DB
	Vault  *keys.Vault
	Spool  *spool.Spool
	Bucket *bucket.Client

	Period       time.Duration // between deliveries, which are on its marks of the clock; 0 is 5 minutes
	DigestPeriod time.Duration // between digests; 0 is an hour
	FileSize     int           // bytes of records, before compression, that a file holds at most, and after which one is due; 0 is 4 MiB
	Settle       time.Duration // after which what a call has answered is in the spool; 0 is 15 seconds
	Retry        time.Duration // after a first failure; 0 is a second

	Now func() time.Time // nil is time.Now
	Log *slog.Logger     // nil discards
}

// Courier delivers. It is safe for concurrent use.
type Courier struct {
	Config
	spool string        // its id
	wake  chan struct{} // holds one when there may be something to do
	stale atomic.Bool   // the trails are to be read again
	slots chan struct{} // of the trails that are delivered at a time

	mu     sync.Mutex
	trails map[string]*work // by ARN; guarded by mu

	records, files, bytes, digests, failures counter
}

// work is what the process knows of a trail. Its fields are for the goroutine
// that delivers it, while there is one, but for those that are guarded by
// Courier.mu.
type work struct {
	trail   iam.Trail      // as it was read last; guarded
	cursor  spool.Position // guarded
	begun   bool           // there is a cursor; guarded
	busy    bool           // a goroutine delivers it; guarded
	next    time.Time      // when to deliver; guarded
	failing bool           // the last attempt failed; guarded
	changed bool           // the trail is another than it was; guarded
	lost    bool           // the trail is there no more, and a goroutine still delivers it; guarded
	cleared time.Time      // when all was delivered last; guarded

	nextDigest time.Time // when one may be due; guarded

	batch  *batch    // that is on its way
	tried  sealing   // what the store has shown to encrypt under
	failed int       // attempts, one after the other
	told   time.Time // when the log was told of a failure
}

// holder is the courier's name at the spool.
const holder = "courier"

// concurrently is how many trails are delivered at a time.
const concurrently = 4

// New returns a courier, and has the spool hold what is to be delivered. It
// delivers while [Courier.Run] runs.
func New(ctx context.Context, cfg Config) (*Courier, error) {
	cfg.Period = cmp.Or(cfg.Period, 5*time.Minute)
	cfg.DigestPeriod = cmp.Or(cfg.DigestPeriod, time.Hour)
	cfg.FileSize = cmp.Or(cfg.FileSize, 4<<20)
	cfg.Settle = cmp.Or(cfg.Settle, 15*time.Second)
	cfg.Retry = cmp.Or(cfg.Retry, time.Second)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	id, err := spool.ID(cfg.Spool.Dir())
	if err != nil {
		return nil, err
	}
	c := &Courier{
		Config: cfg, spool: id, trails: map[string]*work{},
		wake: make(chan struct{}, 1), slots: make(chan struct{}, concurrently),
	}
	if err := c.look(ctx); err != nil {
		return nil, fmt.Errorf("finding out what is to be delivered: %w", err)
	}
	c.DB.Subscribe(func(changes []store.Change) {
		for _, change := range changes {
			if change.Kind == store.TrailChange || change.Kind == store.Everything {
				c.stale.Store(true)
				c.poke()
				return
			}
		}
	})
	return c, nil
}

func (c *Courier) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// How often it is looked whether something is due, and which trails there are
// though nobody has said that they have changed.
const (
	glance    = time.Second
	lookAgain = time.Minute
)

// Run delivers until ctx ends.
func (c *Courier) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	lost := false
	looked := time.Now()
	for {
		if c.stale.Swap(false) || lost || time.Since(looked) > lookAgain {
			looked = time.Now()
			err := c.look(ctx)
			if err != nil && !lost && ctx.Err() == nil {
				c.Log.Error("cannot find out which trails there are", "err", err)
			}
			lost = err != nil
		}
		for _, w := range c.due() {
			running.Go(func() { c.serve(ctx, w) })
		}
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		case <-time.After(min(glance, c.Period)):
		}
	}
}

// look reads the trails and how far they are, begins the new ones, and holds
// the spool.
func (c *Courier) look(ctx context.Context) error {
	end, err := spool.End(c.Spool.Dir())
	if err != nil {
		return err
	}
	var trails []iam.Trail
	var cursors map[string]store.Cursor
	err = c.DB.View(ctx, func(tx *store.Tx) (err error) {
		if trails, err = tx.TrailsToDeliver(); err == nil {
			cursors, err = tx.CursorsOf(c.spool)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range trails {
		if _, ok := cursors[t.ARN]; ok || !t.Logging || t.Gone {
			continue
		}
		at, ok, err := c.begin(ctx, t)
		if err != nil {
			return err
		}
		if ok {
			cursors[t.ARN] = at
		}
	}
	c.keep(trails, cursors, end)
	c.hold()
	return nil
}

// keep brings what is known of the trails up to date.
func (c *Courier) keep(trails []iam.Trail, cursors map[string]store.Cursor, end spool.Position) {
	now := c.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	there := map[string]bool{}
	for _, t := range trails {
		there[t.ARN] = true
		w := c.trails[t.ARN]
		if w == nil {
			w = &work{next: now, cleared: now}
			if t.Logging && now.Sub(t.Started) < c.Period {
				w.next = c.mark(now) // a new one: its first records are on their way
			}
			c.trails[t.ARN] = w
		}
		if w.trail.ARN != "" && !reflect.DeepEqual(w.trail, t) {
			w.changed = true
		}
		w.trail, w.lost = t, false
		if w.busy {
			continue
		}
		at, ok := cursors[t.ARN]
		if at.Segment > end.Segment {
			at = store.Cursor{} // the spool is not what it was: from its beginning
		}
		if w.begun && w.cursor != spool.Position(at) {
			w.batch = nil
		}
		w.begun, w.cursor = ok, spool.Position(at)
	}
	for arn, w := range c.trails {
		if w.lost = !there[arn]; w.lost && !w.busy {
			delete(c.trails, arn)
		}
	}
}

// mark is the next time of deliveries.
func (c *Courier) mark(now time.Time) time.Time { return now.Truncate(c.Period).Add(c.Period) }

// hold has the spool keep what is not delivered.
func (c *Courier) hold() {
	c.mu.Lock()
	oldest, any := spool.Position{Segment: math.MaxUint64}, false
	for _, w := range c.trails {
		if w.begun && w.cursor.Compare(oldest) < 0 {
			oldest, any = w.cursor, true
		}
	}
	c.mu.Unlock()
	if any {
		c.Spool.Hold(holder, oldest)
	} else {
		c.Spool.Release(holder)
	}
}

// due returns the trails that are to be served now, each marked as busy.
func (c *Courier) due() (all []*work) {
	now := c.Now()
	end, err := spool.End(c.Spool.Dir())
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.trails {
		if w.next.Sub(now) > c.longest() || w.nextDigest.Sub(now) > c.DigestPeriod {
			w.changed = true // the clock was set back
		}
		early := w.begun && err == nil && c.full(w.cursor, end)
		if w.busy || now.Before(w.next) && !w.changed && (w.failing || !early) {
			continue
		}
		if w.changed {
			w.changed, w.nextDigest = false, time.Time{}
		}
		w.busy = true
		all = append(all, w)
	}
	return all
}

// longest is how far ahead the next time of a trail is at most.
func (c *Courier) longest() time.Duration {
	return max(c.Period, c.DigestPeriod, c.Settle, longestRetry)
}

// full reports whether there is as much between two positions as a file holds.
func (c *Courier) full(from, to spool.Position) bool {
	behind := to.Offset - from.Offset
	if from.Segment != to.Segment {
		behind, _, _ = spool.Behind(c.Spool.Dir(), from)
	}
	return behind >= int64(c.FileSize)
}

// serve delivers what a trail has, and sees to its digests.
func (c *Courier) serve(ctx context.Context, w *work) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
	}
	c.mu.Lock()
	t, begun, next := w.trail, w.begun, w.nextDigest
	c.mu.Unlock()
	cleared := c.Now() // what is there by now
	err := c.deliver(ctx, t, w)
	if begun != w.begun {
		next = time.Time{} // it has ceased to log, and all is delivered
	}
	next, errDigest := c.vouch(ctx, t, next)
	if ctx.Err() == nil {
		c.report(ctx, t, w, err, errDigest)
	}
	now := c.Now()
	c.mu.Lock()
	w.busy, w.failing = false, errors.Join(err, errDigest) != nil
	w.nextDigest = next
	stopped := !t.Logging || t.Gone
	switch {
	case w.failing:
		w.next = now.Add(c.backoff(w.failed))
	case stopped && w.begun:
		w.next = now.Add(c.Settle)
	case stopped:
		w.next = next
	default:
		w.next = c.mark(now)
		if next.Before(w.next) {
			w.next = next
		}
	}
	if err == nil {
		w.cleared = cleared
	}
	if w.lost {
		delete(c.trails, t.ARN) // it holds nothing any more
	}
	c.mu.Unlock()
	c.hold()
	c.poke()
}

// longestRetry is how long after a failure the next attempt is at the latest.
const longestRetry = time.Minute

// backoff is how long to wait after failures.
func (c *Courier) backoff(failed int) time.Duration {
	return min(c.Retry<<min(max(failed-1, 0), 16), longestRetry)
}
