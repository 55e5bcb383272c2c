package interop

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/daypass/daypass/daypasstest"
)

// sdkConfig points aws-sdk-go-v2 at the server, as the holder of some keys.
func sdkConfig(t *testing.T, server *daypasstest.Server, keys daypasstest.Credentials) aws.Config {
	t.Helper()
	cfg, err := config.LoadDefaultConfig(t.Context(),
		config.WithBaseEndpoint(server.URL),
		config.WithRegion(server.Region),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken)),
	)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestDeploy: what may the deployer do, and what happens when its hour is over?
func TestDeploy(t *testing.T) {
	server := daypasstest.New(t)
	ann := server.User("ann")
	deployer := server.Role("deployer", daypasstest.Trust(server.UserARN("ann")),
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}}`)

	// The code under test would get cfg: the deployer's credentials, made anew when they end.
	cfg := sdkConfig(t, server, ann)
	role := aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), deployer))
	cfg.Credentials = role

	if _, err := iam.NewFromConfig(cfg).ListUsers(t.Context(), nil); err != nil {
		t.Errorf("the deployer lists users: %v", err)
	}
	if _, err := iam.NewFromConfig(cfg).ListRoles(t.Context(), nil); err == nil {
		t.Error("the deployer may list roles, want AccessDenied")
	}

	server.Advance(2 * time.Hour)
	if _, err := iam.NewFromConfig(cfg).ListUsers(t.Context(), nil); err == nil {
		t.Error("the session is used after two hours, want ExpiredToken")
	}
	role.Invalidate() // as the SDK's own clock will have it after an hour of waiting
	if _, err := iam.NewFromConfig(cfg).ListUsers(t.Context(), nil); err != nil {
		t.Errorf("the deployer lists users with a new session: %v", err)
	}
}
