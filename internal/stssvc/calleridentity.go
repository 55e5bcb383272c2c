package stssvc

import (
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/sts"
)

// GetCallerIdentity says who signed the request. Nothing can forbid it, not
// even an explicit Deny (E8).
func (s *service) getCallerIdentity() pipeline.Handler {
	return pipeline.Action[getCallerIdentityInput, sts.GetCallerIdentityOutput]{
		Name:     "GetCallerIdentity",
		ReadOnly: true,
		Asks:     pipeline.NoQuestion[getCallerIdentityInput],
		Do: func(c *pipeline.Call, _ *getCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
			return &sts.GetCallerIdentityOutput{
				UserId:  c.Caller.UserID(),
				Account: c.Account,
				Arn:     c.Caller.Principal.ARN,
			}, nil
		},
	}
}
