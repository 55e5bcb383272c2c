package iamsvc

import (
	"slices"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/policy"
)

// Tags: the same three actions for users, roles, policies and instance profiles.

func tagActions() []pipeline.Handler {
	return []pipeline.Handler{
		write("TagUser", users, func(in *iamapi.TagUserInput) string { return in.UserName },
			func(c *pipeline.Call, in *iamapi.TagUserInput, u iam.User) (*query.NoResult, error) {
				return retag(foldedTags, u.Tags, in.Tags, func(tags []iam.Tag) error { return saveUserTags(c, u, tags) })
			}, tagging[iam.User](func(in *iamapi.TagUserInput) []iamapi.Tag { return in.Tags })),
		write("UntagUser", users, func(in *iamapi.UntagUserInput) string { return in.UserName },
			func(c *pipeline.Call, in *iamapi.UntagUserInput, u iam.User) (*query.NoResult, error) {
				return new(query.NoResult), saveUserTags(c, u, foldedTags.without(u.Tags, in.TagKeys))
			}, untagging[iam.User](func(in *iamapi.UntagUserInput) []string { return in.TagKeys })),
		read("ListUserTags", users, func(in *iamapi.ListUserTagsInput) string { return in.UserName }, listUserTags),

		write("TagRole", roles, func(in *iamapi.TagRoleInput) string { return in.RoleName },
			func(c *pipeline.Call, in *iamapi.TagRoleInput, r iam.Role) (*query.NoResult, error) {
				return retag(foldedTags, r.Tags, in.Tags, func(tags []iam.Tag) error { return saveRoleTags(c, r, tags) })
			}, tagging[iam.Role](func(in *iamapi.TagRoleInput) []iamapi.Tag { return in.Tags })),
		write("UntagRole", roles, func(in *iamapi.UntagRoleInput) string { return in.RoleName },
			func(c *pipeline.Call, in *iamapi.UntagRoleInput, r iam.Role) (*query.NoResult, error) {
				return new(query.NoResult), saveRoleTags(c, r, foldedTags.without(r.Tags, in.TagKeys))
			}, untagging[iam.Role](func(in *iamapi.UntagRoleInput) []string { return in.TagKeys })),
		read("ListRoleTags", roles, func(in *iamapi.ListRoleTagsInput) string { return in.RoleName }, listRoleTags),

		write("TagPolicy", policies, func(in *iamapi.TagPolicyInput) string { return in.PolicyArn },
			func(c *pipeline.Call, in *iamapi.TagPolicyInput, p iam.Policy) (*query.NoResult, error) {
				return retag(exactTags, p.Tags, in.Tags, func(tags []iam.Tag) error { return savePolicyTags(c, p, tags) })
			}, tagging[iam.Policy](func(in *iamapi.TagPolicyInput) []iamapi.Tag { return in.Tags })),
		write("UntagPolicy", policies, func(in *iamapi.UntagPolicyInput) string { return in.PolicyArn },
			func(c *pipeline.Call, in *iamapi.UntagPolicyInput, p iam.Policy) (*query.NoResult, error) {
				return new(query.NoResult), savePolicyTags(c, p, exactTags.without(p.Tags, in.TagKeys))
			}, untagging[iam.Policy](func(in *iamapi.UntagPolicyInput) []string { return in.TagKeys })),
		read("ListPolicyTags", policies, func(in *iamapi.ListPolicyTagsInput) string { return in.PolicyArn }, listPolicyTags),

		write("TagInstanceProfile", profiles, func(in *iamapi.TagInstanceProfileInput) string { return in.InstanceProfileName },
			func(c *pipeline.Call, in *iamapi.TagInstanceProfileInput, p iam.InstanceProfile) (*query.NoResult, error) {
				return retag(foldedTags, p.Tags, in.Tags, func(tags []iam.Tag) error { return saveProfileTags(c, p, tags) })
			}, tagging[iam.InstanceProfile](func(in *iamapi.TagInstanceProfileInput) []iamapi.Tag { return in.Tags })),
		write("UntagInstanceProfile", profiles, func(in *iamapi.UntagInstanceProfileInput) string { return in.InstanceProfileName },
			func(c *pipeline.Call, in *iamapi.UntagInstanceProfileInput, p iam.InstanceProfile) (*query.NoResult, error) {
				return new(query.NoResult), saveProfileTags(c, p, foldedTags.without(p.Tags, in.TagKeys))
			}, untagging[iam.InstanceProfile](func(in *iamapi.UntagInstanceProfileInput) []string { return in.TagKeys })),
		read("ListInstanceProfileTags", profiles, func(in *iamapi.ListInstanceProfileTagsInput) string { return in.InstanceProfileName }, listProfileTags),
	}
}

