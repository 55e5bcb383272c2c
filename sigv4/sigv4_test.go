package sigv4_test

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/daypass/daypass/sigv4"
)

const (
	keyID  = "AKIDEXAMPLE"
	secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" // published with the specification; opens nothing
)

// failer is what *testing.T and *rapid.T have in common here.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// newRequest returns a request as net/http's server has it, read from the bytes
// that a client sends: what a request built in memory holds differs from it.
func newRequest(tb failer, method, target, host, body string, headers ...string) *http.Request {
	tb.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, target, host)
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	if body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n" + body)
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(b.String())))
	if err != nil {
		tb.Fatalf("reading %q: %v", b.String(), err)
	}
	return r
}

// verify reads a claim, looks the key up and verifies; the only key there is is
// keyID's. The time is left alone.
func verify(r *http.Request, hash [32]byte) error {
	if err := sigv4.CheckURI(r); err != nil {
		return err
	}
	s, err := sigv4.Parse(r)
	if err != nil {
		return err
	}
	if s.AccessKeyID != keyID {
		return errors.New("unknown key")
	}
	return s.Verify(r, sigv4.DeriveKey(secret, s.ScopeDate, s.Region, s.Service), hash)
}

func hmacHex(key []byte, text string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}
