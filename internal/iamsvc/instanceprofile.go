package iamsvc

import (
	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/policy"
)

func instanceProfileActions() []pipeline.Handler {
	return []pipeline.Handler{
		create("CreateInstanceProfile", asksCreateInstanceProfile, createInstanceProfile),
		read("GetInstanceProfile", profiles, func(in *iamapi.GetInstanceProfileInput) string { return in.InstanceProfileName }, getInstanceProfile),
		write("DeleteInstanceProfile", profiles, func(in *iamapi.DeleteInstanceProfileInput) string { return in.InstanceProfileName }, deleteInstanceProfile),
		pipeline.Action[iamapi.ListInstanceProfilesInput, iamapi.ListInstanceProfilesOutput]{
			Name: "ListInstanceProfiles", Tx: pipeline.ReadTx, ReadOnly: true,
			Asks: ask("iam:ListInstanceProfiles", below("instance-profile", func(in *iamapi.ListInstanceProfilesInput) string { return in.PathPrefix })),
			Do:   listInstanceProfiles,
		},
		read("ListInstanceProfilesForRole", roles, func(in *iamapi.ListInstanceProfilesForRoleInput) string { return in.RoleName }, listInstanceProfilesForRole),
		write("AddRoleToInstanceProfile", profiles, func(in *iamapi.AddRoleToInstanceProfileInput) string { return in.InstanceProfileName },
			addRoleToInstanceProfile, more[iamapi.AddRoleToInstanceProfileInput, iam.InstanceProfile]{also: asksPassRole}),
		write("RemoveRoleFromInstanceProfile", profiles, func(in *iamapi.RemoveRoleFromInstanceProfileInput) string { return in.InstanceProfileName },
			removeRoleFromInstanceProfile),
	}
}

var profiles = noun[iam.InstanceProfile]{
	word:    "instance profile",
	missing: "Instance Profile %s cannot be found.",
	load: func(c *pipeline.Call, name string) (iam.InstanceProfile, error) {
		return c.Tx.InstanceProfile(c.Account, name)
	},
	arn: profileARN,
	guess: func(c *pipeline.Call, name string) string {
		return arn.InstanceProfile(c.Partition, c.Account, "/", name).String()
	},
	tags: func(p iam.InstanceProfile) []iam.Tag { return p.Tags },
}

func profileARN(c *pipeline.Call, p iam.InstanceProfile) string {
	return arn.InstanceProfile(c.Partition, p.Account, p.Path, p.Name).String()
}

// listedProfile is the profile as lists show it: without tags.
func listedProfile(c *pipeline.Call, p iam.InstanceProfile) (iamapi.InstanceProfile, error) {
	v := iamapi.InstanceProfile{
		Path: p.Path, InstanceProfileName: p.Name, InstanceProfileId: p.ID, Arn: profileARN(c, p), CreateDate: p.Created,
		Roles: []iamapi.Role{},
	}
	if p.RoleID == "" {
		return v, nil
	}
	r, err := c.Tx.RoleByID(p.RoleID)
	if err != nil {
		return v, err
	}
	role, err := embeddedRole(c, r)
	v.Roles = append(v.Roles, role)
	return v, err
}

