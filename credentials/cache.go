package credentials

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// CacheOptions are the options of [NewCache]. The zero value is good.
type CacheOptions struct {
	// Ahead is how long before expiry a renewal begins: five minutes when zero,
	// and never more than half of what the credentials have left when they come.
	// A random part of it, up to a half, is added, so that processes that started
	// together do not renew together.
	Ahead time.Duration

	// Again is the pause after a renewal that failed while the credentials were
	// still good: 30 seconds when zero.
	Again time.Duration

	// Timeout bounds one renewal: five minutes when zero, since somebody may have
	// to find an MFA device.
	Timeout time.Duration
}

// Cache keeps the credentials of a provider, and renews them. It is safe for
// concurrent use.
//
// While they are good, callers get them at once. When they near their end one
// renewal runs beside, and callers still get the old ones, also when it fails.
// Only when there are none, or when they have expired, callers wait, all for the
// same renewal; each may give up by its context, and when all have, the renewal is
// cancelled.
type Cache struct {
	provider Provider
	opts     CacheOptions

	now atomic.Pointer[kept] // what callers get

	mu     sync.Mutex
	flight *flight // guarded by mu; nil when nothing is being renewed
}

// Format writes what it is, whatever the verb: not the credentials, and not what
// changes while it is printed.
func (c *Cache) Format(f fmt.State, _ rune) { fmt.Fprint(f, "credentials.Cache") }

// kept is credentials with the time from which they are renewed. It is immutable.
type kept struct {
	c       Credentials
	renewAt time.Time // zero: never
}

// flight is a renewal that is under way.
type flight struct {
	done    chan struct{} // closed at its end; c and err are written before
	c       Credentials
	err     error
	waiting int                // guarded by the cache's mu
	cancel  context.CancelFunc // ends it when nobody waits
	beside  bool               // callers have credentials: nobody's leaving ends it
}

// NewCache returns a cache before p.
func NewCache(p Provider, opts CacheOptions) *Cache {
	opts.Ahead = cmp.Or(opts.Ahead, 5*time.Minute)
	opts.Again = cmp.Or(opts.Again, 30*time.Second)
	opts.Timeout = cmp.Or(opts.Timeout, 5*time.Minute)
	return &Cache{provider: p, opts: opts}
}

// Retrieve returns credentials that have not expired, or the error of the renewal
// that would have got some.
func (c *Cache) Retrieve(ctx context.Context) (Credentials, error) {
	for {
		k := c.now.Load()
		if k != nil && k.renewAt.IsZero() {
			return k.c, nil
		}
		now := time.Now()
		if k != nil && now.Before(k.renewAt) {
			return k.c, nil
		}
		usable := k != nil && !k.c.Expired(now)
		f := c.join(ctx, k, usable)
		if usable {
			return k.c, nil
		}
		if f == nil {
			continue // another caller has just got new ones
		}
		select {
		case <-f.done:
			return f.c, f.err
		case <-ctx.Done():
			c.leave(f)
			return Credentials{}, ctx.Err()
		}
	}
}

// Invalidate drops the credentials, as after a service said that they are no
// longer good. The next caller waits for new ones.
func (c *Cache) Invalidate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flight = nil // what is under way may be of the old ones: its result goes to those who wait, and is not kept
	c.now.Store(nil)
}

// join returns the renewal that is under way, or begins one; nil when the caller,
// who saw k, is late: something else is there now.
func (c *Cache) join(ctx context.Context, k *kept, beside bool) *flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.flight; f != nil {
		if !beside {
			f.waiting++
		}
		return f
	}
	if c.now.Load() != k {
		return nil
	}
	// The values of the caller's context, for tracing, but not its end: others
	// join.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.opts.Timeout)
	f := &flight{done: make(chan struct{}), cancel: cancel, beside: beside}
	if !beside {
		f.waiting = 1
	}
	c.flight = f
	go c.fly(ctx, f)
	return f
}

// leave is for a caller that does not wait any longer.
func (c *Cache) leave(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.waiting--; f.waiting == 0 && !f.beside {
		f.cancel()
		if c.flight == f {
			c.flight = nil // the next caller does not join what was given up
		}
	}
}

func (c *Cache) fly(ctx context.Context, f *flight) {
	defer f.cancel()
	got, err := c.retrieve(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	f.c, f.err = got, err
	close(f.done)
	if c.flight != f {
		return // invalidated or given up
	}
	c.flight = nil
	if err == nil {
		c.now.Store(c.keep(got))
	} else if k := c.now.Load(); k != nil && !k.c.Expired(time.Now()) {
		again := k.c.Expires // from then on callers wait
		if t := time.Now().Add(c.opts.Again + upTo(c.opts.Again/2)); t.Before(again) {
			again = t
		}
		c.now.Store(&kept{k.c, again})
	}
}

var errExpired = errors.New("the provider answered credentials that have expired")

func (c *Cache) retrieve(ctx context.Context) (Credentials, error) {
	got, err := c.provider.Retrieve(ctx)
	switch {
	case err != nil:
		return Credentials{}, err
	case got.Expired(time.Now()):
		return Credentials{}, errExpired
	}
	return got, nil
}

func (c *Cache) keep(got Credentials) *kept {
	k := &kept{c: got}
	if !got.Expires.IsZero() {
		ahead := min(c.opts.Ahead, time.Until(got.Expires)/2)
		k.renewAt = got.Expires.Add(-ahead - upTo(ahead/2))
	}
	return k
}

// upTo returns a random duration below d.
func upTo(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(rand.Int64N(int64(d)))
}
