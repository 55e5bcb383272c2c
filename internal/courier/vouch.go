package courier

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/daypass/daypass/internal/bucket"
	"github.com/daypass/daypass/internal/digest"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

// Bounds of what is done at a time.
const (
	filesPerDigest = 10_000
	digestsAtOnce  = 50
)

// vouch makes the digests of a trail that are due, uploads those that are not
// in the bucket yet, and forgets a trail of which nothing is left.
//
// due is when there may be something to do, and next when there may be again.
func (c *Courier) vouch(ctx context.Context, t iam.Trail, due time.Time) (next time.Time, err error) {
	if c.Now().Before(due) {
		return due, nil
	}
	next, err = c.makeDigests(ctx, t)
	if err == nil {
		err = c.uploadDigests(ctx, t)
	}
	if err == nil && t.Gone {
		err = c.forget(ctx, t)
	}
	if err != nil {
		next = time.Time{}
	}
	return next, err
}

// makeDigests makes the digests that are due, in one transaction, and returns
// when the next may be.
func (c *Courier) makeDigests(ctx context.Context, t iam.Trail) (next time.Time, err error) {
	now := c.Now().Truncate(time.Second)
	var regions []string
	err = c.DB.View(ctx, func(tx *store.Tx) error {
		chains, err := c.chains(tx, t, now)
		regions = nil
		for region, ch := range chains {
			if due := ch.due(&t, c.DigestPeriod); t.Digests && !due.IsZero() && !now.Before(due) {
				regions = append(regions, region)
			}
		}
		return err
	})
	if err != nil {
		return next, fmt.Errorf("reading the digests: %w", err)
	}
	for _, region := range regions {
		if err := c.ensureKey(ctx, region, now); err != nil {
			return next, err
		}
	}
	made := 0
	err = c.DB.Update(ctx, func(tx *store.Tx) error {
		made = 0
		now := c.Now().Truncate(time.Second) // others may have made some while this one waited for its turn
		chains, err := c.chains(tx, t, now)
		next = now.Add(c.DigestPeriod)
		for _, region := range slices.Sorted(maps.Keys(chains)) {
			ch := chains[region]
			if err == nil && !t.Digests {
				err = tx.EndChain(t.ARN, region)
			}
			if err != nil || !t.Digests {
				continue
			}
			due := ch.due(&t, c.DigestPeriod)
			if due.IsZero() {
				continue
			}
			if !now.Before(due) && slices.Contains(regions, region) { // one that is due since then waits for its key
				err = c.makeDigest(tx, t, ch, now)
				made++
				due = now.Add(c.DigestPeriod)
			}
			if due.Before(next) {
				next = due
			}
		}
		if err == nil && !t.Digests {
			err = tx.ForgetLogFiles(t.ARN)
		}
		return err
	})
	if err != nil {
		return next, fmt.Errorf("making digests: %w", err)
	}
	c.digests.Add(int64(made))
	return next, nil
}

// chain is what is known of the digests of a Region.
type chain struct {
	region  string
	last    *store.Digest   // nil when the next begins a chain
	before  *store.Digest   // the last of the chain before, if there is one
	files   []store.LogFile // that none vouches for
	pending bool            // another process may still have files
}

// chains returns those of a trail by Region: of its home, of those that have
// digests, and of those that have files.
func (c *Courier) chains(tx *store.Tx, t iam.Trail, now time.Time) (map[string]*chain, error) {
	cursors, err := tx.TrailCursors(t.ARN)
	last, errLast := tx.LastDigests(t.ARN)
	files, errFiles := tx.LogFilesWithoutDigest(t.ARN, filesPerDigest)
	if err := errors.Join(err, errLast, errFiles); err != nil {
		return nil, err
	}
	all := map[string]*chain{}
	of := func(region string) *chain {
		if all[region] == nil {
			all[region] = &chain{region: region, pending: cursors > 0}
		}
		return all[region]
	}
	of(t.Region)
	for _, d := range last {
		ch := of(d.Region)
		if ended := !t.Stopped.IsZero() && !d.Ended.Before(t.Stopped.Truncate(time.Second)) && t.Started.After(t.Stopped) && d.Ended.Before(t.Started); ended {
			ch.before = &d
			continue
		}
		if d.Ended.After(now.Add(2*c.DigestPeriod + clocksApart)) {
			ch.before = &d // the clock was set back, and the chain cannot wait for it
			continue
		}
		ch.last = &d
	}
	for _, f := range files {
		ch := of(f.Region)
		ch.files = append(ch.files, f)
	}
	return all, nil
}

// start is when the time of the next digest begins.
func (ch *chain) start(t *iam.Trail) time.Time {
	switch {
	case ch.last != nil:
		return ch.last.Ended
	case ch.region != t.Region && len(ch.files) > 0 && ch.files[0].Delivered.After(t.Started):
		return ch.files[0].Delivered.Truncate(time.Second)
	}
	return t.Started.Truncate(time.Second)
}

// due returns when the next digest is; the zero time says that none is.
//
// A trail that has ceased to log gets a last one when all processes have
// delivered what they had, and another one for each that comes late.
func (ch *chain) due(t *iam.Trail, period time.Duration) time.Time {
	start := ch.start(t)
	if t.Logging && !t.Gone {
		if ch.last == nil && ch.region != t.Region && len(ch.files) == 0 {
			return time.Time{}
		}
		return start.Add(period)
	}
	final := ch.last != nil && !ch.last.Ended.Before(t.Stopped.Truncate(time.Second))
	switch {
	case len(ch.files) == 0 && (final || ch.last == nil):
		return time.Time{}
	case ch.pending:
		return start.Add(period) // until then the others may be through
	}
	return start.Add(time.Second)
}

