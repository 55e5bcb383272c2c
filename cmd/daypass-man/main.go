// Command daypass-man writes the man pages of daypass and of all its commands
// into a directory: daypass-man DIR. It is for those who package the program, and not
// part of it.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra/doc"

	"github.com/daypass/daypass/internal/cli"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: daypass-man DIR")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "daypass-man: "+err.Error())
		os.Exit(1)
	}
}

// write makes the directory, and a page for each command in it.
func write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return doc.GenManTree(cli.Manual(), &doc.GenManHeader{Section: "1", Source: "Daypass", Manual: "Daypass"}, dir)
}
