package stssvc

import (
	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/sts"
)

// AssumeRoot is for the management account of an organization. No account of
// this installation is in one: the call is authorized like any, and then
// refused as it is to everyone outside an organization.
func (s *service) assumeRoot() pipeline.Handler {
	return pipeline.Action[assumeRootInput, sts.AssumeRootOutput]{
		Name:     "AssumeRoot",
		Regional: true,
		Check: func(c *pipeline.Call, in *assumeRootInput) error {
			target, err := s.rootARN(in.TargetPrincipal)
			if err != nil {
				return err
			}
			if c.Caller.IsRoot() {
				return authz.Denied(c.Caller, "sts:AssumeRoot", target.String())
			}
			return notByUserSession(c, "sts:AssumeRoot")
		},
		Asks: func(c *pipeline.Call, in *assumeRootInput) ([]authz.Question, error) {
			target, err := s.rootARN(in.TargetPrincipal)
			return []authz.Question{{Action: "sts:AssumeRoot", Resource: target.String()}}, err
		},
		Do: func(c *pipeline.Call, in *assumeRootInput) (*sts.AssumeRootOutput, error) {
			target, err := s.rootARN(in.TargetPrincipal)
			if err != nil {
				return nil, err
			}
			return nil, authz.Denied(c.Caller, "sts:AssumeRoot", target.String())
		},
	}
}

// rootARN returns the root ARN of a target, given as an account id or an ARN.
func (s *service) rootARN(target string) (arn.ARN, error) {
	if iam.IsAccountID(target) {
		return arn.Root(s.Partition, target), nil
	}
	a, err := arn.Parse(target)
	if err != nil || !a.IsRoot() {
		return a, awserr.Validation("%s is invalid", target)
	}
	return a, nil
}
