package crash

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/postgres"
	"github.com/daypass/daypass/test/process"
)

// command runs a daypass command beside the service.
func command(t *testing.T, cfg process.Config, args ...string) {
	t.Helper()
	c := exec.Command(process.Binary(t), append(args, "--data-dir", cfg.Dir)...)
	c.Env = cfg.Env
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("daypass %v: %v\n%s", args, err, out)
	}
}

func TestARunningServiceIsBackedUpAndRestored(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { backUpAndRestore(t, process.Config{Dir: t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) {
		url := postgres.Start(t).FreshDatabase(t)
		backUpAndRestore(t, process.Config{Dir: t.TempDir(), Env: []string{"DAYPASS_DATABASE_URL=" + url}})
	})
}

func backUpAndRestore(t *testing.T, cfg process.Config) {
	t.Helper()
	p := process.Start(t, cfg)
	call := func(as sigv4.Credentials, service, action string, params ...string) process.Answer {
		t.Helper()
		a, err := process.Call(t.Context(), http.DefaultClient, p.URL, as, service, action, params...)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	newKey := func() sigv4.Credentials {
		t.Helper()
		a := call(process.Root, "iam", "CreateAccessKey", "UserName", "dana")
		if !a.OK() {
			t.Fatal(a)
		}
		return a.Credentials()
	}
	identity := func(as sigv4.Credentials) int { t.Helper(); return call(as, "sts", "GetCallerIdentity").Status }

	if a := call(process.Root, "iam", "CreateUser", "UserName", "dana"); !a.OK() {
		t.Fatal(a)
	}
	kept := newKey()
	session := call(kept, "sts", "GetSessionToken").Credentials()

	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	var written atomic.Int64
	for i := range 4 {
		load.Go(func() {
			for ctx.Err() == nil {
				a, err := process.Call(t.Context(), http.DefaultClient, p.URL, process.Root, "iam", "TagUser", "UserName", "dana",
					"Tags.member.1.Key", string(rune('a'+i)), "Tags.member.1.Value", "v")
				if err != nil || !a.OK() {
					t.Errorf("a write during the backup: %v, %+v", err, a)
					return
				}
				written.Add(1)
			}
		})
	}
	file := filepath.Join(t.TempDir(), "b")
	command(t, cfg, "backup", file)
	stop()
	load.Wait()
	if written.Load() == 0 {
		t.Error("nothing was written during the backup")
	}

	later := newKey()
	if a := call(process.Root, "iam", "DeleteAccessKey", "UserName", "dana", "AccessKeyId", kept.AccessKeyID); !a.OK() {
		t.Fatal(a)
	}
	if kept, later := identity(kept), identity(later); kept != 403 || later != 200 {
		t.Fatalf("before the restore the old key gets %d and the new one %d, want 403 and 200", kept, later)
	}
	command(t, cfg, "restore", "--replace", file)
	deadline := time.Now().Add(5 * time.Second) // what replicas may take
	for identity(kept) != 200 || identity(later) != 403 {
		if time.Now().After(deadline) {
			t.Fatalf("5 s after the restore the old key gets %d and the new one %d, want 200 and 403", identity(kept), identity(later))
		}
		time.Sleep(20 * time.Millisecond)
	}
	if got := identity(session); got != 200 {
		t.Errorf("a session from before the backup gets %d after the restore, want 200", got)
	}
	if a := call(process.Root, "iam", "TagUser", "UserName", "dana", "Tags.member.1.Key", "k", "Tags.member.1.Value", "v"); !a.OK() {
		t.Errorf("a write after the restore: %+v", a)
	}
}
