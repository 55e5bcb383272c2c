// Command ours prints the identity of the caller with package sts.
package main

import (
	"context"
	"fmt"

	"github.com/daypass/daypass/sts"
)

func main() {
	cfg, err := sts.Load(sts.LoadOptions{})
	if err != nil {
		panic(err)
	}
	c, err := sts.New(cfg)
	if err != nil {
		panic(err)
	}
	who, err := c.GetCallerIdentity(context.Background(), nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(who.Arn)
}
