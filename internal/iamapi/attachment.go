package iamapi

// AttachUserPolicyInput attaches a managed policy to a user.
type AttachUserPolicyInput struct {
	UserName  string `q:"required,len=1..64,pattern=name"`
	PolicyArn string `q:"required,len=20..2048"`
}

// DetachUserPolicyInput detaches a managed policy from a user.
type DetachUserPolicyInput struct {
	UserName  string `q:"required,len=1..64,pattern=name"`
	PolicyArn string `q:"required,len=20..2048"`
}

// ListAttachedUserPoliciesInput lists the managed policies of a user.
type ListAttachedUserPoliciesInput struct {
	UserName   string `q:"required,len=1..64,pattern=name"`
	PathPrefix string `q:"len=1..512,pattern=policy-path"`
	Marker     string `q:"len=1..320,pattern=marker"`
	MaxItems   *int32 `q:"range=1..1000"`
}

// ListAttachedUserPoliciesOutput is a page of policies.
type ListAttachedUserPoliciesOutput struct {
	AttachedPolicies []AttachedPolicy `q:"keep"`
	IsTruncated      bool
	Marker           string
}

// AttachGroupPolicyInput attaches a managed policy to a group.
type AttachGroupPolicyInput struct {
	GroupName string `q:"required,len=1..128,pattern=name"`
	PolicyArn string `q:"required,len=20..2048"`
}

// DetachGroupPolicyInput detaches a managed policy from a group.
type DetachGroupPolicyInput struct {
	GroupName string `q:"required,len=1..128,pattern=name"`
	PolicyArn string `q:"required,len=20..2048"`
}

// ListAttachedGroupPoliciesInput lists the managed policies of a group.
type ListAttachedGroupPoliciesInput struct {
	GroupName  string `q:"required,len=1..128,pattern=name"`
	PathPrefix string `q:"len=1..512,pattern=policy-path"`
	Marker     string `q:"len=1..320,pattern=marker"`
	MaxItems   *int32 `q:"range=1..1000"`
}

// ListAttachedGroupPoliciesOutput is a page of policies.
type ListAttachedGroupPoliciesOutput struct {
	AttachedPolicies []AttachedPolicy `q:"keep"`
	IsTruncated      bool
	Marker           string
}

// AttachRolePolicyInput attaches a managed policy to a role.
type AttachRolePolicyInput struct {
	RoleName  string `q:"required,len=1..64,pattern=name"`
	PolicyArn string `q:"required,len=20..2048"`
}

// DetachRolePolicyInput detaches a managed policy from a role.
type DetachRolePolicyInput struct {
	RoleName  string `q:"required,len=1..64,pattern=name"`
	PolicyArn string `q:"required,len=20..2048"`
}

// ListAttachedRolePoliciesInput lists the managed policies of a role.
type ListAttachedRolePoliciesInput struct {
	RoleName   string `q:"required,len=1..64,pattern=name"`
	PathPrefix string `q:"len=1..512,pattern=policy-path"`
	Marker     string `q:"len=1..320,pattern=marker"`
	MaxItems   *int32 `q:"range=1..1000"`
}

// ListAttachedRolePoliciesOutput is a page of policies.
type ListAttachedRolePoliciesOutput struct {
	AttachedPolicies []AttachedPolicy `q:"keep"`
	IsTruncated      bool
	Marker           string
}

// AttachedPolicy names an attached managed policy.
type AttachedPolicy struct {
	PolicyName string
	PolicyArn  string
}
