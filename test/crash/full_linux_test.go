package crash

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/process"
)

// limitFiles has files of a process grow no further than this, for which the
// system refuses writes as it does when a disk is full.
func limitFiles(t *testing.T, p *process.Process, bytes uint64) {
	t.Helper()
	limit := unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}
	if err := unix.Prlimit(p.Cmd.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		t.Skipf("limits of another process cannot be set here: %v", err)
	}
}

func TestAFullDiskRefusesWritesUntilThereIsRoom(t *testing.T) {
	cfg := process.Config{Dir: t.TempDir()}
	p := process.Start(t, cfg)
	made := map[string]sigv4.Credentials{}
	call := func(as sigv4.Credentials, service, action string, params ...string) process.Answer {
		t.Helper()
		a, err := process.Call(t.Context(), http.DefaultClient, p.URL, as, service, action, params...)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	n := 0
	create := func() int {
		n++
		name := fmt.Sprint("user", n)
		a := call(process.Root, "iam", "CreateUser", "UserName", name)
		if a.OK() {
			made[name] = sigv4.Credentials{}
			if a = call(process.Root, "iam", "CreateAccessKey", "UserName", name); a.OK() {
				made[name] = a.Credentials()
			}
		}
		return a.Status
	}
	for range 5 {
		if got := create(); got != 200 {
			t.Fatal(got)
		}
	}

	// The log of the database is the largest file, and what is full first.
	info, err := os.Stat(filepath.Join(cfg.Dir, "daypass.db-wal"))
	if err != nil {
		t.Fatal(err)
	}
	limitFiles(t, p, uint64(info.Size())+20_000)
	refused := 0
	for range 40 {
		switch got := create(); got {
		case 200:
		case 503:
			refused++
		default:
			t.Fatalf("a write to a full disk is answered %d, want 503", got)
		}
	}
	if refused < 20 {
		t.Errorf("%d of 40 writes to a full disk were refused", refused)
	}
	check := func(when string) {
		t.Helper()
		for name, k := range made {
			if a := call(process.Root, "iam", "GetUser", "UserName", name); !a.OK() {
				t.Errorf("%s, GetUser of %s, which was made, is answered %d", when, name, a.Status)
			}
			if k.AccessKeyID == "" {
				continue
			}
			if a := call(k, "sts", "GetCallerIdentity"); a.Text("Arn") != userARN(name) {
				t.Errorf("%s, the key of %s is answered %d", when, name, a.Status)
			}
		}
	}
	check("while the disk is full")
	if text := p.Log.String(); !strings.Contains(text, "code=ServiceUnavailable") || !strings.Contains(text, "database unavailable") {
		t.Errorf("the log does not tell the cause:\n%.2000s", text)
	}

	limitFiles(t, p, unix.RLIM_INFINITY)
	for range 3 {
		if got := create(); got != 200 {
			t.Errorf("a write when there is room again is answered %d", got)
		}
	}
	check("when there is room again")
	p.Kill()
	p = process.Start(t, cfg)
	check("after a kill and another start")
}
