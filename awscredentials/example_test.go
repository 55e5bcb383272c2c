package awscredentials_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/daypass/daypass/awscredentials"
	"github.com/daypass/daypass/credentials"
)

// Clients of aws-sdk-go-v2 sign with what Daypass's SDK finds.
func ExampleToAWS() {
	p := credentials.NewCache(credentials.Static("AKIARZPUZDIKEXAMPLE0", "…", ""), credentials.CacheOptions{}) // or Credentials of sts.Load
	cfg := aws.Config{Region: "eu-west-1", Credentials: awscredentials.ToAWS(p)}
	c, err := cfg.Credentials.Retrieve(context.Background())
	fmt.Println(c.AccessKeyID, c.Source, err)
	// Output: AKIARZPUZDIKEXAMPLE0 static <nil>
}

// Daypass's client signs with what config.LoadDefaultConfig of aws-sdk-go-v2 found.
func ExampleFromAWS() {
	found := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKIARZPUZDIKEXAMPLE0", SecretAccessKey: "…", Source: "SharedConfigCredentials"}, nil
	})
	p := awscredentials.FromAWS(found) // for Credentials of sts.Config
	c, err := p.Retrieve(context.Background())
	fmt.Println(c, c.Source, err)
	// Output: AKIARZPUZDIKEXAMPLE0 SharedConfigCredentials <nil>
}
