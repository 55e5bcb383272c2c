//go:build unix

package cli

import (
	"math"
	"syscall"
)

// openFilesLimit returns how many files the process may have open, 0 when that
// is not known.
func openFilesLimit() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 0
	}
	return int(min(uint64(l.Cur), math.MaxInt32))
}
