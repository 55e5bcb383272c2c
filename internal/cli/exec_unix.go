//go:build unix

package cli

import "syscall"

// replace has the command take the place of this process, and with it its
// terminal, its signals and its exit code.
func replace(path string, args, env []string) error { return syscall.Exec(path, args, env) }
