package iamsvc

import (
	"errors"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/policy"
)

// The simulation actions (policy 12). What the two have in common is one
// question, put to a simulation; see simulation.go.

func simulationActions() []pipeline.Handler {
	source := func(in *iamapi.SimulatePrincipalPolicyInput) string { return in.PolicySourceArn }
	keysSource := func(in *iamapi.GetContextKeysForPrincipalPolicyInput) string { return in.PolicySourceArn }
	return []pipeline.Handler{
		onAccount("SimulateCustomPolicy", pipeline.NoTx, simulateCustomPolicy),
		read("SimulatePrincipalPolicy", entities, source, simulatePrincipalPolicy, byEntityARN(source)),
		onAccount("GetContextKeysForCustomPolicy", pipeline.NoTx, getContextKeysForCustomPolicy),
		read("GetContextKeysForPrincipalPolicy", entities, keysSource, getContextKeysForPrincipalPolicy, byEntityARN(keysSource)),
	}
}

// byEntityARN words the refusal of an entity that is not there.
func byEntityARN[In any](source func(*In) string) more[In, entity] {
	return more[In, entity]{gone: func(_ *pipeline.Call, in *In) error { return noSuchEntityARN(source(in)) }}
}

func simulateCustomPolicy(c *pipeline.Call, in *iamapi.SimulateCustomPolicyInput) (*iamapi.SimulatePolicyOutput, error) {
	q := simulationInput(*in)
	sim, err := newSimulation(&q)
	if err != nil {
		return nil, err
	}
	return sim.run(c, &q)
}

// simulatePrincipalPolicy simulates with what the user, group or role holds,
// and the given policies besides.
func simulatePrincipalPolicy(c *pipeline.Call, in *iamapi.SimulatePrincipalPolicyInput, e entity) (*iamapi.SimulatePolicyOutput, error) {
	q := simulationInput{
		PolicyInputList: in.PolicyInputList, PermissionsBoundaryPolicyInputList: in.PermissionsBoundaryPolicyInputList,
		ActionNames: in.ActionNames, ResourceArns: in.ResourceArns, ResourcePolicy: in.ResourcePolicy, ResourceOwner: in.ResourceOwner,
		CallerArn: in.CallerArn, ContextEntries: in.ContextEntries, ResourceHandlingOption: in.ResourceHandlingOption,
		MaxItems: in.MaxItems, Marker: in.Marker,
	}
	if q.CallerArn == "" && e.word == "user" {
		q.CallerArn = e.arn
	}
	sim, err := newSimulation(&q)
	if err != nil {
		return nil, err
	}
	if q.CallerArn == e.arn {
		sim.caller.EntityID = e.ID
	}
	held, err := e.policies(c)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		sim.set.Identity = append(sim.set.Identity, h.compiled())
	}
	if sim.set.Boundary == nil && e.boundary != "" {
		if sim.set.Boundary, err = attachedBoundary(c, e.boundary); err != nil {
			return nil, err
		}
	}
	return sim.run(c, &q)
}

// attachedBoundary is the boundary that an entity has; one that is gone still
// limits.
func attachedBoundary(c *pipeline.Call, arn string) (*policy.Attached, error) {
	p, err := c.Tx.Policy(arn)
	if err := absent(err, nil); err != nil {
		return nil, err
	}
	document, err := c.Tx.PolicyDefaultDocument(arn)
	if err := absent(err, nil); err != nil {
		return nil, err
	}
	compiled := heldPolicy{name: p.Name, arn: arn, document: document}.compiled()
	return &compiled, nil
}

func getContextKeysForCustomPolicy(_ *pipeline.Call, in *iamapi.GetContextKeysForCustomPolicyInput) (*iamapi.GetContextKeysForPolicyOutput, error) {
	var keys keySet
	if err := keys.addTexts(in.PolicyInputList); err != nil {
		return nil, err
	}
	return &iamapi.GetContextKeysForPolicyOutput{ContextKeyNames: keys.names}, nil
}

func getContextKeysForPrincipalPolicy(c *pipeline.Call, in *iamapi.GetContextKeysForPrincipalPolicyInput, e entity) (*iamapi.GetContextKeysForPolicyOutput, error) {
	held, err := e.policies(c)
	if err != nil {
		return nil, err
	}
	var keys keySet
	for _, h := range held {
		if p := h.compiled().Policy; p != nil {
			keys.add(p)
		}
	}
	if err := keys.addTexts(in.PolicyInputList); err != nil {
		return nil, err
	}
	return &iamapi.GetContextKeysForPolicyOutput{ContextKeyNames: keys.names}, nil
}

// keySet gathers context keys, each once whatever its case.
type keySet struct {
	names []string
	seen  map[string]bool
}

func (s *keySet) add(p *policy.Policy) {
	for _, key := range p.ContextKeys() {
		if fold := iam.Fold(key); !s.seen[fold] {
			if s.seen == nil {
				s.seen = map[string]bool{}
			}
			s.seen[fold] = true
			s.names = append(s.names, key)
		}
	}
}

// addTexts adds the keys of documents, which may be identity or resource
// policies.
func (s *keySet) addTexts(texts []string) error {
	for _, text := range texts {
		p, err := policy.Parse(policy.Inline, text)
		if err != nil {
			if p, _ = policy.Parse(policy.Resource, text); p == nil {
				return invalidPolicy(err)
			}
		}
		s.add(p)
	}
	return nil
}

// invalidPolicy is the refusal of a document by the simulation actions.
func invalidPolicy(err error) error {
	if e, ok := errors.AsType[*policy.Error](err); ok {
		return invalidInput("%s", e.Message)
	}
	return err
}
