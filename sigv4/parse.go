package sigv4

import (
	"net/http"
	"strings"
	"time"
)

// The bounds on what a stranger may send. Servers bound the header block and
// the request line as a whole; these keep one claim from using all of it.
const (
	maxClaim         = 8 << 10 // bytes of an Authorization header, or of one query parameter of a claim
	maxSignedHeaders = 64      // names in SignedHeaders; SDKs list about ten
	maxAccessKeyID   = 128     // characters, as the service model has it
	maxEcho          = 128     // bytes of a wrong date that the answer repeats
)

const algorithm = "AWS4-HMAC-SHA256"

// Signature is what a request claims about itself. None of it is proven until
// [Signature.Verify] has passed. The zero value claims nothing and never
// verifies.
type Signature struct {
	Credential string // as sent: the five parts below, joined by slashes

	// The parts of Credential; all empty when it does not have exactly five,
	// which Check refuses.
	AccessKeyID string
	ScopeDate   string // yyyymmdd
	Region      string
	Service     string
	Terminator  string

	Time          time.Time // of signing, as the request says; UTC, whole seconds
	Token         string    // the session token; empty when there is none
	Presigned     bool      // the claim came in the query string
	SignedHeaders []string  // as listed by the signer

	signature string // as sent
}

// Parse reads the claim of r from its Authorization header or its query string
// (checks 4 to 9). It looks at no more of r than that, and its work is bounded
// whatever r holds.
func Parse(r *http.Request) (*Signature, error) {
	if err := CheckQuery(r.URL.RawQuery); err != nil {
		return nil, err
	}
	query := readQuery(r.URL.RawQuery)
	header := r.Header["Authorization"]
	switch {
	case len(header) > 0 && query.algorithm.ok: // 5a: which of the two would be meant?
		return nil, doesNotMatch()
	case len(header) > 0:
		return parseHeader(header[0], r.Header, query.token.value)
	case query.algorithm.ok:
		return parsePresigned(&query, joined(r.Header["X-Amz-Security-Token"]))
	}
	return nil, missingToken() // 5b
}

// A field is one named part of a claim, which may be missing or empty.
type field struct {
	value string
	ok    bool // it was there
}

