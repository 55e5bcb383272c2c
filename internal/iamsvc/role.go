package iamsvc

import (
	"strings"
	"time"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
)

func roleActions() []pipeline.Handler {
	return []pipeline.Handler{
		create("CreateRole", asksCreateRole, createRole),
		read("GetRole", roles, func(in *iamapi.GetRoleInput) string { return in.RoleName }, getRole),
		write("UpdateRole", roles, func(in *iamapi.UpdateRoleInput) string { return in.RoleName }, updateRole),
		write("UpdateRoleDescription", roles, func(in *iamapi.UpdateRoleDescriptionInput) string { return in.RoleName }, updateRoleDescription),
		write("UpdateAssumeRolePolicy", roles, func(in *iamapi.UpdateAssumeRolePolicyInput) string { return in.RoleName }, updateAssumeRolePolicy),
		write("DeleteRole", roles, func(in *iamapi.DeleteRoleInput) string { return in.RoleName }, deleteRole),
		pipeline.Action[iamapi.ListRolesInput, iamapi.ListRolesOutput]{
			Name: "ListRoles", Tx: pipeline.ReadTx, ReadOnly: true,
			Asks: ask("iam:ListRoles", below("role", func(in *iamapi.ListRolesInput) string { return in.PathPrefix })),
			Do:   listRoles,
		},
	}
}

var roles = noun[iam.Role]{
	word:    "role",
	missing: "The role with name %s cannot be found.",
	load:    func(c *pipeline.Call, name string) (iam.Role, error) { return c.Tx.Role(c.Account, name) },
	arn:     roleARN,
	guess: func(c *pipeline.Call, name string) string {
		return arn.Role(c.Partition, c.Account, "/", name).String()
	},
	tags: func(r iam.Role) []iam.Tag { return r.Tags },
}

func roleARN(c *pipeline.Call, r iam.Role) string {
	return arn.Role(c.Partition, r.Account, r.Path, r.Name).String()
}

// showRole is the role as the actions about one role show it.
func showRole(c *pipeline.Call, r iam.Role) (iamapi.Role, error) {
	v, err := embeddedRole(c, r)
	if err != nil {
		return v, err
	}
	v.Description = r.Description
	v.MaxSessionDuration = new(int32(r.MaxSession / time.Second))
	v.PermissionsBoundary = showBoundary(r.Boundary)
	v.Tags = showTags(r.Tags)
	v.RoleLastUsed, err = roleLastUsed(c, r.ID)
	return v, err
}

// embeddedRole is the role as instance profiles show it.
func embeddedRole(c *pipeline.Call, r iam.Role) (iamapi.Role, error) {
	trust, err := showTrust(c, r.Trust)
	return iamapi.Role{
		Path: r.Path, RoleName: r.Name, RoleId: r.ID, Arn: roleARN(c, r), CreateDate: r.Created,
		AssumeRolePolicyDocument: query.PolicyDocument(trust),
	}, err
}

// roleLastUsed is empty, but there, when the role was never used.
func roleLastUsed(c *pipeline.Call, id string) (*iamapi.RoleLastUsed, error) {
	u, err := c.Tx.LastUsed(id)
	if err := absent(err, nil); err != nil {
		return nil, err
	}
	return &iamapi.RoleLastUsed{LastUsedDate: u.At, Region: u.Region}, nil
}

func asksCreateRole(c *pipeline.Call, in *iamapi.CreateRoleInput) creation {
	return creation{
		noun: "Role", arn: arn.Role(c.Partition, c.Account, in.Path, in.RoleName).String(),
		tags: in.Tags, boundary: in.PermissionsBoundary,
	}
}

