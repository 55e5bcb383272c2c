package sigv4

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sign adds X-Amz-Date, X-Amz-Security-Token when there is a token, and
// Authorization to the headers of r, replacing what a former attempt left.
//
// It signs the host and every header that r has, those aside that proxies and
// transports change; set them before. Headers under a key that is not in
// canonical form are sent unsigned. Host, URL and method are taken as net/http
// will send them.
func Sign(r *http.Request, payloadHash [32]byte, c Credentials, region, service string, now time.Time) {
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	s := newClaim(c, region, service, now)
	r.Header.Del("Authorization")
	r.Header.Set("X-Amz-Date", s.Time.Format(basicFormat))
	r.Header.Del("X-Amz-Security-Token")
	if c.SessionToken != "" {
		r.Header.Set("X-Amz-Security-Token", c.SessionToken)
	}
	s.SignedHeaders = headersToSign(r.Header)
	signature := s.compute(r, c, payloadHash)
	r.Header.Set("Authorization", algorithm+" Credential="+s.Credential+
		", SignedHeaders="+strings.Join(s.SignedHeaders, ";")+", Signature="+signature)
}

// Presign returns the URL of r with a signature in its query string. It leaves
// r as it was. Whoever uses the URL must send the method, the headers and the
// body that r has now. STS ignores expires: its URLs are good for 15 minutes.
// Zero leaves the parameter out.
func Presign(r *http.Request, c Credentials, region, service string, now time.Time, expires time.Duration, payloadHash [32]byte) string {
	s := newClaim(c, region, service, now)
	s.Presigned = true
	r = r.Clone(r.Context()) // the body is shared, and not read
	s.SignedHeaders = headersToSign(r.Header)
	q := &r.URL.RawQuery
	*q = withoutClaim(*q)
	add := func(name, value string) {
		if *q != "" {
			*q += "&"
		}
		*q += name + "=" + url.QueryEscape(value)
	}
	add("X-Amz-Algorithm", algorithm)
	add("X-Amz-Credential", s.Credential)
	add("X-Amz-Date", s.Time.Format(basicFormat))
	if expires > 0 {
		add("X-Amz-Expires", strconv.Itoa(int(expires/time.Second)))
	}
	if c.SessionToken != "" {
		add("X-Amz-Security-Token", c.SessionToken)
	}
	add("X-Amz-SignedHeaders", strings.Join(s.SignedHeaders, ";"))
	add("X-Amz-Signature", s.compute(r, c, payloadHash))
	return r.URL.String()
}

func newClaim(c Credentials, region, service string, now time.Time) *Signature {
	s := &Signature{Time: now.UTC().Truncate(time.Second)}
	s.Credential = strings.Join([]string{c.AccessKeyID, s.Time.Format("20060102"), region, service, terminator}, "/")
	s.split()
	return s
}

// compute returns the signature of r in hexadecimal.
func (s *Signature) compute(r *http.Request, creds Credentials, payloadHash [32]byte) string {
	c := getCanon()
	defer c.free()
	c.request(r, s.SignedHeaders, s.Presigned, payloadHash)
	key := DeriveKey(creds.SecretAccessKey, s.ScopeDate, s.Region, s.Service)
	sum := key.sign(c, s)
	return hex.EncodeToString(sum[:])
}

// headersToSign returns the sorted lower-case names of host and of the headers
// in h that arrive as they were sent.
func headersToSign(h http.Header) []string {
	names := []string{"host"}
	for key := range h {
		name := strings.ToLower(key)
		if http.CanonicalHeaderKey(key) == key && isHeaderName(name) && !changesOnTheWay(name) && len(h[key]) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// changesOnTheWay reports whether transports or proxies add, drop or rewrite a
// header, so that signing it would make sound requests fail.
func changesOnTheWay(name string) bool {
	switch name {
	case "host", // listed always, from Request.Host
		"authorization", "user-agent", "expect", "x-amzn-trace-id",
		"accept-encoding", "connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
		"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto":
		return true
	}
	return strings.HasPrefix(name, "proxy-")
}

// withoutClaim returns a raw query string less the parameters of a claim.
func withoutClaim(raw string) string {
	var q queryClaim
	var kept []string
	for pair := range strings.SplitSeq(raw, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if name := unescape(key); pair != "" && q.field(name) == nil && name != "X-Amz-Expires" {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}
