package sts

import "time"

// GetSessionTokenOutput is a session of the caller itself.
type GetSessionTokenOutput struct {
	Credentials Credentials

	SessionTokenSize        *int32 // bytes of the session token; nil from services that do not say
	SessionTokenUtilization *int32 // percent of the largest session token; nil likewise
}

// GetFederationTokenOutput is a session of a federated user.
type GetFederationTokenOutput struct {
	Credentials      Credentials
	FederatedUser    FederatedUser
	PackedPolicySize *int32 // percent; 0 and not nil without policies and tags

	SessionTokenSize        *int32 // bytes of the session token; nil from services that do not say
	SessionTokenUtilization *int32 // percent of the largest session token; nil likewise
}

// GetDelegatedAccessTokenOutput is the session that a trade-in token stands for.
type GetDelegatedAccessTokenOutput struct {
	Credentials      Credentials
	PackedPolicySize *int32
	AssumedPrincipal string
}

// GetWebIdentityTokenOutput is a token that proves the caller to another party.
type GetWebIdentityTokenOutput struct {
	WebIdentityToken string
	Expiration       time.Time
}
