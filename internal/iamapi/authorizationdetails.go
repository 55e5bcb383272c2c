package iamapi

import (
	"time"

	"github.com/daypass/daypass/internal/query"
)

// GetAccountAuthorizationDetailsInput reads everything that decides who may do what.
type GetAccountAuthorizationDetailsInput struct {
	Filter   []string `q:"each-enum=User|Role|Group|LocalManagedPolicy|AWSManagedPolicy"`
	MaxItems *int32   `q:"range=1..1000"`
	Marker   string   `q:"len=1..320,pattern=marker"`
}

// GetAccountAuthorizationDetailsOutput is a page of it.
type GetAccountAuthorizationDetailsOutput struct {
	UserDetailList  []UserDetail
	GroupDetailList []GroupDetail
	RoleDetailList  []RoleDetail
	Policies        []ManagedPolicyDetail
	IsTruncated     bool
	Marker          string
}

// UserDetail is a user with all its policies.
type UserDetail struct {
	Path                    string
	UserName                string
	UserId                  string
	Arn                     string
	CreateDate              time.Time
	UserPolicyList          []PolicyDetail
	GroupList               []string
	AttachedManagedPolicies []AttachedPolicy
	PermissionsBoundary     *AttachedPermissionsBoundary
	Tags                    []Tag
}

// PolicyDetail is an inline policy.
type PolicyDetail struct {
	PolicyName     string
	PolicyDocument query.PolicyDocument
}

// GroupDetail is a group with all its policies.
type GroupDetail struct {
	Path                    string
	GroupName               string
	GroupId                 string
	Arn                     string
	CreateDate              time.Time
	GroupPolicyList         []PolicyDetail
	AttachedManagedPolicies []AttachedPolicy
}

// RoleDetail is a role with all its policies.
type RoleDetail struct {
	Path                     string
	RoleName                 string
	RoleId                   string
	Arn                      string
	CreateDate               time.Time
	AssumeRolePolicyDocument query.PolicyDocument
	InstanceProfileList      []InstanceProfile
	RolePolicyList           []PolicyDetail
	AttachedManagedPolicies  []AttachedPolicy
	PermissionsBoundary      *AttachedPermissionsBoundary
	Tags                     []Tag
	RoleLastUsed             *RoleLastUsed
}

// ManagedPolicyDetail is a managed policy with all its versions.
type ManagedPolicyDetail struct {
	PolicyName                    string
	PolicyId                      string
	Arn                           string
	Path                          string
	DefaultVersionId              string
	AttachmentCount               int32
	PermissionsBoundaryUsageCount int32
	IsAttachable                  bool
	Description                   string
	CreateDate                    time.Time
	UpdateDate                    time.Time
	PolicyVersionList             []PolicyVersion
}
