package sts

import "context"

// AssumeRole returns temporary credentials of a role.
//
// Who may call: an IAM user or a session (no root user, no federated user) that
// the role's trust policy names; from another account the caller's own policies
// must allow sts:AssumeRole too. Tags need sts:TagSession, a source identity
// sts:SetSourceIdentity, in the same places.
//
// Limits: 900 seconds to the role's maximum, 3600 when the caller is itself a
// session; policies and tags must fit into the session token.
//
// Errors: AccessDenied (also for a role that does not exist),
// [MalformedPolicyDocumentException], [PackedPolicyTooLargeException],
// [RegionDisabledException], [ExpiredTokenException] of a context assertion.
func (c *Client) AssumeRole(ctx context.Context, in *AssumeRoleInput) (*AssumeRoleOutput, error) {
	return invoke[AssumeRoleInput, AssumeRoleOutput](ctx, c, assumeRole, in)
}

// AssumeRoleWithSAML returns temporary credentials of a role to the holder of a
// SAML response. It is sent unsigned.
//
// Who may call: whoever holds a response that the identity provider signed for
// this role in the last five minutes, and that the role's trust policy accepts.
//
// Limits: the session ends with the response's own, if that comes first.
//
// Errors: [InvalidIdentityTokenException], [ExpiredTokenException],
// [IDPRejectedClaimException], AccessDenied, [MalformedPolicyDocumentException],
// [PackedPolicyTooLargeException], [RegionDisabledException].
func (c *Client) AssumeRoleWithSAML(ctx context.Context, in *AssumeRoleWithSAMLInput) (*AssumeRoleWithSAMLOutput, error) {
	return invoke[AssumeRoleWithSAMLInput, AssumeRoleWithSAMLOutput](ctx, c, assumeRoleWithSAML, in)
}

// AssumeRoleWithWebIdentity returns temporary credentials of a role to the holder
// of an identity provider's token. It is sent unsigned.
//
// Who may call: whoever holds a token whose issuer is a provider of the role's
// account and that the role's trust policy accepts.
//
// Limits: a token of at most 20,000 characters that has not expired.
//
// Errors: [InvalidIdentityTokenException], [ExpiredTokenException],
// [IDPRejectedClaimException], [IDPCommunicationErrorException] (tried again by
// itself), AccessDenied, [MalformedPolicyDocumentException],
// [PackedPolicyTooLargeException], [RegionDisabledException].
func (c *Client) AssumeRoleWithWebIdentity(ctx context.Context, in *AssumeRoleWithWebIdentityInput) (*AssumeRoleWithWebIdentityOutput, error) {
	return invoke[AssumeRoleWithWebIdentityInput, AssumeRoleWithWebIdentityOutput](ctx, c, assumeRoleWithWebIdentity, in)
}

// AssumeRoot returns temporary credentials of the root of a member account, for
// one task.
//
// Who may call: users and roles of an organization's management account, or of
// its delegated administrator for IAM, that may do sts:AssumeRoot.
//
// Limits: 900 seconds; what the task's policy names. Not on the global endpoint.
//
// Errors: AccessDenied, [RegionDisabledException], [ExpiredTokenException].
func (c *Client) AssumeRoot(ctx context.Context, in *AssumeRootInput) (*AssumeRootOutput, error) {
	return invoke[AssumeRootInput, AssumeRootOutput](ctx, c, assumeRoot, in)
}

// DecodeAuthorizationMessage returns the reason of a denial, as JSON, from the
// encoded message that came with it ([APIError.EncodedMessage]).
//
// Who may call: who may do sts:DecodeAuthorizationMessage, in the account of the
// denied request.
//
// Limits: a message of at most 10,240 characters.
//
// Errors: [InvalidAuthorizationMessageException], AccessDenied.
func (c *Client) DecodeAuthorizationMessage(ctx context.Context, in *DecodeAuthorizationMessageInput) (*DecodeAuthorizationMessageOutput, error) {
	return invoke[DecodeAuthorizationMessageInput, DecodeAuthorizationMessageOutput](ctx, c, decodeAuthorizationMessage, in)
}

