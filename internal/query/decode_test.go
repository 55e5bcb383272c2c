package query

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/awserr"
)

// The inputs of the tests, tagged as the real ones are.
type (
	tagIn struct {
		Key   string `q:"required,len=1..128,pattern=tag-key"`
		Value string `q:"required,len=..256,pattern=tag-value"`
	}
	descriptorIn struct {
		Arn string `q:"name=arn,required,len=20..2048,pattern=arn"`
	}
	contextIn struct {
		ProviderArn      string `q:"len=20..2048,pattern=arn"`
		ContextAssertion string `q:"len=4..2048"`
	}
	assumeRoleIn struct {
		RoleArn           string `q:"required,len=20..2048,pattern=arn"`
		RoleSessionName   string `q:"required,len=2..64,pattern=sts-name"`
		PolicyArns        []descriptorIn
		Policy            *string     `q:"len=1..,pattern=policy"`
		DurationSeconds   *int32      `q:"range=900..43200"`
		Tags              []tagIn     `q:"items=..50"`
		TransitiveTagKeys []string    `q:"items=..50,each-len=1..128,each-pattern=tag-key,each-notnull"`
		ExternalId        string      `q:"len=2..1224,pattern=sts-external-id"`
		SerialNumber      string      `q:"len=9..256,pattern=sts-serial"`
		TokenCode         string      `q:"len=6..6,pattern=sts-code"`
		SourceIdentity    string      `q:"len=2..64,pattern=sts-name"`
		ProvidedContexts  []contextIn `q:"items=1..5"`
	}
	samlIn struct {
		RoleArn       string `q:"required,len=20..2048,pattern=arn"`
		PrincipalArn  string `q:"required,len=20..2048,pattern=arn"`
		SAMLAssertion string `q:"required,len=4..100000,sensitive"`
	}
	federationIn struct {
		Name   string `q:"len=2..32,pattern=sts-name"`
		Policy string `q:"len=1..2048,pattern=policy"`
	}
	sessionIn struct {
		DurationSeconds *int32 `q:"range=900..129600"`
		TokenCode       string `q:"len=6..6,pattern=sts-code"`
	}
	rootIn struct {
		TargetPrincipal string       `q:"required,len=12..2048"`
		TaskPolicyArn   descriptorIn `q:"required"`
		DurationSeconds *int32       `q:"range=0..900"`
	}
	webTokenIn struct {
		Audience         []string `q:"required,items=1..10,each-len=1..1000"`
		SigningAlgorithm string   `q:"required,enum=RS256|ES384"`
	}
	untagIn struct {
		RoleName string   `q:"required,len=1..64,pattern=name"`
		TagKeys  []string `q:"required,items=..50,each-len=1..128,each-pattern=tag-key,each-notnull"`
	}
	createRoleIn struct {
		RoleName string  `q:"required,len=1..64,pattern=name"`
		Tags     []tagIn `q:"items=..50"`
	}
	oidcIn struct {
		Url            string   `q:"required,len=1..255"`
		ClientIDList   []string `q:"each-len=1..255"`
		ThumbprintList []string `q:"each-len=40..40"`
		Tags           []tagIn  `q:"items=..50"`
	}
	passwordPolicyIn struct {
		MinimumPasswordLength      *int32 `q:"range=6..128"`
		RequireSymbols             bool
		RequireNumbers             bool
		RequireUppercaseCharacters bool
		RequireLowercaseCharacters bool
		AllowUsersToChangePassword bool
		MaxPasswordAge             *int32 `q:"range=1..1095"`
		PasswordReusePrevention    *int32 `q:"range=1..24"`
		HardExpiry                 *bool
	}
	versionIn struct {
		VersionId string `q:"required,pattern=version-id"`
	}
	deviceIn struct {
		Path string `q:"len=1..512,pattern=path"`
	}
	statusIn struct {
		Status                      string `q:"required,enum=Active|Inactive|Expired"`
		ServiceSpecificCredentialId string `q:"required,len=20..128,pattern=id"`
	}
	detailsIn struct {
		Filter []string `q:"each-enum=User|Role"`
	}
	namespacesIn struct {
		ServiceNamespaces []string `q:"items=1..2,each-len=1..64,each-pattern=namespace"`
	}
	entryIn struct {
		ContextKeyName   string `q:"len=5..256"`
		ContextKeyValues []string
		ContextKeyType   string `q:"enum=string|stringList"`
	}
	simulateIn struct {
		ActionNames    []string `q:"required,each-len=3..128"`
		ContextEntries []entryIn
		MaxItems       *int32 `q:"range=1..1000"`
	}
)

