package iamapi

// CreateAccountAliasInput gives the account a name.
type CreateAccountAliasInput struct {
	AccountAlias string `q:"required,len=3..63,pattern=account-alias"`
}

// DeleteAccountAliasInput takes the name away.
type DeleteAccountAliasInput struct {
	AccountAlias string `q:"required,len=3..63,pattern=account-alias"`
}

// ListAccountAliasesInput lists the names of the account: one at most.
type ListAccountAliasesInput struct {
	Marker   string `q:"len=1..320,pattern=marker"`
	MaxItems *int32 `q:"range=1..1000"`
}

// ListAccountAliasesOutput is that list.
type ListAccountAliasesOutput struct {
	AccountAliases []string `q:"keep"`
	IsTruncated    bool
	Marker         string
}

// GetAccountSummaryOutput counts what is in the account, beside the quotas.
type GetAccountSummaryOutput struct {
	SummaryMap map[string]int32
}

// SetSecurityTokenServicePreferencesInput chooses the kind of token that the global endpoint issues.
type SetSecurityTokenServicePreferencesInput struct {
	GlobalEndpointTokenVersion string `q:"required,enum=v1Token|v2Token"`
}

// ListOrganizationsFeaturesInput asks which organization-wide features of IAM are on.
type ListOrganizationsFeaturesInput struct{}

// ListOrganizationsFeaturesOutput names them.
type ListOrganizationsFeaturesOutput struct {
	OrganizationId  string
	EnabledFeatures []string `q:"keep"`
}

// EnableOutboundWebIdentityFederationOutput is the issuer of the account's tokens for other parties.
type EnableOutboundWebIdentityFederationOutput struct {
	IssuerIdentifier string
}

// GetOutboundWebIdentityFederationInfoOutput tells whether the account may issue tokens for other parties.
type GetOutboundWebIdentityFederationInfoOutput struct {
	IssuerIdentifier  string
	JwtVendingEnabled bool
}
