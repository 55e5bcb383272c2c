package cli_test

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/daypass/daypass/internal/spool"
)

// waitFor waits until a URL answers 200: waitfor http://…
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: waitfor URL")
	}
	client := &http.Client{Timeout: time.Second}
	for range 200 {
		if r, err := client.Get(args[0]); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("%s did not answer 200 within 10 s", args[0])
}

// exitCode runs a command and checks its exit code: exitcode 2 daypass serve …
func exitCode(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exitcode CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// fillSpool writes the lines of a file as records into the spool of a data
// directory: spool DIR FILE
func fillSpool(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: spool DIR FILE")
	}
	s, err := spool.Open(spool.Config{Dir: filepath.Join(ts.MkAbs(args[0]), "spool"), Ephemeral: true})
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		ts.Check(s.Append([]byte(strings.TrimSuffix(line, "\n")), true))
	}
	ts.Check(s.Close())
}

// fileMode checks the permissions of a file: mode 600 FILE
func fileMode(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: mode OCTAL FILE")
	}
	want, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := info.Mode().Perm(); got != os.FileMode(want) {
		ts.Fatalf("%s has mode %o, want %o", args[1], got, want)
	}
}
