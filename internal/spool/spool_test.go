package spool

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func open(t testing.TB, cfg Config) *Spool {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = filepath.Join(t.TempDir(), "spool")
	}
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func appendAll(t *testing.T, s *Spool, records ...string) {
	t.Helper()
	for _, r := range records {
		if err := s.Append([]byte(r), true); err != nil {
			t.Fatalf("Append(%q): %v", r, err)
		}
	}
}

// read returns the records in a directory, and the error of the scan.
func read(dir string) (all []string, err error) {
	err = Scan(dir, func(r []byte) error {
		all = append(all, string(r))
		return nil
	})
	return all, err
}

func wantRecords(t *testing.T, dir string, want ...string) {
	t.Helper()
	got, err := read(dir)
	if err != nil {
		t.Errorf("Scan: %v", err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("Scan = %q, want %q", got, want)
	}
}

// onlySegment returns the path of the one segment there is.
func onlySegment(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil || len(names) != 1 {
		t.Fatalf("segments: %q, %v", names, err)
	}
	return names[0]
}

func TestADurableRecordIsReadBeforeTheSpoolIsClosed(t *testing.T) {
	s := open(t, Config{})
	appendAll(t, s, "one", "two")
	wantRecords(t, s.cfg.Dir, "one", "two")
}

func TestALazyRecordIsWrittenSoonAndByClose(t *testing.T) {
	s := open(t, Config{})
	if err := s.Append([]byte("lazy"), false); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); s.Stats().Records == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody wrote the record")
		}
	}
	if err := s.Append([]byte("last"), false); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantRecords(t, s.cfg.Dir, "lazy", "last")
	if err := s.Append([]byte("late"), false); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Append after Close: %v, want ErrUnavailable", err)
	}
}

