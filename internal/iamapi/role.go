package iamapi

import (
	"time"

	"github.com/daypass/daypass/internal/query"
)

// CreateRoleInput makes a role.
type CreateRoleInput struct {
	Path                     string `q:"len=1..512,pattern=path"`
	RoleName                 string `q:"required,len=1..64,pattern=name"`
	AssumeRolePolicyDocument string `q:"required,len=1..131072,pattern=policy"`
	Description              string `q:"len=..1000,pattern=description"`
	MaxSessionDuration       *int32 `q:"range=3600..43200"`
	PermissionsBoundary      string `q:"len=20..2048"`
	Tags                     []Tag  `q:"items=..50"`
}

// CreateRoleOutput is the role made.
type CreateRoleOutput struct {
	Role Role
}

// GetRoleInput reads a role.
type GetRoleInput struct {
	RoleName string `q:"required,len=1..64,pattern=name"`
}

// GetRoleOutput is the role.
type GetRoleOutput struct {
	Role Role
}

// UpdateRoleInput changes the description or the longest session of a role.
type UpdateRoleInput struct {
	RoleName           string  `q:"required,len=1..64,pattern=name"`
	Description        *string `q:"len=..1000,pattern=description"`
	MaxSessionDuration *int32  `q:"range=3600..43200"`
}

// UpdateRoleOutput is empty, but has a result element.
type UpdateRoleOutput struct{}

// UpdateRoleDescriptionInput changes the description of a role.
type UpdateRoleDescriptionInput struct {
	RoleName    string `q:"required,len=1..64,pattern=name"`
	Description string `q:"required,len=..1000,pattern=description"`
}

// UpdateRoleDescriptionOutput is the role as changed.
type UpdateRoleDescriptionOutput struct {
	Role Role
}

// DeleteRoleInput deletes a role that nothing hangs on any more.
type DeleteRoleInput struct {
	RoleName string `q:"required,len=1..64,pattern=name"`
}

// ListRolesInput lists roles below a path.
type ListRolesInput struct {
	PathPrefix string `q:"len=1..512,pattern=path-prefix"`
	Marker     string `q:"len=1..320,pattern=marker"`
	MaxItems   *int32 `q:"range=1..1000"`
}

// ListRolesOutput is a page of roles.
type ListRolesOutput struct {
	Roles       []Role `q:"keep"`
	IsTruncated bool
	Marker      string
}

// UpdateAssumeRolePolicyInput replaces the trust policy of a role.
type UpdateAssumeRolePolicyInput struct {
	RoleName       string `q:"required,len=1..64,pattern=name"`
	PolicyDocument string `q:"required,len=1..131072,pattern=policy"`
}

// TagRoleInput adds or replaces tags of a role.
type TagRoleInput struct {
	RoleName string `q:"required,len=1..64,pattern=name"`
	Tags     []Tag  `q:"required,items=..50"`
}

// UntagRoleInput removes tags of a role.
type UntagRoleInput struct {
	RoleName string   `q:"required,len=1..64,pattern=name"`
	TagKeys  []string `q:"required,items=..50,each-len=1..128,each-pattern=tag-key,each-notnull"`
}

// ListRoleTagsInput lists the tags of a role.
type ListRoleTagsInput struct {
	RoleName string `q:"required,len=1..64,pattern=name"`
	Marker   string `q:"len=1..320,pattern=marker"`
	MaxItems *int32 `q:"range=1..1000"`
}

// ListRoleTagsOutput is a page of tags.
type ListRoleTagsOutput struct {
	Tags        []Tag `q:"keep"`
	IsTruncated bool
	Marker      string
}

// Role is a role as answers show it. Which members are set depends on the action.
type Role struct {
	Path                     string
	RoleName                 string
	RoleId                   string
	Arn                      string
	CreateDate               time.Time
	AssumeRolePolicyDocument query.PolicyDocument
	Description              string
	MaxSessionDuration       *int32
	PermissionsBoundary      *AttachedPermissionsBoundary
	Tags                     []Tag
	RoleLastUsed             *RoleLastUsed
}

// RoleLastUsed tells when a role last made a request; empty when it never did.
type RoleLastUsed struct {
	LastUsedDate time.Time
	Region       string
}
