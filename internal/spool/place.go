package spool

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// idFile holds the name of a spool: who keeps a [Position] beside it notices
// that the directory was emptied, and its segments are numbered anew.
const idFile = "id"

var idForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

// ID returns the name of the spool in a directory, which is unlike any other's.
// It is made with the directory.
func ID(dir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, idFile))
	if err != nil {
		return "", fmt.Errorf("reading the spool's name: %w", err)
	}
	if !idForm.Match(b) {
		return "", fmt.Errorf("%s does not hold the name of a spool; remove it, and what was delivered may be delivered again", filepath.Join(dir, idFile))
	}
	return string(b), nil
}

// ensureID gives the spool a name unless it has one. The name is whole from the
// start: another process may read it.
func ensureID(dir string, ephemeral bool) error {
	if _, err := ID(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	f, err := os.CreateTemp(dir, idFile+"-")
	if err != nil {
		return fmt.Errorf("naming the spool: %w", err)
	}
	_, err = fmt.Fprintf(f, "%x", random)
	if err == nil && !ephemeral {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, idFile))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("naming the spool: %w", err), os.Remove(f.Name()))
	}
	if ephemeral {
		return nil
	}
	return syncDir(dir)
}

// End is the position behind all that is in the spool of a directory.
func End(dir string) (Position, error) {
	all, err := segments(dir)
	if err != nil || len(all) == 0 {
		return Position{}, err
	}
	last := all[len(all)-1]
	return Position{last.number, last.size}, nil
}

// Behind returns how many bytes the spool has from a position on, and whether
// segments are gone that a reader at the position would have read.
func Behind(dir string, from Position) (bytes int64, missed bool, err error) {
	all, err := segments(dir)
	for _, s := range all {
		switch {
		case s.number > from.Segment:
			bytes += s.size
		case s.number == from.Segment:
			bytes += max(0, s.size-from.Offset)
		}
	}
	missed = from != Position{} && len(all) > 0 && all[0].number > from.Segment
	return bytes, missed, err
}

// Since is a position before all that was written at a time or after, by the
// dates of the files.
func Since(dir string, t time.Time) (Position, error) {
	all, err := segments(dir)
	for _, s := range all {
		info, err := os.Stat(filepath.Join(dir, segmentName(s.number)))
		if err == nil && !info.ModTime().Before(t) {
			return Position{Segment: s.number}, nil
		}
	}
	if err != nil || len(all) == 0 {
		return Position{}, err
	}
	return Position{Segment: all[len(all)-1].number}, nil
}
