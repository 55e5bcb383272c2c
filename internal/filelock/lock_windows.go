package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Try takes the file for this process until the file is closed or the
// process ends. It reports false when another process holds it.
func Try(f *os.File) (bool, error) {
	// The locked byte lies far behind the text, which stays readable so.
	place := &windows.Overlapped{OffsetHigh: 1}
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, place)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}
