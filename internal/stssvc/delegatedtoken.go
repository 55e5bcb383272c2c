package stssvc

import (
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/sts"
)

// GetDelegatedAccessToken is for accounts that are registered as product
// providers (reference 10.2). No account of this installation is: the call is
// authorized like any, and then refused as it is to every other account.
func (s *service) getDelegatedAccessToken() pipeline.Handler {
	const action = "sts:GetDelegatedAccessToken"
	return pipeline.Action[getDelegatedAccessTokenInput, sts.GetDelegatedAccessTokenOutput]{
		Name: "GetDelegatedAccessToken",
		Check: func(c *pipeline.Call, _ *getDelegatedAccessTokenInput) error {
			return notByUserSession(c, action)
		},
		Asks: func(*pipeline.Call, *getDelegatedAccessTokenInput) ([]authz.Question, error) {
			return []authz.Question{{Action: action, Resource: "*"}}, nil
		},
		Do: func(c *pipeline.Call, _ *getDelegatedAccessTokenInput) (*sts.GetDelegatedAccessTokenOutput, error) {
			return nil, authz.Denied(c.Caller, action, "*")
		},
	}
}
