package spool

import (
	"os"
	"syscall"
)

// datasync makes the file's bytes, and its size, durable.
func datasync(f *os.File) error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
