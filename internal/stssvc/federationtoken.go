package stssvc

import (
	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/sts"
)

// GetFederationToken makes a session for someone whom the calling user vouches
// for, with no more rights than the user's and the session policies' both
// (reference 3.9, 5.4).
func (s *service) getFederationToken() pipeline.Handler {
	return pipeline.Action[getFederationTokenInput, sts.GetFederationTokenOutput]{
		Name:  "GetFederationToken",
		Check: func(c *pipeline.Call, _ *getFederationTokenInput) error { return onlyLongTerm(c) },
		Asks:  s.asksGetFederationToken,
		Do:    s.doGetFederationToken,
	}
}

func (s *service) asksGetFederationToken(c *pipeline.Call, in *getFederationTokenInput) ([]authz.Question, error) {
	ask := func(action string) authz.Question {
		return authz.Question{
			Action: action, Resource: arn.FederatedUser(s.Partition, c.Account, in.Name).String(),
			Keys: func(k *policy.Context) { setRequestTags(k, in.Tags) },
		}
	}
	questions := []authz.Question{ask("sts:GetFederationToken")}
	if len(in.Tags) > 0 {
		questions = append(questions, ask("sts:TagSession"))
	}
	return questions, nil
}

func (s *service) doGetFederationToken(c *pipeline.Call, in *getFederationTokenInput) (*sts.GetFederationTokenOutput, error) {
	sess := &session.Session{
		Kind: session.Federated, Account: c.Account, Name: in.Name,
		EntityID: c.Caller.Principal.EntityID, EntityARN: c.Caller.Principal.ARN,
	}
	var err error
	if sess.Tags, err = sessionTags(in.Tags, nil, nil); err != nil {
		return nil, err
	}
	if err := s.setPolicies(c.Ctx, sess, in.Policy, in.PolicyArns, c.Account); err != nil {
		return nil, err
	}
	packed, err := pack(sess)
	if err != nil {
		return nil, err
	}
	credentials, err := s.issue(c, sess, packed, userDuration(in.DurationSeconds, c.Caller))
	if err != nil {
		return nil, err
	}
	return &sts.GetFederationTokenOutput{
		Credentials: credentials,
		FederatedUser: sts.FederatedUser{
			FederatedUserId: c.Account + ":" + in.Name,
			Arn:             arn.FederatedUser(s.Partition, c.Account, in.Name).String(),
		},
		PackedPolicySize: new(int32(packed.Percent())), // 0 is printed here
	}, nil
}