// makeDigest makes and stores the digest that ends now.
func (c *Courier) makeDigest(tx *store.Tx, t iam.Trail, ch *chain, now time.Time) error {
	key, err := c.key(tx, ch.region, now)
	if err != nil {
		return err
	}
	d := digest.Digest{
		Account: t.Account, Region: ch.region, Trail: t.Name, HomeRegion: t.Region, Bucket: t.Bucket, Prefix: t.Prefix,
		Start: ch.start(&t), End: now,
	}
	if ch.last == nil && now.Sub(d.Start) > 2*c.DigestPeriod {
		d.Start = now.Add(-c.DigestPeriod) // it begins a chain in the midst of the trail's life
	}
	if l := ch.last; l != nil {
		d.Previous = digest.Previous{Bucket: l.Bucket, Object: l.Object, Hash: l.Hash, Signature: l.Signature}
	}
	for _, f := range ch.files {
		d.Files = append(d.Files, digest.File{Bucket: f.Bucket, Object: f.Object, Hash: f.Hash, Oldest: f.Oldest, Newest: f.Newest})
	}
	signed, err := d.Sign(key)
	if err != nil {
		return err
	}
	if ch.before != nil {
		if err := tx.EndChain(t.ARN, ch.region); err != nil {
			return err
		}
	}
	err = tx.AddDigest(store.Digest{
		Trail: t.ARN, Region: ch.region, Ended: now, Object: signed.Object, Bucket: signed.Bucket,
		Hash: signed.Hash, Signature: signed.Signature, Body: signed.Body,
	})
	for _, f := range ch.files {
		if err == nil {
			err = tx.VouchFor(f, now)
		}
	}
	return err
}

// uploadDigests puts the digests that are not in the bucket yet, the oldest
// first.
func (c *Courier) uploadDigests(ctx context.Context, t iam.Trail) error {
	for {
		var waiting []store.Digest
		err := c.DB.View(ctx, func(tx *store.Tx) (err error) {
			waiting, err = tx.DigestsToUpload(t.ARN, digestsAtOnce)
			return err
		})
		if err != nil {
			return fmt.Errorf("reading the digests: %w", err)
		}
		for _, d := range waiting {
			if err := c.uploadDigest(ctx, t, d); err != nil {
				return err
			}
		}
		if len(waiting) < digestsAtOnce {
			return nil
		}
	}
}

var errWithdrawn = errors.New("another digest will vouch for its files")

func (c *Courier) uploadDigest(ctx context.Context, t iam.Trail, d store.Digest) error {
	body, err := compress(d.Body)
	if err != nil {
		return err
	}
	err = c.Bucket.PutNew(ctx, bucket.Object{
		Bucket: d.Bucket, Key: d.Object, Body: body, Type: "application/json", Encoding: "gzip",
		Meta: map[string]string{digest.SignatureMeta: d.Signature, digest.AlgorithmMeta: digest.Algorithm},
	}, digest.SignatureMeta)
	away := d.Bucket != t.Bucket && (errors.Is(err, bucket.ErrNoSuchBucket) || errors.Is(err, bucket.ErrDenied)) // of the trail's old bucket
	if errors.Is(err, bucket.ErrExists) || away {
		// A digest that is there, or may be, is never replaced: after the database
		// was set back, it vouches for files that this one knows nothing of.
		withdrawn := c.DB.Update(ctx, func(tx *store.Tx) error { return tx.WithdrawDigests(d) })
		return errors.Join(fmt.Errorf("putting the digest %s: %w: %w", d.Object, errWithdrawn, err), withdrawn)
	}
	if err != nil {
		return fmt.Errorf("putting a digest into the bucket %s: %w", d.Bucket, err)
	}
	err = c.DB.Update(ctx, func(tx *store.Tx) error {
		err := tx.DigestUploaded(d, c.Now())
		if errors.Is(err, store.ErrNotFound) {
			return nil // another process has noted it, and has gone on
		}
		if err != nil {
			return err
		}
		return c.putStatus(tx, t.ARN, func(s *iam.TrailStatus) { s.DigestAttempt, s.DigestDone, s.DigestError = c.Now(), c.Now(), "" })
	})
	if err != nil {
		return fmt.Errorf("noting a digest: %w", err)
	}
	return nil
}

// forget forgets a trail that is gone when nothing of it is left.
func (c *Courier) forget(ctx context.Context, t iam.Trail) error {
	return c.DB.Update(ctx, func(tx *store.Tx) error {
		cursors, err := tx.TrailCursors(t.ARN)
		files, errFiles := tx.LogFilesWithoutDigest(t.ARN, 1)
		digests, errDigests := tx.DigestsToUpload(t.ARN, 1)
		if err := errors.Join(err, errFiles, errDigests); err != nil || cursors+len(files)+len(digests) > 0 {
			return err
		}
		return forget(tx, t)
	})
}

func forget(tx *store.Tx, t iam.Trail) error {
	err := tx.ForgetTrail(t.ARN)
	if errors.Is(err, store.ErrNotFound) {
		return nil // another process was first
	}
	return err
}
