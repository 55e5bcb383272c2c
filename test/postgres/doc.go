// Package postgres runs a private PostgreSQL for tests, from the binaries that
// are installed: in the PATH, or where Debian keeps them. It lives in a
// temporary directory, on a socket there and on a loopback port, and ends with
// the test program, also when that is killed.
//
//	url := postgres.Start(t).FreshDatabase(t)
//
// Where PostgreSQL is not installed the test is skipped; it fails instead when
// DAYPASS_REQUIRE_CLIENTS is set, as it is where changes are checked.
// scripts/clients installs it.
package postgres

import (
	"os"
	"testing"
)

// Options are those of a server of a test's own.
type Options struct {
	// Durable waits for the disk, as a server in earnest does. Without it a
	// power cut would damage the database; a killed server does not.
	Durable bool
}

// Mode says how a server ends.
type Mode string

// The ways to end: Fast closes connections and writes everything out, Immediate
// leaves that to the recovery at the next start, Kill is kill -9.
const (
	Fast      Mode = "INT"
	Immediate Mode = "QUIT"
	Kill      Mode = "KILL"
)

// absent skips the test for want of a server, unless it may not be skipped.
func absent(t testing.TB, why error) {
	t.Helper()
	if os.Getenv("DAYPASS_REQUIRE_CLIENTS") != "" {
		t.Fatalf("no PostgreSQL, and DAYPASS_REQUIRE_CLIENTS is set: %v", why)
	}
	t.Skipf("no PostgreSQL: %v", why)
}
