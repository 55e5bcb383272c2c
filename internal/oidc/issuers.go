package oidc

import "strings"

// Claims that are condition keys only for tokens of certain issuers, and only
// in the trust policy (reference, federation 8).

var (
	githubClaims = []string{
		"actor", "actor_id", "job_workflow_ref", "repository", "repository_id", "repository_owner_id",
		"workflow", "ref", "environment", "enterprise_id",
	}
	gitlabClaims = []string{
		"namespace_id", "project_id", "user_id", "user_login", "user_email", "user_access_level",
		"ref_protected", "pipeline_source", "runner_environment",
	}
	buildkiteClaims = []string{
		"organization_slug", "organization_id", "pipeline_slug", "pipeline_id", "cluster_name", "cluster_id", "build_branch",
	}
)

// issuerClaims returns the names of the claims that the issuer, whose URL is
// without scheme, has keys for.
func issuerClaims(url string) []string {
	host, path, _ := strings.Cut(url, "/")
	switch {
	case host == "token.actions.githubusercontent.com", path == "_services/token": // an enterprise's, or a server's of one's own
		return githubClaims
	case url == "gitlab.com":
		return gitlabClaims
	case host == "oidc.circleci.com" && strings.HasPrefix(path, "org/"):
		return []string{"oidc.circleci.com/project-id"}
	case url == "agent.buildkite.com":
		return buildkiteClaims
	case host == "identity.oraclecloud.com", strings.HasSuffix(host, ".identity.oraclecloud.com"):
		return []string{"rpst_id"}
	}
	return nil
}

// Claim is a claim under the name that it has as a condition key.
type Claim struct{ Name, Value string }

// IssuerClaims returns the claims of the token that are condition keys because
// of its issuer, whose URL is without scheme.
func (id *Identity) IssuerClaims(url string) (list []Claim) {
	add := func(name string, v *value) {
		if v.kind == isText || v.kind == isNumber || v.kind == isBool {
			list = append(list, Claim{name, v.text})
		}
	}
	for _, name := range issuerClaims(url) {
		if v, ok := id.claims.get(name); ok {
			add(name, v)
		}
	}
	if url == Google {
		if google, ok := id.claims.get("google"); ok && google.kind == isObject {
			if v, ok := google.get("organization_number"); ok {
				add("google/organization_number", v)
			}
		}
	}
	return list
}
