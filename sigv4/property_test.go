package sigv4_test

import (
	"crypto/sha256"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/sigv4"
)

// drawRequest returns any request that a client may send, and its body.
func drawRequest(t *rapid.T) (*http.Request, []byte) {
	target := "/" + strings.Join(rapid.SliceOfN(rapid.StringMatching(`([a-zA-Z0-9~_:@+,=-]|%20|%2F|%C3%A9){1,6}`), 0, 3).Draw(t, "path"), "/")
	query := rapid.SliceOfN(rapid.StringMatching(`([a-zA-Z0-9~_.*/+-]|%2B|%26|%3D|%00|%F0){0,5}(=([a-zA-Z0-9=/+-]|%25){0,5})?`), 0, 5).Draw(t, "query")
	if len(query) > 0 {
		target += "?" + strings.Join(query, "&")
	}
	headers := []string{"Content-Type: application/x-www-form-urlencoded"}
	for _, name := range rapid.SliceOfN(rapid.StringMatching(`X-[A-C][a-z0-9-]{0,3}`), 0, 4).Draw(t, "names") {
		headers = append(headers, name+": "+rapid.StringMatching(`[!-~]{0,8}( [!-~]{1,8})?`).Draw(t, "value"))
	}
	body := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "body")
	method := rapid.SampledFrom([]string{"GET", "POST", "PUT", "HEAD"}).Draw(t, "method")
	return newRequest(t, method, target, "sts.amazonaws.com:8443", string(body), headers...), body
}

// flip changes one bit of s.
func flip(t *rapid.T, s string) string {
	bit := rapid.IntRange(0, 8*len(s)-1).Draw(t, "bit")
	b := []byte(s)
	b[bit/8] ^= 1 << (bit % 8)
	return string(b)
}

// sameQuery reports whether two raw query strings mean the same parameters in
// the same order: "%2b" and "%2B" differ in a bit and in nothing else.
func sameQuery(a, b string) bool {
	decode := func(s string) (list []string) {
		for pair := range strings.SplitSeq(s, "&") {
			key, value, _ := strings.Cut(pair, "=")
			key, errKey := url.QueryUnescape(key)
			value, errValue := url.QueryUnescape(value)
			if errKey != nil || errValue != nil {
				return []string{s}
			}
			list = append(list, key+"\x00="+value)
		}
		slices.Sort(list) // the order of parameters is not signed
		return list
	}
	return slices.Equal(decode(a), decode(b))
}

// TestSignedBitsCount: what Sign signs, Verify verifies; with any one bit of it
// flipped it does not.
func TestSignedBitsCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, body := drawRequest(t)
		hash := sha256.Sum256(body)
		creds := sigv4.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}
		if rapid.Bool().Draw(t, "token") {
			creds.SessionToken = "IQoJb3JpZ2luX2Vj/+=="
		}
		presigned := rapid.Bool().Draw(t, "presigned")
		if presigned {
			u, err := url.Parse(sigv4.Presign(r, creds, "us-east-1", "sts", testNow, 0, hash))
			if err != nil {
				t.Fatal(err)
			}
			r.URL.RawQuery = u.RawQuery
		} else {
			sigv4.Sign(r, hash, creds, "us-east-1", "sts", testNow)
		}
		if err := verify(r, hash); err != nil {
			t.Fatalf("as signed: %v", err)
		}

		spots := []string{"method", "path", "host", "body"}
		if r.URL.RawQuery != "" {
			spots = append(spots, "query")
		}
		for _, name := range slices.Sorted(maps.Keys(r.Header)) {
			if name != "Content-Length" { // not signed: the body is
				spots = append(spots, name)
			}
		}
		spot := rapid.SampledFrom(spots).Draw(t, "spot")
		switch spot {
		case "method":
			r.Method = flip(t, r.Method)
		case "path":
			r.URL.RawPath = flip(t, r.URL.EscapedPath())
		case "host":
			r.Host = flip(t, r.Host)
		case "body":
			if len(body) == 0 {
				body = []byte{0}
			} else {
				body = []byte(flip(t, string(body)))
			}
			hash = sha256.Sum256(body)
		case "query":
			was := r.URL.RawQuery
			r.URL.RawQuery = flip(t, was)
			if sameQuery(was, r.URL.RawQuery) {
				t.Skip("the flip changed the spelling only")
			}
		case "Authorization":
			// The spaces after commas are not signed, the words that frame the
			// parts are.
			was := r.Header.Get(spot)
			now := flip(t, was)
			if strings.ReplaceAll(now, ", ", ",") == strings.ReplaceAll(was, ", ", ",") {
				t.Skip("the flip changed space only")
			}
			r.Header.Set(spot, now)
		default:
			i := rapid.IntRange(0, len(r.Header[spot])-1).Draw(t, "line")
			if r.Header[spot][i] == "" {
				t.Skip("an empty value has no bits")
			}
			r.Header[spot][i] = flip(t, r.Header[spot][i])
		}
		if err := verify(r, hash); err == nil {
			t.Fatalf("a bit of the %s flipped, and it verifies: %v", spot, r)
		}
	})
}