const roleArn = "arn:aws:iam::123456789012:role/ci"

// one is the message of a single violation.
func one(value, path, constraint string) string {
	return fmt.Sprintf("1 validation error detected: Value%s at '%s' failed to satisfy constraint: %s", value, path, constraint)
}

// form encodes names and values, given in turn.
func form(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString(url.QueryEscape(pairs[i]) + "=" + url.QueryEscape(pairs[i+1]) + "&")
	}
	return b.String()
}

func decodeAs[T any](echo bool) func(*Form) error {
	return func(f *Form) error {
		_, err := Decode[T](f, echo)
		return err
	}
}

var (
	arnPattern    = `Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`
	tagKeyPattern = `Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`
	notLonger     = "Member must have length less than or equal to "
	notShorter    = "Member must have length greater than or equal to "
	tagKeyElement = "Member must satisfy constraint: [" + notLonger + "128, " + notShorter + "1, " + tagKeyPattern + ", Member must not be null]"
)

func manyTags(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "&Tags.member.%d.Key=k%d&Tags.member.%d.Value=v", i+1, i, i+1)
	}
	return b.String()
}

var validationTests = []struct {
	name   string
	decode func(*Form) error
	form   string
	want   string
}{
	// What the real service was recorded to answer.
	{
		"recorded: session name with a colon", decodeAs[assumeRoleIn](true),
		form("RoleArn", "arn:a:b:::something/test-role", "RoleSessionName", "Session1:2"),
		one(" 'Session1:2'", "roleSessionName", `Member must satisfy regular expression pattern: [\w+=,.@-]*`),
	},
	{
		"recorded: session name of 65", decodeAs[assumeRoleIn](true),
		form("RoleArn", roleArn, "RoleSessionName", strings.Repeat("s", 65)),
		one(" '"+strings.Repeat("s", 65)+"'", "roleSessionName", notLonger+"64"),
	},
	{
		"recorded: a long policy is repeated whole", decodeAs[federationIn](true),
		form("Name", "bob", "Policy", strings.Repeat("p", 5000)),
		one(" '"+strings.Repeat("p", 5000)+"'", "policy", notLonger+"2048"),
	},
	{
		"recorded: two empty ARNs, pattern before length", decodeAs[samlIn](true),
		"RoleArn=&PrincipalArn=&SAMLAssertion=abcd",
		"4 validation errors detected: Value '' at 'roleArn' failed to satisfy constraint: " + arnPattern +
			"; Value '' at 'roleArn' failed to satisfy constraint: " + notShorter + "20" +
			"; Value '' at 'principalArn' failed to satisfy constraint: " + arnPattern +
			"; Value '' at 'principalArn' failed to satisfy constraint: " + notShorter + "20",
	},
	{
		"recorded: too short a duration", decodeAs[sessionIn](true), "DurationSeconds=20",
		one(" '20'", "durationSeconds", "Member must have value greater than or equal to 900"),
	},
	{
		"recorded: too long a duration", decodeAs[sessionIn](true), "DurationSeconds=345600",
		one(" '345600'", "durationSeconds", "Member must have value less than or equal to 129600"),
	},
	{
		"recorded: a token code of 14", decodeAs[sessionIn](true), "TokenCode=11111111111111",
		one(" '11111111111111'", "tokenCode", notLonger+"6"),
	},
	{
		"recorded: IAM names no legal values", decodeAs[statusIn](false),
		"Status=Invalid&ServiceSpecificCredentialId=" + strings.Repeat("A", 20),
		one("", "status", "Member must satisfy enum value set"),
	},
	{
		"recorded: a credential id with hyphens", decodeAs[statusIn](false),
		"Status=Active&ServiceSpecificCredentialId=totally-wrong-credential-id-with-hyphens",
		one("", "serviceSpecificCredentialId", `Member must satisfy regular expression pattern: [\w]+`),
	},
	{
		"recorded: password policy, in the order of a hash map", decodeAs[passwordPolicyIn](false),
		"MinimumPasswordLength=129&MaxPasswordAge=1096&PasswordReusePrevention=25",
		"3 validation errors detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value less than or equal to 128; Value at 'passwordReusePrevention' failed to satisfy constraint: Member must have value less than or equal to 24; Value at 'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095",
	},
	{
		"recorded: OpenID Connect provider", decodeAs[oidcIn](false),
		form("Url", strings.Repeat("u", 256), "ClientIDList.member.1", strings.Repeat("c", 256), "ThumbprintList.member.1", strings.Repeat("t", 41)),
		"3 validation errors detected: Value at 'clientIDList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 1]; Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]; Value at 'url' failed to satisfy constraint: Member must have length less than or equal to 255",
	},
	{
		"recorded: 51 tags", decodeAs[createRoleIn](false), "RoleName=r" + manyTags(51),
		one("", "tags", notLonger+"50"),
	},
	{
		"recorded: a tag key of 129", decodeAs[createRoleIn](false),
		form("RoleName", "r", "Tags.member.1.Key", strings.Repeat("k", 129), "Tags.member.1.Value", ""),
		one("", "tags.1.member.key", notLonger+"128"),
	},
	{
		"recorded: a tag value of 257", decodeAs[createRoleIn](false),
		form("RoleName", "r", "Tags.member.1.Key", "k", "Tags.member.1.Value", strings.Repeat("v", 257)),
		one("", "tags.1.member.value", notLonger+"256"),
	},
	{
		"recorded: a tag key with a sign", decodeAs[createRoleIn](false),
		form("RoleName", "r", "Tags.member.1.Key", "k*", "Tags.member.1.Value", "v"),
		one("", "tags.1.member.key", tagKeyPattern),
	},
	{
		"recorded: 51 tag keys", decodeAs[untagIn](false), "RoleName=r" + strings.ReplaceAll(manyTags(51), "Tags.member", "x") + func() string {
			var b strings.Builder
			for i := range 51 {
				fmt.Fprintf(&b, "&TagKeys.member.%d=k", i+1)
			}
			return b.String()
		}(),
		one("", "tagKeys", notLonger+"50"),
	},
	{
		"recorded: one tag key too long", decodeAs[untagIn](false),
		form("RoleName", "r", "TagKeys.member.1", "fine", "TagKeys.member.2", strings.Repeat("k", 129)),
		one("", "tagKeys", tagKeyElement),
	},
	{
		"recorded: version id", decodeAs[versionIn](false), "VersionId=version1",
		one("", "versionId", `Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`),
	},
	{
		"recorded: a path of 513", decodeAs[deviceIn](false), form("Path", "/"+strings.Repeat("b", 511)+"/"),
		one("", "path", notLonger+"512"),
	},

	// Each constraint by itself.
	{
		"absent and required", decodeAs[assumeRoleIn](true), "RoleArn=" + roleArn,
		one(" null", "roleSessionName", "Member must not be null"),
	},
	{
		"absent and required, without echo", decodeAs[untagIn](false), "TagKeys.member.1=k",
		one("", "roleName", "Member must not be null"),
	},
	{
		"absent and sensitive", decodeAs[samlIn](true), form("RoleArn", roleArn, "PrincipalArn", roleArn),
		one(" null", "sAMLAssertion", "Member must not be null"),
	},
	{
		"given and sensitive", decodeAs[samlIn](true), form("RoleArn", roleArn, "PrincipalArn", roleArn, "SAMLAssertion", "abc"),
		one("", "sAMLAssertion", notShorter+"4"),
	},
	{
		"an empty value is a value", decodeAs[assumeRoleIn](true), form("RoleArn", roleArn, "RoleSessionName", ""),
		one(" ''", "roleSessionName", notShorter+"2"),
	},
	{
		"an empty optional value is checked too", decodeAs[assumeRoleIn](true), form("RoleArn", roleArn, "RoleSessionName", "me", "Policy", ""),
		"2 validation errors detected: Value '' at 'policy' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+; Value '' at 'policy' failed to satisfy constraint: " + notShorter + "1",
	},
	{
		"lengths count characters", decodeAs[federationIn](false), form("Policy", strings.Repeat("é", 2049)),
		one("", "policy", notLonger+"2048"),
	},
	{
		"enum with its values", decodeAs[webTokenIn](true), "Audience.member.1=a&SigningAlgorithm=RS384",
		one(" 'RS384'", "signingAlgorithm", "Member must satisfy enum value set: [RS256, ES384]"),
	},
	{
		"enum is case-sensitive", decodeAs[statusIn](false), "Status=active&ServiceSpecificCredentialId=" + strings.Repeat("A", 20),
		one("", "status", "Member must satisfy enum value set"),
	},
	{
		"a required list that is empty", decodeAs[webTokenIn](true), "Audience=&SigningAlgorithm=RS256",
		one(" null", "audience", "Member must not be null"),
	},
	{
		"a list of strings that is too long shows them", decodeAs[namespacesIn](true),
		"ServiceNamespaces.member.1=a&ServiceNamespaces.member.2=b&ServiceNamespaces.member.3=c",
		one(" '[a, b, c]'", "serviceNamespaces", notLonger+"2"),
	},
	{
		"a list that is too short", decodeAs[struct {
			Codes []string `q:"items=2..2"`
		}](true),
		"Codes.member.1=a", one(" '[a]'", "codes", notShorter+"2"),
	},
	{
		"a list of structures that is too long shows nothing", decodeAs[assumeRoleIn](true),
		form("RoleArn", roleArn, "RoleSessionName", "me") + manyTags(51),
		one("", "tags", notLonger+"50"),
	},
	{
		"an element of a list of strings, with echo", decodeAs[assumeRoleIn](true),
		form("RoleArn", roleArn, "RoleSessionName", "me", "TransitiveTagKeys.member.1", "ok", "TransitiveTagKeys.member.2", "*"),
		one(" '[ok, *]'", "transitiveTagKeys", tagKeyElement),
	},
	{
		"an empty element", decodeAs[untagIn](false), form("RoleName", "r", "TagKeys.member.1", ""),
		one("", "tagKeys", tagKeyElement),
	},
	{
		"an element out of an enum", decodeAs[detailsIn](false), "Filter.member.1=Users",
		one("", "filter", "Member must satisfy constraint: [Member must satisfy enum value set]"),
	},
	{
		"an element out of an enum, with echo", decodeAs[detailsIn](true), "Filter.member.1=Users",
		one(" '[Users]'", "filter", "Member must satisfy constraint: [Member must satisfy enum value set: [User, Role]]"),
	},
	{
		"inside the second structure of a list", decodeAs[assumeRoleIn](true),
		form("RoleArn", roleArn, "RoleSessionName", "me", "PolicyArns.member.1.arn", roleArn, "PolicyArns.member.2.arn", "short"),
		one(" 'short'", "policyArns.2.member.arn", notShorter+"20"),
	},
	{
		"inside a structure", decodeAs[rootIn](true), "TargetPrincipal=123456789012&TaskPolicyArn.arn=short",
		one(" 'short'", "taskPolicyArn.arn", notShorter+"20"),
	},
	{
		"an absent structure", decodeAs[rootIn](true), "TargetPrincipal=123456789012",
		one(" null", "taskPolicyArn", "Member must not be null"),
	},
	{
		"a structure with none of its members", decodeAs[rootIn](true), "TargetPrincipal=123456789012&TaskPolicyArn.Arn=" + roleArn,
		one(" null", "taskPolicyArn.arn", "Member must not be null"),
	},
	{
		"an element with none of its members is not nothing", decodeAs[assumeRoleIn](true),
		form("RoleArn", roleArn, "RoleSessionName", "me", "PolicyArns.member.1.Arn", roleArn),
		one(" null", "policyArns.1.member.arn", "Member must not be null"),
	},
	{
		"a tag without a value", decodeAs[createRoleIn](true), "RoleName=r&Tags.member.1.Key=k",
		one(" null", "tags.1.member.value", "Member must not be null"),
	},
	{
		"an element given by its number alone", decodeAs[createRoleIn](true), "RoleName=r&Tags.member.1=",
		"2 validation errors detected: Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null; Value null at 'tags.1.member.key' failed to satisfy constraint: Member must not be null",
	},
	{
		"gaps in a list are closed, also in paths", decodeAs[createRoleIn](true),
		"RoleName=r&Tags.member.900000000.Key=*&Tags.member.900000000.Value=&Tags.member.3.Key=k&Tags.member.3.Value=",
		one(" '*'", "tags.2.member.key", tagKeyPattern),
	},
	{
		"a path ends where its structure does", decodeAs[simulateIn](true), "ContextEntries.member.1.ContextKeyName=x",
		"2 validation errors detected: Value 'x' at 'contextEntries.1.member.contextKeyName' failed to satisfy constraint: " + notShorter +
			"5; Value null at 'actionNames' failed to satisfy constraint: Member must not be null",
	},
	{
		"a list inside a structure of a list", decodeAs[simulateIn](false),
		form("ActionNames.member.1", "s3:Get", "ContextEntries.member.1.ContextKeyName", "aws:", "ContextEntries.member.1.ContextKeyValues.member.1", "x", "ContextEntries.member.1.ContextKeyType", "text"),
		"2 validation errors detected: Value at 'contextEntries.1.member.contextKeyName' failed to satisfy constraint: " + notShorter + "5" +
			"; Value at 'contextEntries.1.member.contextKeyType' failed to satisfy constraint: Member must satisfy enum value set",
	},
	{
		"a very long value is cut", decodeAs[federationIn](true), form("Policy", strings.Repeat("p", 1<<20)),
		one(" '"+strings.Repeat("p", maxEcho)+"...'", "policy", notLonger+"2048"),
	},
	{
		"a very long list is cut", decodeAs[namespacesIn](true),
		form("ServiceNamespaces.member.1", strings.Repeat("a", maxEcho), "ServiceNamespaces.member.2", "b"),
		one(" '["+strings.Repeat("a", maxEcho-1)+"...'", "serviceNamespaces",
			"Member must satisfy constraint: ["+notLonger+"64, "+notShorter+`1, Member must satisfy regular expression pattern: [\w-]*]`),
	},
	{
		"a cut does not split a character", decodeAs[federationIn](true), form("Policy", "p"+strings.Repeat("é", 1<<19)),
		one(" 'p"+strings.Repeat("é", maxEcho/2-1)+"...'", "policy", notLonger+"2048"),
	},
}

