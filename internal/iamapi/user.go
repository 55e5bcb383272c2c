package iamapi

import (
	"time"
)

// CreateUserInput makes a user.
type CreateUserInput struct {
	Path                string `q:"len=1..512,pattern=path"`
	UserName            string `q:"required,len=1..64,pattern=name"`
	PermissionsBoundary string `q:"len=20..2048"`
	Tags                []Tag  `q:"items=..50"`
}

// CreateUserOutput is the user made.
type CreateUserOutput struct {
	User User
}

// GetUserInput reads a user, the caller when no name is given.
type GetUserInput struct {
	UserName string `q:"len=1..128,pattern=name"`
}

// GetUserOutput is the user.
type GetUserOutput struct {
	User User
}

// UpdateUserInput renames or moves a user.
type UpdateUserInput struct {
	UserName    string `q:"required,len=1..128,pattern=name"`
	NewPath     string `q:"len=1..512,pattern=path"`
	NewUserName string `q:"len=1..64,pattern=name"`
}

// DeleteUserInput deletes a user that nothing hangs on any more.
type DeleteUserInput struct {
	UserName string `q:"required,len=1..128,pattern=name"`
}

// ListUsersInput lists users below a path.
type ListUsersInput struct {
	PathPrefix string `q:"len=1..512,pattern=path-prefix"`
	Marker     string `q:"len=1..320,pattern=marker"`
	MaxItems   *int32 `q:"range=1..1000"`
}

// ListUsersOutput is a page of users.
type ListUsersOutput struct {
	Users       []User `q:"keep"`
	IsTruncated bool
	Marker      string
}

// TagUserInput adds or replaces tags of a user.
type TagUserInput struct {
	UserName string `q:"required,len=1..128,pattern=name"`
	Tags     []Tag  `q:"required,items=..50"`
}

// UntagUserInput removes tags of a user.
type UntagUserInput struct {
	UserName string   `q:"required,len=1..128,pattern=name"`
	TagKeys  []string `q:"required,items=..50,each-len=1..128,each-pattern=tag-key,each-notnull"`
}

// ListUserTagsInput lists the tags of a user.
type ListUserTagsInput struct {
	UserName string `q:"required,len=1..128,pattern=name"`
	Marker   string `q:"len=1..320,pattern=marker"`
	MaxItems *int32 `q:"range=1..1000"`
}

// ListUserTagsOutput is a page of tags.
type ListUserTagsOutput struct {
	Tags        []Tag `q:"keep"`
	IsTruncated bool
	Marker      string
}

// User is a user as answers show it.
type User struct {
	Path                string
	UserName            string
	UserId              string
	Arn                 string
	CreateDate          time.Time
	PasswordLastUsed    time.Time
	PermissionsBoundary *AttachedPermissionsBoundary
	Tags                []Tag
}
