package iamsvc

import (
	"strconv"
	"strings"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
)

func versionActions() []pipeline.Handler {
	return []pipeline.Handler{
		write("CreatePolicyVersion", attachables, func(in *iamapi.CreatePolicyVersionInput) string { return in.PolicyArn }, createPolicyVersion),
		read("GetPolicyVersion", policies, func(in *iamapi.GetPolicyVersionInput) string { return in.PolicyArn }, getPolicyVersion,
			more[iamapi.GetPolicyVersionInput, iam.Policy]{gone: func(_ *pipeline.Call, in *iamapi.GetPolicyVersionInput) error {
				return noSuchVersion(in.PolicyArn, in.VersionId)
			}}),
		read("ListPolicyVersions", policies, func(in *iamapi.ListPolicyVersionsInput) string { return in.PolicyArn }, listPolicyVersions),
		write("SetDefaultPolicyVersion", policies, func(in *iamapi.SetDefaultPolicyVersionInput) string { return in.PolicyArn }, setDefaultPolicyVersion,
			more[iamapi.SetDefaultPolicyVersionInput, iam.Policy]{gone: func(_ *pipeline.Call, in *iamapi.SetDefaultPolicyVersionInput) error {
				return noSuchVersion(in.PolicyArn, in.VersionId)
			}}),
		write("DeletePolicyVersion", policies, func(in *iamapi.DeletePolicyVersionInput) string { return in.PolicyArn }, deletePolicyVersion,
			more[iamapi.DeletePolicyVersionInput, iam.Policy]{gone: func(_ *pipeline.Call, in *iamapi.DeletePolicyVersionInput) error {
				return noSuchVersion(in.PolicyArn, in.VersionId)
			}}),
	}
}

func noSuchVersion(arn, version string) error {
	return noSuchEntity("Policy %s version %s does not exist or is not attachable.", arn, version)
}

// versionID is the name of a version: "v3".
func versionID(number int) string { return "v" + strconv.Itoa(number) }

// version returns the version of the policy that the id names.
func version(c *pipeline.Call, p iam.Policy, id string) (iam.PolicyVersion, error) {
	number, err := strconv.Atoi(strings.TrimPrefix(id, "v"))
	if err != nil || versionID(number) != id { // v1.alpha, v99999999999999999999
		return iam.PolicyVersion{}, noSuchVersion(p.ARN, id)
	}
	v, err := c.Tx.PolicyVersion(p, number)
	return v, absent(err, noSuchVersion(p.ARN, id))
}

// listedVersion is the version as lists show it: without its document.
func listedVersion(p iam.Policy, v iam.PolicyVersion) iamapi.PolicyVersion {
	return iamapi.PolicyVersion{VersionId: versionID(v.Number), IsDefaultVersion: v.Number == p.Default, CreateDate: v.Created}
}

// showVersion is the version with its document.
func showVersion(p iam.Policy, v iam.PolicyVersion) iamapi.PolicyVersion {
	shown := listedVersion(p, v)
	shown.Document = query.PolicyDocument(v.Document)
	return shown
}

func createPolicyVersion(c *pipeline.Call, in *iamapi.CreatePolicyVersionInput, p iam.Policy) (*iamapi.CreatePolicyVersionOutput, error) {
	if err := own(p, "Cannot create policy versions for policies outside your own account."); err != nil {
		return nil, err
	}
	if err := checkManaged(in.PolicyDocument); err != nil {
		return nil, err
	}
	all, err := c.Tx.PolicyVersions(p)
	if err != nil {
		return nil, err
	}
	if len(all) >= iam.VersionsPerPolicyQuota {
		return nil, limitExceeded("A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.",
			iam.VersionsPerPolicyQuota)
	}
	v, err := c.Tx.AddPolicyVersion(p, in.PolicyDocument, isTrue(in.SetAsDefault), c.Now)
	if err != nil {
		return nil, err
	}
	if isTrue(in.SetAsDefault) {
		p.Default = v.Number
	}
	return &iamapi.CreatePolicyVersionOutput{PolicyVersion: listedVersion(p, v)}, nil
}

func getPolicyVersion(c *pipeline.Call, in *iamapi.GetPolicyVersionInput, p iam.Policy) (*iamapi.GetPolicyVersionOutput, error) {
	v, err := version(c, p, in.VersionId)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetPolicyVersionOutput{PolicyVersion: showVersion(p, v)}, nil
}

func listPolicyVersions(c *pipeline.Call, in *iamapi.ListPolicyVersionsInput, p iam.Policy) (*iamapi.ListPolicyVersionsOutput, error) {
	pg, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, err := c.Tx.PolicyVersions(p)
	if err != nil {
		return nil, err
	}
	out := new(iamapi.ListPolicyVersionsOutput)
	if all, out.IsTruncated, out.Marker, err = byCount(pg, all); err != nil {
		return nil, err
	}
	out.Versions = convert(all, func(v iam.PolicyVersion) iamapi.PolicyVersion { return listedVersion(p, v) })
	return out, nil
}

func setDefaultPolicyVersion(c *pipeline.Call, in *iamapi.SetDefaultPolicyVersionInput, p iam.Policy) (*query.NoResult, error) {
	if err := own(p, "Cannot update policies outside your own account."); err != nil {
		return nil, err
	}
	v, err := version(c, p, in.VersionId)
	if err != nil {
		return nil, err
	}
	return new(query.NoResult), c.Tx.SetDefaultVersion(p, v.Number, c.Now)
}

func deletePolicyVersion(c *pipeline.Call, in *iamapi.DeletePolicyVersionInput, p iam.Policy) (*query.NoResult, error) {
	if err := own(p, "Cannot delete policy versions for policies outside your own account."); err != nil {
		return nil, err
	}
	v, err := version(c, p, in.VersionId)
	if err != nil {
		return nil, err
	}
	if v.Number == p.Default {
		return nil, deleteConflict("Cannot delete the default version of a policy.")
	}
	return new(query.NoResult), c.Tx.DeletePolicyVersion(p, v.Number)
}
