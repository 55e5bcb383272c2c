package authz

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// Request is what a request says of itself whoever sent it.
type Request struct {
	Now       time.Time
	SourceIP  netip.Addr
	Secure    bool // over TLS
	Region    string
	UserAgent string
	Referer   string
	MFA       bool // brings a code of the caller's MFA device
}

// RequestKeys returns the condition keys that hold for a whole request
// (reference 6.2). The caller is nil when nobody signed it.
func RequestKeys(c *authn.Caller, r Request) *policy.Context {
	keys := new(policy.Context)
	keys.Defer(func(keys *policy.Context) { setRequest(keys, c, r) })
	return keys
}

func setRequest(keys *policy.Context, c *authn.Caller, r Request) {
	keys.Set("aws:CurrentTime", r.Now.UTC().Format(time.RFC3339))
	keys.Set("aws:EpochTime", strconv.FormatInt(r.Now.Unix(), 10))
	keys.Set("aws:SecureTransport", strconv.FormatBool(r.Secure))
	keys.Set("aws:RequestedRegion", r.Region)
	keys.Set("aws:ViaAWSService", "false")
	if r.SourceIP.IsValid() {
		keys.Set("aws:SourceIp", r.SourceIP.Unmap().String())
	}
	if r.UserAgent != "" {
		keys.Set("aws:UserAgent", r.UserAgent)
	}
	if r.Referer != "" {
		keys.Set("aws:referer", r.Referer)
	}
	if c != nil {
		setCaller(keys, c)
		if c.Session != nil {
			setSession(keys, c.Session, r.Now)
		}
		if r.MFA {
			keys.Set("aws:MultiFactorAuthPresent", "true")
			keys.Set("aws:MultiFactorAuthAge", "0")
		}
	}
}

func setCaller(keys *policy.Context, c *authn.Caller) {
	keys.Set("aws:PrincipalAccount", c.Account)
	keys.Set("aws:PrincipalType", principalType(c))
	keys.Set("aws:userid", c.UserID())
	keys.Set("aws:PrincipalIsAWSService", "false")
	keys.Set("aws:PrincipalArn", principalARN(c))
	if c.IsUser() {
		keys.Set("aws:username", c.UserName())
	}
	for _, t := range PrincipalTags(c) {
		keys.Set("aws:PrincipalTag/"+t.Key, t.Value)
	}
}

// principalARN is the role, path and all, of a role session; otherwise the
// caller's own ARN.
func principalARN(c *authn.Caller) string {
	if c.Principal.Type == policy.RoleSession {
		return c.Principal.EntityARN
	}
	return c.Principal.ARN
}

func principalType(c *authn.Caller) string {
	switch c.Principal.Type {
	case policy.Root:
		return "Account"
	case policy.User:
		return "User"
	case policy.RoleSession:
		return "AssumedRole"
	case policy.FederatedUser:
		return "FederatedUser"
	default:
		return "Anonymous"
	}
}

// PrincipalTags returns the caller's tags: those of its user or role, overlaid
// by those of its session, keys compared ignoring case (reference 5.3).
func PrincipalTags(c *authn.Caller) []iam.Tag {
	var own []iam.Tag
	if c.Entity != nil {
		own = c.Entity.Tags
	}
	if c.Session == nil || len(c.Session.Tags) == 0 {
		return own
	}
	tags := make([]iam.Tag, 0, len(own)+len(c.Session.Tags))
	over := make(map[string]bool, len(c.Session.Tags))
	for _, t := range c.Session.Tags {
		tags = append(tags, iam.Tag{Key: t.Key, Value: t.Value})
		over[iam.Fold(t.Key)] = true
	}
	for _, t := range own {
		if !over[iam.Fold(t.Key)] {
			tags = append(tags, t)
		}
	}
	return tags
}

// setSession sets what temporary credentials add. Only GetSessionToken sessions
// carry MFA; the others say that they do not.
func setSession(keys *policy.Context, s *session.Session, now time.Time) {
	keys.Set("aws:TokenIssueTime", s.Issued.Format(time.RFC3339))
	mfa := s.Kind == session.User && !s.MFA.IsZero()
	keys.Set("aws:MultiFactorAuthPresent", strconv.FormatBool(mfa))
	if mfa {
		keys.Set("aws:MultiFactorAuthAge", strconv.FormatInt(int64(now.Sub(s.MFA)/time.Second), 10))
	}
	if s.Source != "" {
		keys.Set("aws:SourceIdentity", s.Source)
	}
	if s.Provider != "" {
		keys.Set("aws:FederatedProvider", s.Provider)
	}
	for _, f := range s.Facts {
		if f.Multi {
			keys.SetList(f.Key, f.Values)
		} else if len(f.Values) == 1 {
			keys.Set(f.Key, f.Values[0])
		}
	}
}
