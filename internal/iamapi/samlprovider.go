package iamapi

import "time"

// CreateSAMLProviderInput makes a SAML provider.
type CreateSAMLProviderInput struct {
	SAMLMetadataDocument    string `q:"required,len=1000..10000000"`
	Name                    string `q:"required,len=1..128,pattern=saml-name"`
	Tags                    []Tag  `q:"items=..50"`
	AssertionEncryptionMode string `q:"enum=Required|Allowed"`
	AddPrivateKey           string `q:"len=1..16384,pattern=policy,sensitive"`
}

// CreateSAMLProviderOutput is the provider made.
type CreateSAMLProviderOutput struct {
	SAMLProviderArn string
	Tags            []Tag
}

// UpdateSAMLProviderInput changes a SAML provider.
type UpdateSAMLProviderInput struct {
	SAMLMetadataDocument    string `q:"len=1000..10000000"`
	SAMLProviderArn         string `q:"required,len=20..2048"`
	AssertionEncryptionMode string `q:"enum=Required|Allowed"`
	AddPrivateKey           string `q:"len=1..16384,pattern=policy,sensitive"`
	RemovePrivateKey        string `q:"len=22..64,pattern=saml-key-id"`
}

// UpdateSAMLProviderOutput is the provider changed.
type UpdateSAMLProviderOutput struct {
	SAMLProviderArn string
}

// GetSAMLProviderInput reads a SAML provider.
type GetSAMLProviderInput struct {
	SAMLProviderArn string `q:"required,len=20..2048"`
}

// GetSAMLProviderOutput is the provider.
type GetSAMLProviderOutput struct {
	SAMLProviderUUID        string
	SAMLMetadataDocument    string
	CreateDate              time.Time
	ValidUntil              time.Time
	Tags                    []Tag `q:"keep"`
	AssertionEncryptionMode string
	PrivateKeyList          []SAMLPrivateKey `q:"keep"`
}

// ListSAMLProvidersInput lists the SAML providers of the account.
type ListSAMLProvidersInput struct{}

// ListSAMLProvidersOutput is that list.
type ListSAMLProvidersOutput struct {
	SAMLProviderList []SAMLProviderListEntry `q:"keep"`
}

// DeleteSAMLProviderInput deletes a SAML provider.
type DeleteSAMLProviderInput struct {
	SAMLProviderArn string `q:"required,len=20..2048"`
}

// TagSAMLProviderInput adds tags to a SAML provider.
type TagSAMLProviderInput struct {
	SAMLProviderArn string `q:"required,len=20..2048"`
	Tags            []Tag  `q:"required,items=..50"`
}

// UntagSAMLProviderInput removes tags of a SAML provider.
type UntagSAMLProviderInput struct {
	SAMLProviderArn string   `q:"required,len=20..2048"`
	TagKeys         []string `q:"required,items=..50,each-len=1..128,each-pattern=tag-key,each-notnull"`
}

// ListSAMLProviderTagsInput lists the tags of a SAML provider.
type ListSAMLProviderTagsInput struct {
	SAMLProviderArn string `q:"required,len=20..2048"`
	Marker          string `q:"len=1..320,pattern=marker"`
	MaxItems        *int32 `q:"range=1..1000"`
}

// ListSAMLProviderTagsOutput is a page of tags.
type ListSAMLProviderTagsOutput struct {
	Tags        []Tag `q:"keep"`
	IsTruncated bool
	Marker      string
}

// SAMLProviderListEntry is a SAML provider in a list.
type SAMLProviderListEntry struct {
	Arn        string
	ValidUntil time.Time
	CreateDate time.Time
}

// SAMLPrivateKey is a key that opens encrypted assertions.
type SAMLPrivateKey struct {
	KeyId     string
	Timestamp time.Time
}
