//go:build !linux

package spool

import "os"

// datasync makes the file's bytes, and its size, durable.
func datasync(f *os.File) error { return f.Sync() }
