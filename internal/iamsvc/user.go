package iamsvc

import (
	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
)

func userActions() []pipeline.Handler {
	return []pipeline.Handler{
		create("CreateUser", asksCreateUser, createUser),
		read("GetUser", holders, func(in *iamapi.GetUserInput) string { return in.UserName }, getUser),
		write("UpdateUser", users, func(in *iamapi.UpdateUserInput) string { return in.UserName }, updateUser,
			more[iamapi.UpdateUserInput, iam.User]{also: asksMovedUser}),
		write("DeleteUser", users, func(in *iamapi.DeleteUserInput) string { return in.UserName }, deleteUser),
		pipeline.Action[iamapi.ListUsersInput, iamapi.ListUsersOutput]{
			Name: "ListUsers", Tx: pipeline.ReadTx, ReadOnly: true,
			Asks: ask("iam:ListUsers", below("user", func(in *iamapi.ListUsersInput) string { return in.PathPrefix })),
			Do:   listUsers,
		},
	}
}

var users = noun[iam.User]{
	word:    "user",
	missing: "The user with name %s cannot be found.",
	load:    func(c *pipeline.Call, name string) (iam.User, error) { return c.Tx.User(c.Account, name) },
	arn:     userARN,
	guess: func(c *pipeline.Call, name string) string {
		return arn.User(c.Partition, c.Account, "/", name).String()
	},
	tags: func(u iam.User) []iam.Tag { return u.Tags },
}

func userARN(c *pipeline.Call, u iam.User) string {
	return arn.User(c.Partition, u.Account, u.Path, u.Name).String()
}

// holder is whoever has access keys and the like: a user, or the root user,
// which is the zero iam.User here.
type holder struct{ iam.User }

func (h holder) isRoot() bool { return h.ID == "" }

// holders are users whom an action addresses by name, or the caller when the
// action names nobody.
var holders = noun[holder]{
	word:    "user",
	missing: users.missing,
	check: func(c *pipeline.Call, name string) error {
		if name == "" && !c.Caller.IsUser() && !c.Caller.IsRoot() {
			return awserr.Validation("Must specify userName when calling with non-User credentials")
		}
		return nil
	},
	load: func(c *pipeline.Call, name string) (holder, error) {
		if name != "" {
			u, err := users.load(c, name)
			return holder{u}, err
		}
		if c.Caller.IsRoot() {
			return holder{}, nil
		}
		u, err := c.Tx.UserByID(c.Caller.Principal.EntityID)
		return holder{u}, err
	},
	arn: func(c *pipeline.Call, h holder) string {
		if h.isRoot() {
			return arn.Root(c.Partition, c.Account).String()
		}
		return userARN(c, h.User)
	},
	guess: users.guess,
	tags:  func(h holder) []iam.Tag { return h.Tags },
	text: func(c *pipeline.Call, name string) string {
		if name == "" {
			name = c.Caller.UserName()
		}
		return "user " + name
	},
}

// onlyUsers are holders without the root user: for what it cannot have, and
// must name a user for.
var onlyUsers = func() noun[holder] {
	n := holders
	n.check = func(c *pipeline.Call, name string) error {
		if name == "" && !c.Caller.IsUser() {
			return awserr.Validation("Must specify userName when calling with non-User credentials")
		}
		return nil
	}
	return n
}()

// showUser is the user as the actions about one user show it.
func showUser(c *pipeline.Call, u iam.User) iamapi.User {
	v := listedUser(c, u)
	v.PermissionsBoundary = showBoundary(u.Boundary)
	v.Tags = showTags(u.Tags)
	return v
}

// listedUser is the user as lists show it: without boundary and tags.
func listedUser(c *pipeline.Call, u iam.User) iamapi.User {
	return iamapi.User{Path: u.Path, UserName: u.Name, UserId: u.ID, Arn: userARN(c, u), CreateDate: u.Created}
}

func asksCreateUser(c *pipeline.Call, in *iamapi.CreateUserInput) creation {
	return creation{
		noun: "User", arn: arn.User(c.Partition, c.Account, in.Path, in.UserName).String(),
		tags: in.Tags, boundary: in.PermissionsBoundary,
	}
}

