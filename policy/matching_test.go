package policy_test

import (
	"fmt"
	"strings"
	"testing"
)

// allowStatement writes a statement whose Action and Resource elements are
// given as `"Action": …, "Resource": …` fragments of JSON.
func allowStatement(elements string) string { return v2012(`{"Effect":"Allow",` + elements + `}`) }

func TestActionMatching(t *testing.T) {
	tests := []struct {
		rule, element, ask string
		want               bool
	}{
		{"M1 the same", `"Action":"s3:GetObject"`, "s3:GetObject", true},
		{"M1 letter case of the name", `"Action":"s3:getOBJECT"`, "s3:GetObject", true},
		{"M1 letter case of the vendor", `"Action":"S3:GetObject"`, "s3:getobject", true},
		{"M1 letter case in a pattern", `"Action":"S3:GET*"`, "s3:getObject", true},
		{"M1 another name", `"Action":"s3:GetObject"`, "s3:GetObjectAcl", false},
		{"M1 a longer name in the policy", `"Action":"s3:GetObjectAcl"`, "s3:GetObject", false},
		{"M2 star alone", `"Action":"*"`, "nosuch:Thing", true},
		{"M2 star on both sides", `"Action":"*:*"`, "nosuch:Thing", true},
		{"M2 star as the vendor", `"Action":"*:Get*"`, "s3:GetObject", true},
		{"M2 star as the vendor, other name", `"Action":"*:Get*"`, "s3:PutObject", false},
		{"M2 star at the end", `"Action":"s3:Get*"`, "s3:GetObject", true},
		{"M2 star stands for nothing too", `"Action":"s3:GetObject*"`, "s3:GetObject", true},
		{"M2 star in the middle", `"Action":"s3:*Object"`, "s3:GetObject", true},
		{"M2 star in the middle, other end", `"Action":"s3:*Object"`, "s3:GetObjectAcl", false},
		{"M2 stars around", `"Action":"s3:*bucket*"`, "s3:ListBucketVersions", true},
		{"M2 question mark", `"Action":"s3:?etObject"`, "s3:GetObject", true},
		{"M2 question mark is one character", `"Action":"s3:GetObjec??"`, "s3:GetObject", false},
		{"M2 the vendor is compared on its own", `"Action":"s3:*"`, "s3express:CreateSession", false},
		{"M2 a vendor with a dot", `"Action":"ec2.x:*"`, "ec2.x:Y", true},
		{"M3 NotAction leaves out", `"NotAction":"s3:*"`, "s3:GetObject", false},
		{"M3 NotAction grants everything else", `"NotAction":"s3:*"`, "ec2:RunInstances", true},
		{"M3 each entry leaves out", `"NotAction":["s3:*","ec2:Run*"]`, "ec2:RunInstances", false},
		{"M3 NotAction star applies to nothing", `"NotAction":"*"`, "s3:GetObject", false},
		{"entries are alternatives", `"Action":["iam:*","s3:Put*","s3:GetObject"]`, "s3:GetObject", true},
		{"V1 no variables in actions", `"Action":"s3:${user}"`, "s3:dana", false},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			text := allowStatement(tt.element + `,"Resource":"*"`)
			if got := allows(t, text, tt.ask, "*", "user=dana"); got != tt.want {
				t.Errorf("%s allows %s = %v, want %v", tt.element, tt.ask, got, tt.want)
			}
			// The same among many statements, where an index finds it.
			many := v2012(`{"Effect":"Allow",` + tt.element + `,"Resource":"*"},` + filler(20))
			if got := allows(t, many, tt.ask, "*"); got != tt.want {
				t.Errorf("%s allows %s = %v in a long policy, want %v", tt.element, tt.ask, got, tt.want)
			}
		})
	}
}

