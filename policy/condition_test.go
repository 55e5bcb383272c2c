package policy_test

import (
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

// holds asks whether a Condition element holds in a context. Each answer is
// had twice: from an Allow, and from a Deny of everything else allowed.
func holds(t *testing.T, condition string, entries ...string) bool {
	t.Helper()
	allow := allows(t, v2012(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":`+condition+`}`), "x:Y", "*", entries...)
	deny := allows(t, v2012(`{"Effect":"Allow","Action":"*","Resource":"*"},
		{"Effect":"Deny","Action":"*","Resource":"*","Condition":`+condition+`}`), "x:Y", "*", entries...)
	if allow == deny {
		t.Errorf("%s holds for Allow: %v, for Deny: %v", condition, allow, !deny)
	}
	return allow
}

func TestConditionOperators(t *testing.T) {
	tests := []struct {
		rule, condition, context string
		want                     bool
	}{
		{"C1 StringEquals", `{"StringEquals":{"k":"v"}}`, "k=v", true},
		{"C1 StringEquals, case", `{"StringEquals":{"k":"v"}}`, "k=V", false},
		{"C1 StringEquals, a star is a star", `{"StringEquals":{"k":"v*"}}`, "k=vx", false},
		{"C1 StringEquals, a star matches itself", `{"StringEquals":{"k":"v*"}}`, "k=v*", true},
		{"C1 StringEquals, a question mark is one", `{"StringEquals":{"k":"v?"}}`, "k=vx", false},
		{"C1 StringEquals, values are alternatives", `{"StringEquals":{"k":["u","v"]}}`, "k=v", true},
		{"C1 StringEquals, empty text", `{"StringEquals":{"k":""}}`, "k=", true},
		{"C1 StringEquals, no values", `{"StringEquals":{"k":[]}}`, "k=v", false},
		{"C1 StringNotEquals", `{"StringNotEquals":{"k":"v"}}`, "k=w", true},
		{"C1 StringNotEquals, equal", `{"StringNotEquals":{"k":"v"}}`, "k=v", false},
		{"C11 StringNotEquals, none of the values", `{"StringNotEquals":{"k":["v","w"]}}`, "k=w", false},
		{"C1 StringNotEquals, no values", `{"StringNotEquals":{"k":[]}}`, "k=v", true},
		{"C1 IgnoreCase", `{"StringEqualsIgnoreCase":{"k":"Value"}}`, "k=vALUE", true},
		{"C1 IgnoreCase, other letters", `{"StringEqualsIgnoreCase":{"k":"Größe"}}`, "k=GRÖßE", true},
		{"C1 IgnoreCase, a look-alike is another letter", `{"StringEqualsIgnoreCase":{"k":"kelvin"}}`, "k=\u212aelvin", false},
		{"C1 IgnoreCase, long s is another letter", `{"StringEqualsIgnoreCase":{"k":"s"}}`, "k=\u017f", false},
		{"C1 IgnoreCase, a star is a star", `{"StringEqualsIgnoreCase":{"k":"v*"}}`, "k=vx", false},
		{"C1 IgnoreCase, longer", `{"StringEqualsIgnoreCase":{"k":"v"}}`, "k=vx", false},
		{"C1 NotIgnoreCase", `{"StringNotEqualsIgnoreCase":{"k":"v"}}`, "k=V", false},
		{"C1 StringLike", `{"StringLike":{"k":"a*z"}}`, "k=abcz", true},
		{"C1 StringLike, whole string", `{"StringLike":{"k":"a*y"}}`, "k=abcyz", false},
		{"C1 StringLike, case", `{"StringLike":{"k":"A*"}}`, "k=abc", false},
		{"C1 StringLike, a star matches nothing", `{"StringLike":{"k":"*"}}`, "k=", true},
		{"C1 StringLike, question mark", `{"StringLike":{"k":"a?c"}}`, "k=abc", true},
		{"C1 StringLike, no other metacharacters", `{"StringLike":{"k":"a[b]c"}}`, "k=abc", false},
		{"C1 StringLike, a dot is a dot", `{"StringLike":{"k":"a.c"}}`, "k=abc", false},
		{"C1 StringLike, a backslash is one", `{"StringLike":{"k":"a\\*"}}`, `k=a\bc`, true},
		{"C1 StringLike crosses colons and slashes", `{"StringLike":{"k":"a*z"}}`, "k=a:b/c:z", true},
		{"C1 StringNotLike", `{"StringNotLike":{"k":"a*"}}`, "k=abc", false},
		{"C1 StringNotLike, other", `{"StringNotLike":{"k":"a*"}}`, "k=bcd", true},

		{"C2 10 is 10.0", `{"NumericEquals":{"k":"10"}}`, "k=10.0", true},
		{"C2 a JSON number", `{"NumericEquals":{"k":5.50}}`, "k=5.5", true},
		{"C2 an exponent", `{"NumericEquals":{"k":1e3}}`, "k=1000", true},
		{"C2 9 is less than 10", `{"NumericLessThan":{"k":"10"}}`, "k=9", true},
		{"C2 as numbers, not as text", `{"NumericLessThan":{"k":"9"}}`, "k=10", false},
		{"C2 negative", `{"NumericLessThan":{"k":"-1"}}`, "k=-2", true},
		{"C2 no rounding", `{"NumericEquals":{"k":"0.3"}}`, "k=0.30000000000000004", false},
		{"C2 long numbers", `{"NumericGreaterThan":{"k":"123456789012345678901234567890"}}`, "k=123456789012345678901234567891", true},
		{"C2 less or equal", `{"NumericLessThanEquals":{"k":"3600"}}`, "k=3600", true},
		{"C2 less, equal", `{"NumericLessThan":{"k":"3600"}}`, "k=3600", false},
		{"C2 greater or equal", `{"NumericGreaterThanEquals":{"k":"3600"}}`, "k=3600", true},
		{"C2 greater, equal", `{"NumericGreaterThan":{"k":"3600"}}`, "k=3600", false},
		{"C2 not equal", `{"NumericNotEquals":{"k":"1"}}`, "k=1.0", false},
		{"C2 not equal, other", `{"NumericNotEquals":{"k":"1"}}`, "k=2", true},
		{"C2 no number", `{"NumericEquals":{"k":"ten"}}`, "k=ten", false},
		{"C2 no number in the request", `{"NumericLessThan":{"k":"10"}}`, "k=", false},
		{"C2 values are alternatives, bad ones aside", `{"NumericEquals":{"k":["x","2"]}}`, "k=2", true},
		{"C2 no number under negation", `{"NumericNotEquals":{"k":"1"}}`, "k=one", true},
		{"C2 no variables", `{"NumericEquals":{"k":"${n}"}}`, "k=1;n=1", false},

		{"C3 before", `{"DateLessThan":{"k":"2030-01-01T00:00:00Z"}}`, "k=2029-12-31T23:59:59Z", true},
		{"C3 not before", `{"DateLessThan":{"k":"2030-01-01T00:00:00Z"}}`, "k=2030-01-01T00:00:00Z", false},
		{"C3 before or at", `{"DateLessThanEquals":{"k":"2030-01-01T00:00:00Z"}}`, "k=2030-01-01T00:00:00Z", true},
		{"C3 after", `{"DateGreaterThan":{"k":"2030-01-01"}}`, "k=2030-01-01T00:00:01Z", true},
		{"C3 after or at", `{"DateGreaterThanEquals":{"k":"2030-01-01"}}`, "k=2030-01-01T00:00:00Z", true},
		{"C3 a day is its midnight", `{"DateEquals":{"k":"2030-01-01"}}`, "k=2030-01-01T00:00:00Z", true},
		{"C3 offsets are instants", `{"DateEquals":{"k":"2030-01-01T02:00:00+02:00"}}`, "k=2030-01-01T00:00:00Z", true},
		{"C3 negative offsets", `{"DateEquals":{"k":"2029-12-31T19:00:00-05:00"}}`, "k=2030-01-01T00:00:00Z", true},
		{"C3 fractions", `{"DateLessThan":{"k":"2030-01-01T00:00:00.5Z"}}`, "k=2030-01-01T00:00:00.25Z", true},
		{"C3 epoch against ISO", `{"DateEquals":{"k":"1893456000"}}`, "k=2030-01-01T00:00:00Z", true},
		{"C3 ISO against epoch", `{"DateEquals":{"k":"2030-01-01T00:00:00Z"}}`, "k=1893456000", true},
		{"C3 epoch as a JSON number", `{"DateGreaterThan":{"k":1893456000}}`, "k=1893456001", true},
		{"C3 not equal", `{"DateNotEquals":{"k":"2030-01-01"}}`, "k=2030-01-01T00:00:00Z", false},
		{"C3 no date in the request", `{"DateLessThan":{"k":"2030-01-01"}}`, "k=soon", false},
		{"C3 a day that does not exist", `{"DateGreaterThan":{"k":"2023-02-29"}}`, "k=2030-01-01", false},
		{"C3 a leap day", `{"DateEquals":{"k":"2024-02-29"}}`, "k=2024-02-29T00:00:00Z", true},

		{"C4 true", `{"Bool":{"k":"true"}}`, "k=true", true},
		{"C4 a JSON boolean", `{"Bool":{"k":true}}`, "k=true", true},
		{"C4 letter case", `{"Bool":{"k":"TRUE"}}`, "k=True", true},
		{"C4 false", `{"Bool":{"k":"false"}}`, "k=false", true},
		{"C4 not the same", `{"Bool":{"k":"false"}}`, "k=true", false},
		{"C4 trap 2: only the two words", `{"Bool":{"k":"true"}}`, "k=1", false},
		{"C4 trap 2: in the policy too", `{"Bool":{"k":"1"}}`, "k=1", false},
		{"C4 no variables (section 14)", `{"Bool":{"k":"${b}"}}`, "k=true;b=true", false},

		{"C5 the same text", `{"BinaryEquals":{"k":"QmluYXJ5"}}`, "k=QmluYXJ5", true},
		{"C5 other text", `{"BinaryEquals":{"k":"QmluYXJ5"}}`, "k=qmluyxj5", false},

		{"C6 inside", `{"IpAddress":{"k":"203.0.113.0/24"}}`, "k=203.0.113.7", true},
		{"C6 outside", `{"IpAddress":{"k":"203.0.113.0/24"}}`, "k=203.0.114.7", false},
		{"C6 one address", `{"IpAddress":{"k":"203.0.113.7"}}`, "k=203.0.113.7", true},
		{"C6 one address, other", `{"IpAddress":{"k":"203.0.113.7"}}`, "k=203.0.113.8", false},
		{"C6 everything", `{"IpAddress":{"k":"0.0.0.0/0"}}`, "k=203.0.113.8", true},
		{"C6 IPv6", `{"IpAddress":{"k":"2001:db8::/32"}}`, "k=2001:db8:1::1", true},
		{"C6 trap 3: IPv6 is not text", `{"IpAddress":{"k":"2001:DB8:0:0::1"}}`, "k=2001:db8::1", true},
		{"C6 families never match", `{"IpAddress":{"k":"::/0"}}`, "k=203.0.113.8", false},
		{"C6 families never match, mapped", `{"IpAddress":{"k":"203.0.113.0/24"}}`, "k=::ffff:203.0.113.8", false},
		{"C6 host bits are masked (section 14)", `{"IpAddress":{"k":"203.0.113.77/24"}}`, "k=203.0.113.8", true},
		{"C6 no address", `{"IpAddress":{"k":"203.0.113.0/24"}}`, "k=example.com", false},
		{"C6 no network", `{"IpAddress":{"k":"203.0.113.*"}}`, "k=203.0.113.8", false},
		{"C6 an address with a zone is none", `{"IpAddress":{"k":"fe80::1%eth0"}}`, "k=fe80::1", false},
		{"C6 an address with a zone is none, in the request", `{"IpAddress":{"k":"fe80::/10"}}`, "k=fe80::1%eth0", false},
		{"C6 not", `{"NotIpAddress":{"k":"203.0.113.0/24"}}`, "k=203.0.113.7", false},
		{"C6 not, outside", `{"NotIpAddress":{"k":"203.0.113.0/24"}}`, "k=203.0.114.7", true},
		{"C6 not, any of the networks", `{"NotIpAddress":{"k":["203.0.113.0/24","10.0.0.0/8"]}}`, "k=10.1.2.3", false},
		{"C6 not, no address", `{"NotIpAddress":{"k":"203.0.113.0/24"}}`, "k=?", true},

		{"C7 the same", `{"ArnEquals":{"k":"arn:aws:iam::111122223333:role/r"}}`, "k=arn:aws:iam::111122223333:role/r", true},
		{"C7 ArnEquals has wildcards", `{"ArnEquals":{"k":"arn:aws:iam::*:role/*"}}`, "k=arn:aws:iam::111122223333:role/r", true},
		{"C7 ArnLike", `{"ArnLike":{"k":"arn:aws:sns:*:111122223333:t?"}}`, "k=arn:aws:sns:eu-west-1:111122223333:t1", true},
		{"C7 does not cross a colon", `{"ArnLike":{"k":"arn:aws:sns:*:t1"}}`, "k=arn:aws:sns:eu-west-1:111122223333:t1", false},
		{"C7 does not cross the account", `{"ArnLike":{"k":"arn:aws:iam::*:x:role/r"}}`, "k=arn:aws:iam::111122223333:role/r", false},
		{"C7 where StringLike crosses", `{"StringLike":{"k":"arn:aws:sns:*:t1"}}`, "k=arn:aws:sns:eu-west-1:111122223333:t1", true},
		{"C7 the sixth part keeps its colons", `{"ArnLike":{"k":"arn:aws:logs:*:*:log-group:*"}}`, "k=arn:aws:logs:e:1:log-group:a:b", true},
		{"C7 case", `{"ArnLike":{"k":"arn:aws:iam::111122223333:role/R"}}`, "k=arn:aws:iam::111122223333:role/r", false},
		{"C7 case of the service", `{"ArnLike":{"k":"arn:aws:IAM::111122223333:role/r"}}`, "k=arn:aws:iam::111122223333:role/r", false},
		{"C7 a pattern of few parts is no ARN", `{"ArnLike":{"k":"arn:aws:sns:*"}}`, "k=arn:aws:sns:eu-west-1:111122223333:t1", false},
		{"C7 a star alone is no ARN", `{"ArnLike":{"k":"*"}}`, "k=arn:aws:sns:eu-west-1:111122223333:t1", false},
		{"C7 not", `{"ArnNotLike":{"k":"arn:aws:iam::*:role/*"}}`, "k=arn:aws:iam::111122223333:role/r", false},
		{"C7 not, other", `{"ArnNotEquals":{"k":"arn:aws:iam::*:role/*"}}`, "k=arn:aws:iam::111122223333:user/r", true},
		{"C7 no ARN in the request", `{"ArnLike":{"k":"arn:*:*:*:*:*"}}`, "k=dana", false},

		{"V1 in string values", `{"StringEquals":{"k":"${aws:username}"}}`, "k=dana;aws:username=dana", true},
		{"V1 in patterns", `{"StringLike":{"k":"${aws:username}/*"}}`, "k=dana/x;aws:username=dana", true},
		{"V1 in IgnoreCase", `{"StringEqualsIgnoreCase":{"k":"x${aws:username}"}}`, "k=XDANA;aws:username=dana", true},
		{"V1 in ARN values", `{"ArnLike":{"k":"arn:aws:iam::111122223333:user/${aws:username}"}}`, "k=arn:aws:iam::111122223333:user/dana;aws:username=dana", true},
		{"V1 in the account of an ARN value", `{"ArnLike":{"k":"arn:aws:iam::${a}:user/*"}}`, "k=arn:aws:iam::111122223333:user/dana;a=111122223333", true},
		{"V1 a whole ARN as a variable", `{"ArnEquals":{"k":"${aws:PrincipalArn}"}}`, "k=arn:aws:iam::1:role/r;aws:PrincipalArn=arn:aws:iam::1:role/r", true},
		{"V6 a star in a value is literal", `{"StringLike":{"k":"${v}"}}`, "k=anything;v=*", false},
		{"V6 a star in an ARN value is literal", `{"ArnLike":{"k":"arn:aws:s3:::${v}"}}`, "k=arn:aws:s3:::x;v=*", false},
		{"V6 a star in an ARN value matches a star", `{"ArnLike":{"k":"arn:aws:s3:::${v}"}}`, "k=arn:aws:s3:::*;v=*", true},
		{"V3 no value: positive matches nothing", `{"StringEquals":{"k":"${v}"}}`, "k=", false},
		{"V3 no value: other values count", `{"StringEquals":{"k":["${v}","x"]}}`, "k=x", true},
		{"V3 no value: ARN matches nothing", `{"ArnLike":{"k":"arn:aws:s3:::${v}"}}`, "k=arn:aws:s3:::", false},
		{"section 14: no value, negated holds", `{"StringNotEquals":{"k":"${v}"}}`, "k=x", true},
		{"V5 a literal star in StringLike", `{"StringLike":{"k":"a${*}"}}`, "k=ab", false},
		{"V5 a literal star in StringEquals", `{"StringEquals":{"k":"a${*}"}}`, "k=a*", true},
		{"V4 a default in a condition", `{"StringEquals":{"k":"${v, 'x'}"}}`, "k=x", true},

		{"C11 all operators", `{"StringEquals":{"k":"v"},"Bool":{"b":"true"}}`, "k=v;b=false", false},
		{"C11 all keys", `{"StringEquals":{"k":"v","l":"w"}}`, "k=v;l=x", false},
		{"C11 all of them", `{"StringEquals":{"k":"v","l":"w"},"Bool":{"b":"true"}}`, "k=v;l=w;b=true", true},
		{"C11 key names ignore case", `{"StringEquals":{"AWS:UserName":"dana"}}`, "aws:username=dana", true},
		{"C11 tag names ignore case", `{"StringEquals":{"aws:PrincipalTag/TEAM":"red"}}`, "aws:principaltag/team=red", true},
		{"an empty Condition holds", `{}`, "", true},
		{"an operator without keys holds", `{"StringEquals":{}}`, "", true},
		{"an unknown operator without keys holds", `{"x":{}}`, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			var entries []string
			if tt.context != "" {
				entries = strings.Split(tt.context, ";")
			}
			if got := holds(t, tt.condition, entries...); got != tt.want {
				t.Errorf("%s in %q = %v, want %v", tt.condition, tt.context, got, tt.want)
			}
		})
	}
}

// The table of missing keys and sets.
func TestMissingKeysAndSets(t *testing.T) {
	tests := []struct {
		rule, condition, context string
		want                     bool
	}{
		{"positive, absent", `{"StringEquals":{"k":"v"}}`, "", false},
		{"C8 negated, absent", `{"StringNotEquals":{"k":"v"}}`, "", true},
		{"C8 trap 4: NotIpAddress, absent", `{"NotIpAddress":{"k":"10.0.0.0/8"}}`, "", true},
		{"C8 NumericNotEquals, absent", `{"NumericNotEquals":{"k":"1"}}`, "", true},
		{"C8 DateNotEquals, absent", `{"DateNotEquals":{"k":"2030-01-01"}}`, "", true},
		{"C8 ArnNotLike, absent", `{"ArnNotLike":{"k":"arn:aws:s3:::*"}}`, "", true},
		{"Numeric, absent", `{"NumericLessThan":{"k":"1"}}`, "", false},
		{"Date, absent", `{"DateGreaterThan":{"k":"2030-01-01"}}`, "", false},
		{"Bool, absent", `{"Bool":{"k":"false"}}`, "", false},
		{"IfExists, absent", `{"StringEqualsIfExists":{"k":"v"}}`, "", true},
		{"IfExists, present and equal", `{"StringEqualsIfExists":{"k":"v"}}`, "k=v", true},
		{"IfExists, present and other", `{"StringEqualsIfExists":{"k":"v"}}`, "k=w", false},
		{"negated IfExists, absent", `{"StringNotEqualsIfExists":{"k":"v"}}`, "", true},
		{"negated IfExists, equal", `{"StringNotEqualsIfExists":{"k":"v"}}`, "k=v", false},
		{"BoolIfExists, absent", `{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`, "", true},
		{"C9 Null true, absent", `{"Null":{"k":"true"}}`, "", true},
		{"C9 Null true, present", `{"Null":{"k":"true"}}`, "k=", false},
		{"C9 Null false, absent", `{"Null":{"k":"false"}}`, "", false},
		{"C9 Null false, present", `{"Null":{"k":false}}`, "k=v", true},
		{"C9 Null of a list", `{"Null":{"k":"false"}}`, "k=[a,b]", true},
		{"C9 a set prefix before Null means nothing", `{"ForAllValues:Null":{"k":"true"}}`, "k=v", false},
		{"C9 a set prefix before Null means nothing, absent", `{"ForAllValues:Null":{"k":"false"}}`, "", false},
		{"C9 Null of no word", `{"Null":{"k":"maybe"}}`, "", false},

		{"C10 trap 5: ForAllValues, absent", `{"ForAllValues:StringEquals":{"k":"v"}}`, "", true},
		{"C10 ForAllValues negated, absent", `{"ForAllValues:StringNotEquals":{"k":"v"}}`, "", true},
		{"C10 ForAllValues, all listed", `{"ForAllValues:StringEquals":{"k":["a","b","c"]}}`, "k=[a,b]", true},
		{"C10 ForAllValues, one not listed", `{"ForAllValues:StringEquals":{"k":["a","b"]}}`, "k=[a,x]", false},
		{"C10 ForAllValues, one value", `{"ForAllValues:StringEquals":{"k":"a"}}`, "k=a", true},
		{"C10 ForAllValues with patterns", `{"ForAllValues:StringLike":{"k":["a*","b*"]}}`, "k=[a1,b2]", true},
		{"C10 ForAllValues negated, none listed", `{"ForAllValues:StringNotEquals":{"k":["x","y"]}}`, "k=[a,b]", true},
		{"C10 ForAllValues negated, one listed", `{"ForAllValues:StringNotEquals":{"k":["x","y"]}}`, "k=[a,x]", false},
		{"C10 ForAllValues, no values in the policy", `{"ForAllValues:StringEquals":{"k":[]}}`, "k=[a]", false},
		{"C10 ForAnyValue, absent", `{"ForAnyValue:StringEquals":{"k":"v"}}`, "", false},
		{"C10 ForAnyValue negated, absent", `{"ForAnyValue:StringNotEquals":{"k":"v"}}`, "", false},
		{"C10 ForAnyValue, one listed", `{"ForAnyValue:StringEquals":{"k":["x","a"]}}`, "k=[a,b]", true},
		{"C10 ForAnyValue, none listed", `{"ForAnyValue:StringEquals":{"k":["x","y"]}}`, "k=[a,b]", false},
		{"C10 ForAnyValue negated, one unlisted", `{"ForAnyValue:StringNotEquals":{"k":["x"]}}`, "k=[x,a]", true},
		{"C10 ForAnyValue negated, all listed", `{"ForAnyValue:StringNotEquals":{"k":["x"]}}`, "k=[x]", false},
		{"C10 ForAnyValue with numbers", `{"ForAnyValue:NumericGreaterThan":{"k":"5"}}`, "k=[1,9]", true},
		{"C10 ForAnyValue with networks", `{"ForAnyValue:IpAddress":{"k":"10.0.0.0/8"}}`, "k=[192.0.2.1,10.1.1.1]", true},
		{"C10 with Null against an empty request", `{"ForAllValues:StringEquals":{"k":"v"},"Null":{"k":"false"}}`, "", false},
		{"ForAllValues IfExists, absent", `{"ForAllValues:StringEqualsIfExists":{"k":"v"}}`, "", true},
		{"section 14: ForAnyValue IfExists, absent", `{"ForAnyValue:StringEqualsIfExists":{"k":"v"}}`, "", true},
		{"ForAnyValue IfExists, present", `{"ForAnyValue:StringEqualsIfExists":{"k":"v"}}`, "k=[w]", false},

		{"section 14: a list without prefix never fits", `{"StringEquals":{"k":"a"}}`, "k=[a]", false},
		{"section 14: a list without prefix, several", `{"StringLike":{"k":"*"}}`, "k=[a,b]", false},
		{"section 14: a list without prefix, IfExists", `{"StringEqualsIfExists":{"k":"a"}}`, "k=[a]", false},
		{"section 14: a list without prefix, negated: none", `{"StringNotEquals":{"k":"x"}}`, "k=[a,b]", true},
		{"section 14: a list without prefix, negated: one", `{"StringNotEquals":{"k":"a"}}`, "k=[a,b]", false},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			var entries []string
			if tt.context != "" {
				entries = []string{tt.context}
			}
			if got := holds(t, tt.condition, entries...); got != tt.want {
				t.Errorf("%s in %q = %v, want %v", tt.condition, tt.context, got, tt.want)
			}
		})
	}
}

func TestOperatorNames(t *testing.T) {
	for name, known := range map[string]bool{
		"StringEquals": true, "ForAllValues:StringLikeIfExists": true, "ForAnyValue:NotIpAddress": true,
		"Null": true, "ForAllValues:Null": true, "ForAnyValue:Null": true,
		"NullIfExists": false, "ForAllValues:NullIfExists": false, "stringequals": false, "StringEqualsifexists": false,
		"IfExistsStringEquals": false, "StringEqualsIfExistsIfExists": false, "forallvalues:StringEquals": false,
		"ForAllValues:ForAnyValue:StringEquals": false, "ForAllValues:": false, "": false, "BinaryNotEquals": false, "NotBool": false,
	} {
		text := v2012(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"` + name + `":{"k":"true"}}}`)
		want := ""
		if !known {
			want = "Syntax errors in policy."
		}
		if got := message(policy.Inline, text); got != want {
			t.Errorf("operator %q: message %q, want %q", name, got, want)
		}
	}
}
