// Package authz puts a caller's question to the policy engine: it gathers the
// policies that bear on the caller, the condition keys of the request, and says
// yes or no with a reason.
//
// What each kind of caller brings (reference, policy 9 and sts-api 5.4):
//
//	root user             nothing; it may do everything in its account
//	user                  its policies, its groups', its boundary
//	GetSessionToken       as the user, or the root user, behind it
//	role session          the role's policies and boundary, limited by session policies
//	GetFederationToken    the user's policies, limited by session policies; none: no rights
package authz

import (
	"context"
	"errors"

	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
)

// Question is one permission that an action needs.
type Question struct {
	Action   string                // "iam:GetUser"
	Resource string                // an ARN, or "*"
	Text     string                // how a refusal names the resource; "" is Resource
	Keys     func(*policy.Context) // adds the condition keys of this question; nil adds none
	Owner    string                // account that owns the resource; "" is the caller's

	// Trust makes this a question about a role, which its trust policy
	// answers together with the caller's policies (policy 10).
	Trust *Trust
}

// Trust is what a question about a role needs.
type Trust struct {
	// Policy is the role's trust policy; nil denies, as for a role that is not
	// there, which must look like one that may not be assumed.
	Policy *policy.Policy

	// Both demands an Allow of the caller's identity policies as well, also
	// within one account, as sts:SetSourceIdentity does in role chaining (T5).
	Both bool
}

// Authorizer answers questions.
type Authorizer struct {
	Facts *facts.Cache
	Ring  *keys.Ring // seals encoded messages
}

// Decide answers q for the caller, on top of the keys of the request.
func (a *Authorizer) Decide(ctx context.Context, caller *authn.Caller, requestKeys *policy.Context, q *Question) (policy.Decision, error) {
	set, err := a.policies(ctx, caller)
	if err != nil {
		return policy.Decision{}, err
	}
	request := ask(caller, requestKeys, q)
	if q.Trust == nil {
		return decide(&set, &request), nil
	}
	if q.Trust.Policy == nil {
		return policy.Decision{Layer: policy.TrustPolicy}, nil
	}
	if q.Trust.Both {
		if d := decide(&set, &request); !d.Allowed() {
			return d, nil
		}
	}
	set.Trust = true
	set.Resource = []policy.Attached{{Policy: q.Trust.Policy}}
	return decide(&set, &request), nil
}

// decide evaluates, and has a denial name every statement that denied.
func decide(set *policy.Set, request *policy.Request) policy.Decision {
	d := policy.Evaluate(set, request)
	if !d.Allowed() {
		d = policy.Explain(set, request)
	}
	return d
}

// ask puts q in the engine's words.
func ask(caller *authn.Caller, requestKeys *policy.Context, q *Question) policy.Request {
	request := policy.Request{
		Action: q.Action, Resource: q.Resource, ResourceAccount: q.Owner,
		Principal: caller.Principal, Context: requestKeys,
	}
	if request.ResourceAccount == "" {
		request.ResourceAccount = caller.Account
	}
	owner := request.ResourceAccount
	request.Context = new(policy.Context)
	request.Context.Layer(requestKeys)
	request.Context.Defer(func(own *policy.Context) {
		own.Set("aws:ResourceAccount", owner)
		if q.Keys != nil {
			q.Keys(own)
		}
	})
	return request
}

// everything is the identity policy of what the root user federates.
var everything = mustParse(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)

func mustParse(text string) *policy.Policy {
	p, err := policy.Parse(policy.Inline, text)
	if err != nil {
		panic(err)
	}
	return p
}

// policies gathers what bears on the caller whatever the question.
func (a *Authorizer) policies(ctx context.Context, c *authn.Caller) (set policy.Set, err error) {
	if c.Entity != nil {
		if set.Identity, err = a.Facts.Identity(ctx, c.Entity); err != nil {
			return set, err
		}
		if set.Boundary, err = a.boundary(ctx, c.Entity); err != nil {
			return set, err
		}
	} else if c.Principal.Type == policy.FederatedUser {
		set.Identity = []policy.Attached{{Policy: everything, ID: "root"}}
	}
	if s := c.Session; s != nil && s.Kind != session.User {
		set.HasSession = s.HasPolicies() || s.Kind == session.Federated
		set.Session, err = a.sessionPolicies(ctx, s)
	}
	return set, err
}

// boundary returns the permissions boundary of p; one that is not there any
// more still limits, to nothing.
func (a *Authorizer) boundary(ctx context.Context, p *facts.Principal) (*policy.Attached, error) {
	if p.Boundary == "" {
		return nil, nil
	}
	b, err := a.Facts.Policy(ctx, p.Boundary)
	if errors.Is(err, store.ErrNotFound) {
		return &policy.Attached{ARN: p.Boundary}, nil // a nil Policy denies
	}
	return &b, err
}

// sessionPolicies returns the session's policies, inline and managed. Those
// managed are today's; one that is gone grants nothing.
func (a *Authorizer) sessionPolicies(ctx context.Context, s *session.Session) ([]policy.Attached, error) {
	var all []policy.Attached
	if s.Policy != "" {
		p, err := a.Facts.SessionPolicy(s.Policy)
		if err != nil {
			p.Policy = nil // which denies: it was legal when the token was sealed
		}
		all = append(all, policy.Attached{Policy: p.Policy, ID: "session policy"})
	}
	for _, policyARN := range s.PolicyARNs {
		p, err := a.Facts.Policy(ctx, policyARN)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}