// tagging adds the condition keys of the tags that a call passes.
func tagging[T, In any](tags func(*In) []iamapi.Tag) more[In, T] {
	return more[In, T]{keys: func(k *policy.Context, in *In, _ T) { setRequestTags(k, tags(in)) }}
}

// untagging adds the condition key of the tag keys that a call names.
func untagging[T, In any](keys func(*In) []string) more[In, T] {
	return more[In, T]{keys: func(k *policy.Context, in *In, _ T) { k.SetList("aws:TagKeys", keys(in)) }}
}

// retag adds tags to what a thing has, and saves them.
func retag(rule tagRule, old []iam.Tag, in []iamapi.Tag, save func([]iam.Tag) error) (*query.NoResult, error) {
	tags, err := rule.merge(old, in)
	if err != nil {
		return nil, err
	}
	return new(query.NoResult), save(tags)
}

func saveUserTags(c *pipeline.Call, was iam.User, tags []iam.Tag) error {
	now := was
	now.Tags = tags
	return c.Tx.UpdateUser(was, now)
}

// saveRoleTags takes service-linked roles too: the account may tag them.
func saveRoleTags(c *pipeline.Call, was iam.Role, tags []iam.Tag) error {
	now := was
	now.Tags = tags
	return c.Tx.UpdateRole(was, now)
}

func savePolicyTags(c *pipeline.Call, p iam.Policy, tags []iam.Tag) error {
	if err := own(p, "Cannot update policies outside your own account."); err != nil {
		return err
	}
	return c.Tx.SetPolicyTags(p, tags)
}

func saveProfileTags(c *pipeline.Call, p iam.InstanceProfile, tags []iam.Tag) error {
	p.Tags = tags
	return c.Tx.UpdateInstanceProfile(p)
}

func listTags(c *pipeline.Call, order func(a, b iam.Tag) int, tags []iam.Tag, marker string, maxItems *int32) (part []iamapi.Tag, truncated bool, next string, err error) {
	p, err := newPage(c, marker, maxItems)
	if err != nil {
		return nil, false, "", err
	}
	return byCount(p, convert(slices.SortedFunc(slices.Values(tags), order), showTag))
}

func listUserTags(c *pipeline.Call, in *iamapi.ListUserTagsInput, u iam.User) (out *iamapi.ListUserTagsOutput, err error) {
	out = new(iamapi.ListUserTagsOutput)
	out.Tags, out.IsTruncated, out.Marker, err = listTags(c, byKey, u.Tags, in.Marker, in.MaxItems)
	return out, err
}

func listRoleTags(c *pipeline.Call, in *iamapi.ListRoleTagsInput, r iam.Role) (out *iamapi.ListRoleTagsOutput, err error) {
	out = new(iamapi.ListRoleTagsOutput)
	out.Tags, out.IsTruncated, out.Marker, err = listTags(c, byKey, r.Tags, in.Marker, in.MaxItems)
	return out, err
}

func listPolicyTags(c *pipeline.Call, in *iamapi.ListPolicyTagsInput, p iam.Policy) (out *iamapi.ListPolicyTagsOutput, err error) {
	out = new(iamapi.ListPolicyTagsOutput)
	out.Tags, out.IsTruncated, out.Marker, err = listTags(c, byLengthAndKey, p.Tags, in.Marker, in.MaxItems)
	return out, err
}

func listProfileTags(c *pipeline.Call, in *iamapi.ListInstanceProfileTagsInput, p iam.InstanceProfile) (out *iamapi.ListInstanceProfileTagsOutput, err error) {
	out = new(iamapi.ListInstanceProfileTagsOutput)
	out.Tags, out.IsTruncated, out.Marker, err = listTags(c, byKey, p.Tags, in.Marker, in.MaxItems)
	return out, err
}
