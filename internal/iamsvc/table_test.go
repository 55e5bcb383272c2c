package iamsvc

import (
	"testing"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/policy"
)

func TestThePoliciesOfTheServiceAreLegal(t *testing.T) {
	for _, p := range iam.AllAWSManaged() {
		if _, err := policy.Parse(policy.Managed, p.Document); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}

func TestLinkedServicesHaveTheirPolicies(t *testing.T) {
	c := &pipeline.Call{Partition: "aws"}
	for service, s := range linkedServices {
		if linkedPolicy(c, s.policy) == nil {
			t.Errorf("%s: no policy %s", service, s.policy)
		}
		if name := "AWSServiceRoleFor" + s.name; len(name) > 64 {
			t.Errorf("%s: role name %s is too long", service, name)
		}
		if _, err := policy.Parse(policy.Trust, linkedTrust(service)); err != nil {
			t.Errorf("%s: trust policy: %v", service, err)
		}
	}
}
