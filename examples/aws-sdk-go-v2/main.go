// Command aws-sdk-go-v2 assumes the role in ROLE_ARN with the credentials of
// the environment, and says who it is then.
//
// The SDK's own role profiles look at AWS_ENDPOINT_URL_STS and not at
// AWS_ENDPOINT_URL: set both.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	role := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), os.Getenv("ROLE_ARN"), func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "example-aws-sdk-go-v2"
	})
	cfg.Credentials = aws.NewCredentialsCache(role) // renews them

	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*who.Arn)
}
