package rolecache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/internal/filelock"
)

// bench is a directory with a clock, and a service that answers a new key each time.
type bench struct {
	t     *testing.T
	dir   *Dir
	now   time.Time
	life  time.Duration
	fails error
	mu    sync.Mutex
	calls int
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, dir: At(filepath.Join(t.TempDir(), "a", "roles")), now: time.Now().Truncate(time.Second), life: time.Hour}
	b.dir.now = func() time.Time { return b.now }
	return b
}

var id = ID("a", "role")

func (b *bench) Retrieve(context.Context) (credentials.Credentials, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return credentials.Credentials{}, b.fails
	}
	b.calls++
	return credentials.Credentials{
		AccessKeyID: fmt.Sprintf("ASIA%d", b.calls), SecretAccessKey: "s", SessionToken: "t", Account: "123456789012", Source: "AssumeRole", Expires: b.now.Add(b.life).UTC(),
	}, nil
}

// key returns the key that a new run gets.
func (b *bench) key() string {
	b.t.Helper()
	c, err := b.dir.Keep(id, b).Retrieve(b.t.Context())
	if err != nil {
		return "error: " + err.Error()
	}
	return c.AccessKeyID
}

func (b *bench) want(key, why string) {
	b.t.Helper()
	if got := b.key(); got != key {
		b.t.Errorf("%s: %s, want %s", why, got, key)
	}
}

func (b *bench) file() string { return filepath.Join(b.dir.path, id+".json") }

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestCredentialsLastFromOneRunToTheNext(t *testing.T) {
	b := newBench(t)
	b.want("ASIA1", "the first run")
	first, _ := b.dir.Keep(id, b).Retrieve(t.Context())
	want := credentials.Credentials{AccessKeyID: "ASIA1", SecretAccessKey: "s", SessionToken: "t", Account: "123456789012", Source: "AssumeRole", Expires: b.now.Add(time.Hour).UTC()}
	if first != want {
		t.Errorf("what is kept: %#v, want %#v", first, want)
	}
	b.now = b.now.Add(44 * time.Minute)
	b.want("ASIA1", "16 minutes before the end")
	b.now = b.now.Add(2 * time.Minute)
	b.fails = errors.New("away")
	b.want("ASIA1", "14 minutes before the end, without the service")
	b.fails = nil
	b.want("ASIA2", "14 minutes before the end")
	b.now, b.fails = b.now.Add(time.Hour), errors.New("away")
	b.want("error: away", "after the end, without the service")
}

func TestShortSessionsAreKeptToo(t *testing.T) {
	b := newBench(t)
	b.life = 15 * time.Minute
	b.want("ASIA1", "the first run")
	b.now = b.now.Add(11 * time.Minute)
	b.want("ASIA1", "four minutes before the end")
	b.now = b.now.Add(time.Minute)
	b.want("ASIA2", "three minutes before the end")
}

