package sigv4_test

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/daypass/daypass/sigv4"
)

const (
	keyID  = "AKIDEXAMPLE"
	secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" // published with the specification; opens nothing
)

// newRequest returns a request as net/http's server has it, read from the bytes
// that a client sends: what a request built in memory holds differs from it.
func newRequest(tb testing.TB, method, target, host, body string, headers ...string) *http.Request {
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

// verify makes every check, in order, as a server does.
func verify(r *http.Request, hash [32]byte) error {
	s, err := sigv4.Parse(r)
	if err != nil {
		return err
	}
	return s.Verify(r, sigv4.DeriveKey(secret, s.ScopeDate, s.Region, s.Service), hash)
}

func hmacHex(key []byte, text string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}
