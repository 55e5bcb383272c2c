package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/test/postgres"
)

// behind opens a database of the shared PostgreSQL twice: directly, and behind
// a proxy.
func behind(t *testing.T) (direct, through *store.DB, proxy *postgres.Proxy) {
	t.Helper()
	s := postgres.Start(t)
	url := s.FreshDatabase(t)
	proxy = postgres.NewProxy(t, s.Address())
	direct = openConfig(t, store.Config{URL: url})
	through = openConfig(t, store.Config{URL: s.Via(t, url, proxy.Address())})
	withAccount(t, direct)
	return direct, through, proxy
}

func watched(t *testing.T, db *store.DB, every time.Duration) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() { _ = db.Watch(ctx, every) })
	t.Cleanup(func() {
		stop()
		watching.Wait()
	})
}

// eventually waits until f holds, longer than anything here takes.
func eventually(t *testing.T, what string, f func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	for !f() {
		if time.Since(start) > 30*time.Second {
			t.Fatalf("not after 30 s: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
	return time.Since(start)
}

// heard records the changes that a database tells of.
type heard struct {
	mu  sync.Mutex
	all []store.Change
}

func hear(db *store.DB) *heard {
	h := new(heard)
	db.Subscribe(func(c []store.Change) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.all = append(h.all, c...)
	})
	return h
}

func (h *heard) count(kind store.ChangeKind) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.all {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

func TestAProcessThatIsCutOffStopsBelievingItsMemory(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*postgres.Proxy){"cut": (*postgres.Proxy).Cut, "stalled": (*postgres.Proxy).Stall} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, db, proxy := behind(t)
			read := func(*store.Tx) error { return nil }
			watched(t, db, 100*time.Millisecond)
			eventually(t, "the first poll", func() bool { return db.SincePoll() < time.Second })
			fail(proxy)
			took := eventually(t, "stale", func() bool { return db.Fresh() != nil })
			if took < 3*time.Second {
				t.Errorf("stale %v after the cut: too soon", took)
			}
			start := time.Now()
			for what, err := range map[string]error{
				"Fresh": db.Fresh(), "Ping": db.Ping(t.Context()),
				"View": db.View(t.Context(), read), "Load": db.Load(t.Context(), read), "Update": db.Update(t.Context(), read),
			} {
				if !errors.Is(err, store.ErrUnavailable) {
					t.Errorf("%s of a process that is cut off: %v", what, err)
				}
			}
			if d := time.Since(start); d > time.Second {
				t.Errorf("the refusals took %v", d)
			}
			proxy.Pass()
			eventually(t, "fresh again", func() bool { return db.Fresh() == nil })
			if err := db.Update(t.Context(), read); err != nil {
				t.Errorf("after the cut: %v", err)
			}
		})
	}
}

func TestWaitingForADatabaseThatIsSilentEnds(t *testing.T) {
	t.Parallel()
	_, db, proxy := behind(t) // nobody watches: nothing is refused beforehand
	read := func(tx *store.Tx) error { _, err := tx.Accounts(); return err }
	for range 2 { // connections that wait in the pools
		update(t, db, read)
		view(t, db, read)
	}
	proxy.Stall()
	var wg sync.WaitGroup
	for name, f := range map[string]func(context.Context, func(*store.Tx) error) error{"View": db.View, "Load": db.Load, "Update": db.Update} {
		wg.Go(func() {
			start := time.Now()
			if err := f(context.Background(), read); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("%s took %v", name, d)
			}
		})
	}
	wg.Wait()
	proxy.Pass()
	for name, f := range map[string]func(context.Context, func(*store.Tx) error) error{"View": db.View, "Load": db.Load, "Update": db.Update} {
		if err := f(t.Context(), read); err != nil {
			t.Errorf("%s afterwards: %v", name, err)
		}
	}
}