// filler is n statements about things that no test asks for.
func filler(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"Effect":"Allow","Action":["sqs:Send%d","sns:*","s3:Zap%d*"],"Resource":"arn:aws:sqs:::q%d"}`, i, i, i))
	}
	return strings.Join(list, ",")
}

func TestResourceMatching(t *testing.T) {
	tests := []struct {
		rule, element, ask string
		want               bool
	}{
		{"M4 the same", `"Resource":"arn:aws:s3:::b/k"`, "arn:aws:s3:::b/k", true},
		{"M4 star does not cross into the rest", `"Resource":"arn:aws:sqs:*:queue"`, "arn:aws:sqs:eu-west-1:111122223333:queue", false},
		{"M4 star in the service does not reach the region", `"Resource":"arn:aws:s*:x:y:b"`, "arn:aws:s3:a:x:y:b", false},
		{"M4 region wildcard", `"Resource":"arn:aws:sqs:eu-*:111122223333:q"`, "arn:aws:sqs:eu-west-1:111122223333:q", true},
		{"M4 region wildcard, other region", `"Resource":"arn:aws:sqs:eu-*:111122223333:q"`, "arn:aws:sqs:us-east-1:111122223333:q", false},
		{"M4 region question mark", `"Resource":"arn:aws:sqs:eu-west-?:111122223333:q"`, "arn:aws:sqs:eu-west-1:111122223333:q", true},
		{"M4 account wildcard", `"Resource":"arn:aws:sqs:eu-west-1:*:q"`, "arn:aws:sqs:eu-west-1:111122223333:q", true},
		{"M4 account wildcard is one part", `"Resource":"arn:aws:sqs:*:q"`, "arn:aws:sqs:eu-west-1:q:q", false},
		{"M4 an empty part matches a star", `"Resource":"arn:aws:sqs:*:*:q"`, "arn:aws:sqs:::q", true},
		{"M4 empty is not anything", `"Resource":"arn:aws:sqs:::q"`, "arn:aws:sqs:eu-west-1:111122223333:q", false},
		{"M4 partition wildcard", `"Resource":"arn:*:s3:::b"`, "arn:aws-cn:s3:::b", true},
		{"M4 other partition", `"Resource":"arn:aws:s3:::b"`, "arn:aws-cn:s3:::b", false},
		{"M5 doubled slash", `"Resource":"arn:aws:s3:::b/*/test/*"`, "arn:aws:s3:::b//test/x", true},
		{"M5 several levels", `"Resource":"arn:aws:s3:::b/*/test/*"`, "arn:aws:s3:::b/1/2/test/3/x", true},
		{"M5 nothing at the end", `"Resource":"arn:aws:s3:::b/*/test/*"`, "arn:aws:s3:::b/1/test/", true},
		{"M5 no level in between", `"Resource":"arn:aws:s3:::b/*/test/*"`, "arn:aws:s3:::b/test/x", false},
		{"M5 not a level", `"Resource":"arn:aws:s3:::b/*/test/*"`, "arn:aws:s3:::b/1-test/x", false},
		{"M5 the bucket is not in it", `"Resource":"arn:aws:s3:::b/*"`, "arn:aws:s3:::b", false},
		{"M5 b* and b", `"Resource":"arn:aws:s3:::b*"`, "arn:aws:s3:::b", true},
		{"M5 b* and b/x", `"Resource":"arn:aws:s3:::b*"`, "arn:aws:s3:::b/x", true},
		{"M5 b* and b2/x", `"Resource":"arn:aws:s3:::b*"`, "arn:aws:s3:::b2/x", true},
		{"M5 star crosses colons of the rest", `"Resource":"arn:aws:logs:*:*:log-group:*"`, "arn:aws:logs:eu-west-1:111122223333:log-group:a:log-stream:b", true},
		{"M5 question mark is one character, not one byte", `"Resource":"arn:aws:s3:::b/?"`, "arn:aws:s3:::b/日", true},
		{"M5 two question marks are two characters", `"Resource":"arn:aws:s3:::b/*??"`, "arn:aws:s3:::b/日", false},
		{"M6 case of the rest", `"Resource":"arn:aws:s3:::b/K"`, "arn:aws:s3:::b/k", false},
		{"M6 case of the service", `"Resource":"arn:aws:S3:::b/k"`, "arn:aws:s3:::b/k", true},
		{"M6 case of the region", `"Resource":"arn:aws:sqs:EU-WEST-1:111122223333:q"`, "arn:aws:sqs:eu-west-1:111122223333:q", true},
		{"M6 case of a region with wildcards", `"Resource":"arn:aws:sqs:EU-*:111122223333:q"`, "arn:aws:sqs:eu-west-1:111122223333:q", true},
		{"M7 paths are part of the rest", `"Resource":"arn:aws:iam::111122223333:user/dana"`, "arn:aws:iam::111122223333:user/ops/dana", false},
		{"M7 a star covers paths", `"Resource":"arn:aws:iam::111122223333:user/*"`, "arn:aws:iam::111122223333:user/ops/dana", true},
		{"M8 NotResource leaves out", `"NotResource":"arn:aws:s3:::b/*"`, "arn:aws:s3:::b/k", false},
		{"M8 NotResource applies elsewhere", `"NotResource":"arn:aws:s3:::b/*"`, "arn:aws:s3:::c/k", true},
		{"M8 NotResource star applies nowhere", `"NotResource":"*"`, "arn:aws:s3:::c/k", false},
		{"M8 each entry leaves out", `"NotResource":["arn:aws:s3:::a","arn:aws:s3:::c/*"]`, "arn:aws:s3:::c/k", false},
		{"M9 no resource needs the star", `"Resource":"*"`, "*", true},
		{"M9 an ARN of all buckets is no star", `"Resource":"arn:aws:s3:::*"`, "*", false},
		{"M9 an ARN of wildcards is no star", `"Resource":"arn:*:*:*:*:*"`, "*", false},
		{"M10 padded", `"Resource":"arn:aws:sqs:*"`, "arn:aws:sqs:eu-west-1:111122223333:q", true},
		{"M10 padded in the service", `"Resource":"arn:aws:sq*"`, "arn:aws:sqs:eu-west-1:111122223333:q", true},
		{"M10 padded after the account", `"Resource":"arn:aws:sqs:eu-west-1:1111*"`, "arn:aws:sqs:eu-west-1:111122223333:q", true},
		{"M10 padded, other service", `"Resource":"arn:aws:sqs:*"`, "arn:aws:sns:eu-west-1:111122223333:q", false},
		{"M10 short without a star matches nothing", `"Resource":"arn:aws:sqs"`, "arn:aws:sqs:eu-west-1:111122223333:q", false},
		{"entries are alternatives", `"Resource":["arn:aws:s3:::a","arn:aws:s3:::b"]`, "arn:aws:s3:::b", true},
		{"a null in the list is nothing", `"Resource":["arn:aws:s3:::a",null]`, "arn:aws:s3:::b", false},
		{"a resource that is no ARN", `"Resource":"arn:aws:s3:::b"`, "b", false},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			if got := allows(t, allowStatement(`"Action":"*",`+tt.element), "x:Y", tt.ask); got != tt.want {
				t.Errorf("%s covers %s = %v, want %v", tt.element, tt.ask, got, tt.want)
			}
		})
	}
}

func TestVariables(t *testing.T) {
	const home = `"Resource":"arn:aws:s3:::home/${aws:username}/*"`
	tests := []struct {
		rule, element, ask string
		context            []string
		want               bool
	}{
		{"V1 replaced", home, "arn:aws:s3:::home/dana/x", []string{"aws:username=dana"}, true},
		{"V1 another value", home, "arn:aws:s3:::home/eli/x", []string{"aws:username=dana"}, false},
		{"V1 key names ignore case", home, "arn:aws:s3:::home/dana/x", []string{"AWS:UserName=dana"}, true},
		{"V1 values keep their case", home, "arn:aws:s3:::home/Dana/x", []string{"aws:username=dana"}, false},
		{"V1 not before the fifth colon", `"Resource":"arn:aws:sqs:${r}:111122223333:q"`, "arn:aws:sqs:eu:111122223333:q", []string{"r=eu"}, false},
		{"V1 in NotResource", `"NotResource":"arn:aws:s3:::home/${aws:username}/*"`, "arn:aws:s3:::home/dana/x", []string{"aws:username=dana"}, false},
		{"V1 in NotResource, elsewhere", `"NotResource":"arn:aws:s3:::home/${aws:username}/*"`, "arn:aws:s3:::home/eli/x", []string{"aws:username=dana"}, true},
		{"V1 a tag as the key", `"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team}"`, "arn:aws:s3:::b/red", []string{"aws:principaltag/Team=red"}, true},
		{"V1 two in one", `"Resource":"arn:aws:s3:::${a}-${b}"`, "arn:aws:s3:::x-y", []string{"a=x", "b=y"}, true},
		{"V1 side by side", `"Resource":"arn:aws:s3:::${a}${b}z"`, "arn:aws:s3:::xyz", []string{"a=x", "b=y"}, true},
		{"V3 absent: the entry matches nothing", home, "arn:aws:s3:::home//x", nil, false},
		{"V3 absent: nor its own text", home, "arn:aws:s3:::home/${aws:username}/x", nil, false},
		{"V3 absent: other entries count", `"Resource":["arn:aws:s3:::home/${aws:username}/*","arn:aws:s3:::home/shared"]`, "arn:aws:s3:::home/shared", nil, true},
		{"V3 V7 multi-valued: no value", home, "arn:aws:s3:::home/dana/x", []string{"aws:username=[dana]"}, false},
		{"V4 default", `"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team, 'none'}"`, "arn:aws:s3:::b/none", nil, true},
		{"V4 default of a multi-valued key", `"Resource":"arn:aws:s3:::b/${t, 'none'}"`, "arn:aws:s3:::b/none", []string{"t=[x]"}, true},
		{"V4 default not needed", `"Resource":"arn:aws:s3:::b/${t, 'none'}"`, "arn:aws:s3:::b/none", []string{"t=red"}, false},
		{"V4 default not needed, value", `"Resource":"arn:aws:s3:::b/${t, 'none'}"`, "arn:aws:s3:::b/red", []string{"t=red"}, true},
		{"V4 empty default", `"Resource":"arn:aws:s3:::b/${t, ''}x"`, "arn:aws:s3:::b/x", nil, true},
		{"V4 default is literal", `"Resource":"arn:aws:s3:::b/${t, '*'}"`, "arn:aws:s3:::b/x", nil, false},
		{"V5 a literal star", `"Resource":"arn:aws:s3:::b/${*}"`, "arn:aws:s3:::b/*", nil, true},
		{"V5 a literal star is no wildcard", `"Resource":"arn:aws:s3:::b/${*}"`, "arn:aws:s3:::b/x", nil, false},
		{"V5 a literal question mark", `"Resource":"arn:aws:s3:::b/${?}*"`, "arn:aws:s3:::b/?x", nil, true},
		{"V5 a literal question mark is no wildcard", `"Resource":"arn:aws:s3:::b/${?}*"`, "arn:aws:s3:::b/yx", nil, false},
		{"V5 a literal dollar", `"Resource":"arn:aws:s3:::b/${$}{a}"`, "arn:aws:s3:::b/${a}", nil, true},
		{"V6 a star in a value is no wildcard", home, "arn:aws:s3:::home/dana/x", []string{"aws:username=*"}, false},
		{"V6 a star in a value matches a star", home, "arn:aws:s3:::home/*/x", []string{"aws:username=*"}, true},
		{"V6 a question mark in a value is no wildcard", home, "arn:aws:s3:::home/d/x", []string{"aws:username=?"}, false},
		{"V6 a variable in a value is text", `"Resource":"arn:aws:s3:::b/${a}"`, "arn:aws:s3:::b/secret", []string{"a=${b}", "b=secret"}, false},
		{"V6 a value does not join with what is around it", `"Resource":"arn:aws:s3:::b/$${a}"`, "arn:aws:s3:::b/secret", []string{"a={b}", "b=secret"}, false},
		{"an open brace is text", `"Resource":"arn:aws:s3:::b/${a"`, "arn:aws:s3:::b/${a", nil, true},
		{"an empty variable has no value", `"Resource":"arn:aws:s3:::b/${}"`, "arn:aws:s3:::b/", nil, false},
		{"NotResource without value: an Allow does not apply (section 14)", `"NotResource":"arn:aws:s3:::b/${a}"`, "arn:aws:s3:::c", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			if got := allows(t, allowStatement(`"Action":"*",`+tt.element), "x:Y", tt.ask, tt.context...); got != tt.want {
				t.Errorf("%s with %v covers %s = %v, want %v", tt.element, tt.context, tt.ask, got, tt.want)
			}
		})
	}
}

// V2 and trap 12: the older version, which an absent Version means, has no
// variables; stars are wildcards all the same.
func TestVariablesNeedTheNewerVersion(t *testing.T) {
	for _, version := range []string{"", `"Version":"2008-10-17",`} {
		text := `{` + version + `"Statement":{"Effect":"Allow","Action":"*","Resource":["arn:aws:s3:::b/${aws:username}","arn:aws:s3:::c/${*}"]}}`
		for ask, want := range map[string]bool{
			"arn:aws:s3:::b/dana":             false,
			"arn:aws:s3:::b/${aws:username}":  true,
			"arn:aws:s3:::c/${*}":             true,
			"arn:aws:s3:::c/${anything else}": true,
		} {
			if got := allows(t, text, "x:Y", ask, "aws:username=dana"); got != want {
				t.Errorf("version %q: covers %s = %v, want %v", version, ask, got, want)
			}
		}
	}
}

// Section 14: a Deny with NotResource applies when a variable has no value.
func TestNotResourceWithoutValueDenies(t *testing.T) {
	text := v2012(`{"Effect":"Allow","Action":"*","Resource":"*"},
		{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::b/${a}"}`)
	if allows(t, text, "x:Y", "arn:aws:s3:::c") {
		t.Error("allowed, want the Deny to apply")
	}
}
