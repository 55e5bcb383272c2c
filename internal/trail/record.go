// Package trail makes the record of a call: an event in CloudTrail's format,
// version 1.11, whose members and their order are those of real log files.
//
// A record says who called, from where, what, when, with which parameters, and
// what became of it. It never holds what proves something: secret keys,
// passwords, codes, seeds, assertions and the tokens of others are left out
// (hidden.go). The session tokens that STS issues are in it, as in real ones,
// unless the operator wants them hidden: without the secret key they are of no
// use.
package trail

import (
	"crypto/rand"
	"crypto/tls"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/session"
)

// Record is what is recorded of one call.
type Record struct {
	Caller     *authn.Caller // nil when nobody signed
	Vouched    *Vouched      // who called instead; nil when nobody is known
	Time       time.Time     // of the call; recorded in whole seconds
	Service    string        // "sts", as in a credential scope
	Action     string
	Region     string // that was called
	Global     bool   // through the global endpoint of STS
	SourceIP   netip.Addr
	UserAgent  string
	Err        *awserr.Error // what was answered; nil for success
	In         any           // pointer to the parameters; nil when they cannot be told
	Out        any           // pointer to the answer; nil without
	HideTokens bool          // of sessions
	RequestID  string
	ReadOnly   bool
	Resources  []Resource
	Account    string               // whose trail gets the record
	SharedID   string               // of the records of one call in several trails; "" when there is one
	TLS        *tls.ConnectionState // nil over plain HTTP
	Host       string               // as the client sent it
}

// Resource is what a call was about.
type Resource struct {
	Account string
	Type    string // "AWS::IAM::Role"
	ARN     string
}

// Bounds of what a client may make long, in bytes.
const (
	maxText     = 1 << 10
	maxElements = 100 << 10 // of the parameters, and of the answer
)

// Append appends the record as one line of JSON, without its end. Each call
// gives it an event id of its own.
func (r *Record) Append(dst []byte) []byte {
	dst = append(dst, `{"eventVersion":"1.11","userIdentity":`...)
	dst = r.appendIdentity(dst)
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
		dst = text(dst, `,"errorMessage":`, clip(r.errorMessage()))
	}
	dst = r.appendElements(dst)
	dst = r.appendAdditional(dst)
	dst = text(dst, `,"requestID":`, r.RequestID)
	dst = appendEventID(append(dst, `,"eventID":"`...), r.Time)
	dst = append(dst, `","readOnly":`...)
	dst = appendBool(dst, r.ReadOnly)
	if r.Err == nil {
		dst = appendResources(dst, r.Resources)
	}
	dst = append(dst, `,"eventType":"AwsApiCall","managementEvent":true`...)
	dst = text(dst, `,"recipientAccountId":`, r.Account)
	if r.SharedID != "" {
		dst = text(dst, `,"sharedEventID":`, r.SharedID)
	}
	dst = append(dst, `,"eventCategory":"Management"`...)
	if r.TLS != nil {
		dst = text(dst, `,"tlsDetails":{"tlsVersion":`, strings.Replace(tls.VersionName(r.TLS.Version), "TLS ", "TLSv", 1))
		dst = text(dst, `,"cipherSuite":`, tls.CipherSuiteName(r.TLS.CipherSuite))
		dst = text(dst, `,"clientProvidedHostHeader":`, clip(r.Host))
		if name := keyExchange(r.TLS.CurveID); name != "" {
			dst = text(dst, `,"keyExchange":`, name)
		}
		dst = append(dst, '}')
	}
	return append(dst, '}')
}

// keyExchange names how a connection's keys were agreed on, as records do; ""
// if it was in none of these ways.
func keyExchange(id tls.CurveID) string {
	switch id {
	case tls.X25519MLKEM768, tls.SecP256r1MLKEM768, tls.SecP384r1MLKEM1024:
		return id.String()
	case tls.X25519:
		return "x25519"
	case tls.CurveP256:
		return "secp256r1"
	case tls.CurveP384:
		return "secp384r1"
	case tls.CurveP521:
		return "secp521r1"
	}
	return ""
}

// appendElements appends what was asked and what was answered (reference,
// cloudtrail 3 and 5).
func (r *Record) appendElements(dst []byte) []byte {
	e := elements{times: "Jan 2, 2006 3:04:05 PM", hideTokens: r.HideTokens, asked: true}
	if r.Service == "sts" {
		e.times = "Jan 2, 2006, 3:04:05 PM"
	}
	dst = append(dst, `,"requestParameters":`...)
	start := len(dst)
	if !r.deniedBySTS() {
		dst = e.appendAll(dst, r.In)
		dst = r.appendCarried(dst)
	}
	dst = bounded(closed(dst, start, "null"), start, "requestParameters")

	dst = append(dst, `,"responseElements":`...)
	start = len(dst)
	e.asked = false
	if r.Err == nil && (!r.ReadOnly || strings.HasPrefix(r.Action, "AssumeRole")) {
		dst = e.appendAll(dst, r.Out)
	}
	return bounded(closed(dst, start, "null"), start, "responseElements")
}

