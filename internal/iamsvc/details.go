package iamsvc

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/store"
)

func detailActions() []pipeline.Handler {
	return []pipeline.Handler{onAccount("GetAccountAuthorizationDetails", pipeline.ReadTx, getAccountAuthorizationDetails)}
}

// detailLists are the parts of the answer, in the order of its pages: each adds
// items after a name to the answer, at most n, and returns the name of the last
// one, or "" when there is none after it.
var detailLists = []struct {
	filter string
	add    func(c *pipeline.Call, out *iamapi.GetAccountAuthorizationDetailsOutput, after string, n int) (last string, err error)
}{
	{"User", addUserDetails},
	{"Group", addGroupDetails},
	{"Role", addRoleDetails},
	{"LocalManagedPolicy", addLocalPolicies},
	{"AWSManagedPolicy", addAWSPolicies},
}

// getAccountAuthorizationDetails reads users, groups, roles and policies with
// all that decides what they may do. A marker is the list and the name after
// which the next page begins.
func getAccountAuthorizationDetails(c *pipeline.Call, in *iamapi.GetAccountAuthorizationDetailsInput) (*iamapi.GetAccountAuthorizationDetailsOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetAccountAuthorizationDetailsOutput{
		UserDetailList: []iamapi.UserDetail{}, GroupDetailList: []iamapi.GroupDetail{}, RoleDetailList: []iamapi.RoleDetail{},
		Policies: []iamapi.ManagedPolicyDetail{},
	}
	start, after, _ := strings.Cut(p.after, " ")
	begun := start == ""
	for _, list := range detailLists {
		from := ""
		if list.filter == start {
			begun, from = true, after
		}
		if !begun || len(in.Filter) > 0 && !slices.Contains(in.Filter, list.filter) {
			continue
		}
		has := len(out.UserDetailList) + len(out.GroupDetailList) + len(out.RoleDetailList) + len(out.Policies)
		last, err := list.add(c, out, from, p.limit-has)
		if err != nil {
			return nil, err
		}
		if last != "" {
			out.IsTruncated, out.Marker = true, p.marker(list.filter+" "+strings.TrimSuffix(last, "\x00"))
			return out, nil
		}
	}
	if !begun {
		return nil, errInvalidMarker()
	}
	return out, nil
}

// addDetails adds the details of a page of items.
func addDetails[T, D any](items []T, name func(T) string, n int, after string, detail func(T) (D, error), to *[]D) (string, error) {
	last := after + "\x00" // "begin where you are": the page was full before this list
	for i, v := range items {
		if i == n {
			return last, nil
		}
		d, err := detail(v)
		if err != nil {
			return "", err
		}
		*to = append(*to, d)
		last = iam.Fold(name(v))
	}
	return "", nil
}

func addUserDetails(c *pipeline.Call, out *iamapi.GetAccountAuthorizationDetailsOutput, after string, n int) (string, error) {
	all, err := c.Tx.Users(c.Account, store.Page{After: after, Limit: n + 1})
	if err != nil {
		return "", err
	}
	return addDetails(all, func(u iam.User) string { return u.Name }, n, after, func(u iam.User) (iamapi.UserDetail, error) { return userDetail(c, u) }, &out.UserDetailList)
}

func addGroupDetails(c *pipeline.Call, out *iamapi.GetAccountAuthorizationDetailsOutput, after string, n int) (string, error) {
	all, err := c.Tx.Groups(c.Account, store.Page{After: after, Limit: n + 1})
	if err != nil {
		return "", err
	}
	return addDetails(all, func(g iam.Group) string { return g.Name }, n, after, func(g iam.Group) (iamapi.GroupDetail, error) { return groupDetail(c, g) }, &out.GroupDetailList)
}

func addRoleDetails(c *pipeline.Call, out *iamapi.GetAccountAuthorizationDetailsOutput, after string, n int) (string, error) {
	all, err := c.Tx.Roles(c.Account, store.Page{After: after, Limit: n + 1})
	if err != nil {
		return "", err
	}
	return addDetails(all, func(r iam.Role) string { return r.Name }, n, after, func(r iam.Role) (iamapi.RoleDetail, error) { return roleDetail(c, r) }, &out.RoleDetailList)
}

func addLocalPolicies(c *pipeline.Call, out *iamapi.GetAccountAuthorizationDetailsOutput, after string, n int) (string, error) {
	all, err := c.Tx.Policies(c.Account, store.Page{After: after, Limit: n + 1})
	if err != nil {
		return "", err
	}
	return addPolicies(c, all, n, after, out)
}

