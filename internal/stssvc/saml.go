package stssvc

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/proof"
	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/sts"
)

const assumeRoleWithSAMLAction = "sts:AssumeRoleWithSAML"

// AssumeRoleWithSAML makes a session of a role for whom a SAML provider of the
// role's account vouches (reference, federation 2 to 4).
func (s *service) assumeRoleWithSAML() pipeline.Handler {
	return pipeline.Action[assumeRoleWithSAMLInput, sts.AssumeRoleWithSAMLOutput]{
		Name:     "AssumeRoleWithSAML",
		Unsigned: true,
		Check:    s.checkAssumeRoleWithSAML,
		Asks:     pipeline.NoQuestion[assumeRoleWithSAMLInput],
		Do:       s.doAssumeRoleWithSAML,
	}
}

func (s *service) checkAssumeRoleWithSAML(_ *pipeline.Call, in *assumeRoleWithSAMLInput) error {
	if _, err := s.roleARN(in.RoleArn); err != nil {
		return err
	}
	a, err := arn.Parse(in.PrincipalArn)
	if err != nil {
		return awserr.Validation("%s is invalid", in.PrincipalArn)
	}
	if a.Service != "iam" || a.ResourceType() != "saml-provider" {
		return awserr.Validation("Request ARN is invalid")
	}
	return nil
}

func (s *service) doAssumeRoleWithSAML(c *pipeline.Call, in *assumeRoleWithSAMLInput) (*sts.AssumeRoleWithSAMLOutput, error) {
	response, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(in.SAMLAssertion), ""))
	if err != nil {
		return nil, samlRefusals[saml.Malformed].refuse(c, &proof.Failure{Check: "base64", Saw: "other characters", Want: "a Response in base64"})
	}
	provider, err := s.Facts.SAMLProvider(c.Ctx, in.PrincipalArn)
	if errors.Is(err, store.ErrNotFound) {
		return nil, noSAMLProvider.refuse(c, &proof.Failure{Check: "provider", Saw: proof.Quote(in.PrincipalArn), Want: "a provider that exists"})
	}
	if err != nil {
		return nil, fmt.Errorf("loading provider %s: %w", in.PrincipalArn, err)
	}
	site := s.SAML
	site.UUID = provider.UUID
	assertion, err := saml.Verify(response, &saml.Check{
		Metadata: provider.Metadata, Site: site, Keys: provider.Keys, Required: provider.Required,
	}, c.Now, nil)
	if err != nil {
		return nil, refuseSAML(c, err)
	}
	claims, err := assertion.Claims(nil)
	if err != nil {
		return nil, refuseSAML(c, err)
	}
	v, vouching := s.vouchedBySAML(c, provider, assertion, claims)
	if err := mayAssumeBy(in, provider, claims); err != nil {
		if vouching == nil {
			s.noteVouched(c, provider.Account, in.RoleArn, v)
		}
		return nil, err
	}
	if vouching != nil {
		return nil, vouching
	}
	out, err := s.assumeVouched(c, vouchedIn{
		Action: assumeRoleWithSAMLAction, RoleArn: in.RoleArn, Policy: in.Policy, PolicyArns: in.PolicyArns, Duration: in.DurationSeconds,
	}, v)
	if err != nil {
		return nil, err
	}
	return &sts.AssumeRoleWithSAMLOutput{
		Credentials:      out.Credentials,
		AssumedRoleUser:  out.AssumedRoleUser,
		PackedPolicySize: out.PackedPolicySize,
		Subject:          assertion.Subject,
		SubjectType:      assertion.SubjectType(),
		Issuer:           assertion.Issuer,
		Audience:         assertion.Recipient,
		NameQualifier:    saml.NameQualifier(assertion.Issuer, provider.Account, provider.Name),
		SourceIdentity:   claims.Source,
	}, nil
}

// ssoRoles opens the names of roles that only the real service's single sign-on
// may use.
const ssoRoles = "AWSReservedSSO_"

// mayAssumeBy wants the assertion to name role and provider as a pair, and both
// to be of one account.
func mayAssumeBy(in *assumeRoleWithSAMLInput, provider *facts.SAMLProvider, claims *saml.Claims) error {
	role, err := arn.Parse(in.RoleArn)
	switch {
	case err != nil:
		return err
	case role.Account != provider.Account:
		return notVouched(assumeRoleWithSAMLAction, &proof.Failure{Check: "account of the role", Saw: role.Account, Want: "that of the provider, " + provider.Account})
	case strings.HasPrefix(role.Name(), ssoRoles):
		return notVouched(assumeRoleWithSAMLAction, &proof.Failure{Check: "role", Saw: proof.Quote(role.Name()), Want: "a name that does not begin with " + ssoRoles})
	case !claims.MayAssume(in.RoleArn, in.PrincipalArn):
		return notVouched(assumeRoleWithSAMLAction, &proof.Failure{
			Check: "Role", Saw: proof.QuoteAll(claims.Roles()), Want: proof.Quote(in.RoleArn + "," + in.PrincipalArn),
		})
	}
	return nil
}

