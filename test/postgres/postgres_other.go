//go:build !unix

package postgres

import (
	"errors"
	"testing"
)

var errSystem = errors.New("not tried on this system")

// Server is a PostgreSQL of our own; there is none on this system.
type Server struct{}

// Start skips the test.
func Start(t testing.TB) *Server {
	t.Helper()
	absent(t, errSystem)
	return nil
}

// New skips the test.
func New(t testing.TB, _ Options) *Server {
	t.Helper()
	absent(t, errSystem)
	return nil
}

// Clean does nothing.
func Clean() {}

// FreshDatabase is never called: there is no Server.
func (*Server) FreshDatabase(testing.TB) string { return "" }

// Address is never called.
func (*Server) Address() string { return "" }

// Via is never called.
func (*Server) Via(testing.TB, string, string) string { return "" }

// Stop is never called.
func (*Server) Stop(Mode) {}

// Resume is never called.
func (*Server) Resume(testing.TB) {}

// Restart is never called.
func (*Server) Restart(testing.TB, Mode) {}