// GetAccessKeyInfo returns the account of an access key id, read from the id: it
// does not say whether there is such a key, or whether it is active.
//
// Who may call: who may do sts:GetAccessKeyInfo.
//
// Errors: AccessDenied, ValidationError.
func (c *Client) GetAccessKeyInfo(ctx context.Context, in *GetAccessKeyInfoInput) (*GetAccessKeyInfoOutput, error) {
	return invoke[GetAccessKeyInfoInput, GetAccessKeyInfoOutput](ctx, c, getAccessKeyInfo, in)
}

// GetCallerIdentity returns who signs: account, ARN, unique id. in may be nil.
//
// Who may call: anybody with valid credentials; no policy can deny it.
func (c *Client) GetCallerIdentity(ctx context.Context, in *GetCallerIdentityInput) (*GetCallerIdentityOutput, error) {
	return invoke[GetCallerIdentityInput, GetCallerIdentityOutput](ctx, c, getCallerIdentity, in)
}

// GetDelegatedAccessToken trades the token of a released delegation request for
// temporary credentials.
//
// Who may call: the product provider that made the request.
//
// Limits: until the end of the released session; as often as needed until then.
//
// Errors: [ExpiredTradeInTokenException], AccessDenied,
// [PackedPolicyTooLargeException], [RegionDisabledException].
func (c *Client) GetDelegatedAccessToken(ctx context.Context, in *GetDelegatedAccessTokenInput) (*GetDelegatedAccessTokenOutput, error) {
	return invoke[GetDelegatedAccessTokenInput, GetDelegatedAccessTokenOutput](ctx, c, getDelegatedAccessToken, in)
}

// GetFederationToken returns temporary credentials of a federated user: what the
// caller may do, limited by the policies given. Without policies it may do nothing.
//
// Who may call: an IAM user that may do sts:GetFederationToken, or the root user,
// with a long-term key.
//
// Limits: 900 to 129,600 seconds (root: 3600).
//
// Errors: AccessDenied, [MalformedPolicyDocumentException],
// [PackedPolicyTooLargeException], [RegionDisabledException].
func (c *Client) GetFederationToken(ctx context.Context, in *GetFederationTokenInput) (*GetFederationTokenOutput, error) {
	return invoke[GetFederationTokenInput, GetFederationTokenOutput](ctx, c, getFederationToken, in)
}

// GetSessionToken returns temporary credentials of the caller, with MFA when a
// code is given. in may be nil.
//
// Who may call: an IAM user or the root user, with a long-term key; no policy can
// deny it.
//
// Limits: 900 to 129,600 seconds (root: 3600).
//
// Errors: AccessDenied (a session, a wrong code), [RegionDisabledException].
func (c *Client) GetSessionToken(ctx context.Context, in *GetSessionTokenInput) (*GetSessionTokenOutput, error) {
	return invoke[GetSessionTokenInput, GetSessionTokenOutput](ctx, c, getSessionToken, in)
}

// GetWebIdentityToken returns a signed JSON web token that proves the caller to a
// party outside.
//
// Who may call: who may do sts:GetWebIdentityToken, in an account that enabled it.
//
// Limits: 60 to 3600 seconds, and no longer than the caller's session. Not on the
// global endpoint.
//
// Errors: [OutboundWebIdentityFederationDisabledException],
// [SessionDurationEscalationException], [JWTPayloadSizeExceededException],
// AccessDenied.
func (c *Client) GetWebIdentityToken(ctx context.Context, in *GetWebIdentityTokenInput) (*GetWebIdentityTokenOutput, error) {
	return invoke[GetWebIdentityTokenInput, GetWebIdentityTokenOutput](ctx, c, getWebIdentityToken, in)
}
