package spool

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestASpoolHasANameForLife(t *testing.T) {
	dir := t.TempDir()
	if _, err := ID(dir); err == nil {
		t.Error("a directory that is no spool has a name")
	}
	if err := open(t, Config{Dir: dir}).Close(); err != nil {
		t.Fatal(err)
	}
	first, err := ID(dir)
	if err != nil || len(first) != 32 {
		t.Fatalf("ID = %q, %v", first, err)
	}
	if err := open(t, Config{Dir: dir}).Close(); err != nil {
		t.Fatal(err)
	}
	if again, err := ID(dir); again != first || err != nil {
		t.Errorf("after another start it is called %q (%v), before %q", again, err, first)
	}
	other := t.TempDir()
	open(t, Config{Dir: other})
	if name, _ := ID(other); name == first {
		t.Error("two spools have one name")
	}
	if err := os.WriteFile(filepath.Join(other, idFile), []byte("../elsewhere"), 0o600); err != nil {
		t.Fatal(err)
	}
	if name, err := ID(other); err == nil {
		t.Errorf("the damaged name %q is taken", name)
	}
}

func TestHowFarAReaderIsBehind(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir, Segment: 4 << 10})
	if end, err := End(dir); err != nil || end != (Position{}) {
		t.Errorf("End of an empty spool = %v, %v", end, err)
	}
	record := strings.Repeat("x", 1000)
	for range 20 {
		appendAll(t, s, record)
	}
	bytes, missed, err := Behind(dir, Position{})
	if err != nil || bytes != s.Stats().Bytes || missed {
		t.Errorf("from the start: %d bytes, missed %v, %v; the spool has %d", bytes, missed, err, s.Stats().Bytes)
	}
	end, err := End(dir)
	if err != nil {
		t.Fatal(err)
	}
	if bytes, missed, err = Behind(dir, end); bytes != 0 || missed || err != nil {
		t.Errorf("from the end: %d bytes, missed %v, %v", bytes, missed, err)
	}
	if bytes, _, _ := Behind(dir, Position{Segment: end.Segment, Offset: end.Offset - 10}); bytes != 10 {
		t.Errorf("before the last 10 bytes: %d bytes", bytes)
	}
	if bytes, _, _ := Behind(dir, Position{Segment: end.Segment, Offset: end.Offset + 10}); bytes != 0 {
		t.Errorf("beyond the end: %d bytes", bytes)
	}
	appendAll(t, s, "one more")
	if all, _ := follow(t, dir, end); len(all) != 1 || all[0] != "one more" {
		t.Errorf("from the end on there is %q", all)
	}
	if err := os.Remove(filepath.Join(dir, segmentName(1))); err != nil {
		t.Fatal(err)
	}
	if _, missed, _ = Behind(dir, Position{Segment: 1, Offset: 100}); !missed {
		t.Error("a segment that was dropped unread is not missed")
	}
}

func TestWhatWasWrittenSinceIsAfterThePosition(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	for i, age := range []time.Duration{3 * time.Hour, 2 * time.Hour, time.Hour} {
		s := open(t, Config{Dir: dir})
		appendAll(t, s, "record")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(dir, segmentName(uint64(i+1))), now, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		ago  time.Duration
		want uint64
	}{{5 * time.Hour, 1}, {2*time.Hour + time.Minute, 2}, {90 * time.Minute, 3}, {0, 3}} {
		if got, err := Since(dir, now.Add(-tt.ago)); got != (Position{Segment: tt.want}) || err != nil {
			t.Errorf("since %v ago: %v, %v, want segment %d", tt.ago, got, err, tt.want)
		}
	}
	if got, err := Since(t.TempDir(), now); got != (Position{}) || err != nil {
		t.Errorf("in an empty spool: %v, %v", got, err)
	}
}
