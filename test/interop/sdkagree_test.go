package interop

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/daypass/daypass/awscredentials"
	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/sts"
)

// TestOurClientAndTheirsAgree makes the same calls to one Daypass with both, for
// each operation: the same answer, or the same refusal.
func TestOurClientAndTheirsAgree(t *testing.T) {
	server := daypasstest.New(t)
	ann := server.User("ann", allow("sts:*"))
	role := server.Role("deployer", daypasstest.Trust(server.UserARN("ann")))
	their := awssts.NewFromConfig(sdkConfig(t, server, ann))
	for _, asked := range []bool{false, true} { // answers in XML, and in JSON
		our, err := sts.New(sts.Config{
			Region: server.Region, Endpoint: server.URL, Credentials: awscredentials.FromAWS(sdkConfig(t, server, ann).Credentials), JSON: asked,
		})
		if err != nil {
			t.Fatal(err)
		}
		const name, key = "build-42", "ASIAY34FZKBOKMUTVV7A"
		text := aws.String
		for _, tt := range []struct {
			name  string
			ours  func(context.Context) (string, error)
			their func(context.Context) (string, error)
		}{
			{
				"GetCallerIdentity",
				func(ctx context.Context) (string, error) {
					a, err := our.GetCallerIdentity(ctx, nil)
					return tell(err, func() string { return a.Arn + a.UserId + a.Account })
				},
				func(ctx context.Context) (string, error) {
					a, err := their.GetCallerIdentity(ctx, nil)
					return tell(err, func() string { return *a.Arn + *a.UserId + *a.Account })
				},
			},
			{
				"AssumeRole",
				func(ctx context.Context) (string, error) {
					a, err := our.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role, RoleSessionName: name, SourceIdentity: "ann"})
					return tell(err, func() string { return a.AssumedRoleUser.Arn + a.AssumedRoleUser.AssumedRoleId + a.SourceIdentity })
				},
				func(ctx context.Context) (string, error) {
					a, err := their.AssumeRole(ctx, &awssts.AssumeRoleInput{RoleArn: &role, RoleSessionName: text(name), SourceIdentity: text("ann")})
					return tell(err, func() string {
						return *a.AssumedRoleUser.Arn + *a.AssumedRoleUser.AssumedRoleId + *a.SourceIdentity
					})
				},
			},
			{
				"AssumeRole of a role that is not there",
				func(ctx context.Context) (string, error) {
					_, err := our.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role + "2", RoleSessionName: name})
					return "", err
				},
				func(ctx context.Context) (string, error) {
					_, err := their.AssumeRole(ctx, &awssts.AssumeRoleInput{RoleArn: text(role + "2"), RoleSessionName: text(name)})
					return "", err
				},
			},
			{
				"AssumeRole with what is no policy",
				func(ctx context.Context) (string, error) {
					_, err := our.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role, RoleSessionName: name, Policy: "{"})
					return "", err
				},
				func(ctx context.Context) (string, error) {
					_, err := their.AssumeRole(ctx, &awssts.AssumeRoleInput{RoleArn: &role, RoleSessionName: text(name), Policy: text("{")})
					return "", err
				},
			},
			{
				"AssumeRoleWithWebIdentity",
				func(ctx context.Context) (string, error) {
					_, err := our.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{RoleArn: role, RoleSessionName: name, WebIdentityToken: "a.b.c"})
					return "", err
				},
				func(ctx context.Context) (string, error) {
					_, err := their.AssumeRoleWithWebIdentity(ctx, &awssts.AssumeRoleWithWebIdentityInput{RoleArn: &role, RoleSessionName: text(name), WebIdentityToken: text("a.b.c")})
					return "", err
				},
			},
			{
				"AssumeRoleWithSAML",
				func(ctx context.Context) (string, error) {
					_, err := our.AssumeRoleWithSAML(ctx, &sts.AssumeRoleWithSAMLInput{RoleArn: role, PrincipalArn: "arn:aws:iam::123456789012:saml-provider/idp", SAMLAssertion: "PHNhbWwvPg=="})
					return "", err
				},
				func(ctx context.Context) (string, error) {
					_, err := their.AssumeRoleWithSAML(ctx, &awssts.AssumeRoleWithSAMLInput{RoleArn: &role, PrincipalArn: text("arn:aws:iam::123456789012:saml-provider/idp"), SAMLAssertion: text("PHNhbWwvPg==")})
					return "", err
				},
			},
			{
				"GetAccessKeyInfo",
				func(ctx context.Context) (string, error) {
					a, err := our.GetAccessKeyInfo(ctx, &sts.GetAccessKeyInfoInput{AccessKeyId: key})
					return tell(err, func() string { return a.Account })
				},
				func(ctx context.Context) (string, error) {
					a, err := their.GetAccessKeyInfo(ctx, &awssts.GetAccessKeyInfoInput{AccessKeyId: text(key)})
					return tell(err, func() string { return *a.Account })
				},
			},
			{
				"DecodeAuthorizationMessage",
				func(ctx context.Context) (string, error) {
					_, err := our.DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: "x"})
					return "", err
				},
				func(ctx context.Context) (string, error) {
					_, err := their.DecodeAuthorizationMessage(ctx, &awssts.DecodeAuthorizationMessageInput{EncodedMessage: text("x")})
					return "", err
				},
			},
			{
				"GetFederationToken",
				func(ctx context.Context) (string, error) {
					a, err := our.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: "eve"})
					return tell(err, func() string { return a.FederatedUser.Arn + a.FederatedUser.FederatedUserId })
				},
				func(ctx context.Context) (string, error) {
					a, err := their.GetFederationToken(ctx, &awssts.GetFederationTokenInput{Name: text("eve")})
					return tell(err, func() string { return *a.FederatedUser.Arn + *a.FederatedUser.FederatedUserId })
				},
			},
			{
				"GetSessionToken",
				func(ctx context.Context) (string, error) {
					a, err := our.GetSessionToken(ctx, &sts.GetSessionTokenInput{DurationSeconds: 900})
					return tell(err, func() string { return a.Credentials.Expiration.Format("15:04") })
				},
				func(ctx context.Context) (string, error) {
					a, err := their.GetSessionToken(ctx, &awssts.GetSessionTokenInput{DurationSeconds: aws.Int32(900)})
					return tell(err, func() string { return a.Credentials.Expiration.Format("15:04") })
				},
			},
			{
				"GetDelegatedAccessToken",
				func(ctx context.Context) (string, error) {
					_, err := our.GetDelegatedAccessToken(ctx, &sts.GetDelegatedAccessTokenInput{TradeInToken: "t"})
					return "", err
				},
				func(ctx context.Context) (string, error) {
					_, err := their.GetDelegatedAccessToken(ctx, &awssts.GetDelegatedAccessTokenInput{TradeInToken: text("t")})
					return "", err
				},
			},
			{
				"GetWebIdentityToken of a bad algorithm",
				func(ctx context.Context) (string, error) {
					_, err := our.GetWebIdentityToken(ctx, &sts.GetWebIdentityTokenInput{Audience: []string{"a"}, SigningAlgorithm: "HS256"})
					return "", err
				},
				func(ctx context.Context) (string, error) {
					_, err := their.GetWebIdentityToken(ctx, &awssts.GetWebIdentityTokenInput{Audience: []string{"a"}, SigningAlgorithm: text("HS256")})
					return "", err
				},
			},
			{
				"AssumeRoot",
				func(ctx context.Context) (string, error) {
					a := sts.PolicyDescriptor{Arn: "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}
					_, err := our.Call(ctx, "AssumeRoot", &sts.AssumeRootInput{TargetPrincipal: "123456789012", TaskPolicyArn: a})
					return "", err
				},
				func(ctx context.Context) (string, error) {
					a := &types.PolicyDescriptorType{Arn: text("arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials")}
					_, err := their.AssumeRoot(ctx, &awssts.AssumeRootInput{TargetPrincipal: text("123456789012"), TaskPolicyArn: a})
					return "", err
				},
			},
		} {
			got, err := tt.ours(t.Context())
			want, wantErr := tt.their(t.Context())
			if got != want || refusalOf(err) != refusalOf(wantErr) {
				t.Errorf("%s, JSON %v: %q %s\ntheirs: %q %s", tt.name, asked, got, refusalOf(err), want, refusalOf(wantErr))
			}
		}
	}
}

