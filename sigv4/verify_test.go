package sigv4_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/sigv4"
)

// handMade is a request whose canonical form a test writes out: it shows what
// was signed without trusting our own idea of it.
type handMade struct {
	method, target, body string
	headers              []string // as sent, without Authorization
	date                 string   // signed; default testNow
	signed               string   // SignedHeaders as sent
	canonical            string   // method to signed headers; the body's hash is added
	auth                 []string // parts of the Authorization header instead of the usual three
}

func (h handMade) request(t *testing.T) *http.Request {
	t.Helper()
	date := testNow.Format("20060102T150405Z")
	if h.date != "" {
		date = h.date
	}
	bodyHash := sha256.Sum256([]byte(h.body))
	canonical := sha256.Sum256(fmt.Appendf(nil, "%s\n%x", h.canonical, bodyHash))
	text := "AWS4-HMAC-SHA256\n" + date + "\n20150830/us-east-1/sts/aws4_request\n" + hex.EncodeToString(canonical[:])
	key := sigv4.DeriveKey(secret, "20150830", "us-east-1", "sts")
	sig := hmacHex(key[:], text)
	parts := h.auth
	if parts == nil {
		parts = []string{"Credential=AKIDEXAMPLE/20150830/us-east-1/sts/aws4_request", "SignedHeaders=" + h.signed, "Signature=SIG"}
	}
	auth := "Authorization: AWS4-HMAC-SHA256 " + strings.ReplaceAll(strings.Join(parts, ", "), "SIG", sig)
	return newRequest(t, h.method, h.target, "sts.amazonaws.com", h.body, append(slices.Clone(h.headers), auth)...)
}

