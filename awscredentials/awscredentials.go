// Package awscredentials lets Daypass's credentials providers and those of
// aws-sdk-go-v2 stand in for each other:
//
//	cfg.Credentials = awscredentials.ToAWS(provider)    // an aws.CredentialsProvider
//	provider := awscredentials.FromAWS(cfg.Credentials) // a credentials.Provider
//
// It is a package apart, so that a program with Daypass's SDK alone has nothing of
// AWS's in it.
package awscredentials

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/daypass/daypass/credentials"
)

// ToAWS returns a provider for aws-sdk-go-v2. Its clients put no cache before it
// when it is set in aws.Config: give it a [credentials.Cache].
func ToAWS(p credentials.Provider) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		c, err := p.Retrieve(ctx)
		if err != nil {
			return aws.Credentials{}, err
		}
		return aws.Credentials{
			AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken,
			Source: c.Source, CanExpire: !c.Expires.IsZero(), Expires: c.Expires, AccountID: c.Account,
		}, nil
	})
}

// FromAWS returns a provider of the credentials of one of aws-sdk-go-v2's.
func FromAWS(p aws.CredentialsProvider) credentials.Provider {
	return credentials.ProviderFunc(func(ctx context.Context) (credentials.Credentials, error) {
		c, err := p.Retrieve(ctx)
		if err != nil {
			return credentials.Credentials{}, err
		}
		out := credentials.Credentials{
			AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken, Source: c.Source, Account: c.AccountID,
		}
		if c.CanExpire {
			out.Expires = c.Expires
		}
		return out, nil
	})
}
