// Command go assumes the role in ROLE_ARN with the credentials of the
// environment or the shared files, and says who it is then.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/sts"
)

func main() {
	if err := run(context.Background(), os.Getenv("ROLE_ARN")); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, role string) error {
	cfg, err := sts.Load(sts.LoadOptions{}) // the environment and ~/.aws, as every AWS tool reads them
	if err != nil {
		return err
	}
	me, err := sts.New(cfg)
	if err != nil {
		return err
	}
	cfg.Credentials = credentials.NewCache(&sts.RoleProvider{ // which renews them
		Client: me,
		Input:  sts.AssumeRoleInput{RoleArn: role, RoleSessionName: "example-go"},
	}, credentials.CacheOptions{})

	asRole, err := sts.New(cfg)
	if err != nil {
		return err
	}
	who, err := asRole.GetCallerIdentity(ctx, nil)
	if err != nil {
		return err
	}
	fmt.Println(who.Arn)
	return nil
}