// deniedBySTS reports whether the call is one of the denied ones whose
// parameters the real service does not record.
func (r *Record) deniedBySTS() bool {
	return r.Service == "sts" && r.Caller != nil && r.Err != nil && r.Err.Code == "AccessDenied"
}

// appendCarried appends the parameters that no request spells: those of a
// proof, and tags that a session hands down.
func (r *Record) appendCarried(dst []byte) []byte {
	if r.Vouched != nil {
		return r.Vouched.appendParameters(dst)
	}
	if r.Action != "AssumeRole" || r.Caller == nil || r.Caller.Session == nil {
		return dst
	}
	tags := r.Caller.Session.Tags
	if !slices.ContainsFunc(tags, func(t session.Tag) bool { return t.Transitive }) {
		return dst
	}
	dst = append(dst, `,"incomingTransitiveTags":`...)
	start := len(dst)
	for _, t := range tags {
		if t.Transitive {
			dst = appendTag(dst, t)
		}
	}
	return closed(dst, start, "{}")
}

func appendTag(dst []byte, t session.Tag) []byte {
	dst = query.AppendJSONText(append(dst, ','), t.Key)
	return query.AppendJSONText(append(dst, ':'), t.Value)
}

// appendAdditional appends what STS adds to its records.
func (r *Record) appendAdditional(dst []byte) []byte {
	if r.Service != "sts" {
		return dst
	}
	kind := "regional"
	if r.Global {
		kind = "global"
	}
	dst = text(dst, `,"additionalEventData":{"RequestDetails":{"endpointType":`, kind)
	dst = append(text(dst, `,"awsServingRegion":`, r.Region), '}')
	if r.Vouched != nil && !r.Vouched.SAML {
		method := "IAMTrustStore"
		if r.Vouched.Thumbprint {
			method = "Thumbprint"
		}
		dst = text(dst, `,"identityProviderConnectionVerificationMethod":`, method)
	}
	return append(dst, '}')
}

func appendResources(dst []byte, resources []Resource) []byte {
	for i, of := range resources {
		before := `,{"accountId":`
		if i == 0 {
			before = `,"resources":[{"accountId":`
		}
		dst = text(dst, before, of.Account)
		dst = text(dst, `,"type":`, of.Type)
		dst = append(text(dst, `,"ARN":`, of.ARN), '}')
	}
	if len(resources) > 0 {
		dst = append(dst, ']')
	}
	return dst
}

// errorCode is the wire's code for STS; the other services record the name of
// the exception (reference, cloudtrail 4), but for what their front end refused.
func (r *Record) errorCode() string {
	code := r.Err.Code
	switch {
	case r.Service == "sts", strings.HasSuffix(code, "Exception"):
		return code
	case code == "AccessDenied", code == "InvalidClientTokenId", code == "MalformedInput", code == "InternalFailure", code == "ServiceUnavailable":
		return code
	case code == "ReportNotPresent", code == "ReportExpired": // whose exceptions have another name
		return "Credential" + code + "Exception"
	}
	return strings.TrimSuffix(code, "Error") + "Exception"
}

// errorMessage is what the caller was told; of those whom a token vouches for
// the real service records nothing of the reason.
func (r *Record) errorMessage() string {
	if r.Vouched != nil && !r.Vouched.SAML && r.Err.Code == "AccessDenied" {
		return "An unknown error occurred"
	}
	return r.Err.Recorded()
}

// IsReadOnly reports whether the action is recorded as one that only reads. The
// assumption of a role is, though it issues credentials (reference, cloudtrail 3).
func IsReadOnly(action string) bool {
	switch action {
	case "GetFederationToken", "GetSessionToken", "GetDelegatedAccessToken", "GetWebIdentityToken", "AssumeRoot":
		return false
	}
	for _, prefix := range []string{"Assume", "Decode", "Describe", "Generate", "Get", "List", "Lookup", "Simulate"} {
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

// appendEventID appends a UUID that begins with the time (version 7), so that the
// events of a second can be put into their order.
func appendEventID(dst []byte, t time.Time) []byte {
	const hex = "0123456789abcdef"
	start := len(dst)
	dst = AppendID(dst)
	ms := t.UnixMilli()
	for i := 12; i >= 0; i-- {
		if i != 8 { // a dash
			dst[start+i] = hex[ms&15]
			ms >>= 4
		}
	}
	dst[start+14] = '7'
	return dst
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
