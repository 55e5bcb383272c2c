package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

const (
	syntaxErrors  = "Syntax errors in policy."
	legacyParsing = "The policy failed legacy parsing"
	iamPath       = `IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.`
)

// statement1 is a statement that is right, with elements given as JSON in place
// of the usual ones.
func statement1(elements ...string) string {
	s := `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`
	for _, e := range elements {
		key, _, _ := strings.Cut(e, ":")
		name := strings.TrimPrefix(strings.Trim(key, `"`), "Not")
		switch name {
		case "Effect":
			s = strings.Replace(s, `"Effect":"Allow"`, e, 1)
		case "Action":
			s = strings.Replace(s, `"Action":"s3:GetObject"`, e, 1)
		case "Resource":
			s = strings.Replace(s, `"Resource":"*"`, e, 1)
		default:
			s = strings.TrimSuffix(s, "}") + "," + e + "}"
		}
	}
	return s
}

// The rows of 2.1, for both kinds of identity policy.
func TestIdentityPolicies(t *testing.T) {
	one := func(elements ...string) string { return v2012(statement1(elements...)) }
	tests := []struct{ name, text, want string }{
		{"a policy", one(), ""},
		{"a statement without list", `{"Version":"2012-10-17","Statement":` + statement1() + `}`, ""},
		{"an Id", `{"Version":"2012-10-17","Id":"x","Statement":` + statement1() + `}`, ""},
		{"elements in any order", `{"Statement":[{"Resource":"*","Action":"*","Effect":"Deny"}],"Version":"2012-10-17"}`, ""},

		{"1 no JSON", `{`, syntaxErrors},
		{"1 empty", ``, syntaxErrors},
		{"1 not an object", `[]`, syntaxErrors},
		{"1 two documents", one() + one(), syntaxErrors},
		{"1 trailing comma", `{"Version":"2012-10-17","Statement":[` + statement1() + `,]}`, syntaxErrors},
		{"1 unknown element at the top", `{"Version":"2012-10-17","Foo":1,"Statement":` + statement1() + `}`, syntaxErrors},
		{"1 unknown element in a statement", one(`"Foo":"x"`), syntaxErrors},
		{"1 letter case of an element", strings.Replace(one(), `"Effect"`, `"effect"`, 1), syntaxErrors},
		{"1 letter case of Statement", strings.Replace(one(), `"Statement"`, `"statement"`, 1), syntaxErrors},
		{"1 trap 13: element twice", one(`"Sid":"a","Sid":"b"`), syntaxErrors},
		{"1 trap 13: Version twice", `{"Version":"2012-10-17",` + one()[1:], syntaxErrors},
		{"1 trap 13: condition key twice", one(`"Condition":{"StringEquals":{"k":"a","k":"b"}}`), syntaxErrors},
		{"1 unknown Version", strings.Replace(one(), "2012-10-17", "2012-10-18", 1), syntaxErrors},
		{"1 Version is a number", `{"Version":2012,"Statement":` + statement1() + `}`, syntaxErrors},
		{"1 Id is a number", `{"Version":"2012-10-17","Id":5,"Statement":` + statement1() + `}`, syntaxErrors},
		{"1 no Statement", `{"Version":"2012-10-17"}`, syntaxErrors},
		{"1 empty Statement", `{"Version":"2012-10-17","Statement":[]}`, syntaxErrors},
		{"1 Statement is text", `{"Version":"2012-10-17","Statement":"x"}`, syntaxErrors},
		{"1 a statement is text", `{"Version":"2012-10-17","Statement":["x"]}`, syntaxErrors},
		{"1 Effect missing", `{"Version":"2012-10-17","Statement":{"Action":"*","Resource":"*"}}`, syntaxErrors},
		{"1 Effect unknown", one(`"Effect":"Permit"`), syntaxErrors},
		{"1 Effect is a list", one(`"Effect":["Allow"]`), syntaxErrors},
		{"1 Action is a number", one(`"Action":5`), syntaxErrors},
		{"1 Action holds a list", one(`"Action":[["*"]]`), syntaxErrors},
		{"1 Action holds null", one(`"Action":["*",null]`), syntaxErrors},
		{"1 Action with NotAction", one(`"NotAction":"*","Action":"*"`), syntaxErrors},
		{"1 Resource with NotResource", one(`"NotResource":"*","Resource":"*"`), syntaxErrors},
		{"1 Resource is an object", one(`"Resource":{}`), syntaxErrors},
		{"1 Sid is a number", one(`"Sid":1`), syntaxErrors},
		{"1 Condition is a list", one(`"Condition":[]`), syntaxErrors},
		{"1 operator has no map", one(`"Condition":{"StringEquals":"x"}`), syntaxErrors},
		{"1 unknown operator", one(`"Condition":{"StringMatches":{"k":"v"}}`), syntaxErrors},
		{"1 condition value null", one(`"Condition":{"StringEquals":{"k":null}}`), syntaxErrors},
		{"1 condition value object", one(`"Condition":{"StringEquals":{"k":{}}}`), syntaxErrors},
		{"1 condition value nested list", one(`"Condition":{"StringEquals":{"k":[["v"]]}}`), syntaxErrors},
		{"1 condition value null in a list", one(`"Condition":{"StringEquals":{"k":["v",null]}}`), syntaxErrors},
		{"1 Conditions at the top that says something", `{"Version":"2012-10-17","Conditions":{"Bool":{}},"Statement":` + statement1() + `}`, syntaxErrors},

		{"3 Effect in other letters", one(`"Effect":"denY"`), legacyParsing},
		{"3 Date of no date", one(`"Condition":{"DateLessThan":{"aws:CurrentTime":"soon"}}`), legacyParsing},
		{"3 Date of no date in a list", one(`"Condition":{"DateLessThanIfExists":{"k":["2030-01-01","soon"]}}`), legacyParsing},
		{"3 Date of a boolean", one(`"Condition":{"DateEquals":{"k":true}}`), legacyParsing},
		{"3 Date in month 13", one(`"Condition":{"DateEquals":{"k":"2030-13-01"}}`), legacyParsing},
		{"3 two colons, four in all", one(`"Resource":"arn:aws:s3::b"`), legacyParsing},
		{"3 two colons, in a list", one(`"Resource":["*","arn:aws:s3::b"]`), legacyParsing},
		{"3 no service", one(`"Resource":"arn:aws:::b:x"`), legacyParsing},
		{"3 no service, short", one(`"Resource":"arn:aws:"`), legacyParsing},
		{"3 NotResource", one(`"NotResource":"arn:aws:s3::b"`), legacyParsing},

		{"4 Principal", one(`"Principal":"*"`), "Policy document should not specify a principal."},
		{"4 NotPrincipal", one(`"NotPrincipal":{"AWS":"111122223333"}`), "Policy document should not specify a principal."},
		{"4 both", one(`"Principal":"*","NotPrincipal":"*"`), "Policy document should not specify a principal."},
		{"4 a principal of any type", one(`"Principal":5`), "Policy document should not specify a principal."},

		{"5 two equal Sids", v2012(statement1(`"Sid":"a"`) + "," + statement1(`"Sid":"a"`)), "Statement IDs (SID) in a single policy must be unique."},
		{"5 two empty Sids", v2012(statement1(`"Sid":""`) + "," + statement1(`"Sid":""`)), ""},
		{"5 Sids differ in case", v2012(statement1(`"Sid":"a"`) + "," + statement1(`"Sid":"A"`)), ""},
		{"5b a Sid with a space", one(`"Sid":"a b"`), "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"},
		{"5b a Sid with a letter beyond ASCII", one(`"Sid":"é"`), "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"},

		{"6 no Action", v2012(`{"Effect":"Allow","Resource":"*"}`), "Policy statement must contain actions."},
		{"6 no actions", one(`"Action":[]`), "Policy statement must contain actions."},
		{"6 no actions left out", one(`"NotAction":[]`), "Policy statement must contain actions."},

		{"7 no colon", one(`"Resource":"adf"`), `Resource adf must be in ARN format or "*".`},
		{"7 empty", one(`"Resource":""`), `Resource  must be in ARN format or "*".`},
		{"7 unknown partition", one(`"Resource":"arn:error:s3:b:c:d:e"`), `Partition "error" is not valid for resource "arn:error:s3:b:c:d:e".`},
		{"7 unknown partition, short", one(`"Resource":"arn:error:s3"`), `Partition "error" is not valid for resource "arn:error:s3:*:*:*".`},
		{"7 the scheme is not looked at", one(`"Resource":"aws:s3:::crate"`), `Partition "s3" is not valid for resource "arn:s3:::crate:*".`},
		{"7 nor here", one(`"Resource":"s3::crate/*"`), `Partition "" is not valid for resource "arn::crate/*:*:*:*".`},
		{"7 letter case of the partition", one(`"Resource":"arn:AWS:s3:::b"`), `Partition "AWS" is not valid for resource "arn:AWS:s3:::b".`},
		{"7 only arn:aws", one(`"Resource":"arn:aws"`), "Resource vendor must be fully qualified and cannot contain regexes."},
		{"7 only arn:*", one(`"Resource":"arn:*"`), "Resource vendor must be fully qualified and cannot contain regexes."},
		{"7 IAM with a region", one(`"Resource":"arn:aws:iam:us-east-1:111122223333:user/u"`), "IAM resource arn:aws:iam:us-east-1:111122223333:user/u cannot contain region information."},
		{"7 IAM with a region wildcard", one(`"Resource":"arn:aws:iam:*:111122223333:user/u"`), "IAM resource arn:aws:iam:*:111122223333:user/u cannot contain region information."},
		{"7 S3 with a region", one(`"Resource":"arn:aws:s3:us-east-1:111122223333:b"`), "Resource arn:aws:s3:us-east-1:111122223333:b can not contain region information."},
		{"7 S3 access point with a region", one(`"Resource":"arn:aws:s3:us-east-1:111122223333:accesspoint/a"`), ""},
		{"7 IAM path", one(`"Resource":"arn:aws:iam::111122223333:example"`), iamPath},
		{"7 IAM path, the root user", one(`"Resource":"arn:aws:iam::111122223333:root"`), ""},
		{"7 IAM path, not below the root user", one(`"Resource":"arn:aws:iam::111122223333:root/x"`), iamPath},
		{"7 IAM path, all", one(`"Resource":"arn:aws:iam::111122223333:*"`), ""},
		{"7 IAM path, in NotResource", one(`"NotResource":["arn:aws:iam::111122223333:users/*"]`), iamPath},
		{"7 other partitions", one(`"Resource":["arn:aws-cn:s3:::b","arn:aws-us-gov:s3:::b","arn:aws-iso:s3:::b","arn:aws-iso-b:s3:::b","arn:aws-iso-e:s3:::b","arn:aws-iso-f:s3:::b","arn:aws-eusc:s3:::b","arn:*:s3:::b"]`), ""},

		{"8 no vendor", one(`"Action":"GetObject"`), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{"8 empty", one(`"Action":""`), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{"8 in a list", one(`"Action":["s3:*","x"]`), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{"8 in NotAction", one(`"NotAction":"x"`), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{"8 two colons", one(`"Action":"s3:Get:Object"`), "Actions/Condition can contain only one colon."},
		{"8 vendor with a space", one(`"Action":"s 3:GetObject"`), "Vendor s 3 is not valid"},
		{"8 vendor with a wildcard", one(`"Action":"s*:GetObject"`), "Vendor s* is not valid"},
		{"8 empty vendor", one(`"Action":":GetObject"`), "Vendor  is not valid"},
		{"8 vendor with a dot and a hyphen", one(`"Action":"a-b.c:D"`), ""},

		{"9 no Resource", v2012(`{"Effect":"Allow","Action":"*"}`), "Policy statement must contain resources."},
		{"9 no resources", one(`"Resource":[]`), "Policy statement must contain resources."},

		{"odd: unknown vendor and action", one(`"Action":"nosuchvendor:Jump"`), ""},
		{"odd: unknown service", one(`"Resource":"arn:aws:nosuch:::x"`), ""},
		{"odd: short without two colons", one(`"Resource":"arn:aws:quince"`), ""},
		{"odd: an action name with spaces", one(`"Action":"s3:Get the object"`), ""},
		{"odd: empty Condition", one(`"Condition":{}`), ""},
		{"odd: operator with an empty map", one(`"Condition":{"StringMatches":{}}`), ""},
		{"odd: empty list of values", one(`"Condition":{"StringEquals":{"k":[]}}`), ""},
		{"odd: null inside a Resource list", one(`"Resource":["*",null]`), ""},
		{"odd: only null inside a Resource list", one(`"Resource":[null]`), ""},
		{"odd: numbers and booleans as values", one(`"Condition":{"Bool":{"k":true},"NumericEquals":{"k":[5,5.50]}}`), ""},
		{"odd: empty Conditions at the top", `{"Version":"2012-10-17","Conditions":{},"Statement":` + statement1() + `}`, ""},

		{"order: 1 before 3", v2012(statement1(`"Effect":"allow"`) + "," + statement1(`"Foo":1`)), syntaxErrors},
		{"order: 3 before 4", one(`"Effect":"allow"`, `"Principal":"*"`), legacyParsing},
		{"order: 4 before 6", v2012(`{"Effect":"Allow","Principal":"*"}`), "Policy document should not specify a principal."},
		{"order: 4 before 5", v2012(statement1(`"Sid":"a"`) + "," + statement1(`"Sid":"a"`, `"Principal":"*"`)), "Policy document should not specify a principal."},
		{"order: 5 before 6", v2012(`{"Sid":"a","Effect":"Allow"},{"Sid":"a","Effect":"Allow"}`), "Statement IDs (SID) in a single policy must be unique."},
		{"order: 6 before 7", v2012(`{"Effect":"Allow","Resource":"adf"}`), "Policy statement must contain actions."},
		{"order: 7 before 8", one(`"Action":"x"`, `"Resource":"adf"`), `Resource adf must be in ARN format or "*".`},
		{"order: 8 before 9", v2012(`{"Effect":"Allow","Action":"x"}`), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{"order: 7 before 9", v2012(`{"Effect":"Allow","Action":"*"},` + statement1(`"Resource":"adf"`)), `Resource adf must be in ARN format or "*".`},
		{"order: legacy of a statement before the format of a later one", v2012(statement1(`"Resource":"arn:aws:s3::b"`) + "," + statement1(`"Resource":"adf"`)), legacyParsing},
		{"order: a format problem spares later statements the legacy check", v2012(statement1(`"Resource":"adf"`) + "," + statement1(`"Resource":"arn:aws:s3::b"`)), `Resource adf must be in ARN format or "*".`},
		{"order: the least text of a list", one(`"Resource":["zzz","aaa","arn:aws:s3:::b"]`), `Resource aaa must be in ARN format or "*".`},
		{"order: the last statement", v2012(statement1(`"Resource":"aaa"`) + "," + statement1(`"Resource":"bbb"`)), `Resource bbb must be in ARN format or "*".`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, kind := range []policy.Kind{policy.Managed, policy.Inline, policy.SCP} {
				if got := message(kind, tt.text); got != tt.want {
					t.Errorf("kind %d says %q to %s, want %q", kind, got, tt.text, tt.want)
				}
			}
		})
	}
}

// Row 2: managed policies and SCPs need the newer version, inline and session
// policies take either.
func TestVersionOfIdentityPolicies(t *testing.T) {
	const refused = "Policy document must be version 2012-10-17 or greater."
	older := `{"Version":"2008-10-17","Statement":` + statement1() + `}`
	absent := `{"Statement":` + statement1() + `}`
	for _, text := range []string{older, absent} {
		for kind, want := range map[policy.Kind]string{
			policy.Managed: refused, policy.SCP: refused, policy.Inline: "", policy.Session: "",
		} {
			if got := message(kind, text); got != want {
				t.Errorf("kind %d says %q to %s, want %q", kind, got, text, want)
			}
		}
	}
	if got := message(policy.Managed, `{"Statement":`+statement1(`"Effect":"allow"`)+`}`); got != refused {
		t.Errorf("order: 2 before 3: %q", got)
	}
	if got := message(policy.Managed, `{"Statement":[]}`); got != syntaxErrors {
		t.Errorf("order: 1 before 2: %q", got)
	}
}

// 2.3: STS tells broken JSON from a broken policy.
func TestSessionPolicies(t *testing.T) {
	const notJSON = "The policy is not in the valid JSON format."
	for _, tt := range []struct{ name, text, want string }{
		{"right", v2012(statement1()), ""},
		{"no JSON", `invalid`, notJSON},
		{"cut off", `{"Version":"2012-10-17"`, notJSON},
		{"two documents", v2012(statement1()) + `{}`, notJSON},
		{"broken behind a broken structure", `{"Foo":1,]`, notJSON},
		{"empty", ``, notJSON},
		{"not an object", `"text"`, syntaxErrors},
		{"unknown element", `{"Foo":1}`, syntaxErrors},
		{"element twice", `{"Id":"a","Id":"b","Statement":` + statement1() + `}`, syntaxErrors},
		{"principal", v2012(statement1(`"Principal":"*"`)), "Policy document should not specify a principal."},
		{"no resource", v2012(`{"Effect":"Allow","Action":"*"}`), "Policy statement must contain resources."},
		{"bad date", v2012(statement1(`"Condition":{"DateEquals":{"k":"x"}}`)), legacyParsing},
	} {
		if got := message(policy.Session, tt.text); got != tt.want {
			t.Errorf("%s: %q to %s, want %q", tt.name, got, tt.text, tt.want)
		}
	}
}

func TestResourceBasedPolicies(t *testing.T) {
	p := func(elements ...string) string { return v2012(statement1(elements...)) }
	for _, tt := range []struct{ name, text, want string }{
		{"right", p(`"Principal":"*"`), ""},
		{"without Resource", v2012(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*"}`), ""},
		{"older version", `{"Statement":` + statement1(`"Principal":"*"`) + `}`, ""},
		{"no principal", p(), "Missing required field Principal"},
		{"empty principal", p(`"Principal":{}`), "Missing required field Principal cannot be empty!"},
		{"principal without values", p(`"Principal":{"AWS":[]}`), "Missing required field Principal cannot be empty!"},
		{"text as principal", p(`"Principal":"111122223333"`), `Invalid principal in policy: "AWS":"111122223333"`},
		{"list as principal", p(`"Principal":["*"]`), syntaxErrors},
		{"unknown type", p(`"Principal":{"Azure":"x"}`), syntaxErrors},
		{"principal is a number", p(`"Principal":{"AWS":5}`), syntaxErrors},
		{"both", p(`"Principal":"*","NotPrincipal":"*"`), syntaxErrors},
		{"NotPrincipal with Allow", p(`"NotPrincipal":{"AWS":"111122223333"}`), "Allow with NotPrincipal is not allowed."},
		{"NotPrincipal with Deny", p(`"Effect":"Deny"`, `"NotPrincipal":{"AWS":"111122223333"}`), ""},
		{"bad resource", p(`"Principal":"*"`, `"Resource":"adf"`), `Resource adf must be in ARN format or "*".`},
		{"bad action", p(`"Principal":"*"`, `"Action":"adf"`), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{"no action", v2012(`{"Effect":"Allow","Principal":"*"}`), "Policy statement must contain actions."},
	} {
		if got := message(policy.Resource, tt.text); got != tt.want {
			t.Errorf("%s: %q to %s, want %q", tt.name, got, tt.text, tt.want)
		}
	}
}

func TestResourceControlPolicies(t *testing.T) {
	const unfit = "The provided policy document does not meet the requirements of the specified policy type."
	p := func(elements ...string) string { return v2012(statement1(elements...)) }
	for _, tt := range []struct{ name, text, want string }{
		{"right", p(`"Effect":"Deny"`, `"Principal":"*"`), ""},
		{"Allow", p(`"Principal":"*"`), unfit},
		{"no principal", p(`"Effect":"Deny"`), unfit},
		{"one principal", p(`"Effect":"Deny"`, `"Principal":{"AWS":"111122223333"}`), unfit},
		{"NotPrincipal", p(`"Effect":"Deny"`, `"NotPrincipal":"*"`), unfit},
		{"every action", p(`"Effect":"Deny"`, `"Principal":"*"`, `"Action":"*"`), unfit},
		{"NotAction", p(`"Effect":"Deny"`, `"Principal":"*"`, `"NotAction":"s3:*"`), unfit},
		{"older version", `{"Statement":` + statement1(`"Effect":"Deny"`, `"Principal":"*"`) + `}`, "Policy document must be version 2012-10-17 or greater."},
	} {
		if got := message(policy.RCP, tt.text); got != tt.want {
			t.Errorf("%s: %q to %s, want %q", tt.name, got, tt.text, tt.want)
		}
	}
}

// The text of a document: JSON as the standard has it, and bounds.
func TestStrictJSON(t *testing.T) {
	doc := func(sid string) string { return v2012(statement1(`"Sid":` + sid)) }
	for _, tt := range []struct {
		name, text string
		ok         bool
	}{
		{"white space anywhere", "\n\t{ \"Version\" : \"2012-10-17\" ,\r\n \"Statement\" : [ " + statement1() + " ] } \n", true},
		{"escapes are what they stand for", strings.Replace(doc(`"a"`), `"Version"`, `"\u0056ersion"`, 1), true},
		{"escapes do not hide a repeated key", doc(`"a","\u0053id":"b"`), false},
		{"a surrogate pair", v2012(statement1(`"Condition":{"StringEquals":{"k":"\ud83d\ude00"}}`)), true},
		{"half a surrogate pair", v2012(statement1(`"Condition":{"StringEquals":{"k":"\ud83d"}}`)), false},
		{"the wrong half", v2012(statement1(`"Condition":{"StringEquals":{"k":"\ude00\ud83d"}}`)), false},
		{"an unknown escape", doc(`"\x41"`), false},
		{"an escape cut off", doc(`"\u00`), false},
		{"an escape with a sign", doc(`"\u+041"`), false},
		{"a raw line feed in a string", v2012(statement1("\"Action\":\"s3:a\nb\"")), false},
		{"a raw tab in a string with escapes", v2012(statement1("\"Action\":\"s3:\\u0061\tb\"")), false},
		{"a control character in a string", v2012(statement1("\"Action\":\"s3:a\x01b\"")), false},
		{"a string without end", `{"Statement`, false},
		{"a string without end, with escapes", `{"\u0053tatement`, false},
		{"every escape", v2012(statement1(`"Action":"s3:\"\\\/\b\f\n\r\t\u00e9"`)), true},
		{"no colon behind a key", `{"Version" "2012-10-17"}`, false},
		{"no comma in a list", `{"Statement":[1 2]}`, false},
		{"single quotes", doc(`'a'`), false},
		{"a comment", "/* */" + doc(`"a"`), false},
		{"an unquoted key", `{Version:"2012-10-17"}`, false},
		{"a leading zero", v2012(statement1(`"Condition":{"NumericEquals":{"k":01}}`)), false},
		{"a point without digits", v2012(statement1(`"Condition":{"NumericEquals":{"k":1.}}`)), false},
		{"an exponent without digits", v2012(statement1(`"Condition":{"NumericEquals":{"k":1e}}`)), false},
		{"a bare minus", v2012(statement1(`"Condition":{"NumericEquals":{"k":-}}`)), false},
		{"NaN", v2012(statement1(`"Condition":{"NumericEquals":{"k":NaN}}`)), false},
		{"True", v2012(statement1(`"Condition":{"Bool":{"k":True}}`)), false},
		{"Latin-1 letters", v2012(statement1(`"Action":"s3:é"`)), true},
		{"invalid UTF-8", v2012(statement1("\"Action\":\"s3:\xe9\"")), false},
		{"characters beyond U+00FF", v2012(statement1(`"Action":"s3:日"`)), false},
		{"the same, escaped", v2012(statement1(`"Action":"s3:\u65e5"`)), true},
		{"a control character", "{\x01}", false},
		{"a NUL behind", doc(`"a"`) + "\x00", false},
		{"a byte order mark", "\ufeff" + doc(`"a"`), false},
		{"deep nesting", strings.Repeat("[", 100000) + strings.Repeat("]", 100000), false},
		{"as long as may be", doc(`"a"`) + strings.Repeat(" ", policy.MaxDocument-len(doc(`"a"`))), true},
		{"longer than may be", doc(`"a"`) + strings.Repeat(" ", policy.MaxDocument+1-len(doc(`"a"`))), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := message(policy.Session, tt.text)
			if (got == "") != tt.ok {
				t.Errorf("message %q, want ok = %v", got, tt.ok)
			}
		})
	}
}

// A document that is right otherwise may not be nested deeper than policies are.
func TestDepthIsBounded(t *testing.T) {
	nested := func(n int) string {
		return v2012(statement1(`"Principal":` + strings.Repeat("[", n) + strings.Repeat("]", n)))
	}
	if got := message(policy.Inline, nested(20)); got != "Policy document should not specify a principal." {
		t.Errorf("20 lists: %q", got)
	}
	if got := message(policy.Inline, nested(40)); got != syntaxErrors {
		t.Errorf("40 lists: %q", got)
	}
}

// Keys of a large object are compared by a set, not one by one.
func TestRepeatedKeyAmongMany(t *testing.T) {
	many := func(last string) string {
		var keys []string
		for i := range 100 {
			keys = append(keys, fmt.Sprintf(`"k%d":"v"`, i))
		}
		return v2012(statement1(`"Condition":{"StringEquals":{` + strings.Join(append(keys, last), ",") + `}}`))
	}
	for last, want := range map[string]string{
		`"k100":"v"`: "", `"k0":"v"`: syntaxErrors, `"k17":"v"`: syntaxErrors, `"k99":"v"`: syntaxErrors,
	} {
		if got := message(policy.Inline, many(last)); got != want {
			t.Errorf("last key %s: %q, want %q", last, got, want)
		}
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	text := "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\",\n    \"Condition\": {\"Nope\": {\"k\": \"v\"}}}]\n}"
	_, err := policy.Parse(policy.Inline, text)
	e, ok := err.(*policy.Error)
	if !ok {
		t.Fatalf("error %v is a %T", err, err)
	}
	if e.Line != 4 || e.Column != 19 || text[e.Offset:e.Offset+6] != `"Nope"` || e.Path != "Statement[0].Condition.Nope" {
		t.Errorf("place %d:%d, offset %d, path %q", e.Line, e.Column, e.Offset, e.Path)
	}
	want := `Syntax errors in policy. (line 4, column 19, Statement[0].Condition.Nope: unknown operator "Nope")`
	if got := err.Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := policy.Parse(0, text); err == nil {
		t.Error("the zero Kind is accepted")
	}
}

// 3: sizes count characters without white space.
func TestSizeWithoutSpace(t *testing.T) {
	for text, want := range map[string]int{"": 0, " {\t}\r\n ": 2, `{"a b": 1}`: 8, "é é": 2} {
		if got := policy.SizeWithoutSpace(text); got != want {
			t.Errorf("SizeWithoutSpace(%q) = %d, want %d", text, got, want)
		}
	}
}
