package iamapi

import (
	"time"

	"github.com/daypass/daypass/internal/query"
)

// CreatePolicyVersionInput adds a version to a managed policy.
type CreatePolicyVersionInput struct {
	PolicyArn      string `q:"required,len=20..2048"`
	PolicyDocument string `q:"required,len=1..131072,pattern=policy"`
	SetAsDefault   *bool
}

// CreatePolicyVersionOutput is the version made, without its document.
type CreatePolicyVersionOutput struct {
	PolicyVersion PolicyVersion
}

// GetPolicyVersionInput reads a version of a managed policy.
type GetPolicyVersionInput struct {
	PolicyArn string `q:"required,len=20..2048"`
	VersionId string `q:"required,pattern=version-id"`
}

// GetPolicyVersionOutput is the version and its document.
type GetPolicyVersionOutput struct {
	PolicyVersion PolicyVersion
}

// DeletePolicyVersionInput deletes a version that is not the default.
type DeletePolicyVersionInput struct {
	PolicyArn string `q:"required,len=20..2048"`
	VersionId string `q:"required,pattern=version-id"`
}

// ListPolicyVersionsInput lists the versions of a managed policy.
type ListPolicyVersionsInput struct {
	PolicyArn string `q:"required,len=20..2048"`
	Marker    string `q:"len=1..320,pattern=marker"`
	MaxItems  *int32 `q:"range=1..1000"`
}

// ListPolicyVersionsOutput is a page of versions.
type ListPolicyVersionsOutput struct {
	Versions    []PolicyVersion `q:"keep"`
	IsTruncated bool
	Marker      string
}

// SetDefaultPolicyVersionInput chooses the version that is in force.
type SetDefaultPolicyVersionInput struct {
	PolicyArn string `q:"required,len=20..2048"`
	VersionId string `q:"required,pattern=version-id"`
}

// PolicyVersion is a version of a managed policy.
type PolicyVersion struct {
	Document         query.PolicyDocument
	VersionId        string
	IsDefaultVersion bool
	CreateDate       time.Time
}
