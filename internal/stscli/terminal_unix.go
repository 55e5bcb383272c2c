//go:build unix

package stscli

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// terminal returns the columns of the terminal that w is, and whether it is one. The
// width is 0 when it is not known.
func terminal(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile {
		return 0, false
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0, false
	}
	return int(size.Col), true
}
