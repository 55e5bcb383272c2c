package iam

import "time"

// Whether a SAML provider takes assertions that are not encrypted.
const (
	EncryptionAllowed  = "Allowed"
	EncryptionRequired = "Required"
)

// SAMLProvider is an identity provider that vouches by SAML assertions.
type SAMLProvider struct {
	ARN        string
	Account    string
	Name       string
	UUID       string // SAMLSP…
	Created    time.Time
	ValidUntil time.Time // told to who asks, and of no effect
	Metadata   string    // its metadata document, as it was given
	Encryption string    // EncryptionAllowed, EncryptionRequired, or "" when neither was chosen
	Tags       []Tag
}

// SAMLKey is a private key of an account that opens assertions encrypted for it.
type SAMLKey struct {
	ID       string
	Account  string
	Provider string // ARN
	Created  time.Time
	Sealed   []byte // PKCS #8, wrapped under the master key
}

// OIDCProvider is an identity provider that vouches by OpenID Connect tokens.
type OIDCProvider struct {
	ARN         string
	Account     string
	URL         string // without "https://"
	Created     time.Time
	Clients     []string // client ids, which tokens name as their audience
	Thumbprints []string // SHA-1 of certificates, in hexadecimal
	Tags        []Tag
}

// MFADevice is a virtual MFA device: a seed that an authenticator shares.
type MFADevice struct {
	Serial  string // its ARN
	Account string
	Path    string
	Name    string
	Created time.Time
	Holder  string    // unique id of the user who has it, or the account's id for its root user; "" while nobody has
	Enabled time.Time // zero while nobody has it
	Drift   int       // steps of 30 seconds that its clock is ahead of ours
	// Accepted is the step of the last code that was accepted: that and all before
	// it are used up. 0 while there was none.
	Accepted int64
	Forgiven time.Time // when the wrong codes that came are; zero while there were none
	Sealed   []byte    // the seed, wrapped under the master key
	Tags     []Tag
}
