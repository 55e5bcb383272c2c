// Package arn reads and writes Amazon Resource Names, the names by which
// policies, callers and resources are addressed:
//
//	arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE
//	arn:aws:iam::111122223333:role/ops/Deployer
//	arn:aws:sts::111122223333:assumed-role/Deployer/build-42
//	arn:aws:s3:::bucket/a/key:with:colons
//
// The first five colons cut the text; the resource keeps all that follow, and
// its slashes. Region and account are empty where a service has none.
//
// An [ARN] is a comparable value: == compares all five parts, letter case
// included, as policies do for the resource part. The zero ARN names nothing,
// prints as "" and is never returned by a successful [Parse].
//
// The package knows the shapes of IAM and STS names and no others. It does not
// say whether a thing of that name exists, and it does not match wildcards.
package arn

import (
	"fmt"
	"strings"
)

// ARN is an Amazon Resource Name, cut at its first five colons.
type ARN struct {
	Partition string // "aws", "aws-cn", …
	Service   string // "iam", "sts", "s3", …
	Region    string // empty for global services
	Account   string // 12 digits; "aws" for AWS-managed policies; may be empty
	Resource  string // "user/ops/dana"; keeps its own colons and slashes
}

// MaxLength bounds what [Parse] looks at; the longest ARN that an API takes has
// 2,048 characters.
const MaxLength = 2048

// Parse reads an ARN. It must have five colons and the scheme "arn", and
// partition, service and resource must not be empty: what STS refuses with
// "{RoleArn} is invalid" is refused here, and nothing else. So
// "arn:a:b:::something/test-role" is an ARN, "arn:a:::something/test-role" is not.
func Parse(s string) (ARN, error) {
	if len(s) > 4*MaxLength {
		return ARN{}, fmt.Errorf("parsing ARN: longer than %d characters", MaxLength)
	}
	rest, ok := strings.CutPrefix(s, "arn:")
	if !ok {
		return ARN{}, fmt.Errorf("parsing ARN %q: no scheme arn", s)
	}
	var a ARN
	for _, part := range []*string{&a.Partition, &a.Service, &a.Region, &a.Account} {
		if *part, rest, ok = strings.Cut(rest, ":"); !ok {
			return ARN{}, fmt.Errorf("parsing ARN %q: fewer than six parts", s)
		}
	}
	a.Resource = rest
	switch {
	case a.Partition == "":
		return ARN{}, fmt.Errorf("parsing ARN %q: no partition", s)
	case a.Service == "":
		return ARN{}, fmt.Errorf("parsing ARN %q: no service", s)
	case a.Resource == "":
		return ARN{}, fmt.Errorf("parsing ARN %q: no resource", s)
	}
	return a, nil
}

// MustParse is Parse for tests and constants: it panics where Parse fails.
func MustParse(s string) ARN {
	a, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return a
}

// String writes the ARN as Parse reads it; the zero ARN gives "".
func (a ARN) String() string {
	if a == (ARN{}) {
		return ""
	}
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// IsZero reports whether a is the zero ARN, which names nothing.
func (a ARN) IsZero() bool { return a == ARN{} }
