package stssvc_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/oidctest"
)

// shape is a provider with its documents and tokens as it writes them. The
// tables of docs/operations.md tell how each is registered.
type shape struct {
	name      string
	url       string
	discovery string // with KEYS in the place of the address of its keys
	keysPath  string
	jwk       map[string]any // members over those of the key; nil removes one
	beside    map[string]any // another key in the set
	header    string
	claims    string // NOW and SOON are times
	client    string
	condition string   // that must hold
	not       []string // conditions that must not
}

var shapes = []shape{
	{
		name: "GitHub Actions", url: "https://token.actions.githubusercontent.com", client: "sts.amazonaws.com",
		discovery: `{"issuer":"https://token.actions.githubusercontent.com","jwks_uri":"KEYS","subject_types_supported":["public","pairwise"],
			"response_types_supported":["id_token"],"claims_supported":["sub","aud","exp","iat","iss","jti","nbf","ref","repository"],
			"id_token_signing_alg_values_supported":["RS256"],"scopes_supported":["openid"]}`,
		keysPath: "/.well-known/jwks",
		jwk:      map[string]any{"x5c": []string{"MIIDKzCCAhOgAwIBAgIUDnwm6eRIqGFA3o/P1oBrChvx/nowDQYJKoZIhvcNAQELBQAw"}, "x5t": "ykNaY4qM_ta4k2TgZOCEYLkcYlA"},
		header:   `{"typ":"JWT","alg":"RS256","x5t":"ykNaY4qM_ta4k2TgZOCEYLkcYlA","kid":"key-1"}`,
		claims: `{"jti":"0f0e8a3f-3a47-4a04-a5a6-4c2b4a6d1a0e","sub":"repo:corp/app:ref:refs/heads/main","aud":"sts.amazonaws.com","ref":"refs/heads/main",
			"sha":"2f1a2d0c","repository":"corp/app","repository_owner":"corp","repository_owner_id":"65","run_id":"9","run_number":"10","run_attempt":"2",
			"repository_visibility":"private","repository_id":"74","actor_id":"12","actor":"ann","workflow":"deploy","head_ref":"","base_ref":"",
			"event_name":"push","ref_type":"branch","environment":"prod","job_workflow_ref":"corp/app/.github/workflows/deploy.yml@refs/heads/main",
			"runner_environment":"github-hosted","iss":"https://token.actions.githubusercontent.com","nbf":NOW,"exp":SOON,"iat":NOW}`,
		condition: `{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:environment":"prod"},
			"StringLike":{"token.actions.githubusercontent.com:sub":"repo:corp/app:*"}}`,
		not: []string{`{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:evil/*"}}`},
	},
	{
		name: "GitHub Actions, with ids in the subject", url: "https://token.actions.githubusercontent.com", client: "sts.amazonaws.com",
		discovery: `{"issuer":"https://token.actions.githubusercontent.com","jwks_uri":"KEYS"}`,
		keysPath:  "/.well-known/jwks", header: `{"typ":"JWT","alg":"RS256","kid":"key-1"}`,
		claims:    `{"sub":"repo:corp@65/app@74:pull_request","aud":"sts.amazonaws.com","iss":"https://token.actions.githubusercontent.com","nbf":NOW,"exp":SOON,"iat":NOW}`,
		condition: `{"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:corp@65/app@74:pull_request"}}`,
	},
	{
		name: "GitLab", url: "https://gitlab.corp.example", client: "https://gitlab.corp.example",
		discovery: `{"issuer":"https://gitlab.corp.example","authorization_endpoint":"https://gitlab.corp.example/oauth/authorize","jwks_uri":"KEYS",
			"response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"],"claims_supported":["iss","sub"]}`,
		keysPath: "/oauth/discovery/keys", header: `{"kid":"key-1","typ":"JWT","alg":"RS256"}`,
		claims: `{"namespace_id":"72","namespace_path":"corp","project_id":"20","project_path":"corp/app","user_id":"1","user_login":"ann","user_email":"ann@corp.example",
			"user_identities":[{"provider":"github","extern_uid":"2435223452345"}],"user_access_level":"owner","pipeline_id":"574","pipeline_source":"push","job_id":"302",
			"ref":"main","ref_type":"branch","ref_path":"refs/heads/main","ref_protected":"true","groups_direct":["corp"],"environment_action":"start",
			"runner_id":1,"runner_environment":"self-hosted","sha":"714a629c0b401fdce83e847fc9589983fc6f46bc","ci_config_ref_uri":"x","jti":"235b3a54",
			"iss":"https://gitlab.corp.example","iat":NOW,"nbf":NOW,"exp":SOON,"sub":"project_path:corp/app:ref_type:branch:ref:main","aud":"https://gitlab.corp.example"}`,
		condition: `{"StringEquals":{"gitlab.corp.example:sub":"project_path:corp/app:ref_type:branch:ref:main","gitlab.corp.example:aud":"https://gitlab.corp.example"}}`,
		not:       []string{`{"StringEquals":{"gitlab.corp.example:sub":"project_path:corp/other:ref_type:branch:ref:main"}}`},
	},
	{
		name: "gitlab.com", url: "https://gitlab.com", client: "sts.amazonaws.com",
		discovery: `{"issuer":"https://gitlab.com","jwks_uri":"KEYS"}`, keysPath: "/oauth/discovery/keys", header: `{"kid":"key-1","typ":"JWT","alg":"RS256"}`,
		claims: `{"project_id":"20","ref_protected":"true","iss":"https://gitlab.com","iat":NOW,"nbf":NOW,"exp":SOON,
			"sub":"project_path:corp/app:ref_type:tag:ref:v1","aud":["sts.amazonaws.com"]}`,
		condition: `{"StringLike":{"gitlab.com:sub":"project_path:corp/*"},"StringEquals":{"gitlab.com:project_id":"20","gitlab.com:ref_protected":"true"}}`,
	},
	{
		name: "Kubernetes", url: "https://oidc.eks.us-east-1.amazonaws.com/id/ABC123", client: "sts.amazonaws.com",
		discovery: `{"issuer":"https://oidc.eks.us-east-1.amazonaws.com/id/ABC123","jwks_uri":"KEYS","authorization_endpoint":"urn:kubernetes:programmatic_authorization",
			"response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}`,
		keysPath: "/id/ABC123/keys", header: `{"alg":"RS256","kid":"key-1"}`,
		claims: `{"aud":["sts.amazonaws.com"],"exp":TOMORROW,"iat":NOW,"iss":"https://oidc.eks.us-east-1.amazonaws.com/id/ABC123","jti":"3f8b",
			"kubernetes.io":{"namespace":"prod","node":{"name":"n1","uid":"a"},"pod":{"name":"web-1","uid":"b"},"serviceaccount":{"name":"web","uid":"c"},"warnafter":SOON},
			"nbf":NOW,"sub":"system:serviceaccount:prod:web"}`,
		condition: `{"StringEquals":{"oidc.eks.us-east-1.amazonaws.com/id/ABC123:sub":"system:serviceaccount:prod:web","oidc.eks.us-east-1.amazonaws.com/id/ABC123:aud":"sts.amazonaws.com"}}`,
		not:       []string{`{"StringEquals":{"oidc.eks.us-east-1.amazonaws.com/id/ABC123:sub":"system:serviceaccount:prod:other"}}`},
	},
	{
		name: "Kubernetes, one's own", url: "https://kubernetes.default.svc.cluster.local", client: "sts.amazonaws.com",
		discovery: `{"issuer":"https://kubernetes.default.svc.cluster.local","jwks_uri":"KEYS","response_types_supported":["id_token"],
			"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}`,
		keysPath: "/openid/v1/jwks", header: `{"alg":"RS256","kid":"key-1"}`,
		claims: `{"aud":["https://kubernetes.default.svc.cluster.local","sts.amazonaws.com"],"exp":SOON,"iat":NOW,"iss":"https://kubernetes.default.svc.cluster.local",
			"kubernetes.io":{"namespace":"prod"},"nbf":NOW,"sub":"system:serviceaccount:prod:web"}`,
		condition: `{"StringEquals":{"kubernetes.default.svc.cluster.local:aud":"sts.amazonaws.com"}}`,
	},
	{
		name: "Keycloak", url: "https://sso.corp.example/realms/main", client: "aws",
		discovery: `{"issuer":"https://sso.corp.example/realms/main","authorization_endpoint":"https://sso.corp.example/realms/main/protocol/openid-connect/auth","jwks_uri":"KEYS",
			"grant_types_supported":["authorization_code"],"acr_values_supported":["0","1"],"response_types_supported":["code","none","id_token","token"],
			"subject_types_supported":["public","pairwise"],"id_token_signing_alg_values_supported":["PS384","RS256","EdDSA"],"mtls_endpoint_aliases":{"token_endpoint":"x"}}`,
		keysPath: "/realms/main/protocol/openid-connect/certs",
		beside:   map[string]any{"kid": "enc-1", "alg": "RSA-OAEP", "use": "enc"},
		header:   `{"alg":"RS256","typ" : "JWT","kid" : "key-1"}`,
		claims: `{"exp":SOON,"iat":NOW,"auth_time":NOW,"jti":"b0b3","iss":"https://sso.corp.example/realms/main","aud":["account","aws"],"sub":"6f1d1d0e-0e8f-4c0e-9e38-3f0c2d5a7c11",
			"typ":"ID","azp":"aws","sid":"77","acr":"1","amr":["pwd","otp"],"realm_access":{"roles":["offline_access"]},"resource_access":{"account":{"roles":["manage-account"]}},
			"https://aws.amazon.com/tags":{"principal_tags":{"team":["blue"]},"transitive_tag_keys":["team"]},
			"email_verified":true,"name":"Ann Example","preferred_username":"ann","email":"ann@corp.example"}`,
		condition: `{"StringEquals":{"sso.corp.example/realms/main:aud":"aws","aws:RequestTag/team":"blue"},"StringLike":{"sso.corp.example/realms/main:email":"*@corp.example"},
			"ForAnyValue:StringEquals":{"sso.corp.example/realms/main:amr":"otp"}}`,
		not: []string{`{"StringEquals":{"sso.corp.example/realms/main:aud":"account"}}`},
	},
	{
		name: "Dex", url: "https://dex.corp.example:5556/dex", client: "aws",
		discovery: `{"issuer":"https://dex.corp.example:5556/dex","authorization_endpoint":"https://dex.corp.example:5556/dex/auth","jwks_uri":"KEYS",
			"response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"],"claims_supported":["iss","sub","aud","iat","exp"]}`,
		keysPath: "/dex/keys", header: `{"alg":"RS256","kid":"key-1"}`,
		claims: `{"iss":"https://dex.corp.example:5556/dex","sub":"CgNhbm4SBWxvY2Fs","aud":"aws","exp":SOON,"iat":NOW,"at_hash":"x","c_hash":"y",
			"email":"ann@corp.example","email_verified":true,"groups":["ops"],"name":"ann","federated_claims":{"connector_id":"local","user_id":"ann"}}`,
		condition: `{"StringEquals":{"dex.corp.example:5556/dex:sub":"CgNhbm4SBWxvY2Fs","dex.corp.example:5556/dex:email":"ann@corp.example"}}`,
		not:       []string{`{"StringEquals":{"dex.corp.example:5556/dex:email":"eve@corp.example"}}`},
	},
}

