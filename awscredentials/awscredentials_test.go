package awscredentials

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/daypass/daypass/credentials"
)

func TestThereAndBack(t *testing.T) {
	for _, want := range []credentials.Credentials{
		{AccessKeyID: "AKIA", SecretAccessKey: "s", Source: "static"},
		{AccessKeyID: "ASIA", SecretAccessKey: "s", SessionToken: "t", Expires: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), Account: "123456789012", Source: "AssumeRole"},
	} {
		there := ToAWS(credentials.Fixed(want))
		if c, err := there.Retrieve(t.Context()); err != nil || !c.HasKeys() || c.CanExpire == want.Expires.IsZero() {
			t.Errorf("ToAWS(%v) = expires %v, %v", want, c.CanExpire, err)
		}
		if got, err := FromAWS(there).Retrieve(t.Context()); err != nil || got != want {
			t.Errorf("there and back: %v, %v, want %v", got, err, want)
		}
	}
}

func TestErrorsPass(t *testing.T) {
	refusal := errors.New("refused")
	p := FromAWS(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, refusal }))
	if _, err := ToAWS(p).Retrieve(t.Context()); !errors.Is(err, refusal) {
		t.Errorf("Retrieve = %v, want %v", err, refusal)
	}
}

func TestTheirTimeCountsOnlyWhenItExpires(t *testing.T) {
	p := FromAWS(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "s", Expires: time.Unix(1, 0)}, nil
	}))
	if c, err := p.Retrieve(t.Context()); err != nil || c.Expired(time.Now()) {
		t.Errorf("expired: %v, %v", c.Expired(time.Now()), err)
	}
}
