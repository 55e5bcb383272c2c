package sts

// GetCallerIdentityOutput says who signed the request.
type GetCallerIdentityOutput struct {
	UserId  string
	Account string
	Arn     string
}

// GetAccessKeyInfoOutput names the account of an access key.
type GetAccessKeyInfoOutput struct {
	Account string
}

// DecodeAuthorizationMessageOutput is the reason of a denial, as JSON.
type DecodeAuthorizationMessageOutput struct {
	DecodedMessage string
}