func listedProfiles(c *pipeline.Call, all []iam.InstanceProfile) ([]iamapi.InstanceProfile, error) {
	out := make([]iamapi.InstanceProfile, 0, len(all))
	for _, p := range all {
		v, err := listedProfile(c, p)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func asksCreateInstanceProfile(c *pipeline.Call, in *iamapi.CreateInstanceProfileInput) creation {
	return creation{
		noun: "InstanceProfile", arn: arn.InstanceProfile(c.Partition, c.Account, in.Path, in.InstanceProfileName).String(), tags: in.Tags,
	}
}

func createInstanceProfile(c *pipeline.Call, in *iamapi.CreateInstanceProfileInput) (*iamapi.CreateInstanceProfileOutput, error) {
	tags, err := foldedTags.merge(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	p := iam.InstanceProfile{
		ID: iam.NewID(iam.InstanceProfilePrefix, c.Account), Account: c.Account, Path: orSlash(in.Path), Name: in.InstanceProfileName,
		Created: c.Now, Tags: tags,
	}
	if err := c.Tx.CreateInstanceProfile(p); err != nil {
		return nil, taken(err, alreadyExists("Instance Profile %s already exists.", in.InstanceProfileName))
	}
	v, err := listedProfile(c, p)
	v.Tags = showTags(tags)
	return &iamapi.CreateInstanceProfileOutput{InstanceProfile: v}, err
}

func getInstanceProfile(c *pipeline.Call, _ *iamapi.GetInstanceProfileInput, p iam.InstanceProfile) (*iamapi.GetInstanceProfileOutput, error) {
	v, err := listedProfile(c, p)
	v.Tags = convert(p.Tags, showTag)
	return &iamapi.GetInstanceProfileOutput{InstanceProfile: v}, err
}

func deleteInstanceProfile(c *pipeline.Call, _ *iamapi.DeleteInstanceProfileInput, p iam.InstanceProfile) (*query.NoResult, error) {
	if p.RoleID != "" {
		return nil, deleteConflict("Cannot delete entity, must remove roles from instance profile first.")
	}
	return new(query.NoResult), c.Tx.DeleteInstanceProfile(p)
}

// asksPassRole asks for the permission to hand the role to machines.
func asksPassRole(c *pipeline.Call, in *iamapi.AddRoleToInstanceProfileInput, _ iam.InstanceProfile) ([]authz.Question, error) {
	resource := roles.guess(c, in.RoleName)
	r, err := roles.load(c, in.RoleName)
	if err == nil {
		resource = roleARN(c, r)
	}
	return []authz.Question{{
		Action: "iam:PassRole", Resource: resource, Text: roles.guess(c, in.RoleName),
		Keys: func(k *policy.Context) {
			k.Set("iam:PassedToService", "ec2.amazonaws.com")
			setResourceTags(k, r.Tags)
		},
	}}, absent(err, nil)
}

func addRoleToInstanceProfile(c *pipeline.Call, in *iamapi.AddRoleToInstanceProfileInput, p iam.InstanceProfile) (*query.NoResult, error) {
	r, err := roles.find(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	if err := notServiceLinked(r); err != nil {
		return nil, err
	}
	if p.RoleID != "" {
		return nil, quota("InstanceSessionsPerInstanceProfile", iam.InstanceProfileRolesQuota)
	}
	p.RoleID = r.ID
	return new(query.NoResult), c.Tx.UpdateInstanceProfile(p)
}

func removeRoleFromInstanceProfile(c *pipeline.Call, in *iamapi.RemoveRoleFromInstanceProfileInput, p iam.InstanceProfile) (*query.NoResult, error) {
	r, err := roles.find(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	if r.ID != p.RoleID {
		return nil, noSuchEntity("Role %s in Instance Profile %s cannot be found.", in.RoleName, in.InstanceProfileName)
	}
	p.RoleID = ""
	return new(query.NoResult), c.Tx.UpdateInstanceProfile(p)
}

func listInstanceProfiles(c *pipeline.Call, in *iamapi.ListInstanceProfilesInput) (*iamapi.ListInstanceProfilesOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, err := c.Tx.InstanceProfiles(c.Account, p.named(in.PathPrefix))
	if err != nil {
		return nil, err
	}
	out := new(iamapi.ListInstanceProfilesOutput)
	all, out.IsTruncated, out.Marker = byName(p, all, func(p iam.InstanceProfile) string { return p.Name })
	out.InstanceProfiles, err = listedProfiles(c, all)
	return out, err
}

func listInstanceProfilesForRole(c *pipeline.Call, in *iamapi.ListInstanceProfilesForRoleInput, r iam.Role) (*iamapi.ListInstanceProfilesForRoleOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, err := c.Tx.InstanceProfilesOf(r.ID)
	if err != nil {
		return nil, err
	}
	out := new(iamapi.ListInstanceProfilesForRoleOutput)
	if all, out.IsTruncated, out.Marker, err = byCount(p, all); err != nil {
		return nil, err
	}
	out.InstanceProfiles, err = listedProfiles(c, all)
	return out, err
}
