package crash

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/process"
)

// A file that is not as it was written: daypass says so and what to do, or
// serves what is whole. It never panics, hangs, or answers with another's data.
func TestADamagedDatabaseIsToldOrServedAround(t *testing.T) {
	whole, keys := someInstallation(t)
	fill := func(b []byte, from, to int) {
		r := rand.NewChaCha8([32]byte{7})
		_, _ = r.Read(b[min(from, len(b)):min(to, len(b))])
	}
	const page = 4096
	tests := []struct {
		name   string
		file   string
		damage func(b []byte) []byte
		starts bool // must it
	}{
		{"the header", "daypass.db", func(b []byte) []byte { fill(b, 0, 100); return b }, false},
		{"the first page", "daypass.db", func(b []byte) []byte { fill(b, 100, page); return b }, false},
		{"another file", "daypass.db", func([]byte) []byte { return bytes.Repeat([]byte("no database\n"), 1000) }, false},
		{"cut in half", "daypass.db", func(b []byte) []byte { return b[:len(b)/2] }, false},
		{"cut within the first page", "daypass.db", func(b []byte) []byte { return b[:700] }, false},
		{"every page but the first", "daypass.db", func(b []byte) []byte { fill(b, page, len(b)); return b }, false},
		{"a page in the middle", "daypass.db", func(b []byte) []byte { fill(b, len(b)/page/2*page, (len(b)/page/2+1)*page); return b }, false},
		{"the last page", "daypass.db", func(b []byte) []byte { fill(b, len(b)-page, len(b)); return b }, false},
		{"the header of the log", "daypass.db-wal", func(b []byte) []byte { fill(b, 0, 32); return b }, false},
		{"the middle of the log", "daypass.db-wal", func(b []byte) []byte { fill(b, len(b)/2, len(b)/2+page); return b }, false},
		{"the end of the log", "daypass.db-wal", func(b []byte) []byte { return b[:len(b)-5] }, true},
		{"the index of the log", "daypass.db-shm", func(b []byte) []byte { fill(b, 0, len(b)); return b }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, tt.file)
			b, err := os.ReadFile(name)
			if err == nil {
				err = os.WriteFile(name, tt.damage(b), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			p, err := process.TryStart(t, process.Config{Dir: dir})
			log := p.Log.String()
			if err != nil {
				line := strings.TrimSpace(log)
				if tt.starts || strings.Contains(line, "\n") || !strings.Contains(line, "the database is damaged") ||
					!strings.Contains(line, "daypass.db") || !strings.Contains(line, "daypass restore FILE") {
					t.Errorf("it does not start (%v), and says:\n%s", err, log)
				}
				return
			}
			answers := map[int]int{}
			for i, k := range keys {
				a, err := process.Call(t.Context(), http.DefaultClient, p.URL, k, "sts", "GetCallerIdentity")
				if err != nil {
					t.Fatalf("no answer: %v\n%s", err, p.Log)
				}
				answers[a.Status]++
				if a.OK() && a.Text("Arn") != userARN(fmt.Sprint("user", i)) {
					t.Errorf("the key of user%d is answered as if it were of %s", i, a.Text("Arn"))
				}
				if a.Status != 200 && a.Status != 403 && a.Status != 500 {
					t.Errorf("the key of user%d gets %d: %s", i, a.Status, a.Body)
				}
			}
			t.Logf("it starts; answers by status: %v", answers)
			_, err = process.Call(t.Context(), http.DefaultClient, p.URL, process.Root, "iam", "GetAccountAuthorizationDetails")
			if err != nil || strings.Contains(p.Log.String(), "panic") {
				t.Errorf("%v\n%s", err, p.Log)
			}
		})
	}
}

// someInstallation makes an installation with users and their keys, part of it
// in the database and part in its log, as a killed process leaves it.
func someInstallation(t *testing.T) (dir string, keys []sigv4.Credentials) {
	t.Helper()
	dir = t.TempDir()
	p := process.Start(t, process.Config{Dir: dir})
	for i := range 120 {
		if i == 100 { // what there is goes into the database
			if err := p.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			p = process.Start(t, process.Config{Dir: dir})
		}
		name := fmt.Sprint("user", i)
		for _, action := range []string{"CreateUser", "CreateAccessKey"} {
			a, err := process.Call(t.Context(), http.DefaultClient, p.URL, process.Root, "iam", action, "UserName", name)
			if err != nil || !a.OK() {
				t.Fatal(err, a)
			}
			if action == "CreateAccessKey" {
				keys = append(keys, a.Credentials())
			}
		}
	}
	p.Kill()
	return dir, keys
}

func TestAnUnreadableOrReadOnlyDirectoryIsNamed(t *testing.T) {
	dir := t.TempDir()
	tests := []struct{ name, path, want string }{
		{"the database is a directory", "daypass.db", "data directory " + filepath.Join(dir, "the database is a directory") + " cannot be used"},
		{"the master key is a directory", "master.key", "reading the master key: read " + filepath.Join(dir, "the master key is a directory", "master.key")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := filepath.Join(dir, tt.name)
			if err := os.MkdirAll(filepath.Join(d, tt.path), 0o700); err != nil {
				t.Fatal(err)
			}
			p, err := process.TryStart(t, process.Config{Dir: d})
			if text := strings.TrimSpace(p.Log.String()); err == nil || !strings.Contains(text, tt.want) || strings.Contains(text, "\n") {
				t.Errorf("%v, and it says %q, want one line with %q", err, text, tt.want)
			}
		})
	}
}
