package iamsvc

import (
	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
)

func groupActions() []pipeline.Handler {
	return []pipeline.Handler{
		create("CreateGroup", asksCreateGroup, createGroup),
		read("GetGroup", groups, func(in *iamapi.GetGroupInput) string { return in.GroupName }, getGroup),
		write("UpdateGroup", groups, func(in *iamapi.UpdateGroupInput) string { return in.GroupName }, updateGroup,
			more[iamapi.UpdateGroupInput, iam.Group]{also: asksMovedGroup}),
		write("DeleteGroup", groups, func(in *iamapi.DeleteGroupInput) string { return in.GroupName }, deleteGroup),
		pipeline.Action[iamapi.ListGroupsInput, iamapi.ListGroupsOutput]{
			Name: "ListGroups", Tx: pipeline.ReadTx, ReadOnly: true,
			Asks: ask("iam:ListGroups", below("group", func(in *iamapi.ListGroupsInput) string { return in.PathPrefix })),
			Do:   listGroups,
		},
	}
}

var groups = noun[iam.Group]{
	word:    "group",
	missing: "The group with name %s cannot be found.",
	load:    func(c *pipeline.Call, name string) (iam.Group, error) { return c.Tx.Group(c.Account, name) },
	arn:     groupARN,
	guess: func(c *pipeline.Call, name string) string {
		return arn.Group(c.Partition, c.Account, "/", name).String()
	},
}

func groupARN(c *pipeline.Call, g iam.Group) string {
	return arn.Group(c.Partition, g.Account, g.Path, g.Name).String()
}

func showGroup(c *pipeline.Call, g iam.Group) iamapi.Group {
	return iamapi.Group{Path: g.Path, GroupName: g.Name, GroupId: g.ID, Arn: groupARN(c, g), CreateDate: g.Created}
}

func asksCreateGroup(c *pipeline.Call, in *iamapi.CreateGroupInput) creation {
	return creation{noun: "Group", arn: arn.Group(c.Partition, c.Account, in.Path, in.GroupName).String()}
}

func createGroup(c *pipeline.Call, in *iamapi.CreateGroupInput) (*iamapi.CreateGroupOutput, error) {
	g := iam.Group{
		ID: iam.NewID(iam.GroupPrefix, c.Account), Account: c.Account, Path: orSlash(in.Path), Name: in.GroupName, Created: c.Now,
	}
	if err := c.Tx.CreateGroup(g); err != nil {
		return nil, taken(err, alreadyExists("Group with name %s already exists.", in.GroupName))
	}
	return &iamapi.CreateGroupOutput{Group: showGroup(c, g)}, nil
}

func getGroup(c *pipeline.Call, in *iamapi.GetGroupInput, g iam.Group) (*iamapi.GetGroupOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	members, err := c.Tx.Members(g.ID, p.named(""))
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetGroupOutput{Group: showGroup(c, g)}
	members, out.IsTruncated, out.Marker = byName(p, members, func(u iam.User) string { return u.Name })
	out.Users = convert(members, func(u iam.User) iamapi.User { return listedUser(c, u) })
	return out, nil
}

// asksMovedGroup asks for the permission on the ARN that the group is to have,
// besides that on the one it has.
func asksMovedGroup(c *pipeline.Call, in *iamapi.UpdateGroupInput, g iam.Group) ([]authz.Question, error) {
	now := movedGroup(in, g)
	if g.ID == "" || now.Path == g.Path && now.Name == g.Name {
		return nil, nil
	}
	return []authz.Question{{Action: "iam:UpdateGroup", Resource: groupARN(c, now)}}, nil
}

func movedGroup(in *iamapi.UpdateGroupInput, g iam.Group) iam.Group {
	if in.NewPath != "" {
		g.Path = in.NewPath
	}
	if in.NewGroupName != "" {
		g.Name = in.NewGroupName
	}
	return g
}

func updateGroup(c *pipeline.Call, in *iamapi.UpdateGroupInput, g iam.Group) (*query.NoResult, error) {
	err := c.Tx.UpdateGroup(g, movedGroup(in, g))
	return new(query.NoResult), taken(err, alreadyExists("Group with name %s already exists.", in.NewGroupName))
}

func deleteGroup(c *pipeline.Call, _ *iamapi.DeleteGroupInput, g iam.Group) (*query.NoResult, error) {
	members, err := c.Tx.Members(g.ID, page{limit: 0}.named(""))
	if err != nil {
		return nil, err
	}
	if len(members) > 0 {
		return nil, deleteConflict("Cannot delete entity, must remove users from group first.")
	}
	if err := hasNoPolicies(c, g.ID); err != nil {
		return nil, err
	}
	return new(query.NoResult), c.Tx.DeleteGroup(g)
}

func listGroups(c *pipeline.Call, in *iamapi.ListGroupsInput) (*iamapi.ListGroupsOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, err := c.Tx.Groups(c.Account, p.named(in.PathPrefix))
	if err != nil {
		return nil, err
	}
	out := new(iamapi.ListGroupsOutput)
	all, out.IsTruncated, out.Marker = byName(p, all, func(g iam.Group) string { return g.Name })
	out.Groups = convert(all, func(g iam.Group) iamapi.Group { return showGroup(c, g) })
	return out, nil
}