func TestWhatIsKeptIsTheUsersAlone(t *testing.T) {
	b := newBench(t)
	b.key()
	for path, want := range map[string]os.FileMode{filepath.Dir(b.dir.path): 0o700, b.dir.path: 0o700, b.file(): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
	b.must(os.Chmod(b.dir.path, 0o755))
	b.want("ASIA1", "a directory that others may read")
	if info, _ := os.Stat(b.dir.path); info.Mode().Perm() != 0o700 {
		t.Errorf("it stays %v", info.Mode())
	}
	b.must(os.Chmod(b.file(), 0o640))
	b.want("ASIA2", "a file that others may read")
	if info, _ := os.Stat(b.file()); info.Mode().Perm() != 0o600 {
		t.Errorf("it stays %v", info.Mode())
	}
	b.want("ASIA2", "its successor")
	all, _ := os.ReadDir(b.dir.path)
	if len(all) != 2 {
		t.Errorf("%v are there; want what is kept and its lock", all)
	}
}

func TestLinksLeadNowhere(t *testing.T) {
	b := newBench(t)
	b.key()
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	b.must(os.Rename(b.file(), elsewhere))
	before, _ := os.ReadFile(elsewhere)
	b.must(os.Symlink(elsewhere, b.file()))
	b.want("ASIA2", "a file that is a link")
	if after, _ := os.ReadFile(elsewhere); string(after) != string(before) {
		t.Errorf("what the link names was written: %s", after)
	}
	b.want("ASIA2", "which is replaced")

	inside := filepath.Join(b.dir.path, ID("another")+".json")
	b.must(os.Rename(b.file(), inside))
	b.must(os.Symlink(filepath.Base(inside), b.file()))
	b.want("ASIA3", "a link inside")

	real := t.TempDir()
	linked := At(filepath.Join(t.TempDir(), "link"))
	b.must(os.Symlink(real, linked.path))
	c, err := linked.Keep(id, b).Retrieve(t.Context())
	if all, _ := os.ReadDir(real); err != nil || c.AccessKeyID != "ASIA4" || len(all) != 0 {
		t.Errorf("a directory that is a link: %v, %v, with %v", c, err, all)
	}
}

func TestWithoutAPlaceNothingIsKept(t *testing.T) {
	b := newBench(t)
	file := filepath.Join(t.TempDir(), "file")
	b.must(os.WriteFile(file, nil, 0o600))
	for _, path := range []string{file, filepath.Join(file, "below")} {
		d := At(path)
		if _, err := d.Keep(id, b).Retrieve(t.Context()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if d.Forget(id) {
			t.Errorf("%s: something was there", path)
		}
	}
}

func TestDamagedFilesCount(t *testing.T) {
	b := newBench(t)
	b.key()
	good, err := os.ReadFile(b.file())
	b.must(err)
	change := func(name string, value any) string {
		var m map[string]any
		b.must(json.Unmarshal(good, &m))
		m[name] = value
		text, _ := json.Marshal(m)
		return string(text)
	}
	for name, text := range map[string]string{
		"empty":                         "",
		"cut":                           string(good[:len(good)/2]),
		"no JSON":                       "hello",
		"another kind":                  "[]",
		"too long":                      string(good[:len(good)-1]) + strings.Repeat(" ", maxFile) + "}",
		"no key":                        change("accessKeyId", ""),
		"no secret":                     change("secretAccessKey", ""),
		"no token":                      change("sessionToken", ""),
		"no times":                      change("expires", time.Time{}),
		"longer than any session":       change("expires", b.now.Add(14*time.Hour)),
		"of tomorrow, by another clock": change("kept", b.now.Add(30*time.Minute)),
	} {
		b.must(os.WriteFile(b.file(), []byte(text), 0o600))
		calls := b.calls
		if got := b.key(); b.calls != calls+1 {
			t.Errorf("%s: %s was taken", name, got)
		}
	}
	b.must(os.WriteFile(b.file(), good, 0o600))
	b.want("ASIA1", "the good one")
	b.must(os.Remove(b.file()))
	b.must(os.Mkdir(b.file(), 0o700))
	b.must(os.Remove(filepath.Join(b.dir.path, id+".lock")))
	b.must(os.Mkdir(filepath.Join(b.dir.path, id+".lock"), 0o700))
	if got := b.key(); !strings.HasPrefix(got, "ASIA") {
		t.Errorf("with directories in the places of both files: %s", got)
	}
	all, _ := os.ReadDir(b.dir.path)
	if len(all) != 2 {
		t.Errorf("%v are there: what could not be kept stays", all)
	}
}

func TestOthersAreOthers(t *testing.T) {
	b := newBench(t)
	b.key()
	if c, err := b.dir.Keep(ID("a ", "role"), b).Retrieve(t.Context()); err != nil || c.AccessKeyID != "ASIA2" {
		t.Errorf("%v, %v", c, err)
	}
	if ID("a", "b") == ID("ab") || ID("a", "b") == ID(`a" "b`) {
		t.Error("what differs has the same id")
	}
	if !b.dir.Forget(id) || b.dir.Forget(id) {
		t.Error("Forget does not tell what was there")
	}
	b.want("ASIA3", "after Forget")
}

func TestWhatDoesNotExpireIsNotKept(t *testing.T) {
	b := newBench(t)
	forever := credentials.Static("AKIA", "s", "")
	if _, err := b.dir.Keep(id, forever).Retrieve(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(b.file()); !os.IsNotExist(err) {
		t.Errorf("long-term keys were written: %v", err)
	}
}

func TestOneOfManyProcessesAsks(t *testing.T) {
	b := newBench(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			d := &Dir{b.dir.path, b.dir.now}
			if c, err := d.Keep(id, b).Retrieve(t.Context()); err != nil || c.AccessKeyID != "ASIA1" {
				t.Errorf("%v, %v", c, err)
			}
		})
	}
	all.Wait()
	if b.calls != 1 {
		t.Errorf("%d calls", b.calls)
	}
}

// TestALockThatIsNotLetGo holds nobody up beyond the caller's patience.
func TestALockThatIsNotLetGo(t *testing.T) {
	b := newBench(t)
	b.must(os.MkdirAll(b.dir.path, 0o700))
	f, err := os.OpenFile(filepath.Join(b.dir.path, id+".lock"), os.O_RDWR|os.O_CREATE, 0o600)
	b.must(err)
	defer f.Close()
	if ok, err := filelock.Try(f); !ok || err != nil {
		t.Fatal(ok, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if c, err := b.dir.Keep(id, b).Retrieve(ctx); err != nil || c.AccessKeyID != "ASIA1" {
		t.Errorf("%v, %v", c, err)
	}
}

func TestAnInterruptIsNotCovered(t *testing.T) {
	b := newBench(t)
	b.key()
	b.now = b.now.Add(50 * time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b.fails = context.Canceled
	if c, err := b.dir.Keep(id, b).Retrieve(ctx); err == nil {
		t.Errorf("%v, though the person gave up", c)
	}
}

func TestOldFilesGo(t *testing.T) {
	b := newBench(t)
	b.key()
	old, held := ID("old"), ID("held")
	names := []string{old + ".json", old + ".lock", old + ".ABC.new", held + ".lock", "notes.json", ID("young") + ".json", old + ".txt"}
	for _, name := range names {
		path := filepath.Join(b.dir.path, name)
		b.must(os.WriteFile(path, nil, 0o600))
		if name != ID("young")+".json" {
			b.must(os.Chtimes(path, time.Time{}, b.now.Add(-14*time.Hour)))
		}
	}
	f, err := os.OpenFile(filepath.Join(b.dir.path, held+".lock"), os.O_RDWR, 0)
	b.must(err)
	defer f.Close()
	if ok, err := filelock.Try(f); !ok || err != nil {
		t.Fatal(ok, err)
	}
	b.dir.Forget(id)
	b.key()
	for _, name := range names {
		_, err := os.Stat(filepath.Join(b.dir.path, name))
		gone := strings.HasPrefix(name, old) && !strings.HasSuffix(name, ".txt")
		if os.IsNotExist(err) != gone {
			t.Errorf("%s: %v, want it gone: %v", name, err, gone)
		}
	}
}
