package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/daypass/daypass/internal/store"
)

func TestADirectoryServesOnce(t *testing.T) {
	dir := t.TempDir()
	first := openConfig(t, store.Config{Dir: dir, Exclusive: true})
	_, err := store.Open(t.Context(), store.Config{Dir: dir, Exclusive: true})
	if !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprintf("(process %d)", os.Getpid())) {
		t.Errorf("second exclusive Open = %v, want ErrInUse and the process", err)
	}
	beside := openConfig(t, store.Config{Dir: dir})
	withAccount(t, beside)
	view(t, first, func(tx *store.Tx) error {
		_, err := tx.Account(acct)
		return err
	})
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	garbage := t.TempDir()
	if err := os.WriteFile(filepath.Join(garbage, "daypass.db"), []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		c    store.Config
		want string
	}{
		{"nothing given", store.Config{}, "neither a directory nor a database URL"},
		{"a file in place of the directory", store.Config{Dir: file}, "cannot be used"},
		{"no database file", store.Config{Dir: garbage}, "not a database"},
		{"other scheme", store.Config{URL: "mysql://u:hunter2@h/d"}, "malformed database URL: it must look like"},
		{"broken URL", store.Config{URL: "postgres://u:hunter2@h:port/d"}, "malformed database URL: it must look like"},
		{"broken setting", store.Config{URL: "postgres://u:hunter2@h/d?sslmode=what"}, "malformed database URL"},
		{"nobody there", store.Config{URL: "postgres://u:hunter2@127.0.0.1:1/d?connect_timeout=2"}, "opening the database d on 127.0.0.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db, err := store.Open(t.Context(), tt.c)
			if err == nil {
				_ = db.Close()
				t.Fatal("Open succeeded")
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
				t.Errorf("Open = %q, want one line with %q and no password", err, tt.want)
			}
		})
	}
}

func TestTheFilesArePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	db := openConfig(t, store.Config{Dir: dir})
	withAccount(t, db)
	for _, name := range []string{"", "daypass.db", "daypass.db-wal", "daypass.db-shm"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}

func TestAClosedDatabaseFailsEachCall(t *testing.T) {
	db, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	ran := false
	f := func(*store.Tx) error { ran = true; return nil }
	for name, err := range map[string]error{
		"Update": db.Update(t.Context(), f), "View": db.View(t.Context(), f), "Load": db.Load(t.Context(), f), "Ping": db.Ping(t.Context()),
	} {
		if err == nil {
			t.Errorf("%s of a closed database succeeded", name)
		}
	}
	if ran {
		t.Error("a function ran on a closed database")
	}
}

func TestProcessesMayStartTogether(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { open() })
		}
		wg.Wait()
	})
}

func TestPing(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		if err := open().Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
