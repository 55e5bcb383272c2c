package rolecache

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/filelock"
)

// lockWait is between attempts at a lock that another process holds.
const lockWait = 50 * time.Millisecond

// lock takes a file of the directory for this process, and returns what lets go of it.
// It does not wait for ever: who holds it may be waiting for a person that has left,
// and without it, at worst, two processes get credentials where one would do.
func lock(ctx context.Context, root *os.Root, name string) (unlock func()) {
	none := func() {}
	f, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return none
	}
	ctx, cancel := context.WithTimeout(ctx, patient)
	defer cancel()
	for {
		if ok, err := filelock.Try(f); ok {
			return func() { _ = f.Close() }
		} else if err != nil {
			_ = f.Close()
			return none
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return none
		case <-time.After(lockWait):
		}
	}
}

// maxSwept bounds how many files one sweep looks at.
const maxSwept = 1000

// sweep removes what has expired for sure: files that are older than any session.
func (d *Dir) sweep(root *os.Root) {
	dir, err := root.Open(".")
	if err != nil {
		return
	}
	defer dir.Close()
	all, _ := dir.ReadDir(maxSwept)
	for _, e := range all {
		id, suffix, _ := strings.Cut(e.Name(), ".")
		info, err := e.Info()
		if err != nil || len(id) != len(ID()) || d.now().Sub(info.ModTime()) < maxLife {
			continue
		}
		switch {
		case suffix == "json", strings.HasSuffix(suffix, ".new"):
			_ = root.Remove(e.Name())
		case suffix == "lock":
			if f, err := root.OpenFile(e.Name(), os.O_RDWR, 0); err == nil {
				if free, err := filelock.Try(f); free && err == nil {
					_ = root.Remove(e.Name())
				}
				_ = f.Close()
			}
		}
	}
}
