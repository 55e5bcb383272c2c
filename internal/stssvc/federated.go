package stssvc

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/proof"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/trail"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/sts"
)

// vouched is who an identity provider says is there, after all that it says was
// proved.
type vouched struct {
	Provider    string // as trust policies name it: an ARN, or the host name of a built-in one
	SessionName string
	Source      string // source identity; "" without
	Tags        []tag
	Transitive  []string
	Longest     time.Duration // what the provider limits the session to; 0 is no limit

	AssertionID string // of a SAML assertion, for the record
	Thumbprint  bool   // how the provider of a token was verified, likewise

	Keys  func(*policy.Context) // condition keys of this call alone; may be nil
	Facts []session.Fact        // condition keys of the call and of the session's whole life

	UseUp  func() error  // refuses a proof that was used before; nil lets it be used again
	Report *proof.Report // collects what trust policies said; may be nil
}

// vouchedIn is what the two actions take beside the proof.
type vouchedIn struct {
	Action     string // "sts:AssumeRoleWithSAML"
	RoleArn    string
	Policy     string
	PolicyArns []policyDescriptor
	Duration   *int32
}

// vouchedOut is what the answers of the two have in common.
type vouchedOut struct {
	Credentials      sts.Credentials
	AssumedRoleUser  sts.AssumedRoleUser
	PackedPolicySize *int32
}

// assumeVouched makes a session of a role for who is vouched for, if the role's
// trust policy admits them (policy T8). Absent, forbidden and untrusting roles
// look alike.
func (s *service) assumeVouched(c *pipeline.Call, in vouchedIn, v *vouched) (*vouchedOut, error) {
	role, err := s.role(c, in.RoleArn)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notVouched(in.Action, &proof.Failure{Check: "role", Saw: proof.Quote(in.RoleArn), Want: "a role that exists"})
	}
	if err != nil {
		return nil, fmt.Errorf("loading role %s: %w", in.RoleArn, err)
	}
	c.Account, c.Vouched = role.Account, v.record()
	if err := s.trusts(c, in, role, v); err != nil {
		return nil, err
	}
	sess := &session.Session{
		Kind: session.Role, Account: role.Account, EntityID: role.ID, EntityARN: role.ARN,
		Name: v.SessionName, Source: v.Source, Provider: v.Provider, Facts: v.Facts,
	}
	if sess.Tags, err = sessionTags(v.Tags, v.Transitive, nil); err != nil {
		return nil, err
	}
	lifetime, err := roleDuration(in.Duration, role.MaxSession, false)
	if err != nil {
		return nil, err
	}
	if v.Longest > 0 {
		lifetime = min(lifetime, v.Longest)
	}
	if err := s.setPolicies(c.Ctx, sess, in.Policy, in.PolicyArns, role.Account); err != nil {
		return nil, err
	}
	packed, err := pack(sess)
	if err != nil {
		return nil, err
	}
	if v.UseUp != nil {
		if err := v.UseUp(); err != nil {
			return nil, err
		}
	}
	credentials, err := s.issue(c, sess, packed, lifetime)
	if err != nil {
		return nil, err
	}
	c.About(v.about(role)...)
	return &vouchedOut{
		Credentials:      credentials,
		AssumedRoleUser:  assumedRoleUser(s.Partition, role, v.SessionName),
		PackedPolicySize: percent(packed),
	}, nil
}

// noteVouched has a call that the proof itself does not allow recorded: who is
// there is known, and asks for a role of the provider's account that exists.
func (s *service) noteVouched(c *pipeline.Call, account, roleARN string, v *vouched) {
	if role, err := s.role(c, roleARN); err == nil && role.Account == account {
		c.Account, c.Vouched = account, v.record()
	}
}

// record says who is vouched for as records do (reference, cloudtrail 2).
func (v *vouched) record() *trail.Vouched {
	r := &trail.Vouched{
		Provider: v.Provider, Thumbprint: v.Thumbprint, AssertionID: v.AssertionID, Source: v.Source, Transitive: v.Transitive,
	}
	for _, t := range v.Tags {
		r.Tags = append(r.Tags, session.Tag{Key: t.Key, Value: t.Value})
	}
	for _, f := range v.Facts { // those looked at have one value
		switch f.Key[strings.LastIndexByte(f.Key, ':')+1:] {
		case "namequalifier":
			r.SAML, r.Provider, r.SessionName = true, f.Values[0], v.SessionName
		case "sub":
			r.Subject = f.Values[0]
		case "aud":
			r.Audience = f.Values[0]
		}
	}
	return r
}

// about names what the session was made of.
func (v *vouched) about(role *facts.Principal) []trail.Resource {
	of := []trail.Resource{theRole(role)}
	if a, err := arn.Parse(v.Provider); err == nil && a.ResourceType() == "saml-provider" {
		of = append(of, trail.Resource{Account: a.Account, Type: "AWS::IAM::SAMLProvider", ARN: v.Provider})
	}
	return of
}

// trusts asks the role's trust policy for the action, and for tags and source
// identity when they come along.
func (s *service) trusts(c *pipeline.Call, in vouchedIn, role *facts.Principal, v *vouched) error {
	actions := []string{in.Action}
	if len(v.Tags) > 0 {
		actions = append(actions, "sts:TagSession")
	}
	if v.Source != "" {
		actions = append(actions, "sts:SetSourceIdentity")
	}
	caller := &authn.Caller{Principal: policy.Principal{Type: policy.FederatedExchange, ARN: v.Provider}}
	for _, action := range actions {
		d, err := s.Authz.Decide(c.Ctx, caller, c.Keys(), &authz.Question{
			Action: action, Resource: in.RoleArn, Owner: role.Account, Trust: &authz.Trust{Policy: role.Trust},
			Keys: func(k *policy.Context) { setVouchedKeys(k, role, v) },
		})
		if err != nil {
			return fmt.Errorf("deciding %s on %s: %w", action, in.RoleArn, err)
		}
		if !d.Allowed() {
			c.Denied = &d
			return notVouched(in.Action, &proof.Failure{Check: "trust policy of " + role.ARN, Saw: action + ": " + d.Verdict.String(), Want: "an Allow for " + v.Provider})
		}
		v.Report.Pass("trust policy of "+role.ARN, action)
	}
	return nil
}

// setVouchedKeys sets the condition keys of the call (reference, federation 3
// and 8).
func setVouchedKeys(k *policy.Context, role *facts.Principal, v *vouched) {
	k.Set("aws:FederatedProvider", v.Provider)
	k.Set("sts:RoleSessionName", v.SessionName)
	if v.Source != "" {
		k.Set("sts:SourceIdentity", v.Source)
	}
	k.SetList("sts:TransitiveTagKeys", v.Transitive)
	setRequestTags(k, v.Tags)
	for _, t := range role.Tags {
		k.Set("aws:ResourceTag/"+t.Key, t.Value)
		k.Set("iam:ResourceTag/"+t.Key, t.Value)
	}
	for _, f := range v.Facts {
		if f.Multi {
			k.SetList(f.Key, f.Values)
		} else if len(f.Values) == 1 {
			k.Set(f.Key, f.Values[0])
		}
	}
	if v.Keys != nil {
		v.Keys(k)
	}
}

// notVouched is the refusal that does not say whether there is such a role.
func notVouched(action string, why error) error {
	return &awserr.Error{Code: "AccessDenied", Status: http.StatusForbidden, Message: "Not authorized to perform " + action, Err: why}
}
