package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/cli"
	"github.com/daypass/daypass/internal/history"
)

// shared is a buffer that one goroutine writes and another reads.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func nothingSet(string) (string, bool) { return "", false }

// daypass runs a command and returns what it prints.
func daypass(t *testing.T, args ...string) string {
	t.Helper()
	var out, problems shared
	if code := cli.Run(t.Context(), args, cli.Streams{In: strings.NewReader(""), Out: &out, Err: &problems}, nothingSet); code != 0 {
		t.Errorf("daypass %s: %d %s", strings.Join(args, " "), code, problems.String())
	}
	return out.String()
}

// until waits until f gives something that the expression matches.
func until(t *testing.T, expression string, f func() string) string {
	t.Helper()
	got := ""
	for range 300 {
		if got = f(); regexp.MustCompile(expression).MatchString(got) {
			return got
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("got %q, want %s", got, expression)
	return ""
}

func TestTailFollowsARunningService(t *testing.T) {
	dir := t.TempDir()
	s := daypasstest.New(t, daypasstest.WithDir(dir))
	s.User("ann")
	s.Advance(time.Second)
	s.Call(s.Root, "iam", "CreateGroup", "GroupName", "ops")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out, problems shared
	ended := make(chan int)
	until(t, "iam:CreateGroup", func() string { return daypass(t, "trail", "search", "--data-dir", dir) })
	go func() {
		ended <- cli.Run(ctx, []string{"trail", "tail", "--data-dir", dir, "--lines", "1"}, cli.Streams{Out: &out, Err: &problems}, nothingSet)
	}()
	until(t, `^\S+  iam:CreateGroup  .*on ops\n$`, out.String)
	s.User("bob")
	got := until(t, `iam:CreateAccessKey  .*on bob`, out.String)
	if strings.Count(got, "on ann") != 0 || strings.Contains(got, "\x1b") {
		t.Errorf("the tail is %q, %s", got, problems.String())
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d: %s", code, problems.String())
	}
}

// TestHoldersFollowTheChain from the session of a role to the user behind, in
// the spool and, after that, in the history.
func TestHoldersFollowTheChain(t *testing.T) {
	dir := t.TempDir()
	s := daypasstest.New(t, daypasstest.WithDir(dir))
	may := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`
	ann := s.User("ann", may)
	first := s.Role("first", daypasstest.Trust(s.UserARN("ann")), may)
	last := s.Role("last", daypasstest.Trust(first))
	mine := s.AssumeRole(ann, first, "one")
	held := s.AssumeRole(mine, last, "two")
	s.Call(ann, "sts", "AssumeRole", "RoleArn", last, "RoleSessionName", "refused")

	s.SetTime(s.Now().Add(-3 * time.Hour)) // expired by now
	s.AssumeRole(s.AssumeRole(ann, first, "early"), last, "early")
	s.SetTime(time.Now())

	want := `^arn:aws:sts::123456789012:assumed-role/last/two  ` + held.AccessKeyID + `  issued \S+, expires \S+ \(in 5\dm\d+s|in 1h0m0s\)
  AssumeRole by AssumedRole arn:aws:sts::123456789012:assumed-role/first/one with ` + mine.AccessKeyID + ` from 127.0.0.1 at \S+
    AssumeRole by IAMUser arn:aws:iam::123456789012:user/ann with ` + ann.AccessKeyID + ` from 127.0.0.1 at \S+
$`
	ask := func() string { return daypass(t, "trail", "holders", "last", "--data-dir", dir) }
	until(t, want, ask)

	h, err := history.Open(history.Config{Spool: filepath.Join(dir, "spool"), Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil { // which fills it
		t.Fatal(err)
	}
	until(t, want, ask)
	var holdings []history.Holding
	if err := json.Unmarshal([]byte(daypass(t, "trail", "holders", last, "--data-dir", dir, "--output", "json")), &holdings); err != nil {
		t.Fatal(err)
	}
	if len(holdings) != 1 || len(holdings[0].Chain) != 2 || holdings[0].Chain[1].Name != s.UserARN("ann") {
		t.Errorf("holdings %+v", holdings)
	}

	// A role that was made again under the name is another.
	s.Call(s.Root, "iam", "DeleteRole", "RoleName", "last")
	s.Role("last", daypasstest.Trust(first))
	if got := ask(); got != "nobody holds credentials of "+last+"\n" {
		t.Errorf("after the role was made again: %q", got)
	}
}

func TestHoldersSeeWhoCalledFromAnotherAccount(t *testing.T) {
	dir := t.TempDir()
	s := daypasstest.New(t, daypasstest.WithDir(dir))
	account, root := s.NewAccount()
	may := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`
	ann := s.User("ann", may)
	role := s.RoleIn(root, "there", daypasstest.Trust(s.UserARN("ann")))
	s.AssumeRole(ann, role, "over")
	until(t, `assumed-role/there/over .*\n  AssumeRole by IAMUser arn:aws:iam::123456789012:user/ann with `+ann.AccessKeyID, func() string {
		return daypass(t, "trail", "holders", "there", "--account", account, "--data-dir", dir)
	})
}
