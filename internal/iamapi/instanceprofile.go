package iamapi

import (
	"time"
)

// CreateInstanceProfileInput makes an instance profile.
type CreateInstanceProfileInput struct {
	InstanceProfileName string `q:"required,len=1..128,pattern=name"`
	Path                string `q:"len=1..512,pattern=path"`
	Tags                []Tag  `q:"items=..50"`
}

// CreateInstanceProfileOutput is the profile made.
type CreateInstanceProfileOutput struct {
	InstanceProfile InstanceProfile
}

// GetInstanceProfileInput reads an instance profile.
type GetInstanceProfileInput struct {
	InstanceProfileName string `q:"required,len=1..128,pattern=name"`
}

// GetInstanceProfileOutput is the profile.
type GetInstanceProfileOutput struct {
	InstanceProfile InstanceProfile
}

// DeleteInstanceProfileInput deletes an instance profile that holds no role.
type DeleteInstanceProfileInput struct {
	InstanceProfileName string `q:"required,len=1..128,pattern=name"`
}

// ListInstanceProfilesInput lists instance profiles below a path.
type ListInstanceProfilesInput struct {
	PathPrefix string `q:"len=1..512,pattern=path-prefix"`
	Marker     string `q:"len=1..320,pattern=marker"`
	MaxItems   *int32 `q:"range=1..1000"`
}

// ListInstanceProfilesOutput is a page of profiles.
type ListInstanceProfilesOutput struct {
	InstanceProfiles []InstanceProfile `q:"keep"`
	IsTruncated      bool
	Marker           string
}

// ListInstanceProfilesForRoleInput lists the instance profiles that hold a role.
type ListInstanceProfilesForRoleInput struct {
	RoleName string `q:"required,len=1..64,pattern=name"`
	Marker   string `q:"len=1..320,pattern=marker"`
	MaxItems *int32 `q:"range=1..1000"`
}

// ListInstanceProfilesForRoleOutput is a page of profiles.
type ListInstanceProfilesForRoleOutput struct {
	InstanceProfiles []InstanceProfile `q:"keep"`
	IsTruncated      bool
	Marker           string
}

// AddRoleToInstanceProfileInput puts a role into an instance profile.
type AddRoleToInstanceProfileInput struct {
	InstanceProfileName string `q:"required,len=1..128,pattern=name"`
	RoleName            string `q:"required,len=1..64,pattern=name"`
}

// RemoveRoleFromInstanceProfileInput takes the role out of an instance profile.
type RemoveRoleFromInstanceProfileInput struct {
	InstanceProfileName string `q:"required,len=1..128,pattern=name"`
	RoleName            string `q:"required,len=1..64,pattern=name"`
}

// TagInstanceProfileInput adds or replaces tags of an instance profile.
type TagInstanceProfileInput struct {
	InstanceProfileName string `q:"required,len=1..128,pattern=name"`
	Tags                []Tag  `q:"required,items=..50"`
}

// UntagInstanceProfileInput removes tags of an instance profile.
type UntagInstanceProfileInput struct {
	InstanceProfileName string   `q:"required,len=1..128,pattern=name"`
	TagKeys             []string `q:"required,items=..50,each-len=1..128,each-pattern=tag-key,each-notnull"`
}

// ListInstanceProfileTagsInput lists the tags of an instance profile.
type ListInstanceProfileTagsInput struct {
	InstanceProfileName string `q:"required,len=1..128,pattern=name"`
	Marker              string `q:"len=1..320,pattern=marker"`
	MaxItems            *int32 `q:"range=1..1000"`
}

// ListInstanceProfileTagsOutput is a page of tags.
type ListInstanceProfileTagsOutput struct {
	Tags        []Tag `q:"keep"`
	IsTruncated bool
	Marker      string
}

// InstanceProfile is an instance profile with the one role it may hold.
type InstanceProfile struct {
	Path                string
	InstanceProfileName string
	InstanceProfileId   string
	Arn                 string
	CreateDate          time.Time
	Roles               []Role `q:"keep"`
	Tags                []Tag
}
