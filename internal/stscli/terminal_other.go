//go:build !unix

package stscli

import "io"

// terminal takes nothing for a terminal.
func terminal(io.Writer) (width int, ok bool) { return 0, false }
