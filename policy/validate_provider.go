package policy

import (
	"regexp"
	"strings"
)

// Providers that many tenants share (policy 2.2, the Cognito row; federation 8,
// shared-provider controls). A statement that trusts one must hold a claim to
// the tenant's own value, or any other tenant of the provider could assume the
// role.

// sharedProviders are the issuers, and the keys of which one must be held. A
// key without colon is a claim of the issuer.
var sharedProviders = map[string][]string{
	"token.actions.githubusercontent.com":                {"sub", "job_workflow_ref"},
	"vstoken.actions.githubusercontent.com":              {"sub"},
	"oidc-configuration.audit-log.githubusercontent.com": {"sub"},
	"gitlab.com":              {"sub"},
	"agent.buildkite.com":     {"sub"},
	"app.terraform.io":        {"sub"},
	"oidc.codefresh.io":       {"sub"},
	"studio.datachain.ai/api": {"sub"},
	"scalr.io":                {"sub"},
	"tokens.cloud.shisho.dev": {"sub"},
	"proidc.upbound.io":       {"sub"},
	"api.pulumi.com/oidc":     {"aud"},
	"sandboxes.cloud":         {"aud"},
	"oidc.vercel.com":         {"aud"},
	"sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d": {"sts:RoleSessionName"},
}

const cognito = "cognito-identity.amazonaws.com"

var scopedProviders = eachStatement(func(s *stanza) *problem {
	if s.effect != "Allow" {
		return nil
	}
	for _, e := range s.principal.entries {
		if e.kind != "Federated" {
			continue
		}
		if e.value == cognito && !s.scopes(cognito+":aud") {
			return &problem{at: e.start, message: "A condition block must be present for the Cognito provider"}
		}
		_, issuer, _ := strings.Cut(e.value, ":oidc-provider/")
		if keys := providerKeys(issuer); len(keys) > 0 && !s.scopes(keys...) {
			return &problem{at: e.start, message: "Trust policy with trusted principal " + e.value +
				" must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, " +
				strings.Join(keys, " or ") + " which is not scoped to all."}
		}
	}
	return nil
})

func providerKeys(issuer string) (keys []string) {
	for _, key := range sharedClaims(issuer) {
		if !strings.Contains(key, ":") {
			key = issuer + ":" + key
		}
		keys = append(keys, key)
	}
	return keys
}

// sharedClaims is the entry of sharedProviders. Some clusters of OpenShift are
// shared too; which ones is not told by their name, and each role that trusts
// one looks at the subject anyway.
func sharedClaims(issuer string) []string {
	host, _, _ := strings.Cut(issuer, "/")
	if strings.HasPrefix(host, "rh-oidc.s3.") || strings.HasSuffix(host, ".openshiftapps.com") {
		return []string{"sub"}
	}
	return sharedProviders[issuer]
}

// scopes reports whether a condition holds one of the keys to values that are
// not everything. Every value must be more than wildcards and variables, one of
// which may be the key itself.
func (s *stanza) scopes(keys ...string) bool {
	for i := range s.operators {
		op, _ := parseOperator(s.operators[i].name)
		if op.negated || op.ifExists || op.set == forAll ||
			op.base != stringExact && op.base != stringFold && op.base != stringLike {
			continue
		}
		for _, k := range s.operators[i].keys {
			for _, key := range keys {
				if equalFold(k.key, key) && narrows(k.values) {
					return true
				}
			}
		}
	}
	return false
}

var variables = regexp.MustCompile(`\$\{[^}]*\}`)

func narrows(values []string) bool {
	for _, v := range values {
		if strings.Trim(variables.ReplaceAllString(v, ""), "*?") == "" {
			return false
		}
	}
	return len(values) > 0
}
