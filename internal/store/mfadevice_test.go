package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/totp"
)

func newDevice(name string) iam.MFADevice {
	return iam.MFADevice{Serial: "arn:aws:iam::" + acct + ":mfa/" + name, Account: acct, Path: "/", Name: name, Created: t0, Sealed: []byte(name)}
}

func TestMFADevicesAreListedByNameAndHolder(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		free, held := newDevice("Free"), newDevice("held")
		held.Holder, held.Enabled, held.Drift, held.Accepted = "AIDA1", t0.Add(time.Hour), -3, 42
		update(t, db, func(tx *store.Tx) error { return errors.Join(tx.CreateMFADevice(held), tx.CreateMFADevice(free)) })
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			again := newDevice("FREE")
			return tx.CreateMFADevice(again)
		})
		if !errors.Is(err, store.ErrExists) {
			t.Errorf("a device of the same name in other letters: %v", err)
		}
		err = db.View(t.Context(), func(tx *store.Tx) error {
			for which, want := range map[store.Held]string{store.HeldOrNot: "Free held ", store.HeldOnly: "held ", store.NotHeld: "Free "} {
				all, err := tx.MFADevices(acct, which, store.Page{Limit: 10})
				got := ""
				for _, d := range all {
					got += d.Name + " "
				}
				if err != nil || got != want {
					t.Errorf("list %d: %q %v, want %q", which, got, err, want)
				}
			}
			if all, err := tx.MFADevices(acct, store.HeldOrNot, store.Page{Limit: 1, After: "free"}); err != nil || len(all) != 1 || all[0].Name != "held" {
				t.Errorf("after the first: %v %v", all, err)
			}
			of, err := tx.MFADevicesOf("AIDA1")
			if err != nil || len(of) != 1 || of[0].Drift != -3 || of[0].Accepted != 42 || !of[0].Enabled.Equal(t0.Add(time.Hour)) {
				t.Errorf("of the holder: %+v %v", of, err)
			}
			if of, err := tx.MFADevicesOf(""); err != nil || len(of) != 0 {
				t.Errorf("of nobody: %v %v", of, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnMFACodeIsUsedOnce(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		here, there := open(), open()
		withAccount(t, here)
		d := newDevice("phone")
		d.Holder, d.Accepted = "AIDA1", 100
		update(t, here, func(tx *store.Tx) error { return tx.CreateMFADevice(d) })
		other, made := d, d
		other.Holder, made.Sealed = "AIDA2", []byte("another seed")
		for _, tt := range []struct {
			name string
			db   *store.DB
			d    iam.MFADevice
			step int64
			want error
		}{
			{"the last one again", here, d, 100, store.ErrExists},
			{"the next", here, d, 101, nil},
			{"that again", here, d, 101, store.ErrExists},
			{"that again, elsewhere", there, d, 101, store.ErrExists},
			{"one later", there, d, 103, nil},
			{"one that was left out", here, d, 102, store.ErrExists},
			{"for one who has it no more", here, other, 104, store.ErrExists},
			{"of the device that it was", here, made, 104, store.ErrExists},
			{"by a process that started later", open(), d, 103, store.ErrExists},
			{"by a process that started later, the next", open(), d, 104, nil},
		} {
			err := tt.db.Update(t.Context(), func(tx *store.Tx) error { return tx.AcceptMFACode(tt.d, tt.step, t0) })
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
			}
		}
		err := here.View(t.Context(), func(tx *store.Tx) error { return tx.AcceptMFACode(d, 200, t0) })
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("in a View: %v", err)
		}
	})
}

