package iamapi

import (
	"time"
)

// ListSAMLProvidersInput lists the SAML providers of the account.
type ListSAMLProvidersInput struct{}

// ListSAMLProvidersOutput is that list.
type ListSAMLProvidersOutput struct {
	SAMLProviderList []SAMLProviderListEntry `q:"keep"`
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

// DeleteSAMLProviderInput deletes a SAML provider.
type DeleteSAMLProviderInput struct {
	SAMLProviderArn string `q:"required,len=20..2048"`
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
