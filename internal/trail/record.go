// Package trail makes the record of a call: an event in CloudTrail's format,
// version 1.11, whose members and their order are those of real log files.
//
// A record says who called, from where, what, when, and what became of it. It
// never holds a secret: neither a secret key nor a token, a signature or a code
// has a place in it.
//
// Parameters and answers of the calls are not in it yet.
package trail

import (
	"crypto/rand"
	"crypto/tls"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/query"
)

// Record is what is recorded of one call.
type Record struct {
	Caller    *authn.Caller // nil when nobody signed
	Time      time.Time     // of the call; recorded in whole seconds
	Service   string        // "sts", as in a credential scope
	Action    string
	Region    string // that was called
	SourceIP  netip.Addr
	UserAgent string
	Err       *awserr.Error // what was answered; nil for success
	RequestID string
	ReadOnly  bool
	Account   string               // whose trail gets the record
	TLS       *tls.ConnectionState // nil over plain HTTP
	Host      string               // as the client sent it
}

// maxText bounds the members that a client may make long, in bytes.
const maxText = 1 << 10

// Append appends the record as one line of JSON, without its end. Each call
// gives it an event id of its own.
func (r *Record) Append(dst []byte) []byte {
	dst = append(dst, `{"eventVersion":"1.11","userIdentity":`...)
	dst = appendIdentity(dst, r.Caller)
	dst = append(dst, `,"eventTime":"`...)
	dst = r.Time.UTC().AppendFormat(dst, time.RFC3339)
	dst = append(append(dst, `","eventSource":"`...), r.Service...)
	dst = text(dst, `.amazonaws.com","eventName":`, r.Action)
	dst = text(dst, `,"awsRegion":`, r.Region)
	dst = append(dst, `,"sourceIPAddress":"`...)
	if r.SourceIP.IsValid() {
		dst = r.SourceIP.AppendTo(dst)
	}
	dst = text(dst, `","userAgent":`, clip(r.UserAgent))
	if r.Err != nil {
		dst = text(dst, `,"errorCode":`, r.errorCode())
		dst = text(dst, `,"errorMessage":`, clip(r.Err.Message))
	}
	dst = text(dst, `,"requestID":`, r.RequestID)
	dst = AppendID(append(dst, `,"eventID":"`...))
	dst = append(dst, `","readOnly":`...)
	dst = appendBool(dst, r.ReadOnly)
	dst = append(dst, `,"eventType":"AwsApiCall","managementEvent":true`...)
	dst = text(dst, `,"recipientAccountId":`, r.Account)
	dst = append(dst, `,"eventCategory":"Management"`...)
	if r.TLS != nil {
		dst = text(dst, `,"tlsDetails":{"tlsVersion":`, strings.Replace(tls.VersionName(r.TLS.Version), "TLS ", "TLSv", 1))
		dst = text(dst, `,"cipherSuite":`, tls.CipherSuiteName(r.TLS.CipherSuite))
		dst = append(text(dst, `,"clientProvidedHostHeader":`, clip(r.Host)), '}')
	}
	return append(dst, '}')
}

// errorCode is the wire's code for STS; the other services record the name of
// the exception (reference, cloudtrail 4).
func (r *Record) errorCode() string {
	code := r.Err.Code
	if r.Service == "sts" || code == "AccessDenied" || strings.HasSuffix(code, "Exception") {
		return code
	}
	return code + "Exception"
}

// IsReadOnly reports whether the action is recorded as one that only reads. The
// assumption of a role is, though it issues credentials (reference, cloudtrail 3).
func IsReadOnly(action string) bool {
	switch action {
	case "GetFederationToken", "GetSessionToken", "GetDelegatedAccessToken", "GetWebIdentityToken", "AssumeRoot":
		return false
	}
	for _, prefix := range []string{"Assume", "Decode", "Generate", "Get", "List", "Simulate"} {
		if strings.HasPrefix(action, prefix) {
			return true
		}
	}
	return false
}

// text appends a member: what comes before its value, and the value.
func text(dst []byte, before, value string) []byte {
	return query.AppendJSONText(append(dst, before...), value)
}

func appendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	n := maxText
	for n > maxText-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n-- // not within a rune
	}
	return s[:n]
}

// NewID returns a random (version 4) UUID, as requests and events have.
func NewID() string {
	var s [36]byte
	return string(AppendID(s[:0]))
}

// AppendID appends what NewID returns.
func AppendID(dst []byte) []byte {
	const form = "00000000-0000-0000-0000-000000000000"
	const hex = "0123456789abcdef"
	start := len(dst)
	dst = append(dst, form...)
	id := dst[start:]
	_, _ = rand.Read(id[20:]) // never fails; 16 bytes, copied before they are written over
	var b [16]byte
	copy(b[:], id[20:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	at := 0
	for i := range len(form) {
		if form[i] == '-' {
			id[i] = '-'
			continue
		}
		half := b[at/2] >> 4
		if at%2 == 1 {
			half = b[at/2] & 15
		}
		id[i] = hex[half]
		at++
	}
	return dst
}
