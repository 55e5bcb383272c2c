package iamsvc

import (
	"strings"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/policy"
)

func grantingActions() []pipeline.Handler {
	arn := func(in *iamapi.ListPoliciesGrantingServiceAccessInput) string { return in.Arn }
	return []pipeline.Handler{
		read("ListPoliciesGrantingServiceAccess", entities, arn, listPoliciesGrantingServiceAccess, byEntityARN(arn)),
	}
}

// listPoliciesGrantingServiceAccess tells, for each service, which policies of
// the entity allow anything there. Only permissions policies count.
func listPoliciesGrantingServiceAccess(c *pipeline.Call, in *iamapi.ListPoliciesGrantingServiceAccessInput, e entity) (*iamapi.ListPoliciesGrantingServiceAccessOutput, error) {
	p, err := newPage(c, in.Marker, nil)
	if err != nil {
		return nil, err
	}
	held, err := e.policies(c)
	if err != nil {
		return nil, err
	}
	out := new(iamapi.ListPoliciesGrantingServiceAccessOutput)
	services := in.ServiceNamespaces
	if services, out.IsTruncated, out.Marker, err = byCount(p, services); err != nil {
		return nil, err
	}
	for _, service := range services {
		entry := iamapi.ListPoliciesGrantingServiceAccessEntry{ServiceNamespace: service, Policies: []iamapi.PolicyGrantingServiceAccess{}}
		for _, h := range held {
			if p := h.compiled().Policy; p != nil && grants(p, service) {
				entry.Policies = append(entry.Policies, h.granting())
			}
		}
		out.PoliciesGrantingServiceAccess = append(out.PoliciesGrantingServiceAccess, entry)
	}
	return out, nil
}

func (h heldPolicy) granting() iamapi.PolicyGrantingServiceAccess {
	if h.arn != "" {
		return iamapi.PolicyGrantingServiceAccess{PolicyName: h.name, PolicyType: "MANAGED", PolicyArn: h.arn}
	}
	return iamapi.PolicyGrantingServiceAccess{
		PolicyName: h.name, PolicyType: "INLINE", EntityType: strings.ToUpper(h.word), EntityName: h.Name,
	}
}

// grants reports whether a statement of p allows some action of the service.
func grants(p *policy.Policy, service string) bool {
	for _, s := range p.Statements() {
		if s.Effect != "Allow" {
			continue
		}
		all, some := false, false
		for _, action := range s.Actions {
			vendor, name, _ := strings.Cut(action, ":")
			mine := action == "*" || iam.Fold(vendor) == iam.Fold(service)
			some = some || mine
			all = all || action == "*" || mine && strings.Trim(name, "*") == ""
		}
		if some && !s.NotAction || s.NotAction && !all {
			return true
		}
	}
	return false
}
