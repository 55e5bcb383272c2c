package spool

import (
	"os"
	"path/filepath"
	"testing"
)

// A disk that refuses is tried again and again: the attempts leave nothing.
func TestASegmentWithoutARecordIsRemoved(t *testing.T) {
	d := disk{dir: t.TempDir(), ephemeral: true}
	for range 3 {
		if err := d.begin(); err != nil {
			t.Fatal(err)
		}
		if err := d.retire(); err != nil {
			t.Fatal(err)
		}
	}
	all, err := segments(d.dir)
	if err != nil || len(all) != 0 || len(d.old) != 0 || d.total.Load() != 0 {
		t.Errorf("there are %v and %v of %d bytes (%v)", all, d.old, d.total.Load(), err)
	}
}

func TestWhatCannotBeRemovedStillCounts(t *testing.T) {
	d := disk{dir: t.TempDir(), ephemeral: true, old: []segment{{1, 100}, {2, 100}}}
	d.total.Store(200)
	if err := os.MkdirAll(filepath.Join(d.dir, segmentName(1), "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if n := d.drop(0, 9); n != 0 || d.total.Load() != 200 || len(d.old) != 2 {
		t.Errorf("%d are dropped, %d bytes and %v are left", n, d.total.Load(), d.old)
	}
	if err := os.RemoveAll(filepath.Join(d.dir, segmentName(1))); err != nil { // somebody else has removed it, and the other
		t.Fatal(err)
	}
	if n := d.drop(0, 9); n != 2 || d.total.Load() != 0 {
		t.Errorf("%d are dropped, %d bytes are left", n, d.total.Load())
	}
}
