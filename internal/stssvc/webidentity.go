package stssvc

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/sts"
)

// AssumeRoleWithWebIdentity takes the token of an OpenID Connect provider of
// the role's account. No account of this installation can have one, so that
// every token is refused, in the order in which the real service looks at it:
// its form, then its issuer.
func (s *service) assumeRoleWithWebIdentity() pipeline.Handler {
	return pipeline.Action[assumeRoleWithWebIdentityInput, sts.AssumeRoleWithWebIdentityOutput]{
		Name:     "AssumeRoleWithWebIdentity",
		Unsigned: true,
		Check: func(_ *pipeline.Call, in *assumeRoleWithWebIdentityInput) error {
			_, err := s.roleARN(in.RoleArn)
			return err
		},
		Asks: pipeline.NoQuestion[assumeRoleWithWebIdentityInput],
		Do: func(_ *pipeline.Call, in *assumeRoleWithWebIdentityInput) (*sts.AssumeRoleWithWebIdentityOutput, error) {
			return nil, refuseWebIdentity(in)
		},
	}
}

func refuseWebIdentity(in *assumeRoleWithWebIdentityInput) error {
	if in.ProviderId != "" {
		return invalidIdentity("No OpenIDConnect provider found in your account for " + in.ProviderId)
	}
	issuer, ok := issuerOf(in.WebIdentityToken)
	if !ok {
		return invalidIdentity("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	}
	if issuer == "" {
		return invalidIdentity("Missing a required claim: iss")
	}
	return invalidIdentity("No OpenIDConnect provider found in your account for " + issuer)
}

func invalidIdentity(text string) error {
	return &awserr.Error{Code: "InvalidIdentityToken", Status: http.StatusBadRequest, Message: text}
}

// issuerOf returns the iss claim of a compact JWS, unverified: it only selects
// the sentence of the refusal.
func issuerOf(token string) (issuer string, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", false
	}
	var header struct {
		Alg string `json:"alg"`
	}
	var claims struct {
		Iss string `json:"iss"`
	}
	for i, v := range []any{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(raw, v) != nil {
			return "", false
		}
	}
	return claims.Iss, header.Alg != ""
}
