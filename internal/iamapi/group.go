package iamapi

import (
	"time"
)

// CreateGroupInput makes a group.
type CreateGroupInput struct {
	Path      string `q:"len=1..512,pattern=path"`
	GroupName string `q:"required,len=1..128,pattern=name"`
}

// CreateGroupOutput is the group made.
type CreateGroupOutput struct {
	Group Group
}

// GetGroupInput reads a group and its members.
type GetGroupInput struct {
	GroupName string `q:"required,len=1..128,pattern=name"`
	Marker    string `q:"len=1..320,pattern=marker"`
	MaxItems  *int32 `q:"range=1..1000"`
}

// GetGroupOutput is the group and a page of its users.
type GetGroupOutput struct {
	Group       Group
	Users       []User `q:"keep"`
	IsTruncated bool
	Marker      string
}

// UpdateGroupInput renames or moves a group.
type UpdateGroupInput struct {
	GroupName    string `q:"required,len=1..128,pattern=name"`
	NewPath      string `q:"len=1..512,pattern=path"`
	NewGroupName string `q:"len=1..128,pattern=name"`
}

// DeleteGroupInput deletes an empty group.
type DeleteGroupInput struct {
	GroupName string `q:"required,len=1..128,pattern=name"`
}

// ListGroupsInput lists groups below a path.
type ListGroupsInput struct {
	PathPrefix string `q:"len=1..512,pattern=path-prefix"`
	Marker     string `q:"len=1..320,pattern=marker"`
	MaxItems   *int32 `q:"range=1..1000"`
}

// ListGroupsOutput is a page of groups.
type ListGroupsOutput struct {
	Groups      []Group `q:"keep"`
	IsTruncated bool
	Marker      string
}

// AddUserToGroupInput makes a user a member of a group.
type AddUserToGroupInput struct {
	GroupName string `q:"required,len=1..128,pattern=name"`
	UserName  string `q:"required,len=1..128,pattern=name"`
}

// RemoveUserFromGroupInput ends a membership.
type RemoveUserFromGroupInput struct {
	GroupName string `q:"required,len=1..128,pattern=name"`
	UserName  string `q:"required,len=1..128,pattern=name"`
}

// ListGroupsForUserInput lists the groups a user is in.
type ListGroupsForUserInput struct {
	UserName string `q:"required,len=1..128,pattern=name"`
	Marker   string `q:"len=1..320,pattern=marker"`
	MaxItems *int32 `q:"range=1..1000"`
}

// ListGroupsForUserOutput is a page of groups.
type ListGroupsForUserOutput struct {
	Groups      []Group `q:"keep"`
	IsTruncated bool
	Marker      string
}

// Group is a group as answers show it.
type Group struct {
	Path       string
	GroupName  string
	GroupId    string
	Arn        string
	CreateDate time.Time
}
