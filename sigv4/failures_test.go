package sigv4_test

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/sigv4"
)

var (
	testNow   = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	testScope = sigv4.Scope{Regions: []string{"us-east-1"}, Service: "sts"}
)

const mismatchText = "The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

// claim is a signed request in parts, for a test to spoil one or two of them.
type claim struct {
	presigned                                       bool
	algorithm, credential, signedHeaders, sig, date string // "-" leaves the part out
	dateHeader                                      string // X-Amz-Date unless a test says Date
	extraPart                                       string // another part of the Authorization header
	query                                           string // another part of the query string
	headers                                         []string
	now                                             time.Time
	scope                                           sigv4.Scope
}

// soundClaim returns a claim that verifies.
func soundClaim(t *testing.T, presigned bool) *claim {
	t.Helper()
	c := &claim{
		presigned: presigned, algorithm: "AWS4-HMAC-SHA256", credential: keyID + "/20150830/us-east-1/sts/aws4_request",
		date: "20150830T123600Z", dateHeader: "X-Amz-Date", now: testNow, scope: testScope,
	}
	creds := sigv4.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}
	r := newRequest(t, "GET", "/", "sts.amazonaws.com", "")
	if presigned {
		c.signedHeaders = "host"
		u, err := url.Parse(sigv4.Presign(r, creds, "us-east-1", "sts", testNow, 0, sha256.Sum256(nil)))
		if err != nil {
			t.Fatal(err)
		}
		c.sig = u.Query().Get("X-Amz-Signature")
	} else {
		c.signedHeaders = "host;x-amz-date"
		sigv4.Sign(r, sha256.Sum256(nil), creds, "us-east-1", "sts", testNow)
		_, c.sig, _ = strings.Cut(r.Header.Get("Authorization"), "Signature=")
	}
	return c
}

func (c *claim) request(t *testing.T) *http.Request {
	t.Helper()
	var query, auth []string
	headers := slices.Clone(c.headers)
	add := func(list *[]string, name, value string) {
		if value != "-" {
			*list = append(*list, name+"="+value)
		}
	}
	if c.presigned {
		add(&query, "X-Amz-Algorithm", c.algorithm)
		add(&query, "X-Amz-Credential", url.QueryEscape(c.credential))
		add(&query, "X-Amz-Date", url.QueryEscape(c.date))
		add(&query, "X-Amz-SignedHeaders", url.QueryEscape(c.signedHeaders))
		add(&query, "X-Amz-Signature", c.sig)
	} else {
		add(&auth, "Credential", c.credential)
		add(&auth, "SignedHeaders", c.signedHeaders)
		add(&auth, "Signature", c.sig)
		if c.extraPart != "" {
			auth = append(auth, c.extraPart)
		}
		if c.algorithm != "-" {
			headers = append(headers, strings.TrimSuffix("Authorization: "+c.algorithm+" "+strings.Join(auth, ", "), " "))
		}
		if c.date != "-" {
			headers = append(headers, c.dateHeader+": "+c.date)
		}
	}
	if c.query != "" {
		query = append(query, c.query)
	}
	target := "/"
	if len(query) > 0 {
		target += "?" + strings.Join(query, "&")
	}
	return newRequest(t, "GET", target, "sts.amazonaws.com", "", headers...)
}

// answer makes all the checks, and returns the refusal; nil when there is none.
func (c *claim) answer(t *testing.T) *sigv4.Error {
	t.Helper()
	r := c.request(t)
	s, err := sigv4.Parse(r)
	if err == nil {
		err = s.Check(c.now, c.scope)
	}
	if err == nil {
		err = s.Verify(r, sigv4.DeriveKey(secret, s.ScopeDate, s.Region, s.Service), sha256.Sum256(nil))
	}
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*sigv4.Error](err)
	if !ok {
		t.Fatalf("error %v is a %T, want *Error", err, err)
	}
	return e
}

func TestSoundClaims(t *testing.T) {
	for _, presigned := range []bool{false, true} {
		if got := soundClaim(t, presigned).answer(t); got != nil {
			t.Errorf("presigned %t: %v", presigned, got)
		}
	}
}

