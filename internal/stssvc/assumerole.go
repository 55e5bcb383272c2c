package stssvc

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/trail"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/sts"
)

// AssumeRole makes a session of a role for a caller whom the role's trust
// policy admits (reference 3.1, policy 10).
func (s *service) assumeRole() pipeline.Handler {
	return pipeline.Action[assumeRoleInput, sts.AssumeRoleOutput]{
		Name:  "AssumeRole",
		Check: s.checkAssumeRole,
		Asks:  s.asksAssumeRole,
		Do:    s.doAssumeRole,
	}
}

func (s *service) checkAssumeRole(c *pipeline.Call, in *assumeRoleInput) error {
	if _, err := s.roleARN(in.RoleArn); err != nil {
		return err
	}
	if err := mayAssume(c, in.RoleArn); err != nil {
		return err
	}
	return s.proveMFA(c, in.SerialNumber, in.TokenCode)
}

// roleARN parses the ARN of a role.
func (s *service) roleARN(text string) (arn.ARN, error) {
	a, err := arn.Parse(text)
	if err != nil {
		return a, awserr.Validation("%s is invalid", text)
	}
	if !a.IsRole() {
		return a, awserr.Validation("Request ARN is invalid")
	}
	return a, nil
}

// role returns the role with exactly this ARN, or store.ErrNotFound.
func (s *service) role(c *pipeline.Call, text string) (*facts.Principal, error) {
	a, err := s.roleARN(text)
	if err != nil {
		return nil, err
	}
	role, err := s.Facts.RoleNamed(c.Ctx, a.Account, a.Name())
	if err == nil && role.ARN != text { // another partition, path or letter case
		return nil, store.ErrNotFound
	}
	return role, err
}

// asksAssumeRole asks for the role, and for tags and source identity when they
// are passed or inherited (T5). A role that is not there is asked for too, with
// no policy to trust anyone: absent and forbidden look alike.
func (s *service) asksAssumeRole(c *pipeline.Call, in *assumeRoleInput) ([]authz.Question, error) {
	a, err := s.roleARN(in.RoleArn)
	if err != nil {
		return nil, err
	}
	role, err := s.role(c, in.RoleArn)
	if errors.Is(err, store.ErrNotFound) {
		role = new(facts.Principal)
	} else if err != nil {
		return nil, fmt.Errorf("loading role %s: %w", in.RoleArn, err)
	}
	inherits := inherited(c.Caller.Session)
	ask := func(action string) authz.Question {
		return authz.Question{
			Action: action, Resource: in.RoleArn, Owner: a.Account, Trust: &authz.Trust{Policy: role.Trust},
			Keys: func(k *policy.Context) { setAssumeKeys(k, in, role, inherits) },
		}
	}
	questions := []authz.Question{ask("sts:AssumeRole")}
	if len(in.Tags) > 0 || len(inherits) > 0 {
		questions = append(questions, ask("sts:TagSession"))
	}
	if carried := sourceOf(c); in.SourceIdentity != "" || carried != "" {
		q := ask("sts:SetSourceIdentity")
		q.Trust.Both = c.Caller.Session != nil && c.Caller.Session.Kind == session.Role
		questions = append(questions, q)
	}
	if len(in.ProvidedContexts) > 0 {
		questions = append(questions, ask("sts:SetContext"))
	}
	return questions, nil
}

// sourceOf is the source identity that the calling session hands down.
func sourceOf(c *pipeline.Call) string {
	if c.Caller.Session == nil {
		return ""
	}
	return c.Caller.Session.Source
}

// setAssumeKeys sets the condition keys of the call (reference 6.1). Tags
// that are inherited stand in for the role's own while it is decided.
func setAssumeKeys(k *policy.Context, in *assumeRoleInput, role *facts.Principal, inherits []session.Tag) {
	k.Set("sts:RoleSessionName", in.RoleSessionName)
	if in.ExternalId != "" {
		k.Set("sts:ExternalId", in.ExternalId)
	}
	if in.SourceIdentity != "" {
		k.Set("sts:SourceIdentity", in.SourceIdentity)
	}
	k.SetList("sts:TransitiveTagKeys", in.TransitiveTagKeys)
	setRequestTags(k, in.Tags)
	for _, t := range role.Tags {
		k.Set("aws:ResourceTag/"+t.Key, t.Value)
		k.Set("iam:ResourceTag/"+t.Key, t.Value)
	}
	for _, t := range inherits {
		k.Set("aws:ResourceTag/"+t.Key, t.Value)
		k.Set("iam:ResourceTag/"+t.Key, t.Value)
	}
}

func (s *service) doAssumeRole(c *pipeline.Call, in *assumeRoleInput) (*sts.AssumeRoleOutput, error) {
	role, err := s.role(c, in.RoleArn)
	if errors.Is(err, store.ErrNotFound) { // deleted since it was asked for
		return nil, authz.Denied(c.Caller, "sts:AssumeRole", in.RoleArn)
	}
	if err != nil {
		return nil, fmt.Errorf("loading role %s: %w", in.RoleArn, err)
	}
	sess := &session.Session{
		Kind: session.Role, Account: role.Account, EntityID: role.ID, EntityARN: role.ARN,
		Name: in.RoleSessionName, Source: in.SourceIdentity,
	}
	if hadMFA(c) {
		sess.MFA = c.Now // for the records: policies see no MFA in a role's session
	}
	if caller := c.Caller.Session; caller != nil {
		sess.Depth = caller.Depth + 1
		if caller.Source != "" {
			if in.SourceIdentity != "" && in.SourceIdentity != caller.Source {
				return nil, authz.Denied(c.Caller, "sts:SetSourceIdentity", in.RoleArn)
			}
			sess.Source = caller.Source
		}
	}
	if len(in.ProvidedContexts) > 0 {
		return nil, awserr.New(http.StatusBadRequest, "InvalidParameterValue", "No trusted context provider is configured for this account.")
	}
	if sess.Tags, err = sessionTags(in.Tags, in.TransitiveTagKeys, inherited(c.Caller.Session)); err != nil {
		return nil, err
	}
	lifetime, err := roleDuration(in.DurationSeconds, role.MaxSession, c.Caller.Session != nil)
	if err != nil {
		return nil, err
	}
	if err := s.setPolicies(c.Ctx, sess, in.Policy, in.PolicyArns, role.Account); err != nil {
		return nil, err
	}
	packed, err := pack(sess)
	if err != nil {
		return nil, err
	}
	credentials, err := s.issue(c, sess, packed, lifetime)
	if err != nil {
		return nil, err
	}
	c.About(theRole(role))
	return &sts.AssumeRoleOutput{
		Credentials:      credentials,
		AssumedRoleUser:  assumedRoleUser(s.Partition, role, in.RoleSessionName),
		PackedPolicySize: percent(packed),
		SourceIdentity:   sess.Source,
	}, nil
}

// theRole names a role in records.
func theRole(role *facts.Principal) trail.Resource {
	return trail.Resource{Account: role.Account, Type: "AWS::IAM::Role", ARN: role.ARN}
}

// assumedRoleUser names the session of a role. The ARN is without the role's
// path.
func assumedRoleUser(partition string, role *facts.Principal, name string) sts.AssumedRoleUser {
	return sts.AssumedRoleUser{
		AssumedRoleId: role.ID + ":" + name,
		Arn:           arn.AssumedRole(partition, role.Account, role.Name, name).String(),
	}
}
