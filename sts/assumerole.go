package sts

// AssumeRoleOutput is the session of a role that the caller may assume.
type AssumeRoleOutput struct {
	Credentials      Credentials
	AssumedRoleUser  AssumedRoleUser
	PackedPolicySize *int32 // percent; nil without policies and tags
	SourceIdentity   string

	SessionTokenSize        *int32 // bytes of the session token; nil from services that do not say
	SessionTokenUtilization *int32 // percent of the largest session token; nil likewise
}

// AssumeRoleWithSAMLOutput is the session that an assertion stands for.
type AssumeRoleWithSAMLOutput struct {
	Credentials      Credentials
	AssumedRoleUser  AssumedRoleUser
	PackedPolicySize *int32
	Subject          string // of the assertion's NameID
	SubjectType      string // its format, "persistent" or "transient" or the URN
	Issuer           string
	Audience         string // the Recipient of the confirmation, not the audience restriction
	NameQualifier    string // hash of issuer, account and provider: tells equal subjects apart
	SourceIdentity   string

	SessionTokenSize        *int32 // bytes of the session token; nil from services that do not say
	SessionTokenUtilization *int32 // percent of the largest session token; nil likewise
}

// AssumeRoleWithWebIdentityOutput is the session that an OpenID Connect token
// stands for.
type AssumeRoleWithWebIdentityOutput struct {
	Credentials                 Credentials
	SubjectFromWebIdentityToken string
	AssumedRoleUser             AssumedRoleUser
	PackedPolicySize            *int32
	Provider                    string
	Audience                    string // azp when the token has it, else aud
	SourceIdentity              string

	SessionTokenSize        *int32 // bytes of the session token; nil from services that do not say
	SessionTokenUtilization *int32 // percent of the largest session token; nil likewise
}

// AssumeRootOutput is a session of the root of a member account.
type AssumeRootOutput struct {
	Credentials    Credentials
	SourceIdentity string

	SessionTokenSize        *int32 // bytes of the session token; nil from services that do not say
	SessionTokenUtilization *int32 // percent of the largest session token; nil likewise
}
