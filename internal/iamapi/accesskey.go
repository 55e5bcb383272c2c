package iamapi

import (
	"time"
)

// CreateAccessKeyInput makes an access key for a user, by default the caller.
type CreateAccessKeyInput struct {
	UserName string `q:"len=1..128,pattern=name"`
}

// CreateAccessKeyOutput is the key, with the secret that is never shown again.
type CreateAccessKeyOutput struct {
	AccessKey AccessKey
}

// UpdateAccessKeyInput switches an access key on or off.
type UpdateAccessKeyInput struct {
	UserName    string `q:"len=1..128,pattern=name"`
	AccessKeyId string `q:"required,len=16..128,pattern=id"`
	Status      string `q:"required,enum=Active|Inactive|Expired"`
}

// DeleteAccessKeyInput deletes an access key.
type DeleteAccessKeyInput struct {
	UserName    string `q:"len=1..128,pattern=name"`
	AccessKeyId string `q:"required,len=16..128,pattern=id"`
}

// ListAccessKeysInput lists the access keys of a user.
type ListAccessKeysInput struct {
	UserName string `q:"len=1..128,pattern=name"`
	Marker   string `q:"len=1..320,pattern=marker"`
	MaxItems *int32 `q:"range=1..1000"`
}

// ListAccessKeysOutput is a page of access keys.
type ListAccessKeysOutput struct {
	AccessKeyMetadata []AccessKeyMetadata `q:"keep"`
	IsTruncated       bool
	Marker            string
}

// GetAccessKeyLastUsedInput asks when a key was last used.
type GetAccessKeyLastUsedInput struct {
	AccessKeyId string `q:"required,len=16..128,pattern=id"`
}

// GetAccessKeyLastUsedOutput tells whose key it is and when it was last used.
type GetAccessKeyLastUsedOutput struct {
	UserName          string
	AccessKeyLastUsed AccessKeyLastUsed
}

// AccessKey is a new access key, secret included.
type AccessKey struct {
	UserName        string
	AccessKeyId     string
	Status          string
	SecretAccessKey string
	CreateDate      time.Time
}

// AccessKeyMetadata is an access key without its secret.
type AccessKeyMetadata struct {
	UserName    string
	AccessKeyId string
	Status      string
	CreateDate  time.Time
}

// AccessKeyLastUsed tells of the last request signed with a key; without a date there was none.
type AccessKeyLastUsed struct {
	LastUsedDate time.Time
	ServiceName  string
	Region       string
}
