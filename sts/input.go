package sts

// The parameters of the operations. A field that is left at its zero value is
// not sent, unless it is required. The tags have what the service checks (see
// [Operation]) and what the parameter is for; nothing but "required" is checked
// before sending, so that the service has the last word.

// AssumeRoleInput are the parameters of [Client.AssumeRole].
type AssumeRoleInput struct {
	RoleArn                 string             `q:"required,len=20..2048,pattern=arn" doc:"ARN of the role to assume."`
	RoleSessionName         string             `q:"required,len=2..64,pattern=sts-name" doc:"Names the session in ARNs and audit records: 2 to 64 letters, digits and _=,.@-+."`
	PolicyArns              []PolicyDescriptor `doc:"Managed policies of the role's account, at most 10, that limit the session."`
	Policy                  string             `q:"len=1..,pattern=policy" doc:"Policy, as JSON, that limits the session: it may do what the role and this policy both allow."`
	DurationSeconds         int32              `q:"range=900..43200" doc:"Seconds that the session lasts: 900 to the role's maximum, 3600 when left out, and at most 3600 when a session assumes the role."`
	Tags                    []Tag              `q:"items=..50" doc:"Session tags, at most 50. The caller needs sts:TagSession."`
	TransitiveTagKeys       []string           `q:"items=..50,each-len=1..128,each-pattern=tag-key,each-notnull" doc:"Keys of those tags that pass on to roles assumed from the session."`
	ExternalId              string             `q:"len=2..1224,pattern=sts-external-id" doc:"What the owner of the role agreed on with a third party: 2 to 1224 characters."`
	SerialNumber            string             `q:"len=9..256,pattern=sts-serial" doc:"ARN or serial number of the caller's MFA device."`
	TokenCode               string             `q:"len=6..6,pattern=sts-code" doc:"The six digits that the MFA device shows."`
	SourceIdentity          string             `q:"len=2..64,pattern=sts-name" doc:"Who is behind the session; it stays with all sessions that come of it. The caller needs sts:SetSourceIdentity."`
	ProvidedContexts        []ProvidedContext  `q:"items=1..5" doc:"Context assertions of trusted providers, at most 5."`
	MinimumSessionTokenSize int32              `q:"range=0..4096" doc:"Least size of the session token in bytes, at most 4096. For tests of what must carry tokens."`
}

// AssumeRoleWithSAMLInput are the parameters of [Client.AssumeRoleWithSAML].
type AssumeRoleWithSAMLInput struct {
	RoleArn                 string             `q:"required,len=20..2048,pattern=arn" doc:"ARN of the role to assume."`
	PrincipalArn            string             `q:"required,len=20..2048,pattern=arn" doc:"ARN of the SAML provider, in the role's account, that describes the identity provider."`
	SAMLAssertion           string             `q:"required,len=4..100000,sensitive" doc:"The identity provider's response, in base64."`
	PolicyArns              []PolicyDescriptor `doc:"Managed policies of the role's account, at most 10, that limit the session."`
	Policy                  string             `q:"len=1..2048,pattern=policy" doc:"Policy, as JSON, that limits the session."`
	DurationSeconds         int32              `q:"range=900..43200" doc:"Seconds that the session lasts: 900 to the role's maximum, 3600 when left out. The response may shorten it."`
	MinimumSessionTokenSize int32              `q:"range=0..4096" doc:"Least size of the session token in bytes, at most 4096."`
}

// AssumeRoleWithWebIdentityInput are the parameters of
// [Client.AssumeRoleWithWebIdentity].
type AssumeRoleWithWebIdentityInput struct {
	RoleArn                 string             `q:"required,len=20..2048,pattern=arn" doc:"ARN of the role to assume."`
	RoleSessionName         string             `q:"required,len=2..64,pattern=sts-name" doc:"Names the session: 2 to 64 letters, digits and _=,.@-+. Use the identity of whoever holds the token."`
	WebIdentityToken        string             `q:"required,len=4..20000,sensitive" doc:"The identity provider's token: an OpenID Connect ID token, or an OAuth 2.0 access token."`
	ProviderId              string             `q:"len=4..2048" doc:"Host name of the provider of an OAuth 2.0 access token. Leave out for OpenID Connect."`
	PolicyArns              []PolicyDescriptor `doc:"Managed policies of the role's account, at most 10, that limit the session."`
	Policy                  string             `q:"len=1..2048,pattern=policy" doc:"Policy, as JSON, that limits the session."`
	DurationSeconds         int32              `q:"range=900..43200" doc:"Seconds that the session lasts: 900 to the role's maximum, 3600 when left out."`
	MinimumSessionTokenSize int32              `q:"range=0..4096" doc:"Least size of the session token in bytes, at most 4096."`
}

