package server_test

import (
	"crypto/sha256"
	"net/http"
	"testing"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/sigv4"
)

// signedFor is GetCallerIdentity, signed by root for another host.
func signedFor(t *testing.T, s *daypasstest.Server, host string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.URL+"/?"+whoami, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	sigv4.Sign(r, sha256.Sum256(nil), s.Root, "us-east-1", "sts", s.Now())
	return r
}
