package auditfile

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/spool"
)

// stage is a spool, and a file that it is copied to.
type stage struct {
	dir, path string
	spool     *spool.Spool
	keep      int64
	*File
}

func newStage(t *testing.T) *stage {
	s := &stage{dir: t.TempDir(), keep: 2 << 20}
	s.path = filepath.Join(s.dir, "audit.log")
	s.start(t)
	return s
}

func (s *stage) config() Config {
	return Config{Spool: s.spool, Path: s.path, State: StateFile(s.dir), Log: slog.New(slog.DiscardHandler)}
}

func (s *stage) start(t *testing.T) {
	t.Helper()
	var err error
	if s.spool, err = spool.Open(spool.Config{Dir: filepath.Join(s.dir, "spool"), Segment: 64 << 10, Keep: 128 << 10, Ephemeral: true}); err != nil {
		t.Fatal(err)
	}
	if s.File, err = Start(s.config()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.spool.Close()
		s.stop()
		select {
		case <-s.done: // and writes no more into the directory
		case <-time.After(10 * time.Second): // nobody takes what is written
		}
	})
}

func (s *stage) end(t *testing.T) {
	t.Helper()
	if err := errors.Join(s.spool.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
}

func (s *stage) record(t *testing.T, from, to int) {
	t.Helper()
	for i := from; i <= to; i++ {
		if err := s.spool.Append([]byte(fmt.Sprintf(`{"n":%d}`, i)), true); err != nil {
			t.Fatal(err)
		}
	}
}

// wait waits until the lines of a file are those of the records.
func wait(t *testing.T, name string, want ...string) {
	t.Helper()
	var got []string
	for range 500 {
		text, _ := os.ReadFile(name)
		got = strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		if slices.Equal(got, want) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s has %q, want %q", filepath.Base(name), got, want)
}

func lines(from, to int) (all []string) {
	for i := from; i <= to; i++ {
		all = append(all, fmt.Sprintf(`{"n":%d}`, i))
	}
	return all
}

func TestRecordsAreLinesAndGoOnAfterAStart(t *testing.T) {
	s := newStage(t)
	s.record(t, 1, 5)
	wait(t, s.path, lines(1, 5)...)
	s.record(t, 6, 7)
	s.end(t) // which writes what is left
	wait(t, s.path, lines(1, 7)...)
	s.start(t)
	s.record(t, 8, 9)
	wait(t, s.path, lines(1, 9)...)
	if info, err := os.Stat(s.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
}

func TestAFileThatWasRenamedIsMadeAgain(t *testing.T) {
	s := newStage(t)
	s.record(t, 1, 3)
	wait(t, s.path, lines(1, 3)...)
	if err := os.Rename(s.path, s.path+".1"); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	old := s.file
	s.mu.Unlock()
	s.record(t, 4, 6)
	wait(t, s.path, lines(4, 6)...)
	wait(t, s.path+".1", lines(1, 3)...)
	if err := old.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the old file was left open (%v)", err)
	}
	if err := os.Truncate(s.path, 0); err != nil { // the other way to rotate
		t.Fatal(err)
	}
	s.Reopen()
	s.record(t, 7, 7)
	wait(t, s.path, lines(7, 7)...)

	// Who rotates is told of the new file before there is a line for it, also when
	// nothing has come for a while.
	for deadline := time.Now().Add(30 * time.Second); !s.settled() && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if err := os.Rename(s.path, s.path+".2"); err != nil {
		t.Fatal(err)
	}
	s.Reopen()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(s.path); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the file is not made again")
		}
	}
	s.record(t, 8, 8)
	wait(t, s.path, lines(8, 8)...)
	wait(t, s.path+".2", lines(7, 7)...)
}

// TestAfterACrashLinesAreWhole: the one that was cut short is ended, and comes
// again.
func TestAfterACrashLinesAreWhole(t *testing.T) {
	s := newStage(t)
	s.record(t, 1, 3)
	s.end(t)
	if err := os.Remove(StateFile(s.dir)); err != nil { // as if it had not been saved yet
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path, []byte("{\"n\":1}\n{\"n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	wait(t, s.path, append([]string{`{"n":1}`, `{"n`}, lines(1, 3)...)...)
}

// TestWhatCannotBeWrittenIsHeld: the spool keeps it, and is full of it in the
// end; when the file can be written again nothing is missing.
func TestWhatCannotBeWrittenIsHeld(t *testing.T) {
	s := newStage(t)
	s.record(t, 1, 1)
	wait(t, s.path, lines(1, 1)...)
	if err := errors.Join(os.Remove(s.path), os.Mkdir(s.path, 0o700)); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 10<<10)
	var sent []string
	for i := 0; ; i++ {
		if i == 10_000 {
			t.Fatal("the spool is never full")
		}
		record := fmt.Sprintf(`{"n":%d,"x":%q}`, i, long)
		if err := s.spool.Append([]byte(record), true); err != nil {
			if !errors.Is(err, spool.ErrUnavailable) {
				t.Fatal(err)
			}
			break
		}
		sent = append(sent, record)
	}
	for range 500 {
		if _, failing := s.Stats(); failing {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if behind, failing := s.Stats(); behind < 100<<10 || !failing {
		t.Errorf("%d bytes behind, failing %v", behind, failing)
	}
	if err := os.Remove(s.path); err != nil {
		t.Fatal(err)
	}
	wait(t, s.path, sent...)
	for range 500 {
		if _, failing := s.Stats(); s.spool.Check() == nil && !failing {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("the spool is still full (%v), or the file is said to fail", s.spool.Check())
}

func TestAPathThatCannotBeOpenedIsToldAtTheStart(t *testing.T) {
	s := newStage(t)
	cfg := s.config()
	cfg.Path = filepath.Join(s.dir, "none", "audit.log")
	if _, err := Start(cfg); err == nil || !strings.Contains(err.Error(), "opening the audit file") {
		t.Errorf("Start: %v", err)
	}
}

// stutter is a standard output that takes half of the first write.
type stutter struct {
	mu   sync.Mutex
	text []byte
	had  bool
}

func (s *stutter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.had {
		s.had = true
		s.text = append(s.text, b[:len(b)/2]...)
		return len(b) / 2, errors.New("no more now")
	}
	s.text = append(s.text, b...)
	return len(b), nil
}

func (s *stutter) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.text)
}

func TestStandardOutputThatStuttersGetsWholeLines(t *testing.T) {
	dir := t.TempDir()
	sp, err := spool.Open(spool.Config{Dir: filepath.Join(dir, "spool"), Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := sp.Append([]byte(`{"n":1}`), true); err != nil {
		t.Fatal(err)
	}
	out := new(stutter)
	f, err := Start(Config{Spool: sp, Path: Stdout, Out: out, State: StateFile(dir), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	const want = "{\"n\"\n{\"n\":1}\n"
	for range 500 {
		if out.String() == want {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := errors.Join(sp.Close(), f.Close()); err != nil {
		t.Error(err)
	}
	if got := out.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
