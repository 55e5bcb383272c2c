package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// DamageError says that bytes before the last record of a segment are not what
// was written there.
type DamageError struct {
	File  string
	Bytes int
}

// Error names the file and what is missing of it.
func (e *DamageError) Error() string {
	return fmt.Sprintf("spool segment %s is damaged: %d bytes in it are no record", e.File, e.Bytes)
}

// Scan calls f with each record of the spool in a directory, in the order they
// were written, also while it is being written. A record may come twice: after a
// failed write it is written again. f must not keep the bytes.
//
// An error of f ends the scan. Damage does not: what else there is is read, and
// a *[DamageError] for each damaged segment is returned at the end.
func Scan(dir string, f func(record []byte) error) error {
	all, err := segments(dir)
	if err != nil {
		return err
	}
	var damage []error
	for _, s := range all {
		name := filepath.Join(dir, segmentName(s.number))
		b, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // dropped meanwhile
		}
		if err != nil {
			return fmt.Errorf("reading the spool: %w", err)
		}
		damaged, err := frames(b, f)
		if err != nil {
			return err
		}
		if damaged > 0 {
			damage = append(damage, &DamageError{File: name, Bytes: damaged})
		}
	}
	return errors.Join(damage...)
}