// addAWSPolicies adds those of the service's own policies that are in use.
func addAWSPolicies(c *pipeline.Call, out *iamapi.GetAccountAuthorizationDetailsOutput, after string, n int) (string, error) {
	var used []iam.Policy
	for _, m := range iam.AllAWSManaged() {
		if iam.Fold(m.Name) <= after {
			continue
		}
		p := m.Policy
		p.ARN = arn.Policy(c.Partition, iam.AWS, p.Path, p.Name).String()
		v, err := listedPolicy(c, p)
		if err != nil {
			return "", err
		}
		if v.AttachmentCount > 0 || v.PermissionsBoundaryUsageCount > 0 {
			used = append(used, p)
		}
		if len(used) > n {
			break
		}
	}
	return addPolicies(c, used, n, after, out)
}

func addPolicies(c *pipeline.Call, all []iam.Policy, n int, after string, out *iamapi.GetAccountAuthorizationDetailsOutput) (string, error) {
	return addDetails(all, func(p iam.Policy) string { return p.Name }, n, after, func(p iam.Policy) (iamapi.ManagedPolicyDetail, error) { return policyDetail(c, p) }, &out.Policies)
}

// held returns the inline and the attached policies of an entity.
func held(c *pipeline.Call, ownerID string) (inline []iamapi.PolicyDetail, attached []iamapi.AttachedPolicy, err error) {
	own, err := c.Tx.InlinePolicies(ownerID)
	if err != nil {
		return nil, nil, err
	}
	all, err := c.Tx.AttachedPolicies(ownerID)
	inline = convert(own, func(p iam.InlinePolicy) iamapi.PolicyDetail {
		return iamapi.PolicyDetail{PolicyName: p.Name, PolicyDocument: query.PolicyDocument(p.Document)}
	})
	return inline, showAttached(all), err
}

func userDetail(c *pipeline.Call, u iam.User) (d iamapi.UserDetail, err error) {
	d = iamapi.UserDetail{
		Path: u.Path, UserName: u.Name, UserId: u.ID, Arn: userARN(c, u), CreateDate: u.Created,
		PermissionsBoundary: showBoundary(u.Boundary), Tags: convert(u.Tags, showTag),
	}
	if d.UserPolicyList, d.AttachedManagedPolicies, err = held(c, u.ID); err != nil {
		return d, err
	}
	if len(d.UserPolicyList) == 0 {
		d.UserPolicyList = nil // left out for users, and only for them
	}
	groups, err := c.Tx.GroupsOf(u.ID)
	d.GroupList = convert(groups, func(g iam.Group) string { return g.Name })
	return d, err
}

func groupDetail(c *pipeline.Call, g iam.Group) (d iamapi.GroupDetail, err error) {
	d = iamapi.GroupDetail{Path: g.Path, GroupName: g.Name, GroupId: g.ID, Arn: groupARN(c, g), CreateDate: g.Created}
	d.GroupPolicyList, d.AttachedManagedPolicies, err = held(c, g.ID)
	return d, err
}

func roleDetail(c *pipeline.Call, r iam.Role) (d iamapi.RoleDetail, err error) {
	v, err := showRole(c, r)
	if err != nil {
		return d, err
	}
	d = iamapi.RoleDetail{
		Path: v.Path, RoleName: v.RoleName, RoleId: v.RoleId, Arn: v.Arn, CreateDate: v.CreateDate,
		AssumeRolePolicyDocument: v.AssumeRolePolicyDocument, PermissionsBoundary: v.PermissionsBoundary,
		Tags: convert(r.Tags, showTag), RoleLastUsed: v.RoleLastUsed,
	}
	if d.RolePolicyList, d.AttachedManagedPolicies, err = held(c, r.ID); err != nil {
		return d, err
	}
	in, err := c.Tx.InstanceProfilesOf(r.ID)
	if err != nil {
		return d, err
	}
	d.InstanceProfileList, err = listedProfiles(c, in)
	return d, err
}

func policyDetail(c *pipeline.Call, p iam.Policy) (d iamapi.ManagedPolicyDetail, err error) {
	v, err := listedPolicy(c, p)
	if err != nil {
		return d, err
	}
	d = iamapi.ManagedPolicyDetail{
		PolicyName: v.PolicyName, PolicyId: v.PolicyId, Arn: v.Arn, Path: v.Path, DefaultVersionId: v.DefaultVersionId,
		AttachmentCount: v.AttachmentCount, PermissionsBoundaryUsageCount: v.PermissionsBoundaryUsageCount, IsAttachable: true,
		CreateDate: v.CreateDate, UpdateDate: v.UpdateDate,
	}
	versions, err := c.Tx.PolicyVersions(p)
	d.PolicyVersionList = convert(versions, func(v iam.PolicyVersion) iamapi.PolicyVersion { return showVersion(p, v) })
	return d, err
}