func createUser(c *pipeline.Call, in *iamapi.CreateUserInput) (*iamapi.CreateUserOutput, error) {
	tags, err := foldedTags.merge(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	if err := checkBoundary(c, in.PermissionsBoundary); err != nil {
		return nil, err
	}
	u := iam.User{
		ID: iam.NewID(iam.UserPrefix, c.Account), Account: c.Account, Path: orSlash(in.Path), Name: in.UserName,
		Created: c.Now, Boundary: in.PermissionsBoundary, Tags: tags,
	}
	if err := c.Tx.CreateUser(u); err != nil {
		return nil, taken(err, alreadyExists("User with name %s already exists.", in.UserName))
	}
	return &iamapi.CreateUserOutput{User: showUser(c, u)}, nil
}

func getUser(c *pipeline.Call, _ *iamapi.GetUserInput, h holder) (*iamapi.GetUserOutput, error) {
	if !h.isRoot() {
		return &iamapi.GetUserOutput{User: showUser(c, h.User)}, nil
	}
	root, err := rootUser(c)
	return &iamapi.GetUserOutput{User: root}, err
}

// rootUser is the account's root user as answers show it.
func rootUser(c *pipeline.Call) (iamapi.User, error) {
	a, err := c.Tx.Account(c.Account)
	return iamapi.User{UserId: a.ID, Arn: arn.Root(c.Partition, a.ID).String(), CreateDate: a.Created}, err
}

// asksMovedUser asks for the permission on the ARN that the user is to have,
// besides that on the one it has.
func asksMovedUser(c *pipeline.Call, in *iamapi.UpdateUserInput, u iam.User) ([]authz.Question, error) {
	now := movedUser(in, u)
	if u.ID == "" || now.Path == u.Path && now.Name == u.Name {
		return nil, nil
	}
	return []authz.Question{{Action: "iam:UpdateUser", Resource: userARN(c, now)}}, nil
}

func movedUser(in *iamapi.UpdateUserInput, u iam.User) iam.User {
	if in.NewPath != "" {
		u.Path = in.NewPath
	}
	if in.NewUserName != "" {
		u.Name = in.NewUserName
	}
	return u
}

func updateUser(c *pipeline.Call, in *iamapi.UpdateUserInput, u iam.User) (*query.NoResult, error) {
	err := c.Tx.UpdateUser(u, movedUser(in, u))
	return new(query.NoResult), taken(err, alreadyExists("User with name %s already exists.", in.NewUserName))
}

func deleteUser(c *pipeline.Call, _ *iamapi.DeleteUserInput, u iam.User) (*query.NoResult, error) {
	if err := userHoldsNothing(c, u); err != nil {
		return nil, err
	}
	return new(query.NoResult), c.Tx.DeleteUser(u)
}

// userHoldsNothing refuses to delete a user that still has something.
func userHoldsNothing(c *pipeline.Call, u iam.User) error {
	if err := hasNoPolicies(c, u.ID); err != nil {
		return err
	}
	keys, err := c.Tx.AccessKeysOf(c.Account, u.ID)
	switch {
	case err != nil:
		return err
	case len(keys) > 0:
		return deleteConflict("Cannot delete entity, must delete access keys first.")
	}
	switch _, err := c.Tx.LoginProfile(u.ID); {
	case err == nil:
		return deleteConflict("Cannot delete entity, must delete login profile first.")
	case absent(err, nil) != nil:
		return err
	}
	devices, err := c.Tx.MFADevicesOf(u.ID)
	switch {
	case err != nil:
		return err
	case len(devices) > 0:
		return deleteConflict("Cannot delete entity, must delete MFA device first.")
	}
	groups, err := c.Tx.GroupsOf(u.ID)
	switch {
	case err != nil:
		return err
	case len(groups) > 0:
		return deleteConflict("Cannot delete entity, must remove users from group first.")
	}
	return nil
}

// hasNoPolicies refuses to delete a user, group or role that has policies.
func hasNoPolicies(c *pipeline.Call, ownerID string) error {
	attached, err := c.Tx.AttachedPolicies(ownerID)
	switch {
	case err != nil:
		return err
	case len(attached) > 0:
		return deleteConflict("Cannot delete entity, must detach all policies first.")
	}
	inline, err := c.Tx.InlinePolicies(ownerID)
	switch {
	case err != nil:
		return err
	case len(inline) > 0:
		return deleteConflict("Cannot delete entity, must delete policies first.")
	}
	return nil
}

func listUsers(c *pipeline.Call, in *iamapi.ListUsersInput) (*iamapi.ListUsersOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, err := c.Tx.Users(c.Account, p.named(in.PathPrefix))
	if err != nil {
		return nil, err
	}
	out := new(iamapi.ListUsersOutput)
	all, out.IsTruncated, out.Marker = byName(p, all, func(u iam.User) string { return u.Name })
	out.Users = convert(all, func(u iam.User) iamapi.User { return listedUser(c, u) })
	return out, nil
}
