package installation

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

func TestAKeyFileAppearsWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	const text = "the whole text\n"
	var round atomic.Int64
	done := make(chan error)
	go func() { // as a process would that starts while another is killed
		for {
			name := filepath.Join(dir, fmt.Sprint(round.Load()))
			switch got, err := os.ReadFile(name); {
			case errors.Is(err, fs.ErrNotExist):
			case err != nil || string(got) != text:
				done <- fmt.Errorf("a reader sees %q, %w", got, err)
				return
			}
			if round.Load() < 0 {
				done <- nil
				return
			}
		}
	}()
	for range 60 {
		if err := writeNew(filepath.Join(dir, fmt.Sprint(round.Add(1))), text); err != nil {
			t.Fatal(err)
		}
	}
	round.Store(-1)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("%v are left behind", left)
	}
}

func TestAKeyFileIsNeverReplaced(t *testing.T) {
	name := filepath.Join(t.TempDir(), "master.key")
	if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeNew(name, "new"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("writeNew over a file that is there: %v", err)
	}
	if got, _ := os.ReadFile(name); string(got) != "old" {
		t.Errorf("the file has become %q", got)
	}
}
