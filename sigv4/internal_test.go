package sigv4

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestDates(t *testing.T) {
	noon := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	leap := time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC)
	for _, tt := range []struct {
		text string
		want time.Time // zero: refused
		from func(string) (time.Time, bool)
	}{
		{"20150830T123600Z", noon, parseBasic},
		{"20240229T235959Z", leap, parseBasic},
		{"20150830t123600Z", time.Time{}, parseBasic},
		{"20150830T123600z", time.Time{}, parseBasic},
		{"20150830T123600", time.Time{}, parseBasic},
		{"20150830T1236000", time.Time{}, parseBasic},
		{"20150830T123600ZZ", time.Time{}, parseBasic},
		{"20150830T123600.5Z", time.Time{}, parseBasic},
		{"20150830T123.00Z", time.Time{}, parseBasic},
		{"20150830T12 600Z", time.Time{}, parseBasic},
		{"20150830T12:600Z", time.Time{}, parseBasic},
		{"2015083/T123600Z", time.Time{}, parseBasic}, // "/" is the character before "0"
		{"2015082:T123600Z", time.Time{}, parseBasic}, // ":" is the one after "9"
		{"/0150830T123600Z", time.Time{}, parseBasic},
		{"20150899T123600Z", time.Time{}, parseBasic},
		{"20150831T240000Z", time.Time{}, parseBasic},
		{"20150230T123600Z", time.Time{}, parseBasic}, // 30 February
		{"20230229T123600Z", time.Time{}, parseBasic},
		{"20151330T123600Z", time.Time{}, parseBasic},
		{"20150030T123600Z", time.Time{}, parseBasic},
		{"20150800T123600Z", time.Time{}, parseBasic},
		{"20150830T240000Z", time.Time{}, parseBasic},
		{"20150830T126000Z", time.Time{}, parseBasic},
		{"20150830T123660Z", time.Time{}, parseBasic}, // a leap second is not a time to sign at
		{"2015-08-30T12:36:00Z", time.Time{}, parseBasic},
		{"2015-08-30T12:36:00Z", noon, parseHeaderDate},
		{"2015-08-30T12:36:00+00:00", time.Time{}, parseHeaderDate},
		{"2015-08-30 12:36:00Z", time.Time{}, parseHeaderDate},
		{"2015/08-30T12:36:00Z", time.Time{}, parseHeaderDate},
		{"2015-08/30T12:36:00Z", time.Time{}, parseHeaderDate},
		{"2015-08-30T12-36:00Z", time.Time{}, parseHeaderDate},
		{"2015-08-30T12:36-00Z", time.Time{}, parseHeaderDate},
		{"2015-08-30T12:36:00z", time.Time{}, parseHeaderDate},
		{"2015-08-30T12:36:00.0Z", time.Time{}, parseHeaderDate},
		{"Sun, 30 Aug 2015 12:36:00 GMT", time.Time{}, parseHeaderDate},
		{"Sun, 30 Aug 2015 12:36:00 GMT", noon, parseDateHeader},
		{"Sun, 30 Aug 2015 12:36:00 -0000", noon, parseDateHeader},
		{"Sun, 30 Aug 2015 14:36:00 +0200", noon, parseDateHeader},
		{"Sun, 30 Aug 2015 12:36:00 CET", time.Time{}, parseDateHeader},
		{"Sun, 30 Aug 2015 12:36:00.5 GMT", time.Time{}, parseDateHeader},
		{"Sunday, 30-Aug-15 12:36:00 GMT", time.Time{}, parseDateHeader},
		{"", time.Time{}, parseDateHeader},
	} {
		got, ok := tt.from(tt.text)
		if ok == tt.want.IsZero() || ok && !got.Equal(tt.want) {
			t.Errorf("%q = %v, %t; want %v", tt.text, got, ok, tt.want)
		}
	}
}

func TestUnreserved(t *testing.T) {
	const list = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	for c := range 256 {
		if got, want := isUnreserved(byte(c)), strings.IndexByte(list, byte(c)) >= 0; got != want {
			t.Errorf("isUnreserved(%q) = %t", rune(c), got)
		}
	}
}