func TestNobodyMeetsConnectionsThatWentStaleInThePool(t *testing.T) {
	_, db, proxy := behind(t)
	var inside, wg sync.WaitGroup
	inside.Add(8)
	for range 8 { // so many connections at once
		wg.Go(func() {
			err := db.View(context.Background(), func(*store.Tx) error {
				inside.Done()
				inside.Wait()
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	update(t, db, func(*store.Tx) error { return nil })
	proxy.Reset()
	for range 16 {
		view(t, db, func(*store.Tx) error { return nil })
	}
	update(t, db, func(*store.Tx) error { return nil })
}

func TestACommitWhoseAnswerIsLostIsNoSuccess(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault postgres.CommitFault
		there bool // whether the change is there in the end
	}{
		{"the answer is lost", postgres.AnswerLost, true},
		{"the commit is lost", postgres.CommitLost, false},
		{"the commit comes late", postgres.CommitLate, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			direct, db, proxy := behind(t)
			watched(t, db, 20*time.Millisecond)
			told := hear(db)
			u := user("Dana")
			proxy.FailCommit(tt.fault, 500*time.Millisecond)
			err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.CreateUser(u) })
			if !errors.Is(err, store.ErrUnavailable) {
				t.Fatalf("Update = %v, want ErrUnavailable", err)
			}
			if proxy.Struck() != 1 {
				t.Fatal("the fault met no commit")
			}
			if told.count(store.UserChange) == 0 {
				t.Error("the caches were not told of what may have changed")
			}
			// What was cached between the failure and the commit must go too.
			between := hear(db)
			there := func() bool {
				err := direct.View(t.Context(), func(tx *store.Tx) error { _, err := tx.UserByID(u.ID); return err })
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					t.Fatal(err)
				}
				return err == nil
			}
			if tt.there {
				eventually(t, "the change is there", there)
				eventually(t, "the change comes back by the change log", func() bool { return between.count(store.UserChange) > 0 })
			} else if time.Sleep(time.Second); there() {
				t.Error("the change is there")
			}
			if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.CreateUser(user("Eve")) }); err != nil {
				t.Errorf("the next update: %v", err)
			}
		})
	}
}

func TestAnErrorThatIsOverlookedDoesNotBecomeASuccess(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			if err := tx.SetMeta("m", "1"); err != nil {
				return err
			}
			_ = tx.SetMeta("no text of PostgreSQL has this: \x00", "1")
			return nil
		})
		there := db.View(t.Context(), func(tx *store.Tx) error { _, err := tx.Meta("m"); return err })
		if (err == nil) != (there == nil) {
			t.Errorf("Update = %v, and what it wrote: %v", err, there)
		}
	})
}

func TestCommitsAreToldAtOnceWhereTheDatabaseNotifies(t *testing.T) {
	t.Parallel()
	here, there, proxy := behind(t)
	told := hear(there)
	watched(t, there, time.Hour)
	user1 := user("Dana")
	// The first poll and the start of listening may be under way: until then a
	// commit is seen by one of them.
	update(t, here, func(tx *store.Tx) error { return tx.CreateUser(user1) })
	eventually(t, "told", func() bool { return told.count(store.UserChange) == 1 })
	again := func(what string) {
		t.Helper()
		before := told.count(store.UserChange)
		update(t, here, func(tx *store.Tx) error { return tx.UpdateUser(user1, user1) })
		eventually(t, what, func() bool { return told.count(store.UserChange) > before })
	}
	for range 5 {
		again("told again")
	}
	proxy.Reset() // the connection that listens is made again, which tells once
	for range 5 {
		again("told after the loss of the connection")
	}
}

func TestAProcessThatIsCutOffAmidAnUpdateDoesNotStopOthersForLong(t *testing.T) {
	t.Parallel()
	direct, through, proxy := behind(t)
	stalled := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := through.Update(context.Background(), func(tx *store.Tx) error {
			proxy.Stall() // it holds the place in the order of changes
			close(stalled)
			return tx.CreateUser(user("Dana"))
		})
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("the update that was cut off: %v", err)
		}
	})
	<-stalled
	start := time.Now()
	update(t, direct, func(tx *store.Tx) error { return tx.CreateUser(user("Eve")) })
	t.Logf("the other waited for %v", time.Since(start))
	wg.Wait()
	proxy.Pass()
}

func TestAnOlderDatabaseIsNotBelievedToBeTheSame(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		if err := db.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		told := hear(db)
		if err := db.SkipEpochs(t.Context(), -1); err != nil {
			t.Fatal(err)
		}
		if err := db.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if told.count(store.Everything) != 1 {
			t.Error("caches were not told that everything may have changed")
		}
	})
}

func TestWhoMissedTooManyChangesIsToldEverything(t *testing.T) {
	db := openConfig(t, store.Config{Dir: t.TempDir(), Ephemeral: true})
	told := hear(db)
	update(t, db, func(tx *store.Tx) error {
		for range 20_001 {
			tx.Touch(store.UserChange, "AIDA1")
		}
		return nil
	})
	db.Forget()
	if err := db.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := told.count(store.Everything); n != 1 {
		t.Errorf("told %d times that everything may have changed, want once", n)
	}
}

func TestACommitThatIsAnsweredIsOnDiskWhateverTheServerPrefers(t *testing.T) {
	for _, tt := range []struct{ server, want string }{
		{"off", "on"},
		{"on", "on"},
		{"remote_apply", "remote_apply"},
	} {
		url := postgres.Start(t).FreshDatabase(t)
		db := openConfig(t, store.Config{URL: url + "&options=-csynchronous_commit%3D" + tt.server})
		if got := db.Setting(t, "synchronous_commit"); got != tt.want {
			t.Errorf("with synchronous_commit=%s of the server, updates run with %s", tt.server, got)
		}
	}
}
