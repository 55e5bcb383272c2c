package iamsvc

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/policy"
)

// simulationInput is the question; both simulation actions put it.
type simulationInput iamapi.SimulateCustomPolicyInput

// simulation is a question made ready for the policy engine. Nothing is assumed
// about the request but what the caller gave: condition keys that were not
// given are absent, and reported as missing.
type simulation struct {
	set     policy.Set
	context policy.Context
	caller  policy.Principal
	owner   string // account of resources whose ARN names none
}

// someone is the account of a caller of whom nothing was said, and of every
// resource then: without a caller nothing is across accounts.
const someone = "000000000000"

// maxEvaluations bounds the work of one call: a page ends early when it would
// take more.
const maxEvaluations = 10_000

func newSimulation(in *simulationInput) (*simulation, error) {
	s := &simulation{caller: policy.Principal{Type: policy.User, Account: someone}, owner: someone}
	for _, step := range []func(*simulationInput) error{s.addPolicies, s.addBoundary, s.setCaller, s.addResourcePolicy, s.setContext} {
		if err := step(in); err != nil {
			return nil, err
		}
	}
	if err := checkActions(in.ActionNames); err != nil {
		return nil, err
	}
	return s, checkHandling(in)
}

func (s *simulation) addPolicies(in *simulationInput) error {
	for i, text := range in.PolicyInputList {
		p, err := policy.Parse(policy.Inline, text)
		if err != nil {
			return invalidPolicy(err)
		}
		s.set.Identity = append(s.set.Identity, policy.Attached{Policy: p, ID: fmt.Sprintf("PolicyInputList.%d", i+1)})
	}
	return nil
}

func (s *simulation) addBoundary(in *simulationInput) error {
	list := in.PermissionsBoundaryPolicyInputList
	switch len(list) {
	case 0:
		return nil
	case 1:
	default:
		return invalidInput("Only one permissions boundary policy can be simulated.")
	}
	p, err := policy.Parse(policy.Inline, list[0])
	if err != nil {
		return invalidPolicy(err)
	}
	s.set.Boundary = &policy.Attached{Policy: p, ID: "PermissionsBoundaryPolicyInputList.1"}
	return nil
}

// setCaller takes the simulated caller, and the account that owns resources
// whose ARN does not tell: the caller's, unless ResourceOwner says otherwise.
func (s *simulation) setCaller(in *simulationInput) error {
	if in.CallerArn != "" {
		a, err := arn.Parse(in.CallerArn)
		if err != nil || !a.IsUser() || !arn.IsAccount(a.Account) {
			return invalidInput("Invalid caller ARN %s: it must be the ARN of an IAM user.", in.CallerArn)
		}
		s.caller.Account, s.caller.ARN = a.Account, in.CallerArn
		s.owner = a.Account
	}
	if in.ResourceOwner != "" {
		account := in.ResourceOwner
		if a, err := arn.Parse(account); err == nil && a.IsRoot() {
			account = a.Account
		}
		if !arn.IsAccount(account) {
			return invalidInput("Invalid resource owner %s: it must be the ARN of an account, such as arn:aws:iam::111122223333:root.", in.ResourceOwner)
		}
		if in.CallerArn != "" {
			s.owner = account
		}
	}
	return nil
}

func (s *simulation) addResourcePolicy(in *simulationInput) error {
	if in.ResourcePolicy == "" {
		return nil
	}
	if in.CallerArn == "" {
		return invalidInput("CallerArn is required when ResourcePolicy is given.")
	}
	p, err := policy.Parse(policy.Resource, in.ResourcePolicy)
	if err != nil {
		return invalidPolicy(err)
	}
	s.set.Resource = []policy.Attached{{Policy: p, ID: "ResourcePolicy"}}
	return nil
}

func (s *simulation) setContext(in *simulationInput) error {
	for _, e := range in.ContextEntries {
		if e.ContextKeyName == "" {
			return invalidInput("A context entry has no key name.")
		}
		if err := s.context.SetEntry(e.ContextKeyName, cmp.Or(e.ContextKeyType, "string"), e.ContextKeyValues); err != nil {
			return err // cannot be: the schema has the types
		}
	}
	return nil
}

func checkActions(actions []string) error {
	for _, a := range actions {
		vendor, name, ok := strings.Cut(a, ":")
		if !ok || vendor == "" || name == "" || strings.ContainsAny(a, "*?") || strings.Contains(name, ":") {
			return invalidInput("Invalid action %s: it must be a service and an API operation, such as iam:CreateUser, without wildcards.", a)
		}
	}
	return nil
}

// run decides a page of the actions.
func (s *simulation) run(c *pipeline.Call, in *simulationInput) (*iamapi.SimulatePolicyOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	resources := in.ResourceArns
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	p.limit = max(1, min(p.limit, maxEvaluations/len(resources)))
	out := new(iamapi.SimulatePolicyOutput)
	actions := in.ActionNames
	if actions, out.IsTruncated, out.Marker, err = byCount(p, actions); err != nil {
		return nil, err
	}
	for _, action := range actions {
		out.EvaluationResults = append(out.EvaluationResults, s.action(action, resources))
	}
	return out, nil
}