// TestRefusals has each refusal, word for word. The number is that of the check.
func TestRefusals(t *testing.T) {
	long := strings.Repeat("x", 9000)
	for _, tt := range []struct {
		name      string
		presigned bool
		spoil     func(c *claim)
		status    int
		code      string
		message   string
	}{
		{"4 escape cut short", false, func(c *claim) { c.query = "a=%4" }, 400, "MalformedQueryString", "Incomplete trailing escape % sequence"},
		{"4 escape cut short by the next parameter", false, func(c *claim) { c.query = "a=%&b=c" }, 400, "MalformedQueryString", "Incomplete trailing escape % sequence"},
		{"4 escape in a name", false, func(c *claim) { c.query = "%4=a" }, 400, "MalformedQueryString", "Incomplete trailing escape % sequence"},
		{"4 escape that is no number", true, func(c *claim) { c.query = "a=%4g" }, 400, "MalformedQueryString", "Illegal hex character in escape % pattern: %4g"},
		{"4 escape of an equal sign", true, func(c *claim) { c.query = "a=%=4" }, 400, "MalformedQueryString", "Illegal hex character in escape % pattern: %=4"},
		{"4 too many parameters", true, func(c *claim) { c.query = strings.Repeat("a&", 5000) }, 400, "MalformedQueryString", "Too many parameters"},
		{"5a both carriers", false, func(c *claim) { c.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256" }, 403, "SignatureDoesNotMatch", ""},
		{"5a both carriers, one of them empty", true, func(c *claim) { c.headers = []string{"Authorization:"} }, 403, "SignatureDoesNotMatch", ""},
		{"5b no carrier", false, func(c *claim) { c.algorithm = "-" }, 403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
		{"5b no algorithm in the query", true, func(c *claim) { c.algorithm = "-" }, 403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
		{"6 header too long", false, func(c *claim) { c.extraPart = "a=" + long }, 400, "IncompleteSignature", "Authorization header is too long."},
		{"6a another scheme", false, func(c *claim) { c.algorithm = "Bearer" }, 400, "IncompleteSignature", "Unsupported AWS 'algorithm': 'Bearer'."},
		{"6a version 4A", false, func(c *claim) { c.algorithm = "AWS4-ECDSA-P256-SHA256" }, 400, "IncompleteSignature", "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."},
		{"6a lower case", false, func(c *claim) { c.algorithm = "aws4-hmac-sha256" }, 400, "IncompleteSignature", "Unsupported AWS 'algorithm': 'aws4-hmac-sha256'."},
		{
			"6b no equal sign", false, func(c *claim) { c.credential, c.sig, c.extraPart = "a", "b", "oops" }, 400, "IncompleteSignature",
			"'oops' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host;x-amz-date, Signature=b, oops'.",
		},
		{"6d no credential", false, func(c *claim) { c.credential = "-" }, 400, "IncompleteSignature", "Authorization header requires 'Credential' parameter. Authorization=AWS4-HMAC-SHA256"},
		{"6d no signature", false, func(c *claim) { c.sig = "-" }, 400, "IncompleteSignature", "Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256"},
		{"6d no list of headers", false, func(c *claim) { c.signedHeaders = "-" }, 400, "IncompleteSignature", "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256"},
		{
			"6d no date", false, func(c *claim) { c.date = "-" }, 400, "IncompleteSignature",
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256",
		},
		{
			"6d nothing", false, func(c *claim) { c.credential, c.sig, c.signedHeaders, c.date = "-", "-", "-", "-" }, 400, "IncompleteSignature",
			"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
				"Authorization header requires 'SignedHeaders' parameter. " +
				"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256",
		},
		{"6d names have capitals", false, func(c *claim) { c.credential, c.extraPart = "-", "credential=a" }, 400, "IncompleteSignature", "Authorization header requires 'Credential' parameter. Authorization=AWS4-HMAC-SHA256"},
		{"7a another algorithm", true, func(c *claim) { c.algorithm = "AWS4-HMAC-SHA1" }, 403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
		{"7 parameter too long", true, func(c *claim) { c.credential = long }, 400, "IncompleteSignature", "AWS query-string parameters are too long. Re-examine the query-string parameters."},
		{"7d no credential", true, func(c *claim) { c.credential = "-" }, 400, "IncompleteSignature", "AWS query-string parameters must include 'X-Amz-Credential'. Re-examine the query-string parameters."},
		{"7d no signature", true, func(c *claim) { c.sig = "-" }, 400, "IncompleteSignature", "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters."},
		{"7d no list of headers", true, func(c *claim) { c.signedHeaders = "-" }, 400, "IncompleteSignature", "AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters."},
		{"7d no date; a header is none", true, func(c *claim) { c.date, c.headers = "-", []string{"X-Amz-Date: 20150830T123600Z"} }, 400, "IncompleteSignature", "AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters."},
		{
			"7d nothing", true, func(c *claim) { c.credential, c.sig, c.signedHeaders, c.date = "-", "-", "-", "-" }, 400, "IncompleteSignature",
			"AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. " +
				"AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. " +
				"Re-examine the query-string parameters.",
		},
		{"too many signed headers", false, func(c *claim) { c.signedHeaders = "host" + strings.Repeat(";x", 64) }, 400, "IncompleteSignature", "'SignedHeaders' has too many elements."},
		{"8 host not signed", false, func(c *claim) { c.signedHeaders = "x-amz-date" }, 403, "SignatureDoesNotMatch", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"8 host in capitals", true, func(c *claim) { c.signedHeaders = "Host" }, 403, "SignatureDoesNotMatch", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"8 no header signed", true, func(c *claim) { c.signedHeaders = "" }, 403, "SignatureDoesNotMatch", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"9 date of another form", false, func(c *claim) { c.date = "30/08/2015" }, 400, "IncompleteSignature", "Date must be in ISO-8601 'basic format'. Got '30/08/2015'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"9 date empty", true, func(c *claim) { c.date = "" }, 400, "IncompleteSignature", "Date must be in ISO-8601 'basic format'. Got ''. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"9 a very long date", false, func(c *claim) { c.date = long }, 400, "IncompleteSignature", "Date must be in ISO-8601 'basic format'. Got '" + long[:128] + "'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"9 extended form in a query", true, func(c *claim) { c.date = "2015-08-30T12:36:00Z" }, 400, "IncompleteSignature", "Date must be in ISO-8601 'basic format'. Got '2015-08-30T12:36:00Z'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"9 HTTP form in X-Amz-Date", false, func(c *claim) { c.date = "Sun, 30 Aug 2015 12:36:00 GMT" }, 400, "IncompleteSignature", "Date must be in ISO-8601 'basic format'. Got 'Sun, 30 Aug 2015 12:36:00 GMT'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"9 two dates", false, func(c *claim) { c.headers = []string{"X-Amz-Date: 20150830T123600Z"} }, 400, "IncompleteSignature", "Date must be in ISO-8601 'basic format'. Got '20150830T123600Z,20150830T123600Z'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{
			"9 X-Amz-Date goes before Date", false, func(c *claim) { c.dateHeader, c.headers = "Date", []string{"X-Amz-Date: x"} }, 400, "IncompleteSignature",
			"Date must be in ISO-8601 'basic format'. Got 'x'. See http://en.wikipedia.org/wiki/ISO_8601",
		},
		{
			"10 a second too old", false, func(c *claim) { c.now = testNow.Add(15*time.Minute + time.Second) }, 403, "SignatureDoesNotMatch",
			"Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)",
		},
		{
			"10 where the clock is of another zone", false, func(c *claim) { c.now = testNow.Add(time.Hour).In(time.FixedZone("elsewhere", 3600)) }, 403, "SignatureDoesNotMatch",
			"Signature expired: 20150830T123600Z is now earlier than 20150830T132100Z (20150830T133600Z - 15 min.)",
		},
		{
			"10 whatever X-Amz-Expires says", true, func(c *claim) { c.query, c.now = "X-Amz-Expires=604800", testNow.Add(time.Hour) }, 403, "SignatureDoesNotMatch",
			"Signature expired: 20150830T123600Z is now earlier than 20150830T132100Z (20150830T133600Z - 15 min.)",
		},
		{
			"11 a second too new", true, func(c *claim) { c.now = testNow.Add(-15*time.Minute - time.Second) }, 403, "SignatureDoesNotMatch",
			"Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T122059Z + 15 min.)",
		},
		{
			"12 four parts", false, func(c *claim) { c.credential = "AKIDEXAMPLE/20150830/us-east-1/sts" }, 400, "IncompleteSignature",
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIDEXAMPLE/20150830/us-east-1/sts'",
		},
		{
			"12 six parts", true, func(c *claim) { c.credential = "AKID/EXAMPLE/20150830/us-east-1/sts/aws4_request" }, 400, "IncompleteSignature",
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKID/EXAMPLE/20150830/us-east-1/sts/aws4_request'",
		},
		{"13 region", false, func(c *claim) { c.credential = "AKIDEXAMPLE/20150830/us-east-2/sts/aws4_request" }, 403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region. "},
		{"13 region in capitals", false, func(c *claim) { c.credential = "AKIDEXAMPLE/20150830/US-EAST-1/sts/aws4_request" }, 403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region. "},
		{"13 service", false, func(c *claim) { c.credential = "AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request" }, 403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'. "},
		{
			"13 terminator", true, func(c *claim) { c.credential = "AKIDEXAMPLE/20150830/us-east-1/sts/aws5_request" }, 403, "SignatureDoesNotMatch",
			"Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ",
		},
		{
			"13 date", true, func(c *claim) { c.credential = "AKIDEXAMPLE/20150829/us-east-1/sts/aws4_request" }, 403, "SignatureDoesNotMatch",
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != '20150830', from '20150830T123600Z'.",
		},
		{
			"13 all of it", false, func(c *claim) { c.credential = "AKIDEXAMPLE/2015-08-30/a/b/c" }, 403, "SignatureDoesNotMatch",
			"Credential should be scoped to a valid region. Credential should be scoped to correct service: 'sts'. " +
				"Credential should be scoped with a valid terminator: 'aws4_request', not 'c'. " +
				"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '2015-08-30' != '20150830', from '20150830T123600Z'.",
		},
		{
			"13 nothing is served", false, func(c *claim) { c.credential, c.scope = "AKIDEXAMPLE/20150830///aws4_request", sigv4.Scope{} }, 403, "SignatureDoesNotMatch",
			"Credential should be scoped to a valid region. Credential should be scoped to correct service: ''. ",
		},
		{
			"13 no service is served", false, func(c *claim) { c.credential, c.scope.Service = "AKIDEXAMPLE/20150830/us-east-1//aws4_request", "" }, 403, "SignatureDoesNotMatch",
			"Credential should be scoped to correct service: ''. ",
		},
		{"15 no key id", false, func(c *claim) { c.credential = "/20150830/us-east-1/sts/aws4_request" }, 403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		{"15 key id too long", false, func(c *claim) { c.credential = strings.Repeat("A", 129) + "/20150830/us-east-1/sts/aws4_request" }, 403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		{"15 key id with a NUL", true, func(c *claim) { c.credential = "AKID\x00/20150830/us-east-1/sts/aws4_request" }, 403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		{"15 key id with a dash", true, func(c *claim) { c.credential = "AKID-EXAMPLE/20150830/us-east-1/sts/aws4_request" }, 403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		{"15 key id with a dot", true, func(c *claim) { c.credential = "AKID.EXAMPLE/20150830/us-east-1/sts/aws4_request" }, 403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		{"15 key id with a tilde", true, func(c *claim) { c.credential = "AKID~EXAMPLE/20150830/us-east-1/sts/aws4_request" }, 403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		{"16 another signature", false, func(c *claim) { c.sig = strings.Repeat("0", 64) }, 403, "SignatureDoesNotMatch", mismatchText},
		{"16 capitals in the signature", false, func(c *claim) { c.sig = strings.ToUpper(c.sig) }, 403, "SignatureDoesNotMatch", mismatchText},
		{"16 signature empty", true, func(c *claim) { c.sig = "" }, 403, "SignatureDoesNotMatch", mismatchText},
		{"16 signature cut short", true, func(c *claim) { c.sig = c.sig[:62] }, 403, "SignatureDoesNotMatch", mismatchText},
		{"16 signature too long", true, func(c *claim) { c.sig += "00" }, 403, "SignatureDoesNotMatch", mismatchText},
		{"16 a parameter more", true, func(c *claim) { c.query = "a" }, 403, "SignatureDoesNotMatch", mismatchText},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := soundClaim(t, tt.presigned)
			tt.spoil(c)
			want := &sigv4.Error{Status: tt.status, Code: tt.code, Message: tt.message}
			if diff := cmp.Diff(want, c.answer(t)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOrder spoils two things at once: the earlier check answers.
func TestOrder(t *testing.T) {
	type fault struct {
		name  string
		spoil func(c *claim)
		want  string // how the answer starts
	}
	common := []fault{
		{"8 host", func(c *claim) { c.signedHeaders = "x-amz-date" }, "SignatureDoesNotMatch: 'Host'"},
		{"9 date", func(c *claim) { c.date = "x" }, "IncompleteSignature: Date must"},
		{"10 old", func(c *claim) { c.now = testNow.Add(time.Hour) }, "SignatureDoesNotMatch: Signature expired"},
		{"11 new", func(c *claim) { c.now = testNow.Add(-time.Hour) }, "SignatureDoesNotMatch: Signature not yet current"},
		{"12 parts", func(c *claim) { c.credential += "/" }, "IncompleteSignature: Credential must"},
		{"13 scope", func(c *claim) { c.scope.Regions = nil }, "SignatureDoesNotMatch: Credential should"},
		{"15 key id", func(c *claim) { c.credential = "-" + c.credential }, "InvalidClientTokenId"},
		{"16 signature", func(c *claim) { c.sig = "0" }, "SignatureDoesNotMatch: The request signature"},
	}
	header := append([]fault{
		{"4 query", func(c *claim) { c.query += "&a=%" }, "MalformedQueryString"},
		{"5a both", func(c *claim) { c.query += "&X-Amz-Algorithm=a" }, "SignatureDoesNotMatch"},
		{"6a scheme", func(c *claim) { c.algorithm = "Bearer" }, "IncompleteSignature: Unsupported"},
		{"6b equal sign", func(c *claim) { c.extraPart = "oops" }, "IncompleteSignature: 'oops' not"},
		{"6d part", func(c *claim) { c.signedHeaders = "-" }, "IncompleteSignature: Authorization header requires"},
	}, common...)
	query := append([]fault{
		{"4 query", func(c *claim) { c.query += "&a=%" }, "MalformedQueryString"},
		{"5a both", func(c *claim) { c.headers = []string{"Authorization: a"} }, "SignatureDoesNotMatch"},
		{"7a algorithm", func(c *claim) { c.algorithm = "a" }, "MissingAuthenticationToken"},
		{"7d part", func(c *claim) { c.signedHeaders = "-" }, "IncompleteSignature: AWS query-string"},
	}, common...)
	for presigned, faults := range map[bool][]fault{false: header, true: query} {
		for i, first := range faults {
			for _, second := range faults[i+1:] {
				c := soundClaim(t, presigned)
				second.spoil(c)
				first.spoil(c) // last, so that where both change one field this one stands
				if got := c.answer(t); got == nil || !strings.HasPrefix(got.Error(), first.want) {
					t.Errorf("presigned %t, %q and %q: got %v, want %q", presigned, first.name, second.name, got, first.want)
				}
			}
		}
	}
}

// TestWindow: both ends of the fifteen minutes are inside, and parts of a second
// do not count.
func TestWindow(t *testing.T) {
	for _, tt := range []struct {
		offset time.Duration
		want   bool
	}{
		{-15*time.Minute - time.Nanosecond, false}, // 12:20:59 in whole seconds
		{-15 * time.Minute, true},
		{0, true},
		{15 * time.Minute, true},
		{15*time.Minute + time.Second - time.Nanosecond, true},
		{15*time.Minute + time.Second, false},
	} {
		for _, presigned := range []bool{false, true} {
			c := soundClaim(t, presigned)
			c.now = testNow.Add(tt.offset).In(time.FixedZone("elsewhere", 3600))
			if got := c.answer(t); (got == nil) != tt.want {
				t.Errorf("presigned %t, %v after signing: %v, want acceptance: %t", presigned, tt.offset, got, tt.want)
			}
		}
	}
}