func TestValidationErrors(t *testing.T) {
	for _, tt := range validationTests {
		t.Run(tt.name, func(t *testing.T) {
			wantError(t, tt.decode(parse(t, tt.form)), http.StatusBadRequest, "ValidationError", tt.want)
		})
	}
}

// TestPrivateValuesAreForTheCallerAlone: what is kept of the error has all but
// them.
func TestPrivateValuesAreForTheCallerAlone(t *testing.T) {
	type in struct {
		Name string `q:"len=2..9"`
		Code string `q:"len=6..6,private"`
		Zone string `q:"len=2..9"`
	}
	for _, tt := range []struct{ form, says, keeps string }{
		{
			"Name=n&Code=12345&Zone=z",
			"3 validation errors detected: Value 'n' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2; " +
				"Value '12345' at 'code' failed to satisfy constraint: Member must have length greater than or equal to 6; " +
				"Value 'z' at 'zone' failed to satisfy constraint: Member must have length greater than or equal to 2",
			"3 validation errors detected: Value 'n' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2; " +
				"Value at 'code' failed to satisfy constraint: Member must have length greater than or equal to 6; " +
				"Value 'z' at 'zone' failed to satisfy constraint: Member must have length greater than or equal to 2",
		},
		{
			"Code=1234567",
			"1 validation error detected: Value '1234567' at 'code' failed to satisfy constraint: Member must have length less than or equal to 6",
			"1 validation error detected: Value at 'code' failed to satisfy constraint: Member must have length less than or equal to 6",
		},
		{
			"Name=n",
			"1 validation error detected: Value 'n' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2",
			"1 validation error detected: Value 'n' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2",
		},
	} {
		_, err := Decode[in](parse(t, tt.form), true)
		e, ok := errors.AsType[*awserr.Error](err)
		if !ok {
			t.Fatalf("%s: %v", tt.form, err)
		}
		said := sorted(e.Message)
		if said != sorted(tt.says) || sorted(e.Recorded()) != sorted(tt.keeps) || strings.Contains(e.Error(), "'1234") {
			t.Errorf("%s:\nsays  %s\nkeeps %s\nlogs  %s", tt.form, e.Message, e.Recorded(), e)
		}
	}
}