func tell(err error, f func() string) (string, error) {
	if err != nil {
		return "", err
	}
	return f(), nil
}

// refusalOf tells code and message of either SDK's error.
func refusalOf(err error) string {
	if e, ok := errors.AsType[*sts.APIError](err); ok {
		return e.Code + ": " + e.Message
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode() + ": " + e.ErrorMessage()
	}
	if err != nil {
		return err.Error()
	}
	return "granted"
}

// TestTheirClientsSignWithOurProviders: a role assumed and kept by us, used by
// aws-sdk-go-v2.
func TestTheirClientsSignWithOurProviders(t *testing.T) {
	server := daypasstest.New(t)
	ann := server.User("ann")
	role := server.Role("deployer", daypasstest.Trust(server.UserARN("ann")))
	our, err := sts.New(sts.Config{
		Region: server.Region, Endpoint: server.URL, HTTPClient: &http.Client{Transport: http.DefaultTransport},
		Credentials: credentials.Static(ann.AccessKeyID, ann.SecretAccessKey, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := sdkConfig(t, server, ann)
	cfg.Credentials = awscredentials.ToAWS(credentials.NewCache(&sts.RoleProvider{
		Client: our, Input: sts.AssumeRoleInput{RoleArn: role, RoleSessionName: "build-42"},
	}, credentials.CacheOptions{}))
	who, err := awssts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	if err != nil || *who.Arn != "arn:aws:sts::123456789012:assumed-role/deployer/build-42" {
		t.Errorf("GetCallerIdentity = %v, %v", who, err)
	}
}