// createRole answers the trust policy as it was sent, and neither
// MaxSessionDuration nor Description (recorded, answers 5).
func createRole(c *pipeline.Call, in *iamapi.CreateRoleInput) (*iamapi.CreateRoleOutput, error) {
	if err := ownPath(in.Path); err != nil {
		return nil, err
	}
	r := iam.Role{
		ID: iam.NewID(iam.RolePrefix, c.Account), Account: c.Account, Path: orSlash(in.Path), Name: in.RoleName,
		Created: c.Now, Boundary: in.PermissionsBoundary, Description: in.Description, MaxSession: iam.DefaultMaxSessionSeconds * time.Second,
	}
	if in.MaxSessionDuration != nil {
		r.MaxSession = time.Duration(*in.MaxSessionDuration) * time.Second
	}
	var err error
	if r.Tags, err = foldedTags.merge(nil, in.Tags); err != nil {
		return nil, err
	}
	if err := checkBoundary(c, in.PermissionsBoundary); err != nil {
		return nil, err
	}
	if r.Trust, err = bindTrust(c, in.AssumeRolePolicyDocument); err != nil {
		return nil, err
	}
	if err := c.Tx.CreateRole(r); err != nil {
		return nil, taken(err, alreadyExists("Role with name %s already exists.", in.RoleName))
	}
	return &iamapi.CreateRoleOutput{Role: iamapi.Role{
		Path: r.Path, RoleName: r.Name, RoleId: r.ID, Arn: roleARN(c, r), CreateDate: r.Created,
		AssumeRolePolicyDocument: query.PolicyDocument(in.AssumeRolePolicyDocument),
		PermissionsBoundary:      showBoundary(r.Boundary), Tags: showTags(r.Tags),
	}}, nil
}

// ownPath refuses the path that is kept for service-linked roles.
func ownPath(path string) error {
	if strings.HasPrefix(path, serviceLinkedPath) {
		return invalidInput("The path %s is reserved for service-linked roles.", serviceLinkedPath)
	}
	return nil
}

func getRole(c *pipeline.Call, _ *iamapi.GetRoleInput, r iam.Role) (*iamapi.GetRoleOutput, error) {
	v, err := showRole(c, r)
	return &iamapi.GetRoleOutput{Role: v}, err
}

func updateRole(c *pipeline.Call, in *iamapi.UpdateRoleInput, was iam.Role) (*iamapi.UpdateRoleOutput, error) {
	now := was
	if in.Description != nil {
		now.Description = *in.Description
	}
	if in.MaxSessionDuration != nil {
		if err := notServiceLinked(was); err != nil {
			return nil, err
		}
		now.MaxSession = time.Duration(*in.MaxSessionDuration) * time.Second
	}
	return new(iamapi.UpdateRoleOutput), c.Tx.UpdateRole(was, now)
}

// updateRoleDescription answers neither MaxSessionDuration nor RoleLastUsed
// (recorded, 2026).
func updateRoleDescription(c *pipeline.Call, in *iamapi.UpdateRoleDescriptionInput, was iam.Role) (*iamapi.UpdateRoleDescriptionOutput, error) {
	now := was
	now.Description = in.Description
	if err := c.Tx.UpdateRole(was, now); err != nil {
		return nil, err
	}
	v, err := embeddedRole(c, now)
	v.Description, v.PermissionsBoundary, v.Tags = now.Description, showBoundary(now.Boundary), showTags(now.Tags)
	return &iamapi.UpdateRoleDescriptionOutput{Role: v}, err
}

func updateAssumeRolePolicy(c *pipeline.Call, in *iamapi.UpdateAssumeRolePolicyInput, was iam.Role) (*query.NoResult, error) {
	if err := notServiceLinked(was); err != nil {
		return nil, err
	}
	now := was
	var err error
	if now.Trust, err = bindTrust(c, in.PolicyDocument); err != nil {
		return nil, err
	}
	return new(query.NoResult), c.Tx.UpdateRole(was, now)
}

func deleteRole(c *pipeline.Call, _ *iamapi.DeleteRoleInput, r iam.Role) (*query.NoResult, error) {
	if err := notServiceLinked(r); err != nil {
		return nil, err
	}
	profiles, err := c.Tx.InstanceProfilesOf(r.ID)
	if err != nil {
		return nil, err
	}
	if len(profiles) > 0 {
		return nil, deleteConflict("Cannot delete entity, must remove roles from instance profile first.")
	}
	if err := hasNoPolicies(c, r.ID); err != nil {
		return nil, err
	}
	return new(query.NoResult), c.Tx.DeleteRole(r)
}

// listRoles shows neither tags, boundary nor last use (recorded, answers 5).
func listRoles(c *pipeline.Call, in *iamapi.ListRolesInput) (*iamapi.ListRolesOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, err := c.Tx.Roles(c.Account, p.named(in.PathPrefix))
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListRolesOutput{Roles: []iamapi.Role{}}
	all, out.IsTruncated, out.Marker = byName(p, all, func(r iam.Role) string { return r.Name })
	for _, r := range all {
		v, err := embeddedRole(c, r)
		if err != nil {
			return nil, err
		}
		v.Description, v.MaxSessionDuration = r.Description, new(int32(r.MaxSession/time.Second))
		out.Roles = append(out.Roles, v)
	}
	return out, nil
}