// TestHeaderKeys: our spelling of a header's key is that of net/http.
func TestHeaderKeys(t *testing.T) {
	for _, name := range []string{"host", "x-amz-date", "content-md5", "a--b", "-a", "a-", "x_y", "x.1a", "9a-b", "p3p", "!#$%&'*+^`|~"} {
		if got, want := string(appendHeaderKey(nil, name)), http.CanonicalHeaderKey(name); got != want || !isHeaderName(name) {
			t.Errorf("appendHeaderKey(%q) = %q, want %q; a name: %t", name, got, want, isHeaderName(name))
		}
	}
	for _, name := range []string{"a b", "a:b", "a/b", "é", "A", "a\n", "a,b", "a=b", "(a)", "a\x00", `"a"`} {
		if isHeaderName(name) {
			t.Errorf("isHeaderName(%q)", name)
		}
	}
}

// TestNoCanonicalForm: a request that has none is refused, even with a signature
// over as much of one as can be written.
func TestNoCanonicalForm(t *testing.T) {
	r := &http.Request{Method: "GET", Host: "h", URL: &url.URL{Path: "/"}}
	key := DeriveKey("secret", "20150830", "us-east-1", "sts")
	s := newClaim(Credentials{AccessKeyID: "AKID"}, "us-east-1", "sts", time.Date(2015, 8, 30, 0, 0, 0, 0, time.UTC))
	for _, list := range []string{"host;x-absent", "host;host", "host;x note"} {
		s.SignedHeaders = strings.Split(list, ";")
		c := getCanon()
		if c.request(r, s.SignedHeaders, false, [32]byte{}) {
			t.Fatalf("%s: there is a canonical form", list)
		}
		sum := key.sign(c, s)
		s.signature = hex.EncodeToString(sum[:])
		if err := s.Verify(r, key, [32]byte{}); err == nil {
			t.Errorf("%s: verifies", list)
		}
	}
	r.Host = ""
	if new(canon).request(r, []string{"host"}, false, [32]byte{}) {
		t.Error("a request without a host has a canonical form")
	}
}

func TestSignatureHasOneSpelling(t *testing.T) {
	sound := strings.Repeat("09af", 16)
	if sum, ok := decodeSignature(sound); !ok || hex.EncodeToString(sum[:]) != sound {
		t.Errorf("decodeSignature(%s) = %x, %t", sound, sum, ok)
	}
	for _, bad := range []string{"", sound[1:], sound + "0", sound[2:] + "A0", sound[2:] + "0A", sound[2:] + "g0", sound[2:] + "0g", sound[2:] + " 0", "0x" + sound[2:]} {
		if _, ok := decodeSignature(bad); ok {
			t.Errorf("decodeSignature(%s) is well", bad)
		}
	}
	// A signature that ends with a zero byte does not match one whose end is not
	// a number.
	r := &http.Request{Method: "GET", Host: "h", URL: &url.URL{Path: "/"}}
	key := DeriveKey("secret", "20150830", "us-east-1", "sts")
	for second := 0; ; second++ {
		s := newClaim(Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}, "us-east-1", "sts", time.Date(2015, 8, 30, 0, 0, second, 0, time.UTC))
		s.SignedHeaders = []string{"host"}
		s.signature = s.compute(r, Credentials{SecretAccessKey: "secret"}, [32]byte{})
		if err := s.Verify(r, key, [32]byte{}); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(s.signature, "00") {
			continue
		}
		s.signature = s.signature[:62] + "0g"
		if err := s.Verify(r, key, [32]byte{}); err == nil {
			t.Error("a signature that is no number verifies")
		}
		return
	}
}

// TestContentLength: a server has the header, a client the field; a body of
// unknown length has none.
func TestContentLength(t *testing.T) {
	for _, tt := range []struct {
		header []string
		field  int64
		want   string
		ok     bool
	}{
		{[]string{"3"}, 3, "content-length:3\n", true},
		{[]string{"03"}, 3, "content-length:03\n", true}, // as sent
		{nil, 3, "content-length:3\n", true},
		{nil, 0, "content-length:0\n", true},
		{nil, -1, "content-length:\n", false},
	} {
		r := &http.Request{Header: http.Header{}, ContentLength: tt.field}
		if tt.header != nil {
			r.Header["Content-Length"] = tt.header
		}
		var c canon
		if ok := c.header(r, "content-length"); string(c.buf) != tt.want || ok != tt.ok {
			t.Errorf("header %q, field %d: %q, %t; want %q, %t", tt.header, tt.field, c.buf, ok, tt.want, tt.ok)
		}
	}
}
