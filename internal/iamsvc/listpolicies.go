package iamsvc

import (
	"cmp"
	"slices"
	"strings"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/store"
)

func asksListPolicies(c *pipeline.Call, in *iamapi.ListPoliciesInput) (resource, text string) {
	path := orSlash(in.PathPrefix)
	return arn.Policy(c.Partition, c.Account, path, "").String(), "policy path " + path
}

// listPolicies lists the account's policies and the service's together, by name.
func listPolicies(c *pipeline.Call, in *iamapi.ListPoliciesInput) (*iamapi.ListPoliciesOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListPoliciesOutput{Policies: []iamapi.Policy{}}
	after := p.after
	for {
		batch, err := nextPolicies(c, in, after, p.limit)
		if err != nil {
			return nil, err
		}
		for _, policy := range batch {
			v, err := listedPolicy(c, policy)
			if err != nil {
				return nil, err
			}
			if !wanted(in, v) {
				continue
			}
			if len(out.Policies) == p.limit {
				out.IsTruncated, out.Marker = true, p.marker(after)
				return out, nil
			}
			out.Policies = append(out.Policies, v)
			after = listKey(policy)
		}
		if len(batch) == 0 {
			return out, nil
		}
		after = listKey(batch[len(batch)-1])
	}
}

// listKey orders policies: by name, an account's own before the service's.
func listKey(p iam.Policy) string {
	if p.Account == iam.AWS {
		return iam.Fold(p.Name) + " 2"
	}
	return iam.Fold(p.Name) + " 1"
}

// wanted reports whether the policy passes the filters on its use.
func wanted(in *iamapi.ListPoliciesInput, v iamapi.Policy) bool {
	attached, bounds := v.AttachmentCount > 0, v.PermissionsBoundaryUsageCount > 0
	switch in.PolicyUsageFilter {
	case "PermissionsPolicy":
		return attached
	case "PermissionsBoundary":
		return bounds
	}
	return !isTrue(in.OnlyAttached) || attached || bounds
}

// nextPolicies returns some policies after a key, in order; none at the end.
func nextPolicies(c *pipeline.Call, in *iamapi.ListPoliciesInput, after string, n int) ([]iam.Policy, error) {
	var all []iam.Policy
	name, _, _ := strings.Cut(after, " ")
	if in.Scope != "AWS" {
		own, err := c.Tx.Policies(c.Account, store.Page{PathPrefix: in.PathPrefix, After: name, Limit: n + 1})
		if err != nil {
			return nil, err
		}
		all = own
	}
	if in.Scope != "Local" {
		for _, m := range iam.AllAWSManaged() {
			if listKey(m.Policy) > after && strings.HasPrefix(m.Path, in.PathPrefix) {
				all = append(all, m.Policy)
			}
		}
	}
	for i, p := range all {
		all[i].ARN = arn.Policy(c.Partition, p.Account, p.Path, p.Name).String()
	}
	slices.SortFunc(all, func(a, b iam.Policy) int { return cmp.Compare(listKey(a), listKey(b)) })
	return all[:min(len(all), n+1)], nil
}