// sorted puts the clauses of a validation error, which come in an order of their
// own, in one that is known.
func sorted(message string) string {
	head, clauses, _ := strings.Cut(message, ": ")
	all := strings.Split(clauses, "; ")
	slices.Sort(all)
	return head + ": " + strings.Join(all, "; ")
}

var malformedTests = []struct {
	name   string
	decode func(*Form) error
	form   string
}{
	{"a number that is none", decodeAs[sessionIn](true), "DurationSeconds=NaN"},
	{"no number", decodeAs[sessionIn](true), "DurationSeconds="},
	{"more than 32 bits", decodeAs[sessionIn](true), "DurationSeconds=2147483648"},
	{"a very large number", decodeAs[sessionIn](true), "DurationSeconds=99999999999999999999"},
	{"a fraction", decodeAs[sessionIn](true), "DurationSeconds=900.0"},
	{"a space before a number", decodeAs[sessionIn](true), "DurationSeconds=+900"},
	{"hexadecimal", decodeAs[sessionIn](true), "DurationSeconds=0x384"},
	{"underscores", decodeAs[sessionIn](true), "DurationSeconds=9_00"},
	{"a bool that is none", decodeAs[passwordPolicyIn](false), "RequireSymbols=yes"},
	{"no bool", decodeAs[passwordPolicyIn](false), "HardExpiry="},
	{"a list as a value", decodeAs[createRoleIn](false), "RoleName=r&Tags=x"},
	{"a list without member", decodeAs[createRoleIn](false), "RoleName=r&Tags.1.Key=x"},
	{"a field of a list", decodeAs[assumeRoleIn](true), "PolicyArns.arn=" + roleArn},
	{"a list without a number", decodeAs[createRoleIn](false), "RoleName=r&Tags.member.Key=x"},
	{"member 0", decodeAs[untagIn](false), "TagKeys.member.0=x"},
	{"member -1", decodeAs[untagIn](false), "TagKeys.member.-1=x"},
	{"member 01", decodeAs[untagIn](false), "TagKeys.member.01=x"},
	{"member with a plus", decodeAs[untagIn](false), "TagKeys.member.%2B1=x"},
	{"member nothing", decodeAs[untagIn](false), "TagKeys.member.=x"},
	{"member 2^31", decodeAs[untagIn](false), "TagKeys.member.2147483648=x"},
	{"member 10^10", decodeAs[untagIn](false), "TagKeys.member.10000000000=x"},
	{"member 2^64+1", decodeAs[untagIn](false), "TagKeys.member.18446744073709551617=x"},
	{"an element that is a structure, as a value", decodeAs[createRoleIn](false), "Tags.member.1=x"},
	{"an element that is a value, as a structure", decodeAs[untagIn](false), "TagKeys.member.1.Key=x"},
	{"an element with a dot too many", decodeAs[untagIn](false), "TagKeys.member.1.=x"},
	{"a structure with a dot too many", decodeAs[createRoleIn](false), "Tags.member.1.=x"},
	{"a value as a structure", decodeAs[createRoleIn](false), "RoleName.x=r"},
	{"a value as a list", decodeAs[createRoleIn](false), "RoleName.member.1=r"},
	{"a structure as a value", decodeAs[rootIn](true), "TaskPolicyArn=" + roleArn},
	{"a structure with no field", decodeAs[rootIn](true), "TaskPolicyArn.=" + roleArn},
	{"deep inside", decodeAs[simulateIn](false), "ContextEntries.member.1.ContextKeyValues.member.x=1"},
}

