package spool

import (
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// openSlow opens a spool on a disk that takes 300 microseconds to sync. Time in
// these tests passes only when all wait.
func openSlow(t *testing.T) *Spool {
	s := open(t, Config{})
	s.disk.datasync = func(*os.File) error {
		time.Sleep(300 * time.Microsecond)
		return nil
	}
	return s
}

func TestManyCallersShareASync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSlow(t)
		const callers, each = 32, 50
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				for range each {
					if err := s.Append([]byte("record"), true); err != nil {
						t.Error(err)
					}
					time.Sleep(time.Duration(rand.IntN(1000)) * time.Microsecond) // what a caller does between two records
				}
			})
		}
		all.Wait()
		if st := s.Stats(); st.Records != callers*each || st.Groups > callers*each/16 {
			t.Errorf("%d records were written in %d groups", st.Records, st.Groups)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestALoneCallerDoesNotWaitForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSlow(t)
		var crowd sync.WaitGroup
		for range 16 {
			crowd.Go(func() { appendAll(t, s, "a", "b", "c") })
		}
		crowd.Wait()
		start := time.Now()
		for range 20 {
			appendAll(t, s, "alone")
		}
		if took := time.Since(start); took > moment+20*300*time.Microsecond {
			t.Errorf("20 records of one caller took %v: more than one of them waited for others", took)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestTwoCallersTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSlow(t)
		start := time.Now()
		var both sync.WaitGroup
		for i := range 2 {
			both.Go(func() {
				time.Sleep(time.Duration(i) * 150 * time.Microsecond) // the second calls while the first one's record is written
				for range 50 {
					appendAll(t, s, "record")
				}
			})
		}
		both.Wait()
		if took := time.Since(start); took > 101*300*time.Microsecond+2*moment {
			t.Errorf("100 records of two callers took %v: one waited for the other while the disk had nothing to do", took)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
