package sigv4

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	fuzzNow   = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	fuzzCreds = Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
	fuzzKey   = DeriveKey(fuzzCreds.SecretAccessKey, "20150830", "us-east-1", "sts")
)

func fuzzRequest(tb testing.TB, target string) *http.Request {
	tb.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET " + target + " HTTP/1.1\r\nHost: sts.amazonaws.com\r\nX-Note: a\r\n\r\n")))
	if err != nil {
		tb.Skip("net/http refuses it first")
	}
	return r
}

// accepted makes every check. A refusal must be one that the protocol has.
func accepted(t *testing.T, r *http.Request) *Signature {
	t.Helper()
	s, err := Parse(r)
	if err == nil {
		err = s.Check(fuzzNow, Scope{Regions: []string{"us-east-1"}, Service: "sts"})
	}
	if err == nil && s.AccessKeyID != fuzzCreds.AccessKeyID {
		return nil // the look-up finds no key
	}
	if err == nil {
		err = s.Verify(r, fuzzKey, sha256.Sum256(nil))
	}
	if err == nil {
		return s
	}
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code == "" || e.Status != 400 && e.Status != 403 {
		t.Fatalf("refusal %#v", err)
	}
	if len(e.Message) > 3*maxClaim {
		t.Fatalf("a refusal of %d bytes", len(e.Message))
	}
	return nil
}

// FuzzParseAuthorization: whatever the header says, it verifies only when it
// says what was signed.
func FuzzParseAuthorization(f *testing.F) {
	sound := fuzzRequest(f, "/")
	Sign(sound, sha256.Sum256(nil), fuzzCreds, "us-east-1", "sts", fuzzNow)
	want, err := Parse(sound)
	if err != nil {
		f.Fatal(err)
	}
	auth := sound.Header.Get("Authorization")
	f.Add(auth, "20150830T123600Z")
	f.Add(strings.Replace(auth, "host;", "Host;", 1), "20150830T123600Z")
	f.Add(strings.Replace(auth, "host;", "host;host;", 1), "2015-08-30T12:36:00Z")
	f.Add(strings.ReplaceAll(auth, " ", ""), "")
	f.Add("AWS4-HMAC-SHA256 Signature=0, "+auth[len(algorithm)+1:], "Sun, 30 Aug 2015 12:36:00 GMT")
	f.Add("AWS4-HMAC-SHA256", "x")
	f.Add("Bearer a", "")
	f.Add("AWS4-HMAC-SHA256 Credential, =,,=", "20150830T123600Z")
	f.Fuzz(func(t *testing.T, auth, date string) {
		r := fuzzRequest(t, "/")
		r.Header.Set("Authorization", auth)
		r.Header.Set("X-Amz-Date", date)
		s := accepted(t, r)
		if s == nil {
			return
		}
		if s.Credential != want.Credential || s.signature != want.signature || !slices.Equal(s.SignedHeaders, want.SignedHeaders) || !s.Time.Equal(want.Time) {
			t.Errorf("%q of %q verifies", auth, date)
		}
	})
}

// FuzzPresigned: nothing can be put before or after the query of a presigned
// URL, empty parameters aside.
func FuzzPresigned(f *testing.F) {
	r := fuzzRequest(f, "/?Action=GetCallerIdentity&Version=2011-06-15")
	sound, err := url.Parse(Presign(r, fuzzCreds, "us-east-1", "sts", fuzzNow, 0, sha256.Sum256(nil)))
	if err != nil {
		f.Fatal(err)
	}
	sig := sound.Query().Get("X-Amz-Signature")
	f.Add("", "")
	f.Add("&&", "&")
	f.Add("X-Amz-Signature="+sig, "")
	f.Add("", "X-Amz-Signature="+sig)
	f.Add("", "X%2DAmz-Signature="+sig)
	f.Add("Action=AssumeRole", "=")
	f.Add("X-Amz-Algorithm=AWS4-HMAC-SHA256", "%")
	f.Add("X-Amz-SignedHeaders=host", "X-Amz-Security-Token=")
	f.Fuzz(func(t *testing.T, before, after string) {
		r := fuzzRequest(t, "/")
		r.URL.RawQuery = before + "&" + sound.RawQuery + "&" + after
		more := strings.Trim(before+after, "&") != ""
		if s := accepted(t, r); s != nil && more {
			t.Errorf("%q and %q round a presigned query verify", before, after)
		} else if s == nil && !more {
			t.Errorf("the presigned query does not verify among %q and %q", before, after)
		}
		// As the whole of a query it may be anything.
		r.URL.RawQuery = before
		if accepted(t, r) != nil {
			t.Errorf("%q verifies", before)
		}
	})
}

// FuzzCanonicalQuery: ours is what a slow and obvious one gives, it is its own
// canonical form, and order does not matter to it.
func FuzzCanonicalQuery(f *testing.F) {
	for _, seed := range []string{"", "a=b", "b&a", "a-=1&a=2&a0=3", "%C3%A9=%ff", "a=b+c%2B&&=", "==;", "X-Amz-Signature=a&X-Amz-Signature=b", "%zz&%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got := canonicalQuery(raw, false)
		if CheckQuery(raw) != nil {
			return // refused long before; it must not panic, that is all
		}
		if want := slowCanonicalQuery(raw); got != want {
			t.Errorf("canonical query of %q = %q, want %q", raw, got, want)
		}
		if again := canonicalQuery(got, false); again != got {
			t.Errorf("canonical query of %q = %q, and of that %q", raw, got, again)
		}
		parts := strings.Split(raw, "&")
		slices.Reverse(parts)
		if reversed := canonicalQuery(strings.Join(parts, "&"), false); reversed != got {
			t.Errorf("canonical query of %q = %q, reversed %q", raw, got, reversed)
		}
		if CheckQuery(got) != nil {
			t.Errorf("canonical query of %q = %q, which is malformed", raw, got)
		}
	})
}

func canonicalQuery(raw string, presigned bool) string {
	c := new(canon)
	c.query(raw, presigned)
	return string(c.buf)
}

func slowCanonicalQuery(raw string) string {
	encode := func(s string) string {
		s, err := url.QueryUnescape(s)
		if err != nil {
			panic(err)
		}
		return strings.NewReplacer("+", "%20", "%7E", "~").Replace(url.QueryEscape(s))
	}
	var pairs [][2]string
	for part := range strings.SplitSeq(raw, "&") {
		if part != "" {
			key, value, _ := strings.Cut(part, "=")
			pairs = append(pairs, [2]string{encode(key), encode(value)})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	var b bytes.Buffer
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p[0] + "=" + p[1])
	}
	return b.String()
}
