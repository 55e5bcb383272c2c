package stssvc

import (
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/sts"
)

// GetSessionToken makes temporary credentials of the calling user, or root
// user. Policies neither allow nor deny it (E8).
func (s *service) getSessionToken() pipeline.Handler {
	return pipeline.Action[getSessionTokenInput, sts.GetSessionTokenOutput]{
		Name: "GetSessionToken",
		Check: func(c *pipeline.Call, in *getSessionTokenInput) error {
			if err := onlyLongTerm(c); err != nil {
				return err
			}
			return s.proveMFA(c, in.SerialNumber, in.TokenCode)
		},
		Asks: pipeline.NoQuestion[getSessionTokenInput],
		Do:   s.doGetSessionToken,
	}
}

func (s *service) doGetSessionToken(c *pipeline.Call, in *getSessionTokenInput) (*sts.GetSessionTokenOutput, error) {
	sess := &session.Session{
		Kind: session.User, Account: c.Account,
		EntityID: c.Caller.Principal.EntityID, EntityARN: c.Caller.Principal.ARN,
	}
	if c.MFA {
		sess.MFA = c.Now
	}
	credentials, err := s.issue(c, sess, nil, userDuration(in.DurationSeconds, c.Caller))
	if err != nil {
		return nil, err
	}
	return &sts.GetSessionTokenOutput{Credentials: credentials}, nil
}
