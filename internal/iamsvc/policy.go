package iamsvc

import (
	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
)

func policyActions() []pipeline.Handler {
	return []pipeline.Handler{
		create("CreatePolicy", asksCreatePolicy, createPolicy),
		read("GetPolicy", policies, func(in *iamapi.GetPolicyInput) string { return in.PolicyArn }, getPolicy),
		write("DeletePolicy", policies, func(in *iamapi.DeletePolicyInput) string { return in.PolicyArn }, deletePolicy),
		pipeline.Action[iamapi.ListPoliciesInput, iamapi.ListPoliciesOutput]{
			Name: "ListPolicies", Tx: pipeline.ReadTx, ReadOnly: true,
			Asks: ask("iam:ListPolicies", asksListPolicies),
			Do:   listPolicies,
		},
		read("ListEntitiesForPolicy", attachables, func(in *iamapi.ListEntitiesForPolicyInput) string { return in.PolicyArn }, listEntitiesForPolicy),
	}
}

// policies are managed policies, addressed by ARN: the account's own and the
// service's.
var policies = noun[iam.Policy]{
	word:    "policy",
	missing: "Policy %s was not found.",
	check:   func(_ *pipeline.Call, name string) error { return checkPolicyARN(name) },
	load:    attachable,
	arn:     func(_ *pipeline.Call, p iam.Policy) string { return p.ARN },
	guess:   func(_ *pipeline.Call, name string) string { return name },
	tags:    func(p iam.Policy) []iam.Tag { return p.Tags },
	owner: func(c *pipeline.Call, name string) string {
		if a, err := arn.Parse(name); err == nil && arn.IsAccount(a.Account) {
			return a.Account
		}
		return c.Account
	},
}

// attachables are policies in the words of the actions that attach them or read
// their versions.
var attachables = func() noun[iam.Policy] {
	n := policies
	n.missing = "Policy %s does not exist or is not attachable."
	return n
}()

// checkPolicyARN refuses what is no ARN, and the ARN of something else.
func checkPolicyARN(text string) error {
	if _, err := arn.Parse(text); err != nil {
		return awserr.Validation("ARN %s is not valid.", text)
	}
	if !isPolicyARN(text) {
		return invalidInput("ARN %s is not valid.", text)
	}
	return nil
}

func isPolicyARN(text string) bool {
	a, err := arn.Parse(text)
	return err == nil && a.IsPolicy()
}

// attachable returns the policy that may be attached in the caller's account:
// one of its own or of the service's, in its partition.
func attachable(c *pipeline.Call, text string) (iam.Policy, error) {
	a, err := arn.Parse(text)
	if err != nil || a.Partition != c.Partition || a.Account != c.Account && a.Account != iam.AWS {
		return iam.Policy{}, store.ErrNotFound
	}
	p, err := c.Tx.Policy(text)
	p.ARN = text
	return p, err
}

// own refuses to change one of the service's policies.
func own(p iam.Policy, sentence string) error {
	if p.Account == iam.AWS {
		return denied("%s", sentence)
	}
	return nil
}

// listedPolicy is the policy as lists show it: without description and tags.
func listedPolicy(c *pipeline.Call, p iam.Policy) (v iamapi.Policy, err error) {
	v = iamapi.Policy{
		PolicyName: p.Name, PolicyId: p.ID, Arn: p.ARN, Path: p.Path, DefaultVersionId: versionID(p.Default),
		IsAttachable: true, CreateDate: p.Created, UpdateDate: p.Updated,
	}
	n, err := c.Tx.AttachmentCount(c.Account, p.ARN)
	if err != nil {
		return v, err
	}
	v.AttachmentCount = int32(n)
	n, err = c.Tx.BoundaryCount(c.Account, p.ARN)
	v.PermissionsBoundaryUsageCount = int32(n)
	return v, err
}

func asksCreatePolicy(c *pipeline.Call, in *iamapi.CreatePolicyInput) creation {
	return creation{
		noun: "Policy", arn: arn.Policy(c.Partition, c.Account, in.Path, in.PolicyName).String(),
		text: "policy " + in.PolicyName, tags: in.Tags,
	}
}

func createPolicy(c *pipeline.Call, in *iamapi.CreatePolicyInput) (*iamapi.CreatePolicyOutput, error) {
	tags, err := exactTags.merge(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	if err := checkManaged(in.PolicyDocument); err != nil {
		return nil, err
	}
	p := iam.Policy{
		ID: iam.NewID(iam.PolicyPrefix, c.Account), Account: c.Account, Path: orSlash(in.Path), Name: in.PolicyName,
		ARN:         arn.Policy(c.Partition, c.Account, in.Path, in.PolicyName).String(),
		Description: in.Description, Default: 1, Latest: 1, Created: c.Now, Updated: c.Now, Tags: tags,
	}
	if err := c.Tx.CreatePolicy(p, in.PolicyDocument); err != nil {
		return nil, taken(err, alreadyExists("A policy called %s already exists. Duplicate names are not allowed.", in.PolicyName))
	}
	v, err := listedPolicy(c, p)
	v.Tags = showTags(tags)
	return &iamapi.CreatePolicyOutput{Policy: v}, err
}

// checkManaged refuses a document that cannot be a managed policy's.
func checkManaged(text string) error {
	if _, err := policy.Parse(policy.Managed, text); err != nil {
		return malformed(err)
	}
	if policy.SizeWithoutSpace(text) > iam.PolicySizeQuota {
		return quota("PolicySize", iam.PolicySizeQuota)
	}
	return nil
}

func getPolicy(c *pipeline.Call, _ *iamapi.GetPolicyInput, p iam.Policy) (*iamapi.GetPolicyOutput, error) {
	v, err := listedPolicy(c, p)
	v.Description = p.Description
	v.Tags = convert(p.Tags, showTag)
	return &iamapi.GetPolicyOutput{Policy: v}, err
}

func deletePolicy(c *pipeline.Call, _ *iamapi.DeletePolicyInput, p iam.Policy) (*query.NoResult, error) {
	if err := own(p, "Cannot delete policies outside your own account."); err != nil {
		return nil, err
	}
	v, err := listedPolicy(c, p)
	switch {
	case err != nil:
		return nil, err
	case v.AttachmentCount > 0 || v.PermissionsBoundaryUsageCount > 0:
		return nil, deleteConflict("Cannot delete a policy attached to entities.")
	}
	versions, err := c.Tx.PolicyVersions(p)
	switch {
	case err != nil:
		return nil, err
	case len(versions) > 1:
		return nil, deleteConflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
			"The default version is deleted with the policy.")
	}
	return new(query.NoResult), c.Tx.DeletePolicy(p)
}
