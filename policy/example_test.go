package policy_test

import (
	"fmt"

	"github.com/daypass/daypass/policy"
)

func ExampleEvaluate() {
	p, err := policy.Parse(policy.Managed, `{
		"Version": "2012-10-17",
		"Statement": [
			{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*"},
			{"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*",
			 "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
		]}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	set := &policy.Set{Identity: []policy.Attached{{Policy: p, ARN: "arn:aws:iam::111122223333:policy/Home"}}}
	var facts policy.Context
	facts.Set("aws:username", "dana")
	for _, action := range []string{"s3:GetObject", "s3:DeleteObject", "s3express:CreateSession"} {
		d := policy.Evaluate(set, &policy.Request{
			Action: action, Resource: "arn:aws:s3:::home/dana/notes.txt", Context: &facts,
			Principal: policy.Principal{Type: policy.User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/dana"},
		})
		fmt.Printf("%v: %q\n", d.Verdict, d.Reason(action))
	}
	// Output:
	// allowed: ""
	// explicitDeny: "with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/Home"
	// implicitDeny: "because no identity-based policy allows the s3express:CreateSession action"
}

func ExampleParse() {
	_, err := policy.Parse(policy.Inline, `{"Statement": {"Effect": "Allow", "Action": "GetObject", "Resource": "*"}}`)
	fmt.Println(err)
	// Output: Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. (line 1, column 45, Statement.Action)
}

func ExamplePolicy_RewritePrincipals() {
	p, err := policy.Parse(policy.Trust, `{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
  "Principal": {"AWS": "arn:aws:iam::111122223333:user/dana"}}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	stored, err := p.RewritePrincipals(func(kind, value string) (string, error) {
		if kind == "AWS" && value == "arn:aws:iam::111122223333:user/dana" {
			return "AIDARTX3GSDSQEXAMPLE1", nil
		}
		return "", policy.InvalidPrincipal(kind, value)
	})
	fmt.Println(stored, err)
	// Output:
	// {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
	//   "Principal": {"AWS": "AIDARTX3GSDSQEXAMPLE1"}}} <nil>
}
