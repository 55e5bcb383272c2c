package iamsvc

import (
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
)

// Inline policies: the same four actions for users, groups and roles.

func inlineActions() []pipeline.Handler {
	return []pipeline.Handler{
		write("PutUserPolicy", users, func(in *iamapi.PutUserPolicyInput) string { return in.UserName },
			func(c *pipeline.Call, in *iamapi.PutUserPolicyInput, u iam.User) (*query.NoResult, error) {
				return putInline(c, userOwner(u), in.PolicyName, in.PolicyDocument)
			}, boundedUser[iamapi.PutUserPolicyInput]()),
		read("GetUserPolicy", users, func(in *iamapi.GetUserPolicyInput) string { return in.UserName }, getUserPolicy),
		write("DeleteUserPolicy", users, func(in *iamapi.DeleteUserPolicyInput) string { return in.UserName },
			func(c *pipeline.Call, in *iamapi.DeleteUserPolicyInput, u iam.User) (*query.NoResult, error) {
				return deleteInline(c, userOwner(u), in.PolicyName)
			}, boundedUser[iamapi.DeleteUserPolicyInput]()),
		read("ListUserPolicies", users, func(in *iamapi.ListUserPoliciesInput) string { return in.UserName }, listUserPolicies),

		write("PutGroupPolicy", groups, func(in *iamapi.PutGroupPolicyInput) string { return in.GroupName },
			func(c *pipeline.Call, in *iamapi.PutGroupPolicyInput, g iam.Group) (*query.NoResult, error) {
				return putInline(c, groupOwner(g), in.PolicyName, in.PolicyDocument)
			}),
		read("GetGroupPolicy", groups, func(in *iamapi.GetGroupPolicyInput) string { return in.GroupName }, getGroupPolicy),
		write("DeleteGroupPolicy", groups, func(in *iamapi.DeleteGroupPolicyInput) string { return in.GroupName },
			func(c *pipeline.Call, in *iamapi.DeleteGroupPolicyInput, g iam.Group) (*query.NoResult, error) {
				return deleteInline(c, groupOwner(g), in.PolicyName)
			}),
		read("ListGroupPolicies", groups, func(in *iamapi.ListGroupPoliciesInput) string { return in.GroupName }, listGroupPolicies),

		write("PutRolePolicy", roles, func(in *iamapi.PutRolePolicyInput) string { return in.RoleName },
			func(c *pipeline.Call, in *iamapi.PutRolePolicyInput, r iam.Role) (*query.NoResult, error) {
				if err := notServiceLinked(r); err != nil {
					return nil, err
				}
				return putInline(c, roleOwner(r), in.PolicyName, in.PolicyDocument)
			}, boundedRole[iamapi.PutRolePolicyInput]()),
		read("GetRolePolicy", roles, func(in *iamapi.GetRolePolicyInput) string { return in.RoleName }, getRolePolicy),
		write("DeleteRolePolicy", roles, func(in *iamapi.DeleteRolePolicyInput) string { return in.RoleName },
			func(c *pipeline.Call, in *iamapi.DeleteRolePolicyInput, r iam.Role) (*query.NoResult, error) {
				if err := notServiceLinked(r); err != nil {
					return nil, err
				}
				return deleteInline(c, roleOwner(r), in.PolicyName)
			}, boundedRole[iamapi.DeleteRolePolicyInput]()),
		read("ListRolePolicies", roles, func(in *iamapi.ListRolePoliciesInput) string { return in.RoleName }, listRolePolicies),
	}
}

// owner is a user, group or role as the holder of policies.
type owner struct {
	store.Owner
	word        string // "user"
	inlineQuota int    // the most that its inline policies may have together, in characters
}

func userOwner(u iam.User) owner { return owner{store.OwnerUser(u), "user", iam.UserPolicySizeQuota} }

func groupOwner(g iam.Group) owner {
	return owner{store.OwnerGroup(g), "group", iam.GroupPolicySizeQuota}
}

func roleOwner(r iam.Role) owner { return owner{store.OwnerRole(r), "role", iam.RolePolicySizeQuota} }

// boundedUser adds the condition key of the boundary that the user has.
func boundedUser[In any]() more[In, iam.User] {
	return more[In, iam.User]{keys: func(k *policy.Context, _ *In, u iam.User) { setBoundary(k, u.Boundary) }}
}

