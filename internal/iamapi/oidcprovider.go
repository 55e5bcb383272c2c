package iamapi

import (
	"time"
)

// CreateOpenIDConnectProviderInput makes an OpenID Connect provider.
type CreateOpenIDConnectProviderInput struct {
	Url            string   `q:"required,len=1..255"`
	ClientIDList   []string `q:"each-len=1..255"`
	ThumbprintList []string `q:"each-len=40..40"`
	Tags           []Tag    `q:"items=..50"`
}

// CreateOpenIDConnectProviderOutput names the provider made.
type CreateOpenIDConnectProviderOutput struct {
	OpenIDConnectProviderArn string
	Tags                     []Tag
}

// GetOpenIDConnectProviderInput reads an OpenID Connect provider.
type GetOpenIDConnectProviderInput struct {
	OpenIDConnectProviderArn string `q:"required,len=20..2048"`
}

// GetOpenIDConnectProviderOutput is the provider. Its URL is without scheme.
type GetOpenIDConnectProviderOutput struct {
	Url            string
	ClientIDList   []string `q:"keep"`
	ThumbprintList []string `q:"keep"`
	CreateDate     time.Time
	Tags           []Tag `q:"keep"`
}

// ListOpenIDConnectProvidersInput lists the OpenID Connect providers of the account.
type ListOpenIDConnectProvidersInput struct{}

// ListOpenIDConnectProvidersOutput is that list.
type ListOpenIDConnectProvidersOutput struct {
	OpenIDConnectProviderList []OpenIDConnectProviderListEntry `q:"keep"`
}

// OpenIDConnectProviderListEntry is an OpenID Connect provider in a list.
type OpenIDConnectProviderListEntry struct {
	Arn string
}

// DeleteOpenIDConnectProviderInput deletes an OpenID Connect provider.
type DeleteOpenIDConnectProviderInput struct {
	OpenIDConnectProviderArn string `q:"required,len=20..2048"`
}

// AddClientIDToOpenIDConnectProviderInput adds an audience that tokens may have.
type AddClientIDToOpenIDConnectProviderInput struct {
	OpenIDConnectProviderArn string `q:"required,len=20..2048"`
	ClientID                 string `q:"required,len=1..255"`
}

// RemoveClientIDFromOpenIDConnectProviderInput removes one.
type RemoveClientIDFromOpenIDConnectProviderInput struct {
	OpenIDConnectProviderArn string `q:"required,len=20..2048"`
	ClientID                 string `q:"required,len=1..255"`
}

// UpdateOpenIDConnectProviderThumbprintInput replaces the thumbprints.
type UpdateOpenIDConnectProviderThumbprintInput struct {
	OpenIDConnectProviderArn string   `q:"required,len=20..2048"`
	ThumbprintList           []string `q:"required,each-len=40..40"`
}

// TagOpenIDConnectProviderInput adds or replaces tags of a provider.
type TagOpenIDConnectProviderInput struct {
	OpenIDConnectProviderArn string `q:"required,len=20..2048"`
	Tags                     []Tag  `q:"required,items=..50"`
}

// UntagOpenIDConnectProviderInput removes tags of a provider.
type UntagOpenIDConnectProviderInput struct {
	OpenIDConnectProviderArn string   `q:"required,len=20..2048"`
	TagKeys                  []string `q:"required,items=..50,each-len=1..128,each-pattern=tag-key,each-notnull"`
}

// ListOpenIDConnectProviderTagsInput lists the tags of a provider.
type ListOpenIDConnectProviderTagsInput struct {
	OpenIDConnectProviderArn string `q:"required,len=20..2048"`
	Marker                   string `q:"len=1..320,pattern=marker"`
	MaxItems                 *int32 `q:"range=1..1000"`
}

// ListOpenIDConnectProviderTagsOutput is a page of tags.
type ListOpenIDConnectProviderTagsOutput struct {
	Tags        []Tag `q:"keep"`
	IsTruncated bool
	Marker      string
}
