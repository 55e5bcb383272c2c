package sts

import (
	"reflect"
	"slices"
)

// Operation describes an operation as data, for whatever derives something from
// it, such as a command line.
//
// The fields of Input are the parameters. Their tags are two: doc is a sentence
// for people, q a list of words:
//
//	name=x              the name on the wire, when not that of the field
//	required            the service refuses without
//	len=2..64           characters of a string; either end may be left out
//	range=900..43200    value of an integer
//	items=1..5          number of list elements
//	pattern=x           which characters; the doc says it in words
//	enum=A|B            the legal values
//	each-len, …         the same for the elements of a list of strings
//	sensitive           a secret
type Operation struct {
	Name     string       // "AssumeRole"
	Doc      string       // what it does, who may call it: sentences
	Unsigned bool         // the parameters are the proof; no credentials are used
	Input    reflect.Type // a struct
	Output   reflect.Type // a struct
	Errors   []string     // codes of the modelled errors, as on the wire
}

// Operations returns the eleven operations, in the order of their names.
func Operations() []Operation {
	all := make([]Operation, len(operations))
	for i, op := range operations {
		all[i] = *op
		all[i].Errors = slices.Clone(op.Errors)
	}
	return all
}

func operationNamed(name string) *Operation {
	for _, op := range operations {
		if op.Name == name {
			return op
		}
	}
	return nil
}

func operation[In, Out any](o Operation) *Operation {
	o.Input, o.Output = reflect.TypeFor[In](), reflect.TypeFor[Out]()
	return &o
}

var operations = []*Operation{
	assumeRole, assumeRoleWithSAML, assumeRoleWithWebIdentity, assumeRoot, decodeAuthorizationMessage, getAccessKeyInfo,
	getCallerIdentity, getDelegatedAccessToken, getFederationToken, getSessionToken, getWebIdentityToken,
}

// Codes of several operations.
const (
	malformedPolicy = "MalformedPolicyDocument"
	packedTooLarge  = "PackedPolicyTooLarge"
	regionDisabled  = "RegionDisabledException"
	expiredToken    = "ExpiredTokenException"
)

var assumeRole = operation[AssumeRoleInput, AssumeRoleOutput](Operation{
	Name: "AssumeRole",
	Doc: "Returns temporary credentials of a role. The caller is an IAM user or a session, not a root user, whom the role's trust policy " +
		"lets assume it and, from another account, whose own policies allow sts:AssumeRole.",
	Errors: []string{malformedPolicy, packedTooLarge, regionDisabled, expiredToken},
})

var assumeRoleWithSAML = operation[AssumeRoleWithSAMLInput, AssumeRoleWithSAMLOutput](Operation{
	Name: "AssumeRoleWithSAML",
	Doc: "Returns temporary credentials of a role to the holder of a SAML response, which must have been issued in the last five minutes. " +
		"Needs no credentials: the response is the proof.",
	Unsigned: true,
	Errors:   []string{malformedPolicy, packedTooLarge, "IDPRejectedClaim", "InvalidIdentityToken", expiredToken, regionDisabled},
})

var assumeRoleWithWebIdentity = operation[AssumeRoleWithWebIdentityInput, AssumeRoleWithWebIdentityOutput](Operation{
	Name:     "AssumeRoleWithWebIdentity",
	Doc:      "Returns temporary credentials of a role to the holder of an identity provider's token. Needs no credentials: the token is the proof.",
	Unsigned: true,
	Errors:   []string{malformedPolicy, packedTooLarge, "IDPRejectedClaim", "IDPCommunicationError", "InvalidIdentityToken", expiredToken, regionDisabled},
})

var assumeRoot = operation[AssumeRootInput, AssumeRootOutput](Operation{
	Name: "AssumeRoot",
	Doc: "Returns temporary credentials of the root of a member account, for one task. The caller is in the organization's management account or that of " +
		"its delegated administrator for IAM.",
	Errors: []string{regionDisabled, expiredToken},
})

var decodeAuthorizationMessage = operation[DecodeAuthorizationMessageInput, DecodeAuthorizationMessageOutput](Operation{
	Name:   "DecodeAuthorizationMessage",
	Doc:    "Returns, as JSON, the reason of a denial from the encoded message that came with it. The caller needs sts:DecodeAuthorizationMessage.",
	Errors: []string{"InvalidAuthorizationMessageException"},
})

var getAccessKeyInfo = operation[GetAccessKeyInfoInput, GetAccessKeyInfoOutput](Operation{
	Name: "GetAccessKeyInfo",
	Doc:  "Returns the account of an access key id. It does not say whether the key exists or is active. The caller needs sts:GetAccessKeyInfo.",
})

var getCallerIdentity = operation[GetCallerIdentityInput, GetCallerIdentityOutput](Operation{
	Name: "GetCallerIdentity",
	Doc:  "Returns who signed the call: account, ARN and unique id. Nobody can be denied it.",
})

var getDelegatedAccessToken = operation[GetDelegatedAccessTokenInput, GetDelegatedAccessTokenOutput](Operation{
	Name:   "GetDelegatedAccessToken",
	Doc:    "Trades the token of a released delegation request for temporary credentials. The caller is the product provider that made the request.",
	Errors: []string{"ExpiredTradeInTokenException", regionDisabled, packedTooLarge},
})

var getFederationToken = operation[GetFederationTokenInput, GetFederationTokenOutput](Operation{
	Name: "GetFederationToken",
	Doc: "Returns temporary credentials of a federated user: the caller's permissions, limited by the policies given. The caller signs with the long-term key of " +
		"an IAM user that may do sts:GetFederationToken, or of the root user.",
	Errors: []string{malformedPolicy, packedTooLarge, regionDisabled},
})

var getSessionToken = operation[GetSessionTokenInput, GetSessionTokenOutput](Operation{
	Name: "GetSessionToken",
	Doc: "Returns temporary credentials of the caller itself, with MFA when a code is given. The caller signs with the long-term key of an IAM user or " +
		"of the root user. Nobody can be denied it.",
	Errors: []string{regionDisabled},
})

var getWebIdentityToken = operation[GetWebIdentityTokenInput, GetWebIdentityTokenOutput](Operation{
	Name: "GetWebIdentityToken",
	Doc: "Returns a signed JSON web token that proves the caller to a party outside, which verifies it with the keys of the account's issuer. The caller needs " +
		"sts:GetWebIdentityToken. Not on the global endpoint.",
	Errors: []string{"SessionDurationEscalationException", "OutboundWebIdentityFederationDisabledException", "JWTPayloadSizeExceededException"},
})