// boundedRole adds the condition key of the boundary that the role has.
func boundedRole[In any]() more[In, iam.Role] {
	return more[In, iam.Role]{keys: func(k *policy.Context, _ *In, r iam.Role) { setBoundary(k, r.Boundary) }}
}

func (o owner) noSuchPolicy(name string) error {
	return noSuchEntity("The %s policy with name %s cannot be found.", o.word, name)
}

func putInline(c *pipeline.Call, o owner, name, document string) (*query.NoResult, error) {
	if _, err := policy.Parse(policy.Inline, document); err != nil {
		return nil, malformed(err)
	}
	all, err := c.Tx.InlinePolicies(o.ID)
	if err != nil {
		return nil, err
	}
	size := policy.SizeWithoutSpace(document)
	for _, p := range all {
		if p.Name != name {
			size += policy.SizeWithoutSpace(p.Document)
		}
	}
	if size > o.inlineQuota {
		return nil, limitExceeded("Maximum policy size of %d bytes exceeded for %s %s", o.inlineQuota, o.word, o.Name)
	}
	return new(query.NoResult), c.Tx.PutInlinePolicy(o.Owner, iam.InlinePolicy{Name: name, Document: document})
}

func deleteInline(c *pipeline.Call, o owner, name string) (*query.NoResult, error) {
	return new(query.NoResult), absent(c.Tx.DeleteInlinePolicy(o.Owner, name), o.noSuchPolicy(name))
}

func getInline(c *pipeline.Call, o owner, name string) (iam.InlinePolicy, error) {
	p, err := c.Tx.InlinePolicy(o.ID, name)
	return p, absent(err, o.noSuchPolicy(name))
}

func listInline(c *pipeline.Call, o owner, marker string, maxItems *int32) (names []string, truncated bool, next string, err error) {
	p, err := newPage(c, marker, maxItems)
	if err != nil {
		return nil, false, "", err
	}
	all, err := c.Tx.InlinePolicies(o.ID)
	if err != nil {
		return nil, false, "", err
	}
	return byCount(p, convert(all, func(p iam.InlinePolicy) string { return p.Name }))
}

func getUserPolicy(c *pipeline.Call, in *iamapi.GetUserPolicyInput, u iam.User) (*iamapi.GetUserPolicyOutput, error) {
	p, err := getInline(c, userOwner(u), in.PolicyName)
	return &iamapi.GetUserPolicyOutput{UserName: u.Name, PolicyName: p.Name, PolicyDocument: query.PolicyDocument(p.Document)}, err
}

func getGroupPolicy(c *pipeline.Call, in *iamapi.GetGroupPolicyInput, g iam.Group) (*iamapi.GetGroupPolicyOutput, error) {
	p, err := getInline(c, groupOwner(g), in.PolicyName)
	return &iamapi.GetGroupPolicyOutput{GroupName: g.Name, PolicyName: p.Name, PolicyDocument: query.PolicyDocument(p.Document)}, err
}

func getRolePolicy(c *pipeline.Call, in *iamapi.GetRolePolicyInput, r iam.Role) (*iamapi.GetRolePolicyOutput, error) {
	p, err := getInline(c, roleOwner(r), in.PolicyName)
	return &iamapi.GetRolePolicyOutput{RoleName: r.Name, PolicyName: p.Name, PolicyDocument: query.PolicyDocument(p.Document)}, err
}

func listUserPolicies(c *pipeline.Call, in *iamapi.ListUserPoliciesInput, u iam.User) (out *iamapi.ListUserPoliciesOutput, err error) {
	out = new(iamapi.ListUserPoliciesOutput)
	out.PolicyNames, out.IsTruncated, out.Marker, err = listInline(c, userOwner(u), in.Marker, in.MaxItems)
	return out, err
}

func listGroupPolicies(c *pipeline.Call, in *iamapi.ListGroupPoliciesInput, g iam.Group) (out *iamapi.ListGroupPoliciesOutput, err error) {
	out = new(iamapi.ListGroupPoliciesOutput)
	out.PolicyNames, out.IsTruncated, out.Marker, err = listInline(c, groupOwner(g), in.Marker, in.MaxItems)
	return out, err
}

func listRolePolicies(c *pipeline.Call, in *iamapi.ListRolePoliciesInput, r iam.Role) (out *iamapi.ListRolePoliciesOutput, err error) {
	out = new(iamapi.ListRolePoliciesOutput)
	out.PolicyNames, out.IsTruncated, out.Marker, err = listInline(c, roleOwner(r), in.Marker, in.MaxItems)
	return out, err
}
