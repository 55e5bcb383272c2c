package arn_test

import (
	"fmt"

	"github.com/daypass/daypass/arn"
)

func ExampleParse() {
	a, err := arn.Parse("arn:aws:sts::111122223333:assumed-role/Deployer/build-42")
	if err != nil {
		fmt.Println(err)
		return
	}
	role, session, _ := a.SessionRole()
	fmt.Println(a.Account, role, session)
	// Output: 111122223333 Deployer build-42
}
