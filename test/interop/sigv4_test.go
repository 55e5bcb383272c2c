package interop

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/daypass/daypass/sigv4"
)

const (
	keyID  = "ASIARZPUZDIKEXAMPLE0"
	secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" // published with the specification; opens nothing
	token  = "IQoJb3JpZ2luX2VjEXAMPLE/+=="
)

var now = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// message is a request as it lies on the wire, for a test to flip bits in.
type message struct {
	method, target, host, body string
	headers                    [][2]string
}

// server reads m as net/http does, and makes every check of a server that knows
// one key and one token.
func (m *message) server() error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", m.method, m.target, m.host, len(m.body))
	for _, h := range m.headers {
		if h[0] != "Content-Length" {
			b.WriteString(h[0] + ": " + h[1] + "\r\n")
		}
	}
	b.WriteString("\r\n" + m.body)
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(b.String())))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if err := sigv4.CheckURI(r); err != nil {
		return err
	}
	s, err := sigv4.Parse(r)
	if err != nil {
		return err
	}
	if err := s.Check(now, sigv4.Scope{Regions: []string{"us-east-2"}, Service: "sts"}); err != nil {
		return err
	}
	if s.AccessKeyID != keyID || s.Token != token {
		return errors.New("unknown key")
	}
	return s.Verify(r, sigv4.DeriveKey(secret, s.ScopeDate, s.Region, s.Service), sha256.Sum256(body))
}

var shapes = []message{
	{method: "POST", target: "/", host: "sts.us-east-2.amazonaws.com", body: "Action=GetCallerIdentity&Version=2011-06-15", headers: [][2]string{
		{"Content-Type", "application/x-www-form-urlencoded"}, {"Amz-Sdk-Invocation-Id", "0e6e6d0e-95a6-4d0c-8f6b-0a1f0a0f0a0f"}, {"Amz-Sdk-Request", "attempt=1; max=3"},
	}},
	{method: "GET", target: "/?Action=GetCallerIdentity&Version=2011-06-15", host: "127.0.0.1:7870", headers: [][2]string{{"X-K8s-Aws-Id", "my cluster"}}},
	{method: "GET", target: "/a%20path/%C3%A9/x?b=2&a=%2F%2B&a=1&empty=", host: "sts.us-east-2.amazonaws.com"},
}

// request returns m as a client has it.
func (m *message) request(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), m.method, "http://"+m.host+m.target, bytes.NewReader([]byte(m.body)))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range m.headers {
		r.Header.Set(h[0], h[1])
	}
	return r
}

// signedBySDK returns m signed by aws-sdk-go-v2.
func (m message) signedBySDK(t *testing.T, presign bool) *message {
	t.Helper()
	r := m.request(t)
	sum := sha256.Sum256([]byte(m.body))
	creds := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret, SessionToken: token}
	signer := v4.NewSigner()
	if presign {
		signed, headers, err := signer.PresignHTTP(t.Context(), creds, r, hex.EncodeToString(sum[:]), "sts", "us-east-2", now)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(signed)
		if err != nil {
			t.Fatal(err)
		}
		m.target, r.Header = u.RequestURI(), headers
		r.Header.Del("Host")
	} else if err := signer.SignHTTP(t.Context(), creds, r, hex.EncodeToString(sum[:]), "sts", "us-east-2", now); err != nil {
		t.Fatal(err)
	} else {
		m.target = r.URL.RequestURI()
	}
	m.headers = nil
	for name, values := range r.Header {
		m.headers = append(m.headers, [2]string{name, values[0]})
	}
	slices.SortFunc(m.headers, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return &m
}

// TestSDKSignaturesVerify, and with any single bit flipped they do not: of the
// method, the target, the host, each header, the body.
func TestSDKSignaturesVerify(t *testing.T) {
	for i, shape := range shapes {
		for _, presign := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d/presign=%t", i, presign), func(t *testing.T) {
				m := shape.signedBySDK(t, presign)
				if err := m.server(); err != nil {
					t.Fatalf("as signed: %v\n%+v", err, m)
				}
				flipped := 0
				each := func(what string, field *string) {
					was := *field
					for bit := range 8 * len(was) {
						b := []byte(was)
						b[bit/8] ^= 1 << (bit % 8)
						*field = string(b)
						if meansTheSame(what, was, *field) {
							continue
						}
						flipped++
						if m.server() == nil {
							t.Errorf("%s: %q instead of %q verifies", what, *field, was)
						}
					}
					*field = was
				}
				each("method", &m.method)
				each("target", &m.target)
				each("host", &m.host)
				each("body", &m.body)
				for i := range m.headers {
					each(m.headers[i][0], &m.headers[i][1])
				}
				if flipped < 1000 {
					t.Errorf("only %d bits flipped", flipped)
				}
			})
		}
	}
}

// meansTheSame reports whether a flip changed nothing that was said: the case
// of a hexadecimal digit in an escape of the query, or the space after a comma of
// an Authorization header.
func meansTheSame(what, a, b string) bool {
	switch what {
	case "target":
		pathA, queryA, _ := strings.Cut(a, "?")
		pathB, queryB, _ := strings.Cut(b, "?")
		valuesA, errA := url.ParseQuery(queryA)
		valuesB, errB := url.ParseQuery(queryB)
		return pathA == pathB && errA == nil && errB == nil && valuesA.Encode() == valuesB.Encode()
	case "Authorization":
		return strings.ReplaceAll(a, ", ", ",") == strings.ReplaceAll(b, ", ", ",")
	case "Content-Length": // written by the test from the body
		return true
	}
	return false
}

// TestSignsAsTheSDK: for the same request our signature is the SDK's.
func TestSignsAsTheSDK(t *testing.T) {
	for _, shape := range shapes {
		hash := sha256.Sum256([]byte(shape.body))
		theirs := shape.request(t)
		theirs.ContentLength = 0 // else the SDK signs it too; we leave the length to the body's hash
		creds := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret, SessionToken: token}
		if err := v4.NewSigner().SignHTTP(t.Context(), creds, theirs, hex.EncodeToString(hash[:]), "sts", "us-east-2", now); err != nil {
			t.Fatal(err)
		}
		ours := shape.request(t)
		sigv4.Sign(ours, hash, sigv4.Credentials{AccessKeyID: keyID, SecretAccessKey: secret, SessionToken: token}, "us-east-2", "sts", now)
		if got, want := ours.Header.Get("Authorization"), theirs.Header.Get("Authorization"); got != want {
			t.Errorf("%s %s: we sign %s, the SDK %s", shape.method, shape.target, got, want)
		}
	}
}

// TestUnsignedPayload: a client that does not sign its body is not believed.
func TestUnsignedPayload(t *testing.T) {
	m := shapes[0]
	r := m.request(t)
	r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	creds := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret, SessionToken: token}
	if err := v4.NewSigner().SignHTTP(t.Context(), creds, r, "UNSIGNED-PAYLOAD", "sts", "us-east-2", now); err != nil {
		t.Fatal(err)
	}
	m.headers = nil
	for name, values := range r.Header {
		m.headers = append(m.headers, [2]string{name, values[0]})
	}
	if err := m.server(); err == nil || !strings.HasPrefix(err.Error(), "SignatureDoesNotMatch: The request signature") {
		t.Errorf("UNSIGNED-PAYLOAD: %v", err)
	}
}