func TestMalformedInput(t *testing.T) {
	for _, tt := range malformedTests {
		t.Run(tt.name, func(t *testing.T) {
			wantError(t, tt.decode(parse(t, tt.form)), http.StatusBadRequest, "MalformedInput", "")
		})
	}
}

func TestMalformedInputComesBeforeViolations(t *testing.T) {
	_, err := Decode[simulateIn](parse(t, "MaxItems=0&ContextEntries.member.1.ContextKeyName=x&ContextEntries.member.2.ContextKeyValues=x"), false)
	wantError(t, err, http.StatusBadRequest, "MalformedInput", "")
}

// wantDecoded tells whether a form decodes to want.
func wantDecoded[T any](form string, want *T) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		got, err := Decode[T](parse(t, form), true)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Decode(%q) (-want +got):\n%s", form, diff)
		}
	}
}

func TestDecode(t *testing.T) {
	t.Run("every kind of member", wantDecoded(
		form("Action", "AssumeRole", "Version", "2011-06-15", "RoleArn", roleArn, "RoleSessionName", "me",
			"PolicyArns.member.1.arn", roleArn+"1", "PolicyArns.member.2.arn", roleArn+"2",
			"Policy", "{}", "DurationSeconds", "3600",
			"Tags.member.1.Key", "k1", "Tags.member.1.Value", "v1", "Tags.member.2.Key", "é", "Tags.member.2.Value", "",
			"TransitiveTagKeys.member.1", "k1"),
		&assumeRoleIn{
			RoleArn: roleArn, RoleSessionName: "me",
			PolicyArns: []descriptorIn{{roleArn + "1"}, {roleArn + "2"}},
			Policy:     new("{}"), DurationSeconds: new(int32(3600)),
			Tags:              []tagIn{{"k1", "v1"}, {"é", ""}},
			TransitiveTagKeys: []string{"k1"},
		}))
	t.Run("a structure", wantDecoded("TargetPrincipal=123456789012&TaskPolicyArn.arn="+roleArn,
		&rootIn{TargetPrincipal: "123456789012", TaskPolicyArn: descriptorIn{roleArn}}))
	type optional struct{ Inner, Other *descriptorIn }
	t.Run("an optional structure", wantDecoded("Inner.arn="+roleArn, &optional{Inner: &descriptorIn{roleArn}}))
	t.Run("an empty list is absent", wantDecoded("RoleName=r&Tags=", &createRoleIn{RoleName: "r"}))
	t.Run("an empty list before its elements", wantDecoded("RoleName=r&Tags=&Tags.member.1.Key=k&Tags.member.1.Value=v",
		&createRoleIn{RoleName: "r", Tags: []tagIn{{"k", "v"}}}))
	t.Run("the order is that of the numbers", wantDecoded("RoleName=r&TagKeys.member.10=c&TagKeys.member.2=b&TagKeys.member.1=a",
		&untagIn{RoleName: "r", TagKeys: []string{"a", "b", "c"}}))
	t.Run("absurd numbers take no room", wantDecoded("RoleName=r&TagKeys.member.2147483647=b&TagKeys.member.1000000000=a",
		&untagIn{RoleName: "r", TagKeys: []string{"a", "b"}}))
	t.Run("lists inside structures of lists, shuffled", wantDecoded(
		"ContextEntries.member.2.ContextKeyValues.member.2=d&ActionNames.member.1=s3:*&ContextEntries.member.1.ContextKeyValues.member.1=a"+
			"&ContextEntries.member.2.ContextKeyValues.member.1=c&ContextEntries.member.1.ContextKeyName=aws:x",
		&simulateIn{ActionNames: []string{"s3:*"}, ContextEntries: []entryIn{
			{ContextKeyName: "aws:x", ContextKeyValues: []string{"a"}},
			{ContextKeyValues: []string{"c", "d"}},
		}}))
	t.Run("the first of a repeated parameter counts", wantDecoded(
		"RoleName=r&RoleName=&Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.1.Key=*",
		&createRoleIn{RoleName: "r", Tags: []tagIn{{"k", "v"}}}))
	t.Run("the first of a repeated element counts", wantDecoded("RoleName=r&TagKeys.member.1=a&TagKeys.member.1=b",
		&untagIn{RoleName: "r", TagKeys: []string{"a"}}))
	t.Run("unknown parameters are ignored", wantDecoded(
		"RoleName=r&X-Amz-Date=1&rolename=x&Bogus.member.0=1&Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.1.Bogus=1",
		&createRoleIn{RoleName: "r", Tags: []tagIn{{"k", "v"}}}))
	t.Run("bools, in any case, absent and given", wantDecoded("RequireSymbols=true&RequireNumbers=TRUE&RequireUppercaseCharacters=false&HardExpiry=False",
		&passwordPolicyIn{RequireSymbols: true, RequireNumbers: true, HardExpiry: new(false)}))
	t.Run("leading zeros of a number", wantDecoded("DurationSeconds=0900", &sessionIn{DurationSeconds: new(int32(900))}))
	t.Run("at the limits", wantDecoded("DurationSeconds=129600&TokenCode=000000", &sessionIn{DurationSeconds: new(int32(129600)), TokenCode: "000000"}))
	t.Run("at the limit in characters, over it in bytes", wantDecoded(form("Policy", strings.Repeat("é", 2048)),
		&federationIn{Policy: strings.Repeat("é", 2048)}))
	t.Run("nothing at all", wantDecoded("", &sessionIn{}))
}

func TestTheMessageIsBounded(t *testing.T) {
	var b strings.Builder
	for i := range MaxParameters {
		fmt.Fprintf(&b, "Tags.member.%d.Key=%s&", MaxParameters-i, "%2A")
	}
	_, err := Decode[createRoleIn](parse(t, strings.TrimSuffix(b.String(), "&")), true)
	if err == nil {
		t.Fatal("Decode = nil")
	}
	if got := err.Error(); len(got) > maxMessage+maxEcho+1000 || !strings.HasPrefix(got, "ValidationError: 20002 validation errors detected: ") {
		t.Errorf("message of %d bytes begins %.80q, want at most %d and the count of all", len(got), got, maxMessage+maxEcho)
	}
}
