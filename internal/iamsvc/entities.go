package iamsvc

import (
	"strings"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/store"
)

// listEntitiesForPolicy lists the groups, users and roles that use a policy, in
// this order, as permissions policy, as boundary, or both.
func listEntitiesForPolicy(c *pipeline.Call, in *iamapi.ListEntitiesForPolicyInput, p iam.Policy) (*iamapi.ListEntitiesForPolicyOutput, error) {
	pg, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	use, err := uses(c, in.PolicyUsageFilter, p.ARN)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListEntitiesForPolicyOutput{
		PolicyGroups: []iamapi.PolicyGroup{}, PolicyUsers: []iamapi.PolicyUser{}, PolicyRoles: []iamapi.PolicyRole{},
	}
	var show []func() // one for each entity
	add := func(kind, path string, f func()) {
		if (in.EntityFilter == "" || in.EntityFilter == kind) && strings.HasPrefix(path, in.PathPrefix) {
			show = append(show, f)
		}
	}
	for _, g := range use.Groups {
		add("Group", g.Path, func() {
			out.PolicyGroups = append(out.PolicyGroups, iamapi.PolicyGroup{GroupName: g.Name, GroupId: g.ID})
		})
	}
	for _, u := range use.Users {
		add("User", u.Path, func() {
			out.PolicyUsers = append(out.PolicyUsers, iamapi.PolicyUser{UserName: u.Name, UserId: u.ID})
		})
	}
	for _, r := range use.Roles {
		add("Role", r.Path, func() {
			out.PolicyRoles = append(out.PolicyRoles, iamapi.PolicyRole{RoleName: r.Name, RoleId: r.ID})
		})
	}
	if show, out.IsTruncated, out.Marker, err = byCount(pg, show); err != nil {
		return nil, err
	}
	for _, f := range show {
		f()
	}
	return out, nil
}

// uses returns what uses the policy in the way of the filter, each once.
func uses(c *pipeline.Call, filter, arn string) (e store.Entities, err error) {
	if filter != "PermissionsBoundary" {
		if e, err = c.Tx.Attached(c.Account, arn); err != nil {
			return e, err
		}
	}
	if filter == "PermissionsPolicy" {
		return e, nil
	}
	bounded, err := c.Tx.Bounded(c.Account, arn)
	e.Users = union(e.Users, bounded.Users, func(u iam.User) string { return u.ID })
	e.Roles = union(e.Roles, bounded.Roles, func(r iam.Role) string { return r.ID })
	return e, err
}

func union[T any](a, b []T, id func(T) string) []T {
	seen := make(map[string]bool, len(a))
	for _, v := range a {
		seen[id(v)] = true
	}
	for _, v := range b {
		if !seen[id(v)] {
			a = append(a, v)
		}
	}
	return a
}