func TestOneOfManyUsesAnMFACode(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		replicas := []*store.DB{open(), open(), open()}
		withAccount(t, replicas[0])
		d := newDevice("phone")
		d.Holder = "AIDA1"
		update(t, replicas[0], func(tx *store.Tx) error { return tx.CreateMFADevice(d) })
		for step := int64(1); step <= 10; step++ {
			var won, refused atomic.Int32
			var wg sync.WaitGroup
			for i := range 24 {
				wg.Go(func() {
					err := replicas[i%len(replicas)].Update(context.Background(), func(tx *store.Tx) error { return tx.AcceptMFACode(d, step, t0) })
					switch {
					case err == nil:
						won.Add(1)
					case errors.Is(err, store.ErrExists):
						refused.Add(1)
					default:
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 || refused.Load() != 23 {
				t.Fatalf("step %d: %d used it and %d were refused, want 1 and 23", step, won.Load(), refused.Load())
			}
		}
	})
}

// Guesses are counted for all processes, and a restart forgives none.
func TestWrongMFACodesAreCountedTogether(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		here, there := open(), open()
		withAccount(t, here)
		d := newDevice("phone")
		d.Holder = "AIDA1"
		update(t, here, func(tx *store.Tx) error { return tx.CreateMFADevice(d) })
		guess := func(db *store.DB, now time.Time, right int64) error {
			return db.Update(context.Background(), func(tx *store.Tx) error {
				if err := tx.GuessMFACode(d.Serial, now); err != nil || right == 0 {
					return err
				}
				return tx.AcceptMFACode(d, right, now)
			})
		}
		var wg sync.WaitGroup
		var wrong, refused atomic.Int32
		for i := range 24 {
			wg.Go(func() {
				switch err := guess([]*store.DB{here, there}[i%2], t0, 0); {
				case err == nil:
					wrong.Add(1)
				case errors.Is(err, store.ErrTooMany):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if wrong.Load() != totp.WrongCodes || refused.Load() != 24-totp.WrongCodes {
			t.Errorf("%d guesses were taken and %d refused, want %d and %d", wrong.Load(), refused.Load(), totp.WrongCodes, 24-totp.WrongCodes)
		}
		later := t0.Add(totp.Pause)
		for _, tt := range []struct {
			name  string
			db    *store.DB
			now   time.Time
			right int64
			want  error
		}{
			{"the right code after too many", there, t0, 7, store.ErrTooMany},
			{"by a process that started later", open(), t0, 7, store.ErrTooMany},
			{"a wrong one after a pause", there, later, 0, nil},
			{"another", here, later, 0, store.ErrTooMany},
			{"the right one after the next pause", here, later.Add(totp.Pause), 7, nil},
			{"that again", there, later.Add(totp.Pause), 7, store.ErrExists},
		} {
			if err := guess(tt.db, tt.now, tt.right); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
			}
		}
		for i := range totp.WrongCodes + 1 { // the right code forgave all; one that was used was no guess
			if err := guess(here, later.Add(totp.Pause), 0); (err == nil) != (i < totp.WrongCodes) {
				t.Errorf("guess %d after the right code: %v", i+1, err)
			}
		}
		if err := guess(here, t0.Add(24*time.Hour), 8); err != nil {
			t.Error(err)
		}
		if err := here.Update(t.Context(), func(tx *store.Tx) error { return tx.GuessMFACode("none", t0) }); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("of a device that is not there: %v", err)
		}
	})
}

// A backup does not know what was used after it.
func TestAnMFACodeStaysUsedAcrossARestore(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		v, db := newVault(t), open()
		withAccount(t, db)
		d := newDevice("phone")
		d.Holder = "AIDA1"
		update(t, db, func(tx *store.Tx) error { return tx.CreateMFADevice(d) })
		file := backup(t, db, v)
		update(t, db, func(tx *store.Tx) error { return tx.AcceptMFACode(d, 7, t0) })
		if err := restore(t, db, file, v, true); err != nil {
			t.Fatal(err)
		}
		err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.AcceptMFACode(d, 7, t0) })
		if !errors.Is(err, store.ErrExists) {
			t.Errorf("a code that was used before the restore: %v, want ErrExists", err)
		}
		update(t, db, func(tx *store.Tx) error { return tx.AcceptMFACode(d, 8, t0) })
	})
}
