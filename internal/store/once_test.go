package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/store"
)

func TestAThingIsUsedOnce(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		here, there := open(), open()
		soon, skew := t0.Add(time.Minute), 10*time.Minute
		for _, step := range []struct {
			name     string
			db       *store.DB
			kind, id string
			now      time.Time
			want     error
		}{
			{"at first", here, "mfa", "AIDA1/123456", t0, nil},
			{"again", here, "mfa", "AIDA1/123456", t0, store.ErrExists},
			{"again, elsewhere", there, "mfa", "AIDA1/123456", t0, store.ErrExists},
			{"another thing", there, "mfa", "AIDA2/123456", t0, nil},
			{"another kind", there, "saml", "AIDA1/123456", t0, nil},
			{"ids are exact", here, "mfa", "aida1/123456", t0, nil},
			{"again, when it is worth nothing any more", here, "mfa", "AIDA1/123456", soon.Add(time.Second), store.ErrExists},
			{"another, when clocks that are apart agree on that", there, "mfa", "AIDA3/1", soon.Add(skew + time.Second), nil},
			{"which is when it is forgotten", here, "mfa", "AIDA1/123456", soon.Add(skew + time.Second), nil},
		} {
			err := step.db.UseOnce(t.Context(), step.kind, step.id, step.now, soon)
			if !errors.Is(err, step.want) || (err == nil) != (step.want == nil) {
				t.Errorf("%s: %v, want %v", step.name, err, step.want)
			}
		}
		if err := here.UseOnce(t.Context(), "mfa", "late", t0, soon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := open().UseOnce(t.Context(), "mfa", "late", t0, soon); !errors.Is(err, store.ErrExists) {
			t.Errorf("by a process that started later: %v", err)
		}
	})
}

func TestAUseThatIsRolledBackIsNone(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		failure := errors.New("failure")
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.UseOnce("mfa", "1", t0, t0), failure)
		})
		if !errors.Is(err, failure) {
			t.Fatal(err)
		}
		if err := db.UseOnce(t.Context(), "mfa", "1", t0, t0); err != nil {
			t.Errorf("after a use that was rolled back: %v", err)
		}
		err = db.View(t.Context(), func(tx *store.Tx) error { return tx.UseOnce("mfa", "2", t0, t0) })
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("in a View: %v", err)
		}
	})
}

func TestOneOfManyUsesAThing(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		replicas := []*store.DB{open(), open(), open()}
		for thing := range 10 {
			var won, refused atomic.Int32
			var wg sync.WaitGroup
			for i := range 24 {
				wg.Go(func() {
					err := replicas[i%len(replicas)].UseOnce(context.Background(), "mfa", fmt.Sprint(thing), t0, t0)
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
				t.Fatalf("thing %d: %d used it and %d were refused, want 1 and 23", thing, won.Load(), refused.Load())
			}
		}
	})
}

func TestUsesAreSweptAFewAtATime(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		later := t0.Add(time.Hour)
		update(t, db, func(tx *store.Tx) error {
			for i := range 100 {
				if err := tx.UseOnce("mfa", fmt.Sprint(i), t0, t0); err != nil {
					return err
				}
			}
			return nil
		})
		if n := db.CountOnce(t); n != 100 {
			t.Fatalf("%d notes, want 100", n)
		}
		if err := db.UseOnce(t.Context(), "mfa", "new", later, later); err != nil {
			t.Fatal(err)
		}
		if n := db.CountOnce(t); n <= 80 || n > 100 {
			t.Errorf("%d notes after one use, want a few less than 100", n)
		}
		for i := range 20 {
			if err := db.UseOnce(t.Context(), "new", fmt.Sprint(i), later, later); err != nil {
				t.Fatal(err)
			}
		}
		if n := db.CountOnce(t); n != 21 {
			t.Errorf("%d notes, want the 21 that are worth something", n)
		}
	})
}
