package iamsvc

import (
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
)

func membershipActions() []pipeline.Handler {
	return []pipeline.Handler{
		write("AddUserToGroup", groups, func(in *iamapi.AddUserToGroupInput) string { return in.GroupName }, addUserToGroup,
			more[iamapi.AddUserToGroupInput, iam.Group]{gone: func(c *pipeline.Call, in *iamapi.AddUserToGroupInput) error {
				return userOrGroupMissing(c, in.UserName, in.GroupName)
			}}),
		write("RemoveUserFromGroup", groups, func(in *iamapi.RemoveUserFromGroupInput) string { return in.GroupName }, removeUserFromGroup,
			more[iamapi.RemoveUserFromGroupInput, iam.Group]{gone: func(c *pipeline.Call, in *iamapi.RemoveUserFromGroupInput) error {
				return userOrGroupMissing(c, in.UserName, in.GroupName)
			}}),
		read("ListGroupsForUser", users, func(in *iamapi.ListGroupsForUserInput) string { return in.UserName }, listGroupsForUser),
	}
}

// userOrGroupMissing is the refusal when there is no such group: that of the
// user comes first when neither is there (recorded, answers 4).
func userOrGroupMissing(c *pipeline.Call, user, group string) error {
	if _, err := users.find(c, user); err != nil {
		return err
	}
	return noSuchEntity(groups.missing, group)
}

func addUserToGroup(c *pipeline.Call, in *iamapi.AddUserToGroupInput, g iam.Group) (*query.NoResult, error) {
	u, err := users.find(c, in.UserName)
	if err != nil {
		return nil, err
	}
	has, err := c.Tx.GroupsOf(u.ID)
	if err != nil {
		return nil, err
	}
	for _, other := range has {
		if other.ID == g.ID {
			return new(query.NoResult), nil
		}
	}
	if len(has) >= iam.GroupsPerUserQuota {
		return nil, quota("GroupsPerUser", iam.GroupsPerUserQuota)
	}
	return new(query.NoResult), c.Tx.AddMember(g, u)
}

// removeUserFromGroup succeeds for who is no member, too (recorded, 2026).
func removeUserFromGroup(c *pipeline.Call, in *iamapi.RemoveUserFromGroupInput, g iam.Group) (*query.NoResult, error) {
	u, err := users.find(c, in.UserName)
	if err != nil {
		return nil, err
	}
	return new(query.NoResult), absent(c.Tx.RemoveMember(g, u), nil)
}

func listGroupsForUser(c *pipeline.Call, in *iamapi.ListGroupsForUserInput, u iam.User) (*iamapi.ListGroupsForUserOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, err := c.Tx.GroupsOf(u.ID)
	if err != nil {
		return nil, err
	}
	out := new(iamapi.ListGroupsForUserOutput)
	if all, out.IsTruncated, out.Marker, err = byCount(p, all); err != nil {
		return nil, err
	}
	out.Groups = convert(all, func(g iam.Group) iamapi.Group { return showGroup(c, g) })
	return out, nil
}
