package iamsvc

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/policy"
)

// Attached managed policies: the same three actions for users, groups and roles.

func attachmentActions() []pipeline.Handler {
	return []pipeline.Handler{
		write("AttachUserPolicy", users, func(in *iamapi.AttachUserPolicyInput) string { return in.UserName },
			func(c *pipeline.Call, in *iamapi.AttachUserPolicyInput, u iam.User) (*query.NoResult, error) {
				return attach(c, userOwner(u), in.PolicyArn, iam.AttachedPoliciesPerUserQuota)
			}, ofUser(func(in *iamapi.AttachUserPolicyInput) string { return in.PolicyArn })),
		write("DetachUserPolicy", users, func(in *iamapi.DetachUserPolicyInput) string { return in.UserName },
			func(c *pipeline.Call, in *iamapi.DetachUserPolicyInput, u iam.User) (*query.NoResult, error) {
				return detach(c, userOwner(u), in.PolicyArn)
			}, ofUser(func(in *iamapi.DetachUserPolicyInput) string { return in.PolicyArn })),
		read("ListAttachedUserPolicies", users, func(in *iamapi.ListAttachedUserPoliciesInput) string { return in.UserName }, listAttachedUserPolicies),

		write("AttachGroupPolicy", groups, func(in *iamapi.AttachGroupPolicyInput) string { return in.GroupName },
			func(c *pipeline.Call, in *iamapi.AttachGroupPolicyInput, g iam.Group) (*query.NoResult, error) {
				return attach(c, groupOwner(g), in.PolicyArn, iam.AttachedPoliciesPerGroupQuota)
			}, ofGroup(func(in *iamapi.AttachGroupPolicyInput) string { return in.PolicyArn })),
		write("DetachGroupPolicy", groups, func(in *iamapi.DetachGroupPolicyInput) string { return in.GroupName },
			func(c *pipeline.Call, in *iamapi.DetachGroupPolicyInput, g iam.Group) (*query.NoResult, error) {
				return detach(c, groupOwner(g), in.PolicyArn)
			}, ofGroup(func(in *iamapi.DetachGroupPolicyInput) string { return in.PolicyArn })),
		read("ListAttachedGroupPolicies", groups, func(in *iamapi.ListAttachedGroupPoliciesInput) string { return in.GroupName }, listAttachedGroupPolicies),

		write("AttachRolePolicy", roles, func(in *iamapi.AttachRolePolicyInput) string { return in.RoleName },
			func(c *pipeline.Call, in *iamapi.AttachRolePolicyInput, r iam.Role) (*query.NoResult, error) {
				if err := notServiceLinked(r); err != nil {
					return nil, err
				}
				return attach(c, roleOwner(r), in.PolicyArn, iam.AttachedPoliciesPerRoleQuota)
			}, ofRole(func(in *iamapi.AttachRolePolicyInput) string { return in.PolicyArn })),
		write("DetachRolePolicy", roles, func(in *iamapi.DetachRolePolicyInput) string { return in.RoleName },
			func(c *pipeline.Call, in *iamapi.DetachRolePolicyInput, r iam.Role) (*query.NoResult, error) {
				if err := notServiceLinked(r); err != nil {
					return nil, err
				}
				return detach(c, roleOwner(r), in.PolicyArn)
			}, ofRole(func(in *iamapi.DetachRolePolicyInput) string { return in.PolicyArn })),
		read("ListAttachedRolePolicies", roles, func(in *iamapi.ListAttachedRolePoliciesInput) string { return in.RoleName }, listAttachedRolePolicies),
	}
}

// ofUser checks the ARN of a policy to attach or detach, and adds its condition
// key and that of the user's boundary.
func ofUser[In any](policyARN func(*In) string) more[In, iam.User] {
	return more[In, iam.User]{
		check: func(_ *pipeline.Call, in *In) error { return checkPolicyARN(policyARN(in)) },
		keys: func(k *policy.Context, in *In, u iam.User) {
			k.Set("iam:PolicyARN", policyARN(in))
			setBoundary(k, u.Boundary)
		},
	}
}

