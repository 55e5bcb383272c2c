package iamapi

import (
	"time"
)

// CreatePolicyInput makes a managed policy with its first version.
type CreatePolicyInput struct {
	PolicyName     string `q:"required,len=1..128,pattern=name"`
	Path           string `q:"len=1..512,pattern=policy-path"`
	PolicyDocument string `q:"required,len=1..131072,pattern=policy"`
	Description    string `q:"len=..1000"`
	Tags           []Tag  `q:"items=..50"`
}

// CreatePolicyOutput is the policy made.
type CreatePolicyOutput struct {
	Policy Policy
}

// GetPolicyInput reads a managed policy, without its document.
type GetPolicyInput struct {
	PolicyArn string `q:"required,len=20..2048"`
}

// GetPolicyOutput is the policy.
type GetPolicyOutput struct {
	Policy Policy
}

// DeletePolicyInput deletes a managed policy that is not attached.
type DeletePolicyInput struct {
	PolicyArn string `q:"required,len=20..2048"`
}

// ListPoliciesInput lists managed policies below a path.
type ListPoliciesInput struct {
	Scope             string `q:"enum=All|AWS|Local"`
	OnlyAttached      *bool
	PathPrefix        string `q:"len=1..512,pattern=policy-path"`
	PolicyUsageFilter string `q:"enum=PermissionsPolicy|PermissionsBoundary"`
	Marker            string `q:"len=1..320,pattern=marker"`
	MaxItems          *int32 `q:"range=1..1000"`
}

// ListPoliciesOutput is a page of policies.
type ListPoliciesOutput struct {
	Policies    []Policy `q:"keep"`
	IsTruncated bool
	Marker      string
}

// TagPolicyInput adds or replaces tags of a managed policy.
type TagPolicyInput struct {
	PolicyArn string `q:"required,len=20..2048"`
	Tags      []Tag  `q:"required,items=..50"`
}

// UntagPolicyInput removes tags of a managed policy.
type UntagPolicyInput struct {
	PolicyArn string   `q:"required,len=20..2048"`
	TagKeys   []string `q:"required,items=..50,each-len=1..128,each-pattern=tag-key,each-notnull"`
}

// ListPolicyTagsInput lists the tags of a managed policy.
type ListPolicyTagsInput struct {
	PolicyArn string `q:"required,len=20..2048"`
	Marker    string `q:"len=1..320,pattern=marker"`
	MaxItems  *int32 `q:"range=1..1000"`
}

// ListPolicyTagsOutput is a page of tags.
type ListPolicyTagsOutput struct {
	Tags        []Tag `q:"keep"`
	IsTruncated bool
	Marker      string
}

// ListEntitiesForPolicyInput asks what a managed policy is attached to.
type ListEntitiesForPolicyInput struct {
	PolicyArn         string `q:"required,len=20..2048"`
	EntityFilter      string `q:"enum=User|Role|Group|LocalManagedPolicy|AWSManagedPolicy"`
	PathPrefix        string `q:"len=1..512,pattern=path"`
	PolicyUsageFilter string `q:"enum=PermissionsPolicy|PermissionsBoundary"`
	Marker            string `q:"len=1..320,pattern=marker"`
	MaxItems          *int32 `q:"range=1..1000"`
}

// ListEntitiesForPolicyOutput is a page of groups, users and roles.
type ListEntitiesForPolicyOutput struct {
	PolicyGroups []PolicyGroup `q:"keep"`
	PolicyUsers  []PolicyUser  `q:"keep"`
	PolicyRoles  []PolicyRole  `q:"keep"`
	IsTruncated  bool
	Marker       string
}

// Policy is a managed policy without its document.
type Policy struct {
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
	Tags                          []Tag
}

// PolicyGroup is a group that a policy is attached to.
type PolicyGroup struct {
	GroupName string
	GroupId   string
}

// PolicyUser is a user that a policy is attached to.
type PolicyUser struct {
	UserName string
	UserId   string
}

// PolicyRole is a role that a policy is attached to.
type PolicyRole struct {
	RoleName string
	RoleId   string
}
