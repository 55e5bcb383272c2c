package stssvc

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/oidc"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/proof"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/sts"
)

// AssumeRoleWithWebIdentity makes a session of a role for the subject of a
// token of an OpenID Connect provider of the role's account (reference,
// federation 7 to 9).
func (s *service) assumeRoleWithWebIdentity() pipeline.Handler {
	return pipeline.Action[assumeRoleWithWebIdentityInput, sts.AssumeRoleWithWebIdentityOutput]{
		Name:     "AssumeRoleWithWebIdentity",
		Unsigned: true,
		Check: func(_ *pipeline.Call, in *assumeRoleWithWebIdentityInput) error {
			_, err := s.roleARN(in.RoleArn)
			return err
		},
		Asks: pipeline.NoQuestion[assumeRoleWithWebIdentityInput],
		Do:   s.doAssumeRoleWithWebIdentity,
	}
}

func (s *service) doAssumeRoleWithWebIdentity(c *pipeline.Call, in *assumeRoleWithWebIdentityInput) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	if in.ProviderId != "" {
		return nil, refuseProviderID(in.ProviderId)
	}
	role, err := s.roleARN(in.RoleArn)
	if err != nil {
		return nil, err
	}
	token, err := oidc.Parse(in.WebIdentityToken, nil)
	if err != nil {
		return nil, err
	}
	provider, name, err := s.oidcProvider(c, role.Account, token.Issuer)
	if err != nil {
		return nil, err
	}
	id, err := s.OIDC.Verify(c.Ctx, token, provider, c.Now, nil)
	if err != nil {
		return nil, err
	}
	if id.HasRoles && !slices.Contains(id.Roles, in.RoleArn) {
		return nil, id.RoleRefused(in.RoleArn)
	}
	out, err := s.assumeVouched(c, vouchedIn{
		Action: "sts:AssumeRoleWithWebIdentity", RoleArn: in.RoleArn, Policy: in.Policy, PolicyArns: in.PolicyArns, Duration: in.DurationSeconds,
	}, vouchedByToken(in, provider, name, id))
	if err != nil {
		return nil, err
	}
	return &sts.AssumeRoleWithWebIdentityOutput{
		Credentials: out.Credentials, AssumedRoleUser: out.AssumedRoleUser, PackedPolicySize: out.PackedPolicySize,
		SubjectFromWebIdentityToken: id.Subject, Audience: id.Audience, Provider: name, SourceIdentity: id.Source,
	}, nil
}

// builtIn are the issuers that need no provider in the account; a trust policy
// names them by host. Tokens may be for anyone: the trust policy has to look at
// the audience.
var builtIn = []string{oidc.Google, "cognito-identity.amazonaws.com"}

// oidcProvider returns the account's provider for an issuer, and its name in
// trust policies.
func (s *service) oidcProvider(c *pipeline.Call, account, issuer string) (p oidc.Provider, name string, err error) {
	url, ok := strings.CutPrefix(issuer, oidc.Scheme)
	if !ok && issuer != oidc.Google || s.Outbound.Owns(issuer) { // tokens of our own are for others
		return p, "", oidc.UnknownIssuer(issuer)
	}
	row, err := s.Facts.OIDCProvider(c.Ctx, account, url)
	switch {
	case err == nil:
		return oidc.Provider{URL: row.URL, Clients: row.Clients, Thumbprints: row.Thumbprints}, row.ARN, nil
	case !errors.Is(err, store.ErrNotFound):
		return p, "", fmt.Errorf("loading the provider of %s: %w", proof.Quote(issuer), err)
	case slices.Contains(builtIn, url):
		return oidc.Provider{URL: url, AnyClient: true}, url, nil
	}
	return p, "", oidc.UnknownIssuer(issuer)
}

// vouchedByToken says what a token vouches for.
func vouchedByToken(in *assumeRoleWithWebIdentityInput, p oidc.Provider, name string, id *oidc.Identity) *vouched {
	prefix := p.URL + ":"
	v := &vouched{
		Provider: name, Thumbprint: id.Thumbprint, SessionName: in.RoleSessionName, Source: id.Source, Transitive: id.Transitive,
		Facts: []session.Fact{{Key: prefix + "aud", Values: []string{id.Audience}}, {Key: prefix + "sub", Values: []string{id.Subject}}},
	}
	if len(id.AMR) > 0 {
		v.Facts = append(v.Facts, session.Fact{Key: prefix + "amr", Values: id.AMR, Multi: true})
	}
	for _, t := range id.Tags {
		v.Tags = append(v.Tags, tag(t))
	}
	v.Keys = func(k *policy.Context) {
		if len(id.Audiences) == 1 {
			k.Set(prefix+"oaud", id.Audiences[0])
		} else {
			k.SetList(prefix+"oaud", id.Audiences)
		}
		if id.Email != "" {
			k.Set(prefix+"email", id.Email)
		}
		for _, claim := range id.IssuerClaims(p.URL) {
			k.Set(prefix+claim.Name, claim.Value)
		}
		k.Set("sts:RoleAuthorizedByIdp", fmt.Sprint(id.HasRoles))
	}
	return v
}

// refuseProviderID refuses the tokens that ProviderId is for: access tokens of
// two providers, who alone can say what they are worth.
func refuseProviderID(id string) error {
	says := "No OpenIDConnect provider found in your account for " + id
	if id == "www.amazon.com" || id == "graph.facebook.com" {
		says = "Access tokens of " + id + " cannot be verified here"
	}
	return &awserr.Error{
		Code: "InvalidIdentityToken", Status: http.StatusBadRequest, Message: says,
		Err: &proof.Failure{Check: "ProviderId", Saw: proof.Quote(id), Want: "none, which is an OpenID Connect token"},
	}
}
