package iamapi

import (
	"github.com/daypass/daypass/internal/query"
)

// PutUserPolicyInput writes an inline policy of a user.
type PutUserPolicyInput struct {
	UserName       string `q:"required,len=1..128,pattern=name"`
	PolicyName     string `q:"required,len=1..128,pattern=name"`
	PolicyDocument string `q:"required,len=1..131072,pattern=policy"`
}

// GetUserPolicyInput reads an inline policy of a user.
type GetUserPolicyInput struct {
	UserName   string `q:"required,len=1..128,pattern=name"`
	PolicyName string `q:"required,len=1..128,pattern=name"`
}

// GetUserPolicyOutput is the policy.
type GetUserPolicyOutput struct {
	UserName       string
	PolicyName     string
	PolicyDocument query.PolicyDocument
}

// DeleteUserPolicyInput deletes an inline policy of a user.
type DeleteUserPolicyInput struct {
	UserName   string `q:"required,len=1..128,pattern=name"`
	PolicyName string `q:"required,len=1..128,pattern=name"`
}

// ListUserPoliciesInput lists the inline policies of a user.
type ListUserPoliciesInput struct {
	UserName string `q:"required,len=1..128,pattern=name"`
	Marker   string `q:"len=1..320,pattern=marker"`
	MaxItems *int32 `q:"range=1..1000"`
}

// ListUserPoliciesOutput is a page of policy names.
type ListUserPoliciesOutput struct {
	PolicyNames []string `q:"keep"`
	IsTruncated bool
	Marker      string
}

// PutGroupPolicyInput writes an inline policy of a group.
type PutGroupPolicyInput struct {
	GroupName      string `q:"required,len=1..128,pattern=name"`
	PolicyName     string `q:"required,len=1..128,pattern=name"`
	PolicyDocument string `q:"required,len=1..131072,pattern=policy"`
}

// GetGroupPolicyInput reads an inline policy of a group.
type GetGroupPolicyInput struct {
	GroupName  string `q:"required,len=1..128,pattern=name"`
	PolicyName string `q:"required,len=1..128,pattern=name"`
}

// GetGroupPolicyOutput is the policy.
type GetGroupPolicyOutput struct {
	GroupName      string
	PolicyName     string
	PolicyDocument query.PolicyDocument
}

// DeleteGroupPolicyInput deletes an inline policy of a group.
type DeleteGroupPolicyInput struct {
	GroupName  string `q:"required,len=1..128,pattern=name"`
	PolicyName string `q:"required,len=1..128,pattern=name"`
}

// ListGroupPoliciesInput lists the inline policies of a group.
type ListGroupPoliciesInput struct {
	GroupName string `q:"required,len=1..128,pattern=name"`
	Marker    string `q:"len=1..320,pattern=marker"`
	MaxItems  *int32 `q:"range=1..1000"`
}

// ListGroupPoliciesOutput is a page of policy names.
type ListGroupPoliciesOutput struct {
	PolicyNames []string `q:"keep"`
	IsTruncated bool
	Marker      string
}

// PutRolePolicyInput writes an inline policy of a role.
type PutRolePolicyInput struct {
	RoleName       string `q:"required,len=1..64,pattern=name"`
	PolicyName     string `q:"required,len=1..128,pattern=name"`
	PolicyDocument string `q:"required,len=1..131072,pattern=policy"`
}

// GetRolePolicyInput reads an inline policy of a role.
type GetRolePolicyInput struct {
	RoleName   string `q:"required,len=1..64,pattern=name"`
	PolicyName string `q:"required,len=1..128,pattern=name"`
}

// GetRolePolicyOutput is the policy.
type GetRolePolicyOutput struct {
	RoleName       string
	PolicyName     string
	PolicyDocument query.PolicyDocument
}

// DeleteRolePolicyInput deletes an inline policy of a role.
type DeleteRolePolicyInput struct {
	RoleName   string `q:"required,len=1..64,pattern=name"`
	PolicyName string `q:"required,len=1..128,pattern=name"`
}

// ListRolePoliciesInput lists the inline policies of a role.
type ListRolePoliciesInput struct {
	RoleName string `q:"required,len=1..64,pattern=name"`
	Marker   string `q:"len=1..320,pattern=marker"`
	MaxItems *int32 `q:"range=1..1000"`
}

// ListRolePoliciesOutput is a page of policy names.
type ListRolePoliciesOutput struct {
	PolicyNames []string `q:"keep"`
	IsTruncated bool
	Marker      string
}
