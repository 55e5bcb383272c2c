// Package process runs the built daypass binary for tests that need a real
// one: to kill it, to flood it, to put several beside each other. It starts
// what a user would start, on loopback, and ends only what it started.
package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/daypass/daypass/sigv4"
)

// The first account of every service that is started here.
const (
	Account    = "123456789012"
	RootKey    = "AKIARZPUZDIKROOTROOT"
	RootSecret = "processRootSecretAccessKey00000000000000"
)

// Root are the credentials of the first account.
var Root = sigv4.Credentials{AccessKeyID: RootKey, SecretAccessKey: RootSecret}

var built struct {
	sync.Mutex
	path string
}

// Binary builds cmd/daypass, once for a test program, and returns its path. The
// directory it is in is left to the system: it must outlive every test.
func Binary(t testing.TB) string {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	if built.path != "" {
		return built.path
	}
	dir, err := os.MkdirTemp("", "daypass-process-")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "daypass")
	if out, err := exec.Command("go", "build", "-o", path, "github.com/daypass/daypass/cmd/daypass").CombinedOutput(); err != nil {
		t.Fatalf("building daypass: %v\n%s", err, out)
	}
	built.path = path
	return path
}

// Clean removes the built binary; for TestMain.
func Clean() {
	built.Lock()
	defer built.Unlock()
	if built.path != "" {
		_ = os.RemoveAll(filepath.Dir(built.path))
		built.path = ""
	}
}

// Config says what to start.
type Config struct {
	Dir  string   // the data directory
	Args []string // of `daypass serve`, beside the data directory and the addresses
	Env  []string // beside the root credentials
}

// Process is a running daypass.
type Process struct {
	URL   string // of the API
	Admin string // of the operator's listener
	Log   *Log
	Cmd   *exec.Cmd

	ended chan struct{} // closed when the process has ended and its log is read
	err   error         // of Wait; set before ended is closed
}

var (
	readyLine = regexp.MustCompile(`\bmsg=ready address=(\S+)`)
	adminLine = regexp.MustCompile(`\badmin=(\S+)`)
)

// Start starts `daypass serve` and waits until it is ready. The process ends
// with the test at the latest.
func Start(t testing.TB, c Config) *Process {
	t.Helper()
	p, err := TryStart(t, c)
	if err != nil {
		t.Fatalf("daypass does not become ready: %v\n%s", err, p.Log)
	}
	return p
}

// TryStart is Start for a process that may refuse to serve: the error says that
// it ended, or did not become ready within 30 seconds.
func TryStart(t testing.TB, c Config) (*Process, error) {
	t.Helper()
	args := append([]string{"serve", "--data-dir", c.Dir, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"}, c.Args...)
	p := &Process{Log: new(Log), Cmd: exec.Command(Binary(t), args...), ended: make(chan struct{})}
	p.Cmd.Env = append([]string{
		"DAYPASS_ACCOUNT_ID=" + Account, "DAYPASS_ROOT_ACCESS_KEY_ID=" + RootKey, "DAYPASS_ROOT_SECRET_ACCESS_KEY=" + RootSecret,
		"TMPDIR=" + os.TempDir(),
	}, c.Env...)
	p.Cmd.Stdout, p.Cmd.Stderr = p.Log, p.Log
	if err := p.Cmd.Start(); err != nil {
		return p, err
	}
	go func() {
		p.err = p.Cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.Kill)
	return p, p.awaitReady()
}

func (p *Process) awaitReady() error {
	deadline := time.After(30 * time.Second)
	for {
		text := p.Log.String()
		if m := readyLine.FindStringSubmatch(text); m != nil {
			p.URL = m[1]
			if m := adminLine.FindStringSubmatch(text); m != nil {
				p.Admin = "http://" + m[1]
			}
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("it ended: %w", p.err)
		case <-deadline:
			return errors.New("it takes too long")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Kill ends the process with SIGKILL, as a power cut would, and waits for its
// end. A process that has ended already is left as it is.
func (p *Process) Kill() {
	_ = p.Cmd.Process.Signal(syscall.SIGKILL)
	<-p.ended
}

// Stop asks the process to end and returns what Wait says of its exit.
func (p *Process) Stop(ctx context.Context) error {
	if err := p.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.Wait(ctx)
}

// Wait waits for the end of the process and returns what it says of its exit.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.ended:
		return p.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Log is what the process has written so far. It is safe for concurrent use.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

var _ io.Writer = (*Log)(nil)

// Write appends to the log.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// String returns the log.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
