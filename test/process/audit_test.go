package process_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/daypass/daypass/test/process"
)

// The audit file is rotated, as a tool does it, while calls come in: each of them
// is in one of the files, and the tool may close its eyes on the old file as soon
// as the new one is there.
func TestNoLineIsLostWhenTheAuditFileIsRotated(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "audit.log")
	p := process.Start(t, process.Config{Dir: filepath.Join(dir, "data"), Args: []string{"--audit-file", log}})
	answered := map[string]bool{}
	stop := make(chan struct{})
	var calls sync.WaitGroup
	calls.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			a, err := process.Call(t.Context(), http.DefaultClient, p.URL, process.Root, "iam", "CreateUser", "UserName", fmt.Sprint("u", i))
			if err != nil || !a.OK() {
				t.Errorf("%v %+v", err, a)
				return
			}
			answered[a.Header.Get("X-Amzn-Requestid")] = true
		}
	})
	rotate := func(n int) (old string) {
		t.Helper()
		await(t, log)
		old = fmt.Sprintf("%s.%d", log, n)
		if err := errors.Join(os.Rename(log, old), p.Cmd.Process.Signal(syscall.SIGHUP)); err != nil {
			t.Fatal(err)
		}
		await(t, log)
		return old
	}
	lines := map[string]string{} // the file that each request is in
	read := func(name string) {
		t.Helper()
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 0 && text[len(text)-1] != '\n' {
			t.Errorf("%s ends within a line", name)
		}
		for line := range strings.Lines(string(text)) {
			var r struct{ RequestID string }
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Errorf("%s has %q: %v", name, line, err)
			}
			if was, twice := lines[r.RequestID]; twice {
				t.Errorf("%s is in %s and in %s", r.RequestID, was, name)
			}
			lines[r.RequestID] = name
		}
	}
	const rotations = 5
	for n := range rotations {
		time.Sleep(150 * time.Millisecond) // some lines
		read(rotate(n))
	}
	close(stop)
	calls.Wait()
	read(rotate(rotations))
	if err := p.Stop(t.Context()); err != nil {
		t.Errorf("after the rotations it ends with %v", err)
	}
	read(log)
	for id := range answered {
		if lines[id] == "" {
			t.Errorf("call %s was answered and is in no file", id)
		}
	}
	if len(answered) == 0 {
		t.Error("no call was answered")
	}
}

// await waits until there is a file of the name.
func await(t *testing.T, name string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		_, err := os.Stat(name)
		if err == nil {
			return
		}
		if !errors.Is(err, fs.ErrNotExist) || time.Now().After(deadline) {
			t.Fatalf("%s is not made: %v", name, err)
		}
	}
}
