package credentials

import (
	"cmp"
	"context"
	"fmt"
	"os"
)

// Environment returns a provider that reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
// AWS_SESSION_TOKEN and AWS_ACCOUNT_ID at each use. Where neither key variable is
// set it has nothing; where one is, the other must be.
func Environment() Provider { return EnvironmentOf(os.Getenv) }

// EnvironmentOf is [Environment] of another environment than the process's.
func EnvironmentOf(getenv func(string) string) Provider { return environment{getenv} }

type environment struct{ get func(string) string }

func (e environment) Retrieve(context.Context) (Credentials, error) {
	c := Credentials{
		AccessKeyID:     cmp.Or(e.get("AWS_ACCESS_KEY_ID"), e.get("AWS_ACCESS_KEY")),
		SecretAccessKey: cmp.Or(e.get("AWS_SECRET_ACCESS_KEY"), e.get("AWS_SECRET_KEY")),
		SessionToken:    e.get("AWS_SESSION_TOKEN"), Account: e.get("AWS_ACCOUNT_ID"), Source: "environment",
	}
	if c.AccessKeyID == "" && c.SecretAccessKey == "" {
		return Credentials{}, notFound("AWS_ACCESS_KEY_ID is not set")
	}
	if err := c.check(); err != nil {
		return Credentials{}, fmt.Errorf("environment: %w", err)
	}
	return c, nil
}