// TestReading fixes how a request is read, where readers could differ.
func TestReading(t *testing.T) {
	const (
		amzDate = "X-Amz-Date: 20150830T123600Z"
		host    = "host:sts.amazonaws.com\n"
		date    = "x-amz-date:20150830T123600Z\n"
		usual   = "GET\n/\n\n" + host + date + "\nhost;x-amz-date"
	)
	usualParts := func(more ...string) []string {
		return append([]string{"Credential=AKIDEXAMPLE/20150830/us-east-1/sts/aws4_request", "SignedHeaders=host;x-amz-date", "Signature=SIG"}, more...)
	}
	for _, tt := range []struct {
		name string
		h    handMade
		want bool // it verifies
	}{
		{"usual", handMade{headers: []string{amzDate}, signed: "host;x-amz-date", canonical: usual}, true},

		// The Authorization header.
		{"last of a part wins", handMade{headers: []string{amzDate}, canonical: usual, auth: append([]string{"Signature=0", "SignedHeaders=a"}, usualParts()...)}, true},
		{"first of a part loses", handMade{headers: []string{amzDate}, canonical: usual, auth: usualParts("Signature=0")}, false},
		{"unknown part", handMade{headers: []string{amzDate}, canonical: usual, auth: usualParts("Colour=red")}, true},
		{"comma at the end", handMade{headers: []string{amzDate}, canonical: usual, auth: usualParts("")}, true},
		{"no space after commas", handMade{headers: []string{amzDate}, canonical: usual, auth: []string{strings.Join(usualParts(), ",")}}, true},
		{"tabs after commas", handMade{headers: []string{amzDate}, canonical: usual, auth: []string{strings.Join(usualParts(), ",\t ")}}, true},

		// Dates. What is signed is the basic form, whatever the header has.
		{"extended date, basic signed", handMade{headers: []string{"X-Amz-Date: 2015-08-30T12:36:00Z"}, signed: "host", canonical: "GET\n/\n\n" + host + "\nhost"}, true},
		{"extended date, extended signed", handMade{headers: []string{"X-Amz-Date: 2015-08-30T12:36:00Z"}, date: "2015-08-30T12:36:00Z", signed: "host", canonical: "GET\n/\n\n" + host + "\nhost"}, false},
		{"Date in basic form", handMade{headers: []string{"Date: 20150830T123600Z"}, signed: "date;host", canonical: "GET\n/\n\ndate:20150830T123600Z\n" + host + "\ndate;host"}, true},
		{"Date in extended form", handMade{headers: []string{"Date: 2015-08-30T12:36:00Z"}, signed: "host", canonical: "GET\n/\n\n" + host + "\nhost"}, true},
		{"Date in HTTP form", handMade{headers: []string{"Date: Sun, 30 Aug 2015 12:36:00 GMT"}, signed: "date;host", canonical: "GET\n/\n\ndate:Sun, 30 Aug 2015 12:36:00 GMT\n" + host + "\ndate;host"}, true},
		{"X-Amz-Date goes before Date", handMade{headers: []string{"Date: Mon, 31 Aug 2015 12:36:00 GMT", amzDate}, signed: "host;x-amz-date", canonical: usual}, true},
		{"date not listed, yet signed by the string", handMade{headers: []string{amzDate}, signed: "host", canonical: "GET\n/\n\n" + host + "\nhost"}, true},
		{"date not listed and changed", handMade{headers: []string{"X-Amz-Date: 20150830T123601Z"}, signed: "host", canonical: "GET\n/\n\n" + host + "\nhost"}, false},

		// The list of signed headers.
		{"out of order, signed in order", handMade{headers: []string{amzDate}, signed: "x-amz-date;host", canonical: usual}, false},
		{"out of order, signed so", handMade{headers: []string{amzDate}, signed: "x-amz-date;host", canonical: "GET\n/\n\n" + date + host + "\nx-amz-date;host"}, false},
		{"twice, signed once", handMade{headers: []string{amzDate}, signed: "host;host;x-amz-date", canonical: usual}, false},
		{"twice, signed so", handMade{headers: []string{amzDate}, signed: "host;host;x-amz-date", canonical: "GET\n/\n\n" + host + host + date + "\nhost;host;x-amz-date"}, false},
		{"capitals, signed in lower case", handMade{headers: []string{amzDate}, signed: "X-Amz-Date;host", canonical: usual}, false},
		{"capitals, signed so", handMade{headers: []string{amzDate}, signed: "X-Amz-Date;host", canonical: "GET\n/\n\nX-Amz-Date:20150830T123600Z\n" + host + "\nX-Amz-Date;host"}, false},
		{"an empty name at the end", handMade{headers: []string{amzDate}, signed: "host;x-amz-date;", canonical: usual}, false},
		{"an empty name first", handMade{headers: []string{amzDate}, signed: ";host;x-amz-date", canonical: "GET\n/\n\n:\n" + host + date + "\n;host;x-amz-date"}, false},
		{"a header that is absent", handMade{headers: []string{amzDate}, signed: "host;x-amz-date;x-note", canonical: "GET\n/\n\n" + host + date + "x-note:\n\nhost;x-amz-date;x-note"}, false},
		{"a header that is empty", handMade{headers: []string{amzDate, "X-Note:"}, signed: "host;x-amz-date;x-note", canonical: "GET\n/\n\n" + host + date + "x-note:\n\nhost;x-amz-date;x-note"}, true},
		{"the authority", handMade{headers: []string{amzDate}, signed: ":authority;x-amz-date", canonical: "GET\n/\n\n:authority:sts.amazonaws.com\n" + date + "\n:authority;x-amz-date"}, true},
		{"another pseudo-header", handMade{headers: []string{amzDate}, signed: ":path;host;x-amz-date", canonical: "GET\n/\n\n:path:/\n" + host + date + "\n:path;host;x-amz-date"}, false},
		{"a header not signed", handMade{headers: []string{amzDate, "X-Note: a"}, signed: "host;x-amz-date", canonical: usual}, true},

		// Header values.
		{"spaces within", handMade{headers: []string{amzDate, "X-Note:   a    b  "}, signed: "host;x-amz-date;x-note", canonical: "GET\n/\n\n" + host + date + "x-note:a b\n\nhost;x-amz-date;x-note"}, true},
		{"a tab within stays", handMade{headers: []string{amzDate, "X-Note: a\tb"}, signed: "host;x-amz-date;x-note", canonical: "GET\n/\n\n" + host + date + "x-note:a\tb\n\nhost;x-amz-date;x-note"}, true},
		{"repeated", handMade{headers: []string{amzDate, "X-Note: b", "X-Other: c", "x-note:  a"}, signed: "host;x-amz-date;x-note", canonical: "GET\n/\n\n" + host + date + "x-note:b,a\n\nhost;x-amz-date;x-note"}, true},
		{"repeated, one of them dropped", handMade{headers: []string{amzDate, "X-Note: b"}, signed: "host;x-amz-date;x-note", canonical: "GET\n/\n\n" + host + date + "x-note:b,a\n\nhost;x-amz-date;x-note"}, false},
		{"token not signed", handMade{headers: []string{amzDate, "X-Amz-Security-Token: abc"}, signed: "host;x-amz-date", canonical: usual}, true},
		{"content-length", handMade{method: "POST", body: "a=b", headers: []string{amzDate}, signed: "content-length;host;x-amz-date", canonical: "POST\n/\n\ncontent-length:3\n" + host + date + "\ncontent-length;host;x-amz-date"}, true},
		{"content-length of another body", handMade{method: "POST", body: "a=b", headers: []string{amzDate}, signed: "content-length;host;x-amz-date", canonical: "POST\n/\n\ncontent-length:4\n" + host + date + "\ncontent-length;host;x-amz-date"}, false},

		// The path.
		{"path twice escaped", handMade{target: "/a%20b/%E2%9C%93+:", headers: []string{amzDate}, signed: "host", canonical: "GET\n/a%2520b/%25E2%259C%2593%2B%3A\n\n" + host + "\nhost"}, true},
		{"path once escaped", handMade{target: "/a%20b", headers: []string{amzDate}, signed: "host", canonical: "GET\n/a%20b\n\n" + host + "\nhost"}, false},
		{"escapes as sent", handMade{target: "/%7e%7E", headers: []string{amzDate}, signed: "host", canonical: "GET\n/%257e%257E\n\n" + host + "\nhost"}, true},
		{"slash as sent", handMade{target: "/a%2Fb/", headers: []string{amzDate}, signed: "host", canonical: "GET\n/a%252Fb/\n\n" + host + "\nhost"}, true},
		{"repeated slashes", handMade{target: "//a///b//", headers: []string{amzDate}, signed: "host", canonical: "GET\n/a/b/\n\n" + host + "\nhost"}, true},
		{"nothing but slashes", handMade{target: "///", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\n\n" + host + "\nhost"}, true},
		{"dots", handMade{target: "/a/./b/../c/.", headers: []string{amzDate}, signed: "host", canonical: "GET\n/a/c\n\n" + host + "\nhost"}, true},
		{"dots above the root", handMade{target: "/../../a", headers: []string{amzDate}, signed: "host", canonical: "GET\n/a\n\n" + host + "\nhost"}, true},
		{"escaped dots are a name", handMade{target: "/a/%2e%2e/b", headers: []string{amzDate}, signed: "host", canonical: "GET\n/a/%252e%252e/b\n\n" + host + "\nhost"}, true},
		{"absolute form", handMade{target: "http://sts.amazonaws.com/a?b=c", headers: []string{amzDate}, signed: "host", canonical: "GET\n/a\nb=c\n" + host + "\nhost"}, true},
		{"absolute form without a path", handMade{target: "http://sts.amazonaws.com?b=c", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\nb=c\n" + host + "\nhost"}, true},

		// The query string.
		{"sorted by name, then value", handMade{target: "/?b=1&a=2&a=10&a=1&B=", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\nB=&a=1&a=10&a=2&b=1\n" + host + "\nhost"}, true},
		{"name before equal sign in sorting", handMade{target: "/?a-=2&a=1&a0=3", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\na=1&a-=2&a0=3\n" + host + "\nhost"}, true},
		{"sorted as escaped", handMade{target: "/?%C3%A9=1&~=2&a=3", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\n%C3%A9=1&a=3&~=2\n" + host + "\nhost"}, true},
		{"plus is a space", handMade{target: "/?a=b+c%2B", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\na=b%20c%2B\n" + host + "\nhost"}, true},
		{"name alone", handMade{target: "/?a&b=", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\na=&b=\n" + host + "\nhost"}, true},
		{"empty parameters are none", handMade{target: "/?&a=1&&", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\na=1\n" + host + "\nhost"}, true},
		{"equal sign alone", handMade{target: "/?=&==", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\n=&=%3D\n" + host + "\nhost"}, true},
		{"semicolon divides nothing", handMade{target: "/?a=1;b=2", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\na=1%3Bb%3D2\n" + host + "\nhost"}, true},
		{"one way of escaping", handMade{target: "/?%61=%2a*%7e/", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\na=%2A%2A~%2F\n" + host + "\nhost"}, true},
		{"bytes as they are", handMade{target: "/?a=%FF%00", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\na=%FF%00\n" + host + "\nhost"}, true},
		{"a signature in the query of a header claim", handMade{target: "/?X-Amz-Signature=a", headers: []string{amzDate}, signed: "host", canonical: "GET\n/\nX-Amz-Signature=a\n" + host + "\nhost"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.h.method == "" {
				tt.h.method = "GET"
			}
			if tt.h.target == "" {
				tt.h.target = "/"
			}
			r := tt.h.request(t)
			hash := sha256.Sum256([]byte(tt.h.body))
			s, err := sigv4.Parse(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Check(testNow, testScope); err != nil {
				t.Fatal(err)
			}
			err = s.Verify(r, sigv4.DeriveKey(secret, s.ScopeDate, s.Region, s.Service), hash)
			if (err == nil) != tt.want {
				t.Errorf("Verify = %v, want acceptance: %t\n%s", err, tt.want, s.Explain(r, hash))
			}
		})
	}
}

// TestPresignedReading: the same for claims in the query string, where the
// first of a name wins.
func TestPresignedReading(t *testing.T) {
	sound := soundClaim(t, true)
	for _, tt := range []struct {
		name  string
		spoil func(r *http.Request)
		want  bool
	}{
		{"as presigned", func(*http.Request) {}, true},
		{"signature spelled with escapes", func(r *http.Request) {
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "X-Amz-Signature", "X%2dAmz%2DSignature", 1)
		}, true},
		{"another signature after the first", func(r *http.Request) { r.URL.RawQuery += "&X-Amz-Signature=" + sound.sig }, false},
		{"another signature before the first", func(r *http.Request) { r.URL.RawQuery = "X-Amz-Signature=0&" + r.URL.RawQuery }, false},
		{"another date after the first", func(r *http.Request) { r.URL.RawQuery += "&X-Amz-Date=20150830T123601Z" }, false},
		{"expiry added", func(r *http.Request) { r.URL.RawQuery += "&X-Amz-Expires=1" }, false},
		{"token added", func(r *http.Request) { r.URL.RawQuery += "&X-Amz-Security-Token=a" }, false},
		{"parameters in another order", func(r *http.Request) {
			parts := strings.Split(r.URL.RawQuery, "&")
			slices.Reverse(parts)
			r.URL.RawQuery = strings.Join(parts, "&")
		}, true},
		{"a header changed that is not signed", func(r *http.Request) { r.Header.Set("Accept", "application/json") }, true},
		{"host changed", func(r *http.Request) { r.Host = "sts.example.com" }, false},
		{"host gone", func(r *http.Request) { r.Host = "" }, false},
		{"method changed", func(r *http.Request) { r.Method = "HEAD" }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := sound.request(t)
			tt.spoil(r)
			if err := verify(r, sha256.Sum256(nil)); (err == nil) != tt.want {
				t.Errorf("verify = %v, want acceptance: %t", err, tt.want)
			}
		})
	}
}

// TestToken: a session token comes with the claim, or else in the other place.
func TestToken(t *testing.T) {
	for _, tt := range []struct {
		name           string
		presigned      bool
		headers, query string
		want           string
	}{
		{"none", false, "", "", ""},
		{"header", false, "X-Amz-Security-Token: a+b", "", "a+b"},
		{"header claim, token in the query", false, "", "X-Amz-Security-Token=a%2Bb", "a+b"},
		{"header claim, both", false, "X-Amz-Security-Token: a", "X-Amz-Security-Token=b", "a"},
		{"query", true, "", "X-Amz-Security-Token=a%2Bb", "a+b"},
		{"query claim, token in a header", true, "X-Amz-Security-Token: a", "", "a"},
		{"query claim, both", true, "X-Amz-Security-Token: a", "X-Amz-Security-Token=b", "b"},
		{"two headers are no token that was issued", false, "X-Amz-Security-Token: a\r\nX-Amz-Security-Token: b", "", "a,b"},
		{"two parameters", true, "", "X-Amz-Security-Token=a&X-Amz-Security-Token=b", "a"},
		{"long", true, "", "X-Amz-Security-Token=" + strings.Repeat("a", 10000), strings.Repeat("a", 10000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := soundClaim(t, tt.presigned)
			c.query = tt.query
			if tt.headers != "" {
				c.headers = []string{tt.headers}
			}
			s, err := sigv4.Parse(c.request(t))
			if err != nil {
				t.Fatal(err)
			}
			if s.Token != tt.want {
				t.Errorf("Token = %q, want %q", s.Token, tt.want)
			}
		})
	}
}

func TestParseFields(t *testing.T) {
	s, err := sigv4.Parse(soundClaim(t, true).request(t))
	if err != nil {
		t.Fatal(err)
	}
	want := sigv4.Signature{
		Credential:  "AKIDEXAMPLE/20150830/us-east-1/sts/aws4_request",
		AccessKeyID: "AKIDEXAMPLE", ScopeDate: "20150830", Region: "us-east-1", Service: "sts", Terminator: "aws4_request",
		Time: testNow, Presigned: true, SignedHeaders: []string{"host"},
	}
	if diff := cmp.Diff(want, *s, cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "signature" }, cmp.Ignore())); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
	c := soundClaim(t, false)
	c.credential = "AKIDEXAMPLE/20150830/us-east-1/sts/aws4_request/more"
	if s, err = sigv4.Parse(c.request(t)); err != nil {
		t.Fatal(err)
	}
	if got := s.AccessKeyID + s.ScopeDate + s.Region + s.Service + s.Terminator; got != "" {
		t.Errorf("a credential of six parts is read as %q", got)
	}
}

// TestWeakKeysNeverVerify: the key of an unset secret, which anyone can derive,
// and the zero key.
func TestWeakKeysNeverVerify(t *testing.T) {
	r := newRequest(t, "GET", "/", "sts.amazonaws.com", "")
	sigv4.Sign(r, sha256.Sum256(nil), sigv4.Credentials{AccessKeyID: keyID}, "us-east-1", "sts", testNow)
	s, err := sigv4.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(r, sigv4.DeriveKey("", "20150830", "us-east-1", "sts"), sha256.Sum256(nil)); err == nil {
		t.Error("an empty secret verifies")
	}
	if err := s.Verify(r, sigv4.SigningKey{}, sha256.Sum256(nil)); err == nil {
		t.Error("the zero key verifies")
	}
	if err := new(sigv4.Signature).Verify(r, sigv4.DeriveKey(secret, "20150830", "us-east-1", "sts"), sha256.Sum256(nil)); err == nil {
		t.Error("the zero Signature verifies")
	}
}

// TestExplain has the long form of a mismatch, as some front ends print it.
func TestExplain(t *testing.T) {
	const body = "Action=GetCallerIdentity&Version=2011-06-15"
	hash := sha256.Sum256([]byte(body))
	r := newRequest(t, "POST", "/", "sts.us-east-2.amazonaws.com", body, "Content-Type: application/x-www-form-urlencoded; charset=utf-8")
	sigv4.Sign(r, hash, sigv4.Credentials{AccessKeyID: keyID, SecretAccessKey: "x"}, "us-east-2", "sts", benchNow)
	s, err := sigv4.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	want := `The Canonical String for this request should have been
'POST
/

content-type:application/x-www-form-urlencoded; charset=utf-8
host:sts.us-east-2.amazonaws.com
x-amz-date:20260131T120000Z

content-type;host;x-amz-date
ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843'

The String-to-Sign should have been
'AWS4-HMAC-SHA256
20260131T120000Z
20260131/us-east-2/sts/aws4_request
1d29816bcc4af4830fe99193146c4a3e8317cebbfbb0d021b8fbf1e720a8f097'
`
	got := s.Explain(r, hash)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Explain (-want +got):\n%s", diff)
	}
	s.SignedHeaders = []string{"host", "absent"}
	if got := s.Explain(r, hash); got != "" {
		t.Errorf("Explain of a request without a canonical form = %q, want nothing", got)
	}
}

// TestOverTheWire: what a Go server makes of a request, over HTTP/1.1 and
// HTTP/2, is enough to verify it, signed hop headers included.
func TestOverTheWire(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = verify(r, sha256.Sum256(body))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
		}
	})
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	plain := httptest.NewServer(handler)
	defer plain.Close()

	const body = "Action=GetCallerIdentity&Version=2011-06-15"
	hash := sha256.Sum256([]byte(body))
	creds := sigv4.Credentials{AccessKeyID: keyID, SecretAccessKey: secret, SessionToken: "a/b+c="}
	for _, tt := range []struct {
		name    string
		url     string
		chunked bool
		signed  string // listed beside what Sign lists: another way to sign
	}{
		{"HTTP/1.1", plain.URL + "/?b=%20&a=+", false, ""},
		{"HTTP/2", server.URL + "/?b=%20&a=+", false, ""},
		{"HTTP/1.1 content-length", plain.URL, false, "content-length;host"},
		{"HTTP/2 content-length", server.URL, false, "content-length;host"},
		{"HTTP/1.1 transfer-encoding", plain.URL, true, "host;transfer-encoding"},
		{"HTTP/1.1 :authority", plain.URL, false, ":authority"},
		{"HTTP/2 :authority", server.URL, false, ":authority"},
		{"HTTP/2 :authority and host", server.URL, false, ":authority;host"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var content io.Reader = strings.NewReader(body)
			if tt.chunked {
				content = io.MultiReader(content) // of a length that net/http cannot see
			}
			r, err := http.NewRequestWithContext(t.Context(), "POST", tt.url, content)
			if err != nil {
				t.Fatal(err)
			}
			sigv4.Sign(r, hash, creds, "us-east-1", "sts", testNow)
			if tt.signed != "" {
				r.Header.Set("Authorization", signListed(r, tt.signed, map[string]string{
					"host": r.Host, ":authority": r.Host, "content-length": fmt.Sprint(len(body)), "transfer-encoding": "chunked",
				}, hash))
			}
			resp, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			answer, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != 200 || resp.ProtoMajor == 2 != strings.HasPrefix(tt.name, "HTTP/2") {
				t.Errorf("%s: %s %s", resp.Proto, resp.Status, answer)
			}
		})
	}
}

// signListed returns an Authorization header for POST / with just the listed
// headers, by the specification and not by our code.
func signListed(r *http.Request, list string, values map[string]string, hash [32]byte) string {
	canonical := "POST\n/\n\n"
	for name := range strings.SplitSeq(list, ";") {
		canonical += name + ":" + values[name] + "\n"
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%x", canonical, list, hash))
	key := sigv4.DeriveKey(secret, "20150830", "us-east-1", "sts")
	text := "AWS4-HMAC-SHA256\n" + r.Header.Get("X-Amz-Date") + "\n20150830/us-east-1/sts/aws4_request\n" + hex.EncodeToString(sum[:])
	return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/sts/aws4_request, SignedHeaders=" + list +
		", Signature=" + hmacHex(key[:], text)
}

// TestLargeRequest: what does not fit a buffer hashes the same.
func TestLargeRequest(t *testing.T) {
	var query []string
	for i := range 3000 {
		query = append(query, fmt.Sprintf("p%08x=%d", crc32.ChecksumIEEE(fmt.Append(nil, i)), i))
	}
	headers := []string{"X-Large: " + strings.Repeat("a  b", 10000)}
	for i := range 30 {
		headers = append(headers, fmt.Sprintf("X-Note-%d: %s", i, strings.Repeat("n", 300)))
	}
	r := newRequest(t, "GET", "/?"+strings.Join(query, "&"), "sts.amazonaws.com", "", headers...)
	sigv4.Sign(r, sha256.Sum256(nil), sigv4.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, "us-east-1", "sts", testNow)
	for range 3 { // buffers are used again
		if err := verify(r, sha256.Sum256(nil)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := sigv4.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	canonical, _, _ := strings.Cut(s.Explain(r, sha256.Sum256(nil)), "'\n\nThe String-to-Sign")
	_, canonical, _ = strings.Cut(canonical, "'")
	slices.Sort(query)
	want := "GET\n/\n" + strings.Join(query, "&") + "\nhost:sts.amazonaws.com\nx-amz-date:20150830T123600Z\n" +
		"x-large:" + strings.Repeat("a b", 10000) + "\n"
	if !strings.HasPrefix(canonical, want) {
		t.Error("the canonical request of a large request is not what was sent")
	}
	r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "=2999", "=2998", 1)
	if err := verify(r, sha256.Sum256(nil)); err == nil {
		t.Error("a parameter changed in a large request, and it verifies")
	}
}
