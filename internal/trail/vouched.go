package trail

import (
	"github.com/daypass/daypass/internal/session"
)

// Vouched is who an identity provider says is calling, in a call that nobody
// signed. The zero value is somebody of a web identity provider without name.
type Vouched struct {
	SAML     bool   // by a SAML assertion, not the token of a web identity
	Provider string // ARN or host name; of SAML the assertion's NameQualifier
	Audience string // of a token

	Thumbprint bool // the server of a token's issuer was known by a thumbprint, not by an authority
	Subject    string

	AssertionID string // of a SAML assertion

	// What the proof says that is no parameter of the request.
	SessionName string // of a SAML assertion
	Source      string
	Tags        []session.Tag
	Transitive  []string
}

// append appends userIdentity.
func (v *Vouched) append(dst []byte) []byte {
	kind, id := "WebIdentityUser", v.Provider+":"+v.Audience+":"+v.Subject
	if v.SAML {
		kind, id = "SAMLUser", v.Provider+":"+v.Subject
	}
	dst = text(dst, `{"type":`, kind)
	dst = text(dst, `,"principalId":`, id)
	dst = text(dst, `,"userName":`, v.Subject)
	return append(text(dst, `,"identityProvider":`, v.Provider), '}')
}

// appendParameters appends what the proof says, as parameters.
func (v *Vouched) appendParameters(dst []byte) []byte {
	for _, m := range [...]struct{ before, value string }{
		{`,"sAMLAssertionID":`, v.AssertionID},
		{`,"roleSessionName":`, v.SessionName},
		{`,"sourceIdentity":`, v.Source},
	} {
		if m.value != "" {
			dst = text(dst, m.before, m.value)
		}
	}
	if len(v.Tags) > 0 {
		dst = append(dst, `,"principalTags":`...)
		start := len(dst)
		for _, t := range v.Tags {
			dst = appendTag(dst, t)
		}
		dst = closed(dst, start, "{}")
	}
	for i, key := range v.Transitive {
		before := `,"transitiveTagKeys":[`
		if i > 0 {
			before = ","
		}
		dst = text(dst, before, key)
	}
	if len(v.Transitive) > 0 {
		dst = append(dst, ']')
	}
	return dst
}