func TestOneSyncServesAllWhoWait(t *testing.T) {
	s := open(t, Config{})
	const callers, each = 64, 50
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for i := range each {
				if err := s.Append(fmt.Appendf(nil, "%d/%d", c, i), true); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if got := s.Stats(); got.Records != callers*each || got.Groups > got.Records/2 {
		t.Errorf("%d records took %d writes: want %d records, and groups of many", got.Records, got.Groups, callers*each)
	}
	got, err := read(s.cfg.Dir)
	if err != nil || len(got) != callers*each {
		t.Fatalf("Scan: %d records, %v", len(got), err)
	}
	seen := map[string]int{} // of each caller, the records come in its order
	for _, r := range got {
		caller, number, _ := strings.Cut(r, "/")
		if want := fmt.Sprint(seen[caller]); number != want {
			t.Fatalf("record %s of caller %s comes where %s should", number, caller, want)
		}
		seen[caller]++
	}
}

func TestATornWriteCostsOnlyItself(t *testing.T) {
	s := open(t, Config{})
	appendAll(t, s, "first", "second", "the third, which is cut short")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	segment := onlySegment(t, s.cfg.Dir)
	whole, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	for cut := 1; cut < headerSize+len("the third, which is cut short"); cut++ {
		if err := os.WriteFile(segment, whole[:len(whole)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		wantRecords(t, s.cfg.Dir, "first", "second")
	}
	again := open(t, Config{Dir: s.cfg.Dir})
	appendAll(t, again, "after the crash")
	wantRecords(t, s.cfg.Dir, "first", "second", "after the crash")
}

func TestDamageIsToldAndCostsOnlyTheRecordsItHit(t *testing.T) {
	s := open(t, Config{})
	appendAll(t, s, "first", "second", "third")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	segment := onlySegment(t, s.cfg.Dir)
	b, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	b[bytes.Index(b, []byte("second"))] ^= 1
	if err := os.WriteFile(segment, b, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := read(s.cfg.Dir)
	damage, ok := errors.AsType[*DamageError](err)
	if !ok || damage.File != segment || damage.Bytes != headerSize+len("second") {
		t.Errorf("Scan of a damaged segment: %v", err)
	}
	if want := []string{"first", "third"}; !slices.Equal(got, want) {
		t.Errorf("Scan = %q, want %q", got, want)
	}
}

// breakDisk puts a file where the spool's directory was, and returns the
// function that puts the directory back. The segment that is open keeps taking
// writes, so it is closed as a refused write would.
func breakDisk(t *testing.T, s *Spool) (mend func()) {
	t.Helper()
	away := s.cfg.Dir + ".away"
	s.mu.Lock() // the writer is idle: nothing has been appended since the last group
	if s.disk.file != nil {
		_ = s.disk.retire()
	}
	s.mu.Unlock()
	if err := os.Rename(s.cfg.Dir, away); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.cfg.Dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := errors.Join(os.Remove(s.cfg.Dir), os.Rename(away, s.cfg.Dir)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestADiskThatRefusesFailsClosedAndLosesNothing(t *testing.T) {
	s := open(t, Config{})
	appendAll(t, s, "before")
	mend := breakDisk(t, s)
	if err := s.Append([]byte("refused"), true); !errors.Is(err, ErrUnavailable) {
		t.Fatalf("Append on a broken disk: %v, want ErrUnavailable", err)
	}
	if err := s.Check(); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Check on a broken disk: %v, want ErrUnavailable", err)
	}
	if err := s.Append([]byte("refused at once"), true); !errors.Is(err, ErrUnavailable) {
		t.Errorf("the next Append: %v, want ErrUnavailable", err)
	}
	if err := s.Append([]byte("kept"), false); err != nil {
		t.Errorf("a record that nobody waits for, on a broken disk: %v", err)
	}
	if got := s.Stats(); got.Failing != 1 || got.Failures == 0 || got.Waiting == 0 {
		t.Errorf("Stats on a broken disk = %+v", got)
	}
	mend()
	for deadline := time.Now().Add(20 * time.Second); s.Check() != nil; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the spool does not recover")
		}
	}
	appendAll(t, s, "after")
	wantRecords(t, s.cfg.Dir, "before", "refused", "refused at once", "kept", "after")
}

func TestWhatWaitsInMemoryIsBounded(t *testing.T) {
	s := open(t, Config{})
	mend := breakDisk(t, s)
	defer mend()
	record := bytes.Repeat([]byte("r"), MaxRecord)
	taken := 0
	for {
		if err := s.Append(record, taken == 0); err != nil && taken > 0 && s.Stats().Waiting > maxWaiting-2*MaxRecord {
			break
		}
		if taken++; taken > 2*maxWaiting/MaxRecord {
			t.Fatalf("%d bytes were taken", s.Stats().Waiting)
		}
	}
	if got := s.Stats().Waiting; got > maxWaiting {
		t.Errorf("%d bytes wait, want at most %d", got, maxWaiting)
	}
	if err := s.Append(bytes.Repeat([]byte("r"), MaxRecord+1), false); !errors.Is(err, ErrUnavailable) {
		t.Errorf("a record over the limit: %v, want ErrUnavailable", err)
	}
	if err := s.Append(nil, false); !errors.Is(err, ErrUnavailable) {
		t.Errorf("an empty record: %v, want ErrUnavailable", err)
	}
}

func TestARecordHasALength(t *testing.T) {
	s := open(t, Config{})
	long := bytes.Repeat([]byte("r"), MaxRecord)
	if err := s.Append(long, true); err != nil {
		t.Errorf("the longest record: %v", err)
	}
	if err := s.Append(append(long, 'r'), true); !errors.Is(err, ErrUnavailable) {
		t.Errorf("a longer one: %v", err)
	}
	if err := s.AppendAll(true, []byte("one"), nil); !errors.Is(err, ErrUnavailable) {
		t.Errorf("an empty one beside another: %v", err)
	}
	wantRecords(t, s.cfg.Dir, string(long))
}

func TestClosingOnABrokenDiskSaysSo(t *testing.T) {
	s := open(t, Config{})
	appendAll(t, s, "before")
	mend := breakDisk(t, s)
	defer mend()
	if err := s.Append([]byte("lost"), true); !errors.Is(err, ErrUnavailable) {
		t.Fatal(err)
	}
	if err := s.Close(); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Close: %v, though a record is not written", err)
	}
}

func TestOldSegmentsAreDropped(t *testing.T) {
	s := open(t, Config{Segment: 1000, Keep: 3000})
	for i := range 100 {
		appendAll(t, s, fmt.Sprintf("%03d%s", i, strings.Repeat(".", 97)))
	}
	if got := s.Stats(); got.Bytes > 3000+1200 || got.Dropped == 0 {
		t.Errorf("Stats = %+v, want at most about 3000 bytes", got)
	}
	got, err := read(s.cfg.Dir)
	if err != nil || len(got) < 15 || !strings.HasPrefix(got[len(got)-1], "099") {
		t.Errorf("Scan: %d records, %v", len(got), err)
	}
	again := open(t, Config{Dir: s.cfg.Dir, Segment: 1000, Keep: 3000})
	if again.Stats().Bytes != s.Stats().Bytes {
		t.Errorf("a second look counts %d bytes, the first counted %d", again.Stats().Bytes, s.Stats().Bytes)
	}
}

func TestFilesAreForTheOwnerOnly(t *testing.T) {
	s := open(t, Config{})
	appendAll(t, s, "r")
	for _, name := range []string{s.cfg.Dir, onlySegment(t, s.cfg.Dir)} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}
