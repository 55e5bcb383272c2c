// Package million fills an installation with many users, each with an access
// key, and measures what they cost: the start, the memory, a call.
//
// By itself it makes few. In earnest:
//
//	DAYPASS_MILLION=1000000 DAYPASS_MILLION_DIR=/var/tmp/million go test ./test/million -v -timeout 30m
//
// keeps the directory, master key and all, for other measurements; where it is
// there already, it is used as it is. sample.json in it has some of the keys.
package million

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/process"
)

func TestMain(m *testing.M) {
	code := m.Run()
	process.Clean()
	os.Exit(code)
}

type sample struct {
	Name string
	Key  sigv4.Credentials
}

func TestManyIdentities(t *testing.T) {
	users := 2000
	if text := os.Getenv("DAYPASS_MILLION"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1000 {
			t.Fatalf("DAYPASS_MILLION is %q, want a number of at least 1000", text)
		}
		users = n
	}
	dir := os.Getenv("DAYPASS_MILLION_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	keys := filled(t, dir, users)
	process.Binary(t) // not a part of the start

	begun := time.Now()
	p := process.Start(t, process.Config{Dir: dir})
	call := func(s sample) {
		t.Helper()
		a, err := process.Call(t.Context(), http.DefaultClient, p.URL, s.Key, "sts", "GetCallerIdentity")
		if want := fmt.Sprintf("arn:aws:iam::%s:user/%s", process.Account, s.Name); err != nil || a.Text("Arn") != want {
			t.Fatalf("GetCallerIdentity of %s: %v, %+v", s.Name, err, a)
		}
	}
	call(keys[0])
	t.Logf("%d users: the first signed answer comes %v after the start", users, time.Since(begun).Round(time.Millisecond))
	t.Logf("memory then: %s", memory(p))
	begun = time.Now()
	for _, k := range keys {
		call(k)
	}
	t.Logf("a call with a key that is not in memory takes %v, there and back", time.Since(begun)/time.Duration(len(keys)))
	t.Logf("memory after them: %s", memory(p))
}

// filled makes the users unless they are there, and returns some of their keys.
func filled(t *testing.T, dir string, users int) (some []sample) {
	t.Helper()
	name := filepath.Join(dir, "sample.json")
	text, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(text, &some)
		if err == nil {
			return some
		}
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	in, err := installation.Open(t.Context(), installation.Config{Dir: dir, Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.EnsureFirstAccount(t.Context(), installation.Root{Account: process.Account}); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	const batch = 2000
	for from := 0; from < users; from += batch {
		var made []sample
		err := in.DB.Update(t.Context(), func(tx *store.Tx) (err error) {
			made, err = makeUsers(tx, in, from, min(from+batch, users))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		some = append(some, made...)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("made %d users with a key each in %v", users, time.Since(begun).Round(time.Millisecond))
	forgetChanges(t, dir)
	text, err = json.Marshal(some)
	if err == nil {
		err = os.WriteFile(name, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return some
}

// makeUsers makes users with a key each, and returns every thousandth of them.
func makeUsers(tx *store.Tx, in *installation.Installation, from, to int) (some []sample, err error) {
	now := time.Now()
	for i := from; i < to; i++ {
		u := iam.User{ID: iam.NewID(iam.UserPrefix, process.Account), Account: process.Account, Path: "/", Name: fmt.Sprintf("user%07d", i), Created: now}
		k := iam.AccessKey{ID: iam.NewKeyID(iam.KeyPrefix, process.Account), Account: process.Account, UserID: u.ID, Status: iam.Active, Created: now}
		secret := iam.NewSecret()
		k.Sealed = in.Vault.Seal([]byte(secret), facts.SecretContext(k.ID))
		if err := errors.Join(tx.CreateUser(u), tx.CreateAccessKey(k)); err != nil {
			return nil, err
		}
		if i%1000 == 0 || i < 100 {
			some = append(some, sample{u.Name, sigv4.Credentials{AccessKeyID: k.ID, SecretAccessKey: secret}})
		}
	}
	return some, nil
}

// forgetChanges empties the log of changes: ten thousand ordinary commits do
// not have as many as ours.
func forgetChanges(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "daypass.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), "delete from change_log"); err != nil {
		t.Fatal(err)
	}
}

// memory is what the process has resident, where the system tells.
func memory(p *process.Process) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Cmd.Process.Pid))
	if err != nil {
		return "not known here"
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}
