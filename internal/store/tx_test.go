package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/store"
)

func TestAFailedUpdateLeavesNothing(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		told := 0
		db.Subscribe(func([]store.Change) { told++ })
		boom := errors.New("boom")
		err := db.Update(t.Context(), func(tx *store.Tx) error { return errors.Join(tx.CreateUser(user("a")), boom) })
		if !errors.Is(err, boom) {
			t.Errorf("Update = %v, want the function's error", err)
		}
		func() {
			defer func() {
				if recover() != "bang" {
					t.Error("the panic did not reach the caller")
				}
			}()
			_ = db.Update(t.Context(), func(tx *store.Tx) error {
				if err := tx.CreateUser(user("b")); err != nil {
					t.Error(err)
				}
				panic("bang")
			})
		}()
		view(t, db, func(tx *store.Tx) error {
			if n, err := tx.CountUsers(acct); n != 0 || err != nil {
				t.Errorf("CountUsers = %d, %v; want 0", n, err)
			}
			return nil
		})
		if told != 0 {
			t.Error("subscribers were told of changes that did not happen")
		}
		withGone, cancel := context.WithCancel(t.Context())
		cancel()
		ran := false
		if err := db.Update(withGone, func(*store.Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
			t.Errorf("Update for a caller that has gone = %v, ran %v", err, ran)
		}
	})
}

func TestConcurrentUpdatesKeepTheirOwnFate(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		boom := errors.New("boom")
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				err := db.Update(t.Context(), func(tx *store.Tx) error {
					if err := tx.CreateUser(user(fmt.Sprintf("u%d", i))); err != nil {
						return err
					}
					if i%3 == 0 {
						return boom
					}
					return nil
				})
				if (i%3 == 0) != errors.Is(err, boom) || i%3 != 0 && err != nil {
					t.Errorf("update %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		view(t, db, func(tx *store.Tx) error {
			if n, err := tx.CountUsers(acct); n != 40 || err != nil {
				t.Errorf("CountUsers = %d, %v; want 40", n, err)
			}
			return nil
		})
	})
}

func TestTwoProcessesCreateOneName(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		a, b := open(), open()
		withAccount(t, a)
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for i := range 20 {
			db := a
			if i%2 == 1 {
				db = b
			}
			wg.Go(func() {
				err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.CreateUser(user("same")) })
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else if !errors.Is(err, store.ErrExists) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if made != 1 {
			t.Errorf("%d of 20 creations succeeded, want 1", made)
		}
	})
}

func TestAViewCannotWriteAndSeesOneMoment(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		view(t, db, func(tx *store.Tx) error {
			if err := tx.CreateUser(user("a")); !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("CreateUser in a View = %v, want ErrReadOnly", err)
			}
			if n, err := tx.CountUsers(acct); n != 0 || err != nil {
				t.Errorf("CountUsers = %d, %v", n, err)
			}
			update(t, db, func(tx *store.Tx) error { return tx.CreateUser(user("a")) })
			if n, err := tx.CountUsers(acct); n != 0 || err != nil {
				t.Errorf("the View saw a later commit: %d users, %v", n, err)
			}
			return nil
		})
	})
}

func TestLoadsDoNotWaitForViews(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				err := db.View(ctx, func(*store.Tx) error {
					return db.Load(ctx, func(tx *store.Tx) error {
						_, err := tx.Account(acct)
						return err
					})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}