// vouchedBySAML is what the assertion says, in the terms of both federations.
func (s *service) vouchedBySAML(c *pipeline.Call, provider *facts.SAMLProvider, a *saml.Assertion, claims *saml.Claims) (*vouched, error) {
	v := &vouched{
		Provider: provider.ARN, SessionName: claims.SessionName, Source: claims.Source,
		Transitive: claims.Transitive, Longest: claims.Longest, AssertionID: a.ID,
		Facts: []session.Fact{
			{Key: "saml:namequalifier", Values: []string{saml.NameQualifier(a.Issuer, provider.Account, provider.Name)}},
			{Key: "saml:sub", Values: []string{a.Subject}},
			{Key: "saml:sub_type", Values: []string{a.SubjectType()}},
		},
		Keys: func(k *policy.Context) { setSAMLKeys(k, provider, a) },
	}
	for _, t := range claims.Tags {
		v.Tags = append(v.Tags, tag{t.Key, t.Value})
	}
	if s.SAMLOnce {
		v.UseUp = func() error { return s.useUp(c, provider, a) }
	}
	if !a.SessionEnds.IsZero() {
		left := a.SessionEnds.Sub(c.Now).Truncate(time.Second)
		if left <= 0 {
			return nil, samlRefusals[saml.Expired].refuse(c, &proof.Failure{Check: "SessionNotOnOrAfter", Saw: a.SessionEnds.String(), Want: "a second to come"})
		}
		if v.Longest == 0 || left < v.Longest {
			v.Longest = left
		}
	}
	return v, nil
}

// setSAMLKeys sets the condition keys that hold for the call alone.
func setSAMLKeys(k *policy.Context, provider *facts.SAMLProvider, a *saml.Assertion) {
	k.Set("saml:aud", a.Recipient)
	k.Set("saml:iss", a.Issuer)
	k.Set("saml:doc", provider.Account+"/"+provider.Name)
	for _, c := range a.Conditions() {
		if c.Multi {
			k.SetList(c.Key, c.Values)
		} else {
			k.Set(c.Key, c.Values[0])
		}
	}
}

// samlRefusal is how the caller is told of a kind of refusal (reference,
// federation 4).
type samlRefusal struct {
	code   string
	status int
	text   string
	inner  string // the code of the service behind the real one, which its text shows
}

var samlRefusals = map[saml.Kind]samlRefusal{
	saml.Malformed:      {"InvalidIdentityToken", 400, "Invalid base64 SAMLResponse", "AuthSamlInvalidSamlResponseException"},
	saml.BadSignature:   {"InvalidIdentityToken", 400, "Response signature invalid", ""},
	saml.BadIssuer:      {"InvalidIdentityToken", 400, "Issuer not present in specified provider", "AuthSamlInvalidSamlResponseException"},
	saml.BadStatus:      {"IDPRejectedClaim", 403, "The identity provider reported that authentication failed.", ""},
	saml.Stale:          {"ExpiredTokenException", 400, "Token must be redeemed within 5 minutes of issuance", ""},
	saml.Expired:        {"ExpiredTokenException", 400, "Response has expired.", ""},
	saml.BadAudience:    {"InvalidIdentityToken", 400, "Response does not contain the required audience.", ""},
	saml.BadClaims:      {"InvalidIdentityToken", 400, "Response is not valid: %s", ""},
	saml.NoSubject:      {"AccessDenied", 403, "Not authorized to perform " + assumeRoleWithSAMLAction, ""},
	saml.NoSessionName:  {"InvalidIdentityToken", 400, "RoleSessionName is required in AuthnResponse", ""},
	saml.BadSessionName: {"InvalidIdentityToken", 400, "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}", ""},
	saml.BadSource:      {"InvalidIdentityToken", 400, `Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`, ""},
	saml.NoRole:         {"InvalidIdentityToken", 400, "Role is required in AuthnResponse", ""},
}

// assertionLife is longer than any assertion is good for: five minutes from its
// making, which may be a minute ahead.
const assertionLife = 10 * time.Minute

// useUp notes that an assertion is redeemed at a provider, in all processes and
// for as long as it would be good.
func (s *service) useUp(c *pipeline.Call, provider *facts.SAMLProvider, a *saml.Assertion) error {
	sum := sha256.Sum256([]byte(a.ID))
	err := s.DB.UseOnce(c.Ctx, "saml", provider.ARN+"/"+hex.EncodeToString(sum[:]), c.Now, c.Now.Add(assertionLife))
	if errors.Is(err, store.ErrExists) {
		return redeemed.refuse(c, &proof.Failure{Check: "assertion", Saw: "one that was redeemed", Want: "each once, by --saml-once"})
	}
	return err
}

// redeemed refuses an assertion that was used before.
var redeemed = samlRefusal{"InvalidIdentityToken", 400, "Response has been redeemed already", ""}

var noSAMLProvider = samlRefusal{"InvalidIdentityToken", 400, "Specified provider doesn't exist.", ""}

// refuse makes the answer; the failure is for the operator, but for what was
// checked, which is in our own words.
func (r samlRefusal) refuse(c *pipeline.Call, why *proof.Failure) error {
	text := strings.Replace(r.text, "%s", why.Check, 1)
	if r.inner != "" {
		text += fmt.Sprintf(" (Service: AWSOpenIdDiscoveryService; Status Code: %d; Error Code: %s; Request ID: %s; Proxy: null)", http.StatusBadRequest, r.inner, c.RequestID)
	}
	return &awserr.Error{Code: r.code, Status: r.status, Message: text, Err: why}
}

// refuseSAML turns a refusal of the verifier into the answer.
func refuseSAML(c *pipeline.Call, err error) error {
	e, ok := errors.AsType[*saml.Error](err)
	if !ok {
		return err
	}
	return samlRefusals[e.Kind].refuse(c, e.Failure)
}