func ofGroup[In any](policyARN func(*In) string) more[In, iam.Group] {
	return more[In, iam.Group]{
		check: func(_ *pipeline.Call, in *In) error { return checkPolicyARN(policyARN(in)) },
		keys:  func(k *policy.Context, in *In, _ iam.Group) { k.Set("iam:PolicyARN", policyARN(in)) },
	}
}

// ofRole is ofUser for roles, whose actions have another sentence for what is no
// ARN (recorded, answers 4).
func ofRole[In any](policyARN func(*In) string) more[In, iam.Role] {
	return more[In, iam.Role]{
		check: func(_ *pipeline.Call, in *In) error {
			if _, err := arn.Parse(policyARN(in)); err != nil {
				return awserr.Validation("Invalid ARN:  Could not be parsed!")
			}
			return checkPolicyARN(policyARN(in))
		},
		keys: func(k *policy.Context, in *In, r iam.Role) {
			k.Set("iam:PolicyARN", policyARN(in))
			setBoundary(k, r.Boundary)
		},
	}
}

func attach(c *pipeline.Call, o owner, policyARN string, most int) (*query.NoResult, error) {
	p, err := attachables.find(c, policyARN)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(p.Path, serviceLinkedPath) {
		return nil, awserr.New(400, "PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.")
	}
	has, err := c.Tx.AttachedPolicies(o.ID)
	if err != nil {
		return nil, err
	}
	a := iam.Attachment{ARN: p.ARN, Name: p.Name}
	if len(has) >= most && !slices.Contains(has, a) {
		return nil, quota("PoliciesPer"+strings.ToUpper(o.word[:1])+o.word[1:], most)
	}
	return new(query.NoResult), c.Tx.Attach(o.Owner, a)
}

func detach(c *pipeline.Call, o owner, policyARN string) (*query.NoResult, error) {
	return new(query.NoResult), absent(c.Tx.Detach(o.Owner, policyARN), noSuchEntity(policies.missing, policyARN))
}

func listAttached(c *pipeline.Call, ownerID, pathPrefix, marker string, maxItems *int32) (part []iamapi.AttachedPolicy, truncated bool, next string, err error) {
	p, err := newPage(c, marker, maxItems)
	if err != nil {
		return nil, false, "", err
	}
	all, err := c.Tx.AttachedPolicies(ownerID)
	if err != nil {
		return nil, false, "", err
	}
	all = slices.DeleteFunc(all, func(a iam.Attachment) bool { return !strings.HasPrefix(policyPath(a.ARN), pathPrefix) })
	return byCount(p, showAttached(all))
}

func policyPath(text string) string {
	a, err := arn.Parse(text)
	if err != nil {
		return "/"
	}
	return a.Path()
}

func showAttached(all []iam.Attachment) []iamapi.AttachedPolicy {
	return convert(all, func(a iam.Attachment) iamapi.AttachedPolicy {
		return iamapi.AttachedPolicy{PolicyName: a.Name, PolicyArn: a.ARN}
	})
}

func listAttachedUserPolicies(c *pipeline.Call, in *iamapi.ListAttachedUserPoliciesInput, u iam.User) (out *iamapi.ListAttachedUserPoliciesOutput, err error) {
	out = new(iamapi.ListAttachedUserPoliciesOutput)
	out.AttachedPolicies, out.IsTruncated, out.Marker, err = listAttached(c, u.ID, in.PathPrefix, in.Marker, in.MaxItems)
	return out, err
}

func listAttachedGroupPolicies(c *pipeline.Call, in *iamapi.ListAttachedGroupPoliciesInput, g iam.Group) (out *iamapi.ListAttachedGroupPoliciesOutput, err error) {
	out = new(iamapi.ListAttachedGroupPoliciesOutput)
	out.AttachedPolicies, out.IsTruncated, out.Marker, err = listAttached(c, g.ID, in.PathPrefix, in.Marker, in.MaxItems)
	return out, err
}

func listAttachedRolePolicies(c *pipeline.Call, in *iamapi.ListAttachedRolePoliciesInput, r iam.Role) (out *iamapi.ListAttachedRolePoliciesOutput, err error) {
	out = new(iamapi.ListAttachedRolePoliciesOutput)
	out.AttachedPolicies, out.IsTruncated, out.Marker, err = listAttached(c, r.ID, in.PathPrefix, in.Marker, in.MaxItems)
	return out, err
}
