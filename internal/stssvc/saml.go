package stssvc

import (
	"encoding/base64"
	"strings"

	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/sts"
)

// AssumeRoleWithSAML takes the assertion of a SAML provider of the role's
// account. No account of this installation can have one, so that every
// assertion is refused for its provider.
func (s *service) assumeRoleWithSAML() pipeline.Handler {
	return pipeline.Action[assumeRoleWithSAMLInput, sts.AssumeRoleWithSAMLOutput]{
		Name:     "AssumeRoleWithSAML",
		Unsigned: true,
		Check: func(_ *pipeline.Call, in *assumeRoleWithSAMLInput) error {
			_, err := s.roleARN(in.RoleArn)
			return err
		},
		Asks: pipeline.NoQuestion[assumeRoleWithSAMLInput],
		Do: func(_ *pipeline.Call, in *assumeRoleWithSAMLInput) (*sts.AssumeRoleWithSAMLOutput, error) {
			text := strings.Join(strings.Fields(in.SAMLAssertion), "")
			if _, err := base64.StdEncoding.DecodeString(text); err != nil {
				return nil, invalidIdentity("Invalid base64 SAMLResponse")
			}
			return nil, invalidIdentity("Specified provider doesn't exist")
		},
	}
}
