package stssvc_test

import (
	"testing"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/golden"
	"github.com/daypass/daypass/internal/oidctest"
)

// TestGoldenOfIdentityProviders replays what comes of responses and tokens that
// are signed anew each time. Both roles are called desk and web, and want no
// more than their provider.
func TestGoldenOfIdentityProviders(t *testing.T) {
	golden.RunStage(t, "testdata/vouched", func(t *testing.T) golden.Stage {
		const url = "https://id.example.com"
		issuer := oidctest.New(url)
		s := daypasstest.New(t, daypasstest.WithTime(morning), daypasstest.WithIssuer(url, issuer))
		corp := s.SAMLProvider("corp")
		desk := s.Role("desk", corp.Trust())
		made := s.Call(s.Root, "iam", "CreateOpenIDConnectProvider", "Url", url, "ClientIDList.member.1", "sts.amazonaws.com").Element("OpenIDConnectProviderArn")
		s.Role("web", trust(`{"Effect":"Allow","Principal":{"Federated":"`+made+`"},"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"]}`))
		return golden.Stage{Server: s, Who: map[string]daypasstest.Credentials{}, Values: map[string]string{
			"Assertion": corp.Response(desk, "ann@example.com"),
			"Tagged":    corp.Response(desk, "ann@example.com", "SourceIdentity", "ann-smith", "PrincipalTag:team", "build", "TransitiveTagKeys", "team"),
			"Token":     issuer.Token(s.Now(), nil),
			"TaggedToken": issuer.Token(s.Now(), map[string]any{
				"https://aws.amazon.com/source_identity": "octo", "https://aws.amazon.com/tags": map[string]any{
					"principal_tags": map[string]any{"team": []string{"build"}}, "transitive_tag_keys": []string{"team"},
				},
			}),
		}}
	})
}
