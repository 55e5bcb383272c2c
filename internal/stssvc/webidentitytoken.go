package stssvc

import (
	"net/http"

	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/sts"
)

// GetWebIdentityToken proves the caller to parties outside (reference 10.1).
// An account has to switch it on first, which none of this installation can:
// the call is authorized like any, and then refused as it is while the switch
// is off.
func (s *service) getWebIdentityToken() pipeline.Handler {
	return pipeline.Action[getWebIdentityTokenInput, sts.GetWebIdentityTokenOutput]{
		Name:     "GetWebIdentityToken",
		Regional: true,
		Check: func(c *pipeline.Call, _ *getWebIdentityTokenInput) error {
			return notByUserSession(c, "sts:GetWebIdentityToken")
		},
		Asks: asksGetWebIdentityToken,
		Do: func(c *pipeline.Call, _ *getWebIdentityTokenInput) (*sts.GetWebIdentityTokenOutput, error) {
			return nil, awserr.New(http.StatusForbidden, "OutboundWebIdentityFederationDisabledException",
				"Outbound web identity federation is disabled for account %s.", c.Account)
		},
	}
}

func asksGetWebIdentityToken(_ *pipeline.Call, in *getWebIdentityTokenInput) ([]authz.Question, error) {
	ask := func(action string) authz.Question {
		return authz.Question{Action: action, Resource: "*", Keys: func(k *policy.Context) {
			k.SetList("sts:IdentityTokenAudience", in.Audience)
			k.Set("sts:SigningAlgorithm", in.SigningAlgorithm)
			setRequestTags(k, in.Tags)
		}}
	}
	questions := []authz.Question{ask("sts:GetWebIdentityToken")}
	if len(in.Tags) > 0 {
		questions = append(questions, ask("sts:TagGetWebIdentityToken"))
	}
	return questions, nil
}