// parseHeader reads an Authorization header (checks 6, 8 and 9). queryToken is
// the session token of the query string, used when no header has one.
func parseHeader(auth string, h http.Header, queryToken string) (*Signature, error) {
	if len(auth) > maxClaim {
		return nil, incomplete("Authorization header is too long.")
	}
	scheme, rest, _ := strings.Cut(auth, " ")
	if scheme != algorithm { // 6a
		return nil, incomplete("Unsupported AWS 'algorithm': '", scheme, "'.")
	}
	var credential, signature, signedHeaders field
	for part := range strings.SplitSeq(rest, ",") {
		part = strings.Trim(part, " \t")
		if part == "" {
			continue // a comma at the end, or nothing after the scheme: 6d says what is missing
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok { // 6b
			return nil, incomplete("'", part, "' not a valid key=value pair (missing equal-sign) in Authorization header: '", auth, "'.")
		}
		switch name { // 6c: the last of a name wins
		case "Credential":
			credential = field{value, true}
		case "Signature":
			signature = field{value, true}
		case "SignedHeaders":
			signedHeaders = field{value, true}
		}
	}
	dates, parseDate := h["X-Amz-Date"], parseHeaderDate
	if len(dates) == 0 {
		dates, parseDate = h["Date"], parseDateHeader
	}
	if credential.ok && signature.ok && signedHeaders.ok && len(dates) > 0 {
		s := &Signature{Credential: credential.value, signature: signature.value}
		s.Token = joined(h["X-Amz-Security-Token"])
		if s.Token == "" {
			s.Token = queryToken
		}
		return s.finish(signedHeaders.value, joined(dates), parseDate)
	}
	return nil, incomplete( // 6d
		missing(credential.ok, "Authorization header requires 'Credential' parameter. "),
		missing(signature.ok, "Authorization header requires 'Signature' parameter. "),
		missing(signedHeaders.ok, "Authorization header requires 'SignedHeaders' parameter. "),
		missing(len(dates) > 0, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "),
		"Authorization=", algorithm)
}

// parsePresigned reads a query string (checks 7, 8 and 9). headerToken is the
// session token of the headers, used when the query has none.
func parsePresigned(q *queryClaim, headerToken string) (*Signature, error) {
	if q.algorithm.value != algorithm { // 7a
		return nil, missingToken()
	}
	if q.tooLong {
		return nil, incomplete("AWS query-string parameters are too long. Re-examine the query-string parameters.")
	}
	if q.credential.ok && q.signature.ok && q.signedHeaders.ok && q.date.ok {
		s := &Signature{Credential: q.credential.value, signature: q.signature.value, Presigned: true}
		s.Token = q.token.value
		if s.Token == "" {
			s.Token = headerToken
		}
		return s.finish(q.signedHeaders.value, q.date.value, parseBasic)
	}
	return nil, incomplete( // 7d
		missing(q.credential.ok, "AWS query-string parameters must include 'X-Amz-Credential'. "),
		missing(q.signature.ok, "AWS query-string parameters must include 'X-Amz-Signature'. "),
		missing(q.signedHeaders.ok, "AWS query-string parameters must include 'X-Amz-SignedHeaders'. "),
		missing(q.date.ok, "AWS query-string parameters must include 'X-Amz-Date'. "),
		"Re-examine the query-string parameters.")
}

// finish splits what both carriers have in common (checks 8 and 9).
func (s *Signature) finish(signedHeaders, date string, parse func(string) (time.Time, bool)) (*Signature, error) {
	if strings.Count(signedHeaders, ";") >= maxSignedHeaders {
		return nil, incomplete("'SignedHeaders' has too many elements.")
	}
	s.SignedHeaders = strings.Split(signedHeaders, ";")
	if !s.signs("host") && !s.signs(":authority") { // 8
		return nil, doesNotMatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	var ok bool
	if s.Time, ok = parse(date); !ok { // 9
		return nil, incomplete("Date must be in ISO-8601 'basic format'. Got '", date[:min(len(date), maxEcho)], "'. See http://en.wikipedia.org/wiki/ISO_8601")
	}
	s.split()
	return s, nil
}

// split fills the parts of the credential, when it has exactly five.
func (s *Signature) split() {
	if strings.Count(s.Credential, "/") != 4 {
		return
	}
	var rest string
	s.AccessKeyID, rest, _ = strings.Cut(s.Credential, "/")
	s.ScopeDate, rest, _ = strings.Cut(rest, "/")
	s.Region, rest, _ = strings.Cut(rest, "/")
	s.Service, s.Terminator, _ = strings.Cut(rest, "/")
}

// signs reports whether a header is among those signed. Names are compared as
// listed: a signer writes them in lower case.
func (s *Signature) signs(name string) bool {
	for _, n := range s.SignedHeaders {
		if n == name {
			return true
		}
	}
	return false
}

// parseHeaderDate reads X-Amz-Date.
func parseHeaderDate(s string) (time.Time, bool) {
	if t, ok := parseBasic(s); ok {
		return t, true
	}
	return parseExtended(s)
}

// parseDateHeader reads Date, whose own format is that of HTTP.
func parseDateHeader(s string) (time.Time, bool) {
	if t, ok := parseHeaderDate(s); ok {
		return t, true
	}
	return parseHTTP(s)
}

// joined is the value of a header sent as several lines: so HTTP reads it, and
// a repeated date or token is then one that nobody can have meant.
func joined(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return strings.Join(values, ",")
}

func missing(ok bool, text string) string {
	if ok {
		return ""
	}
	return text
}