// AssumeRootInput are the parameters of [Client.AssumeRoot].
type AssumeRootInput struct {
	TargetPrincipal         string           `q:"required,len=12..2048" doc:"Id of the member account, or the ARN of its root."`
	TaskPolicyArn           PolicyDescriptor `q:"required" doc:"The task that the session is for: ARN of one of the managed policies below root-task/."`
	DurationSeconds         int32            `q:"range=0..900" doc:"Seconds that the session lasts, at most 900, which is the default."`
	MinimumSessionTokenSize int32            `q:"range=0..4096" doc:"Least size of the session token in bytes, at most 4096."`
}

// DecodeAuthorizationMessageInput are the parameters of
// [Client.DecodeAuthorizationMessage].
type DecodeAuthorizationMessageInput struct {
	EncodedMessage string `q:"required,len=1..10240" doc:"The message that came with the denial, as it came."`
}

// GetAccessKeyInfoInput are the parameters of [Client.GetAccessKeyInfo].
type GetAccessKeyInfoInput struct {
	AccessKeyId string `q:"required,len=16..128,pattern=sts-id" doc:"Id of an access key, of whatever account, long-term or temporary."`
}

// GetCallerIdentityInput has no fields: [Client.GetCallerIdentity] takes no
// parameters.
type GetCallerIdentityInput struct{}

// GetDelegatedAccessTokenInput are the parameters of
// [Client.GetDelegatedAccessToken].
type GetDelegatedAccessTokenInput struct {
	TradeInToken string `q:"required,sensitive" doc:"The token that the customer's release of a delegation request sent."`
}

// GetFederationTokenInput are the parameters of [Client.GetFederationToken].
type GetFederationTokenInput struct {
	Name                    string             `q:"required,len=2..32,pattern=sts-name" doc:"Name of the federated user: 2 to 32 letters, digits and _=,.@-+."`
	Policy                  string             `q:"len=1..2048,pattern=policy" doc:"Policy, as JSON. The session may do what the caller and this policy both allow: without a policy, nothing."`
	PolicyArns              []PolicyDescriptor `doc:"Managed policies of the caller's account, at most 10, that count as Policy does."`
	DurationSeconds         int32              `q:"range=900..129600" doc:"Seconds that the session lasts: 900 to 129600, 43200 when left out. Root gets at most 3600."`
	Tags                    []Tag              `q:"items=..50" doc:"Session tags, at most 50. The caller needs sts:TagSession."`
	MinimumSessionTokenSize int32              `q:"range=0..4096" doc:"Least size of the session token in bytes, at most 4096."`
}

// GetSessionTokenInput are the parameters of [Client.GetSessionToken].
type GetSessionTokenInput struct {
	DurationSeconds         int32  `q:"range=900..129600" doc:"Seconds that the session lasts: 900 to 129600, 43200 when left out. Root gets at most 3600."`
	SerialNumber            string `q:"len=9..256,pattern=sts-serial" doc:"ARN or serial number of the caller's MFA device."`
	TokenCode               string `q:"len=6..6,pattern=sts-code" doc:"The six digits that the MFA device shows."`
	MinimumSessionTokenSize int32  `q:"range=0..4096" doc:"Least size of the session token in bytes, at most 4096."`
}

// GetWebIdentityTokenInput are the parameters of [Client.GetWebIdentityToken].
type GetWebIdentityTokenInput struct {
	Audience         []string `q:"required,items=1..10,each-len=1..1000" doc:"Whom the token is for, 1 to 10 names of 1 to 1000 characters: its aud claim."`
	DurationSeconds  int32    `q:"range=60..3600" doc:"Seconds that the token is good for: 60 to 3600, 300 when left out. No longer than the caller's own session."`
	SigningAlgorithm string   `q:"required,len=5..5,enum=RS256|ES384" doc:"RS256, which every verifier knows, or ES384, which is shorter."`
	Tags             []Tag    `q:"items=..50" doc:"Become claims of the token, at most 50. The caller needs sts:TagGetWebIdentityToken."`
}

// PolicyDescriptor names a managed policy.
type PolicyDescriptor struct {
	Arn string `q:"name=arn,required,len=20..2048,pattern=arn" doc:"ARN of the managed policy."`
}

// Tag is a session tag.
type Tag struct {
	Key   string `q:"required,len=1..128,pattern=tag-key" doc:"1 to 128 characters. Upper and lower case are one key."`
	Value string `q:"required,len=..256,pattern=tag-value" doc:"At most 256 characters; may be empty."`
}

// ProvidedContext is what a trusted provider asserts about the caller.
type ProvidedContext struct {
	ProviderArn      string `q:"len=20..2048,pattern=arn" doc:"ARN of the context provider."`
	ContextAssertion string `q:"len=4..2048" doc:"What the provider asserts, signed by it: 4 to 2048 characters."`
}