// action decides one action on all resources. With a single resource the result
// is that of the resource; with several an action is allowed when it is on all.
func (s *simulation) action(action string, resources []string) iamapi.EvaluationResult {
	r := iamapi.EvaluationResult{EvalActionName: action, EvalResourceName: "*", EvalDecision: policy.Allowed.String()}
	if len(resources) == 1 {
		r.EvalResourceName = resources[0]
	}
	boundary := true
	for _, resource := range resources {
		one := s.resource(action, resource)
		boundary = boundary && one.allowedByBoundary
		switch {
		case one.decision == r.EvalDecision:
			r.MatchedStatements = union(r.MatchedStatements, one.matched, statementKey)
		case worse(one.decision, r.EvalDecision):
			r.EvalDecision, r.MatchedStatements = one.decision, one.matched
		}
		if resource == "*" {
			r.MissingContextValues = one.missing
		} else {
			r.ResourceSpecificResults = append(r.ResourceSpecificResults, one.specific(s, resource))
			r.EvalDecisionDetails = one.details
		}
	}
	if s.set.Boundary != nil {
		r.PermissionsBoundaryDecisionDetail = &iamapi.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: boundary}
	}
	return r
}

// worse reports whether decision a keeps more from a caller than b.
func worse(a, b string) bool {
	order := []string{policy.Allowed.String(), policy.ImplicitDeny.String(), policy.ExplicitDeny.String()}
	return slices.Index(order, a) > slices.Index(order, b)
}

func statementKey(s iamapi.Statement) string {
	return fmt.Sprint(s.SourcePolicyType, " ", s.SourcePolicyId, *s.StartPosition)
}

// outcome is the decision of one action on one resource.
type outcome struct {
	decision          string
	matched           []iamapi.Statement
	missing           []string
	details           map[string]string // empty inside one account
	crossAccount      bool
	allowedByBoundary bool
}

func (o outcome) specific(s *simulation, resource string) iamapi.ResourceSpecificResult {
	r := iamapi.ResourceSpecificResult{
		EvalResourceName: resource, EvalResourceDecision: o.decision, MatchedStatements: o.matched, MissingContextValues: o.missing,
	}
	if o.crossAccount {
		r.EvalDecisionDetails = o.details
	}
	if s.set.Boundary != nil {
		r.PermissionsBoundaryDecisionDetail = &iamapi.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: o.allowedByBoundary}
	}
	return r
}

func (s *simulation) resource(action, resource string) outcome {
	request := policy.Request{
		Action: action, Resource: resource, ResourceAccount: s.ownerOf(resource), Principal: s.caller, Context: &s.context,
	}
	d := policy.Explain(&s.set, &request)
	o := outcome{
		decision: d.Verdict.String(), details: map[string]string{},
		crossAccount: request.ResourceAccount != s.caller.Account, allowedByBoundary: d.Of(policy.PermissionsBoundary) == policy.Allowed,
		missing: policy.MissingKeys(&s.set, &request),
	}
	for _, m := range d.By {
		o.matched = append(o.matched, showMatch(m))
	}
	if o.crossAccount {
		o.details["IAM Policy"] = d.Of(policy.Identity).String()
		if len(s.set.Resource) > 0 {
			o.details["Resource Policy"] = d.Of(policy.ResourceBased).String()
		}
		if s.set.Boundary != nil {
			o.details["IAM Permissions Boundary"] = d.Of(policy.PermissionsBoundary).String()
		}
	}
	return o
}

// ownerOf returns the account that owns the resource.
func (s *simulation) ownerOf(resource string) string {
	if a, err := arn.Parse(resource); err == nil && arn.IsAccount(a.Account) && s.caller.ARN != "" {
		return a.Account
	}
	return s.owner
}

func showMatch(m policy.Match) iamapi.Statement {
	v := iamapi.Statement{SourcePolicyId: m.Source.ID, SourcePolicyType: "IAM Policy", StartPosition: &iamapi.Position{}, EndPosition: &iamapi.Position{}}
	switch m.Layer {
	case policy.ResourceBased:
		v.SourcePolicyType = "Resource Policy"
	case policy.PermissionsBoundary:
		v.SourcePolicyType = "IAM Permissions Boundary"
	}
	if m.Source.Policy != nil && m.Statement >= 0 {
		info := m.Source.Policy.Statements()[m.Statement]
		v.StartPosition = &iamapi.Position{Line: int32(info.Start.Line), Column: int32(info.Start.Column)}
		v.EndPosition = &iamapi.Position{Line: int32(info.End.Line), Column: int32(info.End.Column)}
	}
	return v
}
