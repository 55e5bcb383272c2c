package credentials

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// source is a provider whose answers a test decides.
type source struct {
	mu    sync.Mutex
	calls int
	life  time.Duration // of what it answers; 0 for ever
	took  time.Duration
	err   error
}

func (s *source) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *source) called() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func (s *source) Retrieve(ctx context.Context) (Credentials, error) {
	s.mu.Lock()
	s.calls++
	c := Credentials{AccessKeyID: fmt.Sprint("key", s.calls), SecretAccessKey: "s"}
	life, took, err := s.life, s.took, s.err
	s.mu.Unlock()
	if took > 0 {
		select {
		case <-time.After(took):
		case <-ctx.Done():
			return Credentials{}, ctx.Err()
		}
	}
	if life != 0 {
		c.Expires = time.Now().Add(life)
	}
	return c, err
}

func mustGet(t *testing.T, c *Cache, want string) {
	t.Helper()
	got, err := c.Retrieve(t.Context())
	if err != nil || got.AccessKeyID != want {
		t.Errorf("at %v: %v, %v, want %s", time.Now().Format("15:04:05"), got, err, want)
	}
}

func TestCredentialsThatDoNotExpireAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{}
		c := NewCache(s, CacheOptions{})
		mustGet(t, c, "key1")
		time.Sleep(1000 * time.Hour)
		mustGet(t, c, "key1")
		c.Invalidate()
		mustGet(t, c, "key2")
	})
}

func TestRenewalRunsAheadAndBeside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{life: time.Hour}
		c := NewCache(s, CacheOptions{})
		mustGet(t, c, "key1")
		time.Sleep(52 * time.Minute) // before the earliest moment: 7.5 minutes ahead
		mustGet(t, c, "key1")
		if s.called() != 1 {
			t.Errorf("%d calls after 52 minutes, want 1", s.called())
		}
		s.set(func() { s.took = 10 * time.Second })
		time.Sleep(3*time.Minute + time.Second) // after the latest: 5 minutes ahead
		started := time.Now()
		for range 10 {
			mustGet(t, c, "key1")
		}
		if time.Since(started) != 0 {
			t.Errorf("callers waited %v", time.Since(started))
		}
		time.Sleep(11 * time.Second)
		mustGet(t, c, "key2")
		if s.called() != 2 {
			t.Errorf("%d calls, want 2", s.called())
		}
	})
}

func TestRenewalsHaveJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := make(map[time.Duration]bool)
		c := NewCache(nil, CacheOptions{})
		for range 50 {
			k := c.keep(Credentials{Expires: time.Now().Add(time.Hour)})
			ahead := k.c.Expires.Sub(k.renewAt)
			if ahead < 5*time.Minute || ahead >= 7*time.Minute+30*time.Second {
				t.Errorf("renewed %v ahead", ahead)
			}
			seen[ahead] = true
		}
		if len(seen) < 40 {
			t.Errorf("%d different moments of 50", len(seen))
		}
		if k := c.keep(Credentials{Expires: time.Now().Add(time.Minute)}); k.renewAt.Before(time.Now().Add(15 * time.Second)) {
			t.Errorf("credentials of a minute are renewed after %v", time.Until(k.renewAt))
		}
	})
}

func TestOneRenewalForManyCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{life: time.Hour, took: 3 * time.Second}
		c := NewCache(s, CacheOptions{})
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() { mustGet(t, c, "key1") })
		}
		wg.Wait()
		if s.called() != 1 {
			t.Errorf("%d calls, want 1", s.called())
		}
	})
}

func TestGoodCredentialsOutliveFailedRenewals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{life: time.Hour}
		c := NewCache(s, CacheOptions{})
		mustGet(t, c, "key1")
		down := errors.New("down")
		s.set(func() { s.err = down })
		time.Sleep(55 * time.Minute)
		for range 4*60 + 59 {
			mustGet(t, c, "key1")
			synctest.Wait()
			time.Sleep(time.Second)
		}
		if n := s.called(); n < 5 || n > 12 {
			t.Errorf("%d calls in five minutes of failures, want one every 30 to 45 seconds", n)
		}
		time.Sleep(time.Second)
		if _, err := c.Retrieve(t.Context()); !errors.Is(err, down) {
			t.Errorf("after expiry: %v", err)
		}
		if _, err := c.Retrieve(t.Context()); !errors.Is(err, down) {
			t.Errorf("after expiry, again: %v", err)
		}
		s.set(func() { s.err = nil })
		if got, err := c.Retrieve(t.Context()); err != nil || got.Expired(time.Now()) {
			t.Errorf("when it works again: %v, %v", got, err)
		}
	})
}

func TestCallersMayGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{life: time.Hour, took: time.Minute}
		c := NewCache(s, CacheOptions{})
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		done := make(chan struct{})
		go func() { mustGet(t, c, "key1"); close(done) }()
		synctest.Wait()
		if _, err := c.Retrieve(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("gave up: %v", err)
		}
		<-done // the other still gets its credentials
	})
	synctest.Test(t, func(t *testing.T) {
		s := &source{life: time.Hour, took: time.Minute}
		c := NewCache(s, CacheOptions{})
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Retrieve(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("gave up: %v", err)
		}
		synctest.Wait()
		if c.flight != nil {
			t.Error("a renewal goes on that nobody waits for")
		}
		mustGet(t, c, "key2")
	})
	synctest.Test(t, func(t *testing.T) {
		s := &source{took: time.Hour}
		started := time.Now()
		if _, err := NewCache(s, CacheOptions{}).Retrieve(context.Background()); !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != 5*time.Minute {
			t.Errorf("a renewal that hangs: %v after %v", err, time.Since(started))
		}
	})
}

func TestExpiredAnswersAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{life: -time.Second}
		if _, err := NewCache(s, CacheOptions{}).Retrieve(t.Context()); err == nil {
			t.Error("expired credentials were answered")
		}
	})
}

func TestInvalidateWhileRenewing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{life: time.Hour, took: time.Second}
		c := NewCache(s, CacheOptions{})
		done := make(chan struct{})
		go func() { mustGet(t, c, "key1"); close(done) }()
		synctest.Wait()
		c.Invalidate()
		<-done
		mustGet(t, c, "key2")
	})
}

func BenchmarkCache(b *testing.B) {
	c := NewCache(&source{life: time.Hour}, CacheOptions{})
	ctx := b.Context()
	for _, goroutines := range []int{1, 64} {
		b.Run(fmt.Sprint("goroutines=", goroutines), func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(goroutines)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := c.Retrieve(ctx); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
