package interop

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/daypass/daypass/daypasstest"
)

// sdkOverTLS is sdkConfig for a server that speaks TLS.
func sdkOverTLS(t *testing.T, server *daypasstest.Server, keys daypasstest.Credentials) aws.Config {
	t.Helper()
	cfg := sdkConfig(t, server, keys)
	cfg.HTTPClient = server.Client()
	return cfg
}

// TestAPartyOutsideAcceptsATokenByItsIssuer: a library that others wrote finds
// the keys by the token's issuer, over TLS, and verifies the token.
func TestAPartyOutsideAcceptsATokenByItsIssuer(t *testing.T) {
	server := daypasstest.New(t, daypasstest.WithTLS())
	root := iam.NewFromConfig(sdkOverTLS(t, server, server.Root))
	enabled, err := root.EnableOutboundWebIdentityFederation(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = root.EnableOutboundWebIdentityFederation(t.Context(), nil)
	is[*iamtypes.FeatureEnabledException](t, err)
	info, err := root.GetOutboundWebIdentityFederationInfo(t.Context(), nil)
	if err != nil || aws.ToString(info.IssuerIdentifier) != aws.ToString(enabled.IssuerIdentifier) || !info.JwtVendingEnabled {
		t.Errorf("%+v %v", info, err)
	}

	cfg := sdkOverTLS(t, server, server.User("ann", allow("sts:*")))
	verifyAs := func(ctx context.Context, token, audience string) (*oidc.IDToken, error) {
		// The party starts anew each time: it knows the issuer's name and nothing else.
		provider, err := oidc.NewProvider(oidc.ClientContext(ctx, server.Client()), aws.ToString(enabled.IssuerIdentifier))
		if err != nil {
			return nil, err
		}
		return provider.Verifier(&oidc.Config{ClientID: audience, Now: server.Now}).Verify(ctx, token)
	}
	for _, algorithm := range []string{"RS256", "ES384"} {
		out, err := sts.NewFromConfig(cfg).GetWebIdentityToken(t.Context(), &sts.GetWebIdentityTokenInput{
			Audience: []string{"https://api.example.com", "other"}, SigningAlgorithm: aws.String(algorithm), DurationSeconds: aws.Int32(600),
			Tags: []ststypes.Tag{{Key: aws.String("job"), Value: aws.String("7")}},
		})
		if err != nil {
			t.Fatalf("%s: %v", algorithm, err)
		}
		token := aws.ToString(out.WebIdentityToken)
		id, err := verifyAs(t.Context(), token, "https://api.example.com")
		if err != nil {
			t.Fatalf("%s: %v", algorithm, err)
		}
		var claims struct {
			AWS struct {
				Account string            `json:"aws_account"`
				Tags    map[string]string `json:"request_tags"`
			} `json:"https://sts.amazonaws.com/"`
		}
		if err := id.Claims(&claims); err != nil {
			t.Fatal(err)
		}
		if id.Subject != server.UserARN("ann") || !id.Expiry.Equal(*out.Expiration) || claims.AWS.Account != server.Account || claims.AWS.Tags["job"] != "7" {
			t.Errorf("%s: %+v %+v", algorithm, id, claims)
		}
		if _, err := verifyAs(t.Context(), token, "https://elsewhere.example.com"); err == nil {
			t.Errorf("%s: a party that it is not for accepts it", algorithm)
		}
		parts := strings.Split(token, ".")
		if _, err := verifyAs(t.Context(), parts[0]+"."+parts[1]+"."+strings.Repeat("A", len(parts[2])), "other"); err == nil {
			t.Errorf("%s: a signature of nobody is accepted", algorithm)
		}
		server.Advance(601 * time.Second)
		if _, err := verifyAs(t.Context(), token, "other"); err == nil {
			t.Errorf("%s: it is accepted after its time", algorithm)
		}
	}

	if _, err := root.DisableOutboundWebIdentityFederation(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	_, err = root.DisableOutboundWebIdentityFederation(t.Context(), nil)
	is[*iamtypes.FeatureDisabledException](t, err)
	_, err = sts.NewFromConfig(cfg).GetWebIdentityToken(t.Context(), &sts.GetWebIdentityTokenInput{Audience: []string{"a"}, SigningAlgorithm: aws.String("RS256")})
	is[*ststypes.OutboundWebIdentityFederationDisabledException](t, err)
}
