package trail

import (
	"strings"
	"time"

	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// appendIdentity appends userIdentity, which differs by the kind of caller
// (reference, cloudtrail 2). In the trail of another account than the caller's
// it says no more than whose caller it is.
func (r *Record) appendIdentity(dst []byte) []byte {
	switch c := r.Caller; {
	case r.Vouched != nil:
		return r.Vouched.append(dst)
	case c == nil:
		return append(dst, `{"type":"Unknown"}`...)
	case c.Account != r.Account:
		dst = text(dst, `{"type":"AWSAccount","principalId":`, c.UserID())
		return append(text(dst, `,"accountId":`, c.Account), '}')
	default:
		return appendCaller(dst, c)
	}
}

func appendCaller(dst []byte, c *authn.Caller) []byte {
	kind := "IAMUser"
	switch c.Principal.Type {
	case policy.Root:
		kind = "Root"
	case policy.RoleSession:
		kind = "AssumedRole"
	case policy.FederatedUser:
		kind = "FederatedUser"
	}
	dst = text(dst, `{"type":`, kind)
	dst = text(dst, `,"principalId":`, c.UserID())
	dst = text(dst, `,"arn":`, c.Principal.ARN)
	dst = text(dst, `,"accountId":`, c.Account)
	dst = text(dst, `,"accessKeyId":`, c.AccessKeyID)
	name := c.UserName()
	if c.IsRoot() {
		name = c.Alias
	}
	if name != "" {
		dst = text(dst, `,"userName":`, name)
	}
	if c.Session != nil {
		dst = appendSession(dst, c)
	}
	return append(dst, '}')
}

func appendSession(dst []byte, c *authn.Caller) []byte {
	dst = append(dst, `,"sessionContext":{`...)
	if s := c.Session; s.Kind == session.Role || s.Kind == session.Federated {
		dst = append(appendIssuer(dst, c), ',')
		dst = appendWebIdentity(dst, s)
	}
	dst = append(dst, `"attributes":{"creationDate":"`...)
	dst = c.Session.Issued.UTC().AppendFormat(dst, time.RFC3339)
	dst = append(dst, `","mfaAuthenticated":"`...)
	dst = append(appendBool(dst, !c.Session.MFA.IsZero()), `"}`...)
	if c.Session.Source != "" {
		dst = text(dst, `,"sourceIdentity":`, c.Session.Source)
	}
	return append(dst, '}')
}

// appendIssuer appends who stands behind the session: a role, a user, or the
// root user, whose name is the alias of the account.
func appendIssuer(dst []byte, c *authn.Caller) []byte {
	kind, id, name := "Root", c.Account, c.Alias
	if c.Entity != nil {
		id, name = c.Entity.ID, c.Entity.Name
		if kind = "IAMUser"; c.Session.Kind == session.Role {
			kind = "Role"
		}
	}
	dst = text(dst, `"sessionIssuer":{"type":`, kind)
	dst = text(dst, `,"principalId":`, id)
	dst = text(dst, `,"arn":`, c.Principal.EntityARN)
	dst = text(dst, `,"accountId":`, c.Account)
	if name != "" {
		dst = text(dst, `,"userName":`, name)
	}
	return append(dst, '}')
}

// appendWebIdentity appends which provider of web identities the session comes
// from, and what its token said.
func appendWebIdentity(dst []byte, s *session.Session) []byte {
	if s.Provider == "" || strings.Contains(s.Provider, ":saml-provider/") {
		return dst
	}
	dst = text(dst, `"webIdFederationData":{"federatedProvider":`, s.Provider)
	dst = append(dst, `,"attributes":`...)
	start := len(dst)
	for _, f := range s.Facts {
		if (strings.HasSuffix(f.Key, ":aud") || strings.HasSuffix(f.Key, ":sub")) && len(f.Values) == 1 {
			dst = appendTag(dst, session.Tag{Key: f.Key, Value: f.Values[0]})
		}
	}
	return append(closed(dst, start, "{}"), "},"...)
}
