//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the file for this process until the file is closed or the
// process ends. It reports false when another process holds it.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
