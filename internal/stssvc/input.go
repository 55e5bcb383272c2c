package stssvc

// The parameters of the actions, with the constraints of the service model
// (see package query). An optional string is absent when empty: each has a
// minimum length, so a given one is not.

type assumeRoleInput struct {
	RoleArn           string             `q:"required,len=20..2048,pattern=arn"`
	RoleSessionName   string             `q:"required,len=2..64,pattern=sts-name"`
	PolicyArns        []policyDescriptor // at most 10, which is not a constraint of the model
	Policy            string             `q:"len=1..,pattern=policy"`
	DurationSeconds   *int32             `q:"range=900..43200"`
	Tags              []tag              `q:"items=..50"`
	TransitiveTagKeys []string           `q:"items=..50,each-len=1..128,each-pattern=tag-key,each-notnull"`
	ExternalId        string             `q:"len=2..1224,pattern=sts-external-id"`
	SerialNumber      string             `q:"len=9..256,pattern=sts-serial"`
	TokenCode         string             `q:"len=6..6,pattern=sts-code,private"`
	SourceIdentity    string             `q:"len=2..64,pattern=sts-name"`
	ProvidedContexts  []providedContext  `q:"items=1..5"`
}

type assumeRoleWithSAMLInput struct {
	RoleArn         string `q:"required,len=20..2048,pattern=arn"`
	PrincipalArn    string `q:"required,len=20..2048,pattern=arn"`
	SAMLAssertion   string `q:"required,len=4..100000,sensitive"`
	PolicyArns      []policyDescriptor
	Policy          string `q:"len=1..2048,pattern=policy"`
	DurationSeconds *int32 `q:"range=900..43200"`
}

type assumeRoleWithWebIdentityInput struct {
	RoleArn          string `q:"required,len=20..2048,pattern=arn"`
	RoleSessionName  string `q:"required,len=2..64,pattern=sts-name"`
	WebIdentityToken string `q:"required,len=4..20000,sensitive"`
	ProviderId       string `q:"len=4..2048"`
	PolicyArns       []policyDescriptor
	Policy           string `q:"len=1..2048,pattern=policy"`
	DurationSeconds  *int32 `q:"range=900..43200"`
}

type assumeRootInput struct {
	TargetPrincipal string           `q:"required,len=12..2048"`
	TaskPolicyArn   policyDescriptor `q:"required"`
	DurationSeconds *int32           `q:"range=0..900"`
}

type decodeAuthorizationMessageInput struct {
	EncodedMessage string `q:"required,len=1..10240,private"`
}

type getAccessKeyInfoInput struct {
	AccessKeyId string `q:"required,len=16..128,pattern=sts-id"`
}

type getCallerIdentityInput struct{}

type getDelegatedAccessTokenInput struct {
	TradeInToken string `q:"required,sensitive"`
}

type getFederationTokenInput struct {
	Name            string `q:"required,len=2..32,pattern=sts-name"`
	Policy          string `q:"len=1..2048,pattern=policy"`
	PolicyArns      []policyDescriptor
	DurationSeconds *int32 `q:"range=900..129600"`
	Tags            []tag  `q:"items=..50"`
}

type getSessionTokenInput struct {
	DurationSeconds *int32 `q:"range=900..129600"`
	SerialNumber    string `q:"len=9..256,pattern=sts-serial"`
	TokenCode       string `q:"len=6..6,pattern=sts-code,private"`
}

type getWebIdentityTokenInput struct {
	Audience         []string `q:"required,items=1..10,each-len=1..1000"`
	DurationSeconds  *int32   `q:"range=60..3600"`
	SigningAlgorithm string   `q:"required,len=5..5,enum=RS256|ES384"`
	Tags             []tag    `q:"items=..50"`
}

// policyDescriptor names a managed policy. The model does not require the name,
// but a session policy that names nothing must not become no session policy.
type policyDescriptor struct {
	Arn string `q:"name=arn,required,len=20..2048,pattern=arn"`
}

// tag is a session tag.
type tag struct {
	Key   string `q:"required,len=1..128,pattern=tag-key"`
	Value string `q:"required,len=..256,pattern=tag-value"`
}

// providedContext is a trusted context assertion.
type providedContext struct {
	ProviderArn      string `q:"len=20..2048,pattern=arn"`
	ContextAssertion string `q:"len=4..2048,private"`
}
