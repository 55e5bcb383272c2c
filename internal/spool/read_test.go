package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// follow reads from a position to the end, and returns the records and where
// the end is.
func follow(t *testing.T, dir string, from Position) (all []string, end Position) {
	t.Helper()
	for {
		next, err := Read(dir, from, func(record []byte) error {
			all = append(all, string(record))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if next == from {
			return all, next
		}
		if next.Compare(from) < 0 {
			t.Fatalf("reading went back from %v to %v", from, next)
		}
		from = next
	}
}

func TestWhatIsWrittenIsReadOnceAndInOrder(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir, Segment: 4 << 10})
	var want, got []string
	var at Position
	for i := range 60 {
		record := fmt.Sprint(i, strings.Repeat("x", 300))
		appendAll(t, s, record)
		want = append(want, record)
		if i%7 == 0 {
			var more []string
			more, at = follow(t, dir, at)
			got = append(got, more...)
		}
	}
	more, _ := follow(t, dir, at)
	got = append(got, more...)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("read %d records, want %d, in order", len(got), len(want))
	}
}

func TestReadingStopsAtAnErrorAndGoesOnThere(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	appendAll(t, s, "a", "b", "c")
	stop := errors.New("stop")
	at, err := Read(dir, Position{}, func(record []byte) error {
		if string(record) == "b" {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if rest, _ := follow(t, dir, at); strings.Join(rest, "") != "bc" {
		t.Errorf("goes on with %q", rest)
	}
}

// TestAHalfWrittenRecordIsReadWhenItIsWhole cuts the last segment anywhere in
// its last record: it is not passed over.
func TestAHalfWrittenRecordIsReadWhenItIsWhole(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	appendAll(t, s, "first", "second")
	name := onlySegment(t, dir)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(magic) + headerSize + len("first"); cut < len(whole); cut++ {
		elsewhere := t.TempDir()
		copied := filepath.Join(elsewhere, filepath.Base(name))
		if err := os.WriteFile(copied, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		got, at := follow(t, elsewhere, Position{})
		if strings.Join(got, " ") != "first" {
			t.Fatalf("%q is read from %d bytes", got, cut)
		}
		if err := os.WriteFile(copied, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, _ := follow(t, elsewhere, at); strings.Join(got, " ") != "second" {
			t.Fatalf("then %q, cut at %d", got, cut)
		}
	}
}

// TestDamageIsPassedOver also when it is larger than what is read at a time.
func TestDamageIsPassedOver(t *testing.T) {
	dir := t.TempDir()
	first := append([]byte(magic), appendFrame(nil, []byte("a"), checksum([]byte("a")))...)
	first = append(first, strings.Repeat("\x01", 3*readSize)...)
	first = append(first, appendFrame(nil, []byte("b"), checksum([]byte("b")))...)
	first = append(first, "torn"...)
	if err := os.WriteFile(filepath.Join(dir, segmentName(3)), first, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, Config{Dir: dir})
	appendAll(t, s, "c")
	if got, _ := follow(t, dir, Position{}); strings.Join(got, "") != "abc" {
		t.Errorf("read %q", got)
	}
	if got, _ := follow(t, dir, Position{Segment: 3, Offset: 1 << 40}); strings.Join(got, "") != "c" {
		t.Errorf("read %q from beyond the end", got)
	}
}

// TestWhatIsHeldIsKeptAndFillsTheSpool until it is released.
func TestWhatIsHeldIsKeptAndFillsTheSpool(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir, Segment: 1 << 10, Keep: 4 << 10})
	s.Hold("a", Position{})
	record := strings.Repeat("x", 500)
	n := 0
	for ; s.Append([]byte(record), true) == nil; n++ {
		if n > 100 {
			t.Fatal("it takes all")
		}
		s.poke()
	}
	if err := s.Check(); !errors.Is(err, ErrUnavailable) || s.Stats().Full != 1 {
		t.Errorf("full: %v, %+v", err, s.Stats())
	}
	all, end := follow(t, dir, Position{})
	if len(all) != n {
		t.Errorf("%d records are there of %d that were taken", len(all), n)
	}
	s.Hold("b", end)
	s.Release("a")
	for range 1000 {
		if s.Check() == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := s.Append([]byte(record), true); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if s.Stats().Dropped == 0 {
		t.Error("nothing was dropped")
	}
}

// A full spool takes what may make room, but not for ever.
func TestAFullSpoolHasAReserve(t *testing.T) {
	s := open(t, Config{Segment: 1 << 20, Keep: 4 << 20, Ephemeral: true})
	if err := s.AppendReserve([]byte("before")); err != nil {
		t.Fatal(err)
	}
	record := make([]byte, MaxRecord)
	for range 2 { // the reserve is there again when there was room
		s.Hold("a", Position{})
		for s.Append(record, true) == nil {
		}
		n := 0
		for ; s.CheckReserve() == nil; n++ {
			if err := s.AppendReserve(record); err != nil {
				t.Fatalf("record %d of the reserve: %v", n, err)
			}
			if n > reserve/MaxRecord {
				t.Fatal("the reserve has no end")
			}
			if s.Check() == nil || s.Append(record, true) == nil {
				t.Fatal("the reserve is for anything")
			}
		}
		if want := reserve/(MaxRecord+headerSize) - 1; n < want {
			t.Errorf("the reserve took %d records, want %d", n, want)
		}
		for range 2 { // one may have passed the check before
			_ = s.AppendReserve(record)
		}
		if err := s.AppendReserve(record); !errors.Is(err, ErrUnavailable) {
			t.Errorf("beyond the reserve: %v", err)
		}
		s.Release("a")
		for deadline := time.Now().Add(30 * time.Second); s.Check() != nil; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("there is no room again")
			}
		}
	}
}

func TestADiskThatRefusesHasNoReserve(t *testing.T) {
	s := open(t, Config{})
	s.failing.Store(true)
	defer s.failing.Store(false)
	if err := s.CheckReserve(); !errors.Is(err, ErrUnavailable) {
		t.Errorf("CheckReserve: %v", err)
	}
}