// ServeHTTP answers for the provider's documents.
func (p *shape) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	base := p.url[len("https://"):]
	_, path, _ := strings.Cut(base, "/")
	if path != "" {
		path = "/" + path
	}
	host, _, _ := strings.Cut(base, "/")
	switch r.URL.Path {
	case path + "/.well-known/openid-configuration":
		fmt.Fprint(w, strings.Replace(p.discovery, "KEYS", "https://"+host+p.keysPath, 1))
	case p.keysPath:
		jwk := oidctest.NewKey("key-1", "RS256").JWK()
		for name, v := range p.jwk {
			jwk[name] = v
		}
		keys := []map[string]any{jwk}
		if p.beside != nil {
			other := oidctest.NewKey("enc-1", "RS256").JWK()
			for name, v := range p.beside {
				other[name] = v
			}
			keys = []map[string]any{other, jwk}
		}
		_, _ = w.Write(oidctest.KeySet(keys...))
	default:
		http.NotFound(w, r)
	}
}

func TestTokensAsProvidersShapeThem(t *testing.T) {
	for _, p := range shapes {
		t.Run(p.name, func(t *testing.T) {
			host, _, _ := strings.Cut(p.url[len("https://"):], "/")
			s := daypasstest.New(t, daypasstest.WithTime(morning), daypasstest.WithIssuer("https://"+host, &p))
			x := &exchange{Server: s, t: t}
			a := s.Call(s.Root, "iam", "CreateOpenIDConnectProvider", "Url", p.url, "ClientIDList.member.1", p.client)
			if a.Status != 200 {
				t.Fatal(a.Body)
			}
			x.provider = a.Element("OpenIDConnectProviderArn")
			now := s.Now().Unix()
			claims := strings.NewReplacer("NOW", fmt.Sprint(now), "SOON", fmt.Sprint(now+300), "TOMORROW", fmt.Sprint(now+86400), "\n", "", "\t", "").Replace(p.claims)
			if !json.Valid([]byte(claims)) {
				t.Fatalf("no JSON: %s", claims)
			}
			token := oidctest.NewKey("key-1", "RS256").SignText(p.header, claims)
			x.role = x.Role("web", x.trusts(p.condition, "sts:AssumeRoleWithWebIdentity", "sts:TagSession"))
			answer := x.assume(token)
			if got := outcome(answer); got != "" {
				t.Fatal(got)
			}
			if who := s.Call(answer.Credentials(), "sts", "GetCallerIdentity"); who.Status != 200 {
				t.Error(who.Body)
			}
			for _, condition := range p.not {
				if a := x.Call(x.Root, "iam", "UpdateAssumeRolePolicy", "RoleName", "web", "PolicyDocument", x.trusts(condition, "sts:AssumeRoleWithWebIdentity", "sts:TagSession")); a.Status != 200 {
					t.Fatal(a.Body)
				}
				if got := outcome(x.assume(token)); got != notTrusted {
					t.Errorf("%s: %q", condition, got)
				}
			}
		})
	}
}
