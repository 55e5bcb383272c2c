//go:build unix

package rolecache

import (
	"io/fs"
	"os"
	"syscall"
)

// mine reports whether a file is the user's.
func mine(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}

// private reports whether its owner alone can read and write a file.
func private(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 == 0 }
